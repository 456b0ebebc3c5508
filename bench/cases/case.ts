/** A fit that is measured: what is asked of which data. */
import type { PathProblem } from '@scalemix/core';
import type { ArrayData } from '@scalemix/coordinator';
import type { Options } from '../support/benchmark.ts';
import type { MatrixData } from '../support/designs.ts';

/** Numeric columns by rows, then categories whose level 0 has no feature: what peers are given. */
export interface PlainData extends MatrixData {
  readonly categories: readonly { readonly codes: Int32Array; readonly levels: number }[];
}

/** The same rows for us and for peers. */
export interface Sides {
  readonly ours: ArrayData;
  readonly theirs: PlainData;
}

export interface Case {
  readonly name: string;
  /** In words. */
  readonly what: string;
  readonly problem: PathProblem;
  /** @throws Skipped where its data are not here */
  data(options: Options): Promise<Sides>;
}

/** A figure that cannot be measured here, with the reason. */
export class Skipped extends Error {}

export function matrixSides(data: MatrixData): Sides {
  return { ours: data, theirs: { ...data, categories: [] } };
}

/** Codes of levels in byte order, as our features are. */
export function coded(values: readonly string[]): PlainData['categories'][number] {
  const levels = [...new Set(values)].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  return { codes: Int32Array.from(values, (value) => codeOf.get(value)!), levels: levels.length };
}

export const LASSO_LOGISTIC: PathProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 } };
export const RIDGE_LOGISTIC: PathProblem = { ...LASSO_LOGISTIC, penalty: { name: 'ridge', l1Ratio: 0 } };
