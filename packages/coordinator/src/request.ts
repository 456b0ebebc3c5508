/** What a job is asked: the data, the model, the machine. The command line and the library both speak it. */
import type { LossSpec, MissingPolicy, PenaltySpec } from '@scalemix/core';
import type { ReadOptions, Table } from '@scalemix/worker';

export interface JobRequest {
  readonly data: DataRequest;
  readonly problem: ProblemRequest;
  /** Cross-validates the path. */
  readonly folds?: FoldsRequest;
  readonly machine?: MachineRequest;
}

/** Where rows come from: files, globs, `-` for standard input, or a table that is open already (and is left open). */
export interface InputRequest extends Pick<ReadOptions, 'query' | 'format' | 'delimiter' | 'na'> {
  readonly inputs: readonly string[] | Table;
}

export interface DataRequest extends InputRequest {
  readonly response: string;
  /** The class that counts as 1. @default 1 of {0, 1}, true of booleans, the later of two in byte order */
  readonly positive?: string;
  readonly trials?: string;
  readonly weights?: string;
  readonly offset?: string;
  /** Predictors. @default every column without another role */
  readonly columns?: readonly string[];
  readonly exclude?: readonly string[];
  /** Numeric columns to be taken as categories. */
  readonly categorical?: readonly string[];
  /** @default 'first' */
  readonly drop?: 'first' | 'none';
  /** @default 'error' */
  readonly missing?: MissingPolicy;
}

export interface ProblemRequest {
  readonly loss: LossSpec;
  readonly penalty: PenaltySpec;
  /** v by name of a column (all its features) or of a feature, which wins; the others are 1. */
  readonly penaltyFactors?: ReadonlyMap<string, number>;
  /** @default true */
  readonly standardize?: boolean;
  /** @default true */
  readonly intercept?: boolean;
  /** Strengths, in the order wanted. @default a grid */
  readonly lambda?: readonly number[];
  /** Values of the grid. @default 100 */
  readonly lambdas?: number;
  /** @default 1e-4 where n > p, else 1e-2 */
  readonly lambdaMinRatio?: number;
  /** Certified relative gap. @default 1e-6 */
  readonly tolerance?: number;
  /** Sweeps for one value. @default 100 */
  readonly maxPasses?: number;
}

/** How rows are shared out among folds: by row number, by a seeded shuffle of row numbers, or as a column says. */
export type FoldsRequest = {
  /** Certified relative gap of what is fitted without a fold. @default 1e-4, or the tolerance of the path if that is larger */
  readonly tolerance?: number;
} & (
  | {
      readonly by: 'modulo';
      /** @default 5 */
      readonly count?: number;
    }
  | {
      readonly by: 'shuffle';
      /** @default 5 */
      readonly count?: number;
      /** An unsigned 32-bit number. @default 0 */
      readonly seed?: number;
    }
  | { readonly by: 'column'; readonly column: string }
);

export interface MachineRequest {
  /** @default all cores */
  readonly threads?: number;
  /** Bytes of rows in memory. @default 70 % of what is free */
  readonly memory?: number;
  /** @default 'f64' */
  readonly precision?: 'f64' | 'f32';
  /** @default 'auto' */
  readonly kernel?: 'auto' | 'wasm' | 'scalar';
  /**
   * Lets V8 use 256-bit vectors: the same bits, up to twice the speed. It is an
   * experimental flag of the whole process, so that programs set it and libraries do not.
   * @default false
   */
  readonly wideVectors?: boolean;
}
