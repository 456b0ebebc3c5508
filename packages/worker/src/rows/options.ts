import type { SegmentOptions } from './segments.ts';

/** How the columns of a table become rows: who is who, and what to do with values that are not there. */
export interface LoadOptions {
  readonly response: string;
  /** What the loss asks of a response (Loss.response): any number, or a probability or class. */
  readonly responseKind: 'numeric' | 'probability';
  /** The class that counts as 1; numbers are compared by value. @default 1 of {0, 1}, true of booleans, the later of two in byte order */
  readonly positive?: string;
  /** Column of numbers of trials: the response is then the number of successes. */
  readonly trials?: string;
  readonly weights?: string;
  readonly offset?: string;
  /** Column whose values say which fold of a cross-validation a row belongs to. */
  readonly foldColumn?: string;
  /** Predictors. @default every column without another role */
  readonly columns?: readonly string[];
  /** Columns that are no predictors. */
  readonly exclude?: readonly string[];
  /** Numeric or boolean columns to be taken as categories. */
  readonly categorical?: readonly string[];
  /** Whether the first level of a categorical column has no feature. @default 'first' */
  readonly drop?: 'first' | 'none';
  /** What to do with rows that lack a value. @default 'error' */
  readonly missing?: 'error' | 'drop' | 'mean' | 'indicator';
  /** How dense columns are stored. @default 'f64' */
  readonly precision?: 'f64' | 'f32';
  /** Bytes of rows held in memory; the rest goes to a spill file. @default defaultMemoryLimit() */
  readonly memoryLimit?: number;
  /** Where the spill file is made. @default the system's temporary directory */
  readonly spillDirectory?: string;
  /** Threads that will compute on the rows. @default 1 */
  readonly threads?: number;
  /** Sizes of the memories, for tests and unusual machines. */
  readonly segments?: Pick<SegmentOptions, 'capacity' | 'scratchBytes'>;
  readonly signal?: AbortSignal;
  /** Called with the rows read so far, and with their numbers: rows times predictors, a sparse one as many as it is wide. */
  readonly onProgress?: (rows: number, numbers: number) => void;
}
