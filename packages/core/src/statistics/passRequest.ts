/** What a pass is asked for, how its statistic lies, and what it answers. */
import { packedSize } from '../block/gram.ts';
import type { SampleSelector } from '../block/choice.ts';
import { LOSS_SUMS } from '../kernels/kernels.ts';
import type { LossSpec } from '../loss/loss.ts';
import type { FoldSpec } from '../path/folds.ts';
import { layOut, part } from './statistic.ts';
import type { StatisticLayout } from './statistic.ts';

export interface PassRequest {
  readonly kind: 'pass';
  readonly loss: LossSpec;
  /** K. */
  readonly columns: number;
  /** K vectors of p, one after the other; for stored (centred) features. */
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
  /** Features whose gradient is wanted, ascending; null: all. */
  readonly features: Int32Array | null;
  readonly grams: readonly GramRequest[];
  readonly folds?: PassFolds;
  /** Only over the rows that it chooses, with the weights it gives them; not with folds. @default all */
  readonly among?: SampleSelector;
}

export interface PassFolds {
  readonly by: FoldSpec;
  /** The fold that each column leaves out, K, -1 for none. null: every column's sums and gradient are wanted fold by fold. */
  readonly heldOut: Int32Array | null;
}

export interface GramRequest {
  /** Which column's psi. */
  readonly column: number;
  /** Features, ascending; null: all. */
  readonly features: Int32Array | null;
  /** Products in float32 where the rows are stored so, in nearly half the time: of a Hessian that decides only how fast a solver goes. @default false */
  readonly coarse?: boolean;
}

export interface PassResult {
  /** For each column (fold by fold: for each fold of each column) the sums of kernels.ts LOSS_SUMS, K x LOSS_SUMS.length (K x F x ...). */
  readonly sums: Float64Array;
  /** sum_i w_i l'(psi_ik) x_ij, K vectors (fold by fold: K x F) of the features asked for. */
  readonly gradient: Float64Array;
  /** For each column the sum of w l(psi) over the rows it leaves out; empty where none does. */
  readonly heldOutLoss: Float64Array;
  readonly grams: readonly GramResult[];
}

/** Of the q features asked for, with weights u_i = w_i l''(psi_i). */
export interface GramResult {
  /** X'UX, packed upper triangle by columns: entry (i, j), i <= j, at j(j+1)/2 + i. */
  readonly packed: Float64Array;
  /** X'u. */
  readonly cross: Float64Array;
  /** sum u. */
  readonly total: number;
}

const CURVATURE = LOSS_SUMS.indexOf('curvature');

/** Numbers that a column's loss adds up to. */
export const SUMS = LOSS_SUMS.length;

/** q. */
export function gramSize(request: GramRequest, features: number): number {
  return request.features === null ? features : request.features.length;
}

export type PassPart = 'sums' | 'gradient' | 'heldOut' | 'grams';

/** Vectors of sums a column has: one, or one a fold. */
export function areas({ folds }: PassRequest): number {
  return folds !== undefined && folds.heldOut === null ? folds.by.count : 1;
}

export function passLayout(request: PassRequest, features: number): StatisticLayout<PassPart> {
  const wanted = request.features === null ? features : request.features.length;
  const grams = request.grams.reduce((size, gram) => size + packedSize(gramSize(gram, features)) + gramSize(gram, features), 0);
  return layOut([
    ['sums', request.columns * areas(request) * SUMS],
    ['gradient', request.columns * areas(request) * wanted],
    ['heldOut', request.folds?.heldOut ? request.columns : 0],
    ['grams', grams],
  ]);
}

export function finishPass(request: PassRequest, features: number, values: Float64Array): PassResult {
  const layout = passLayout(request, features);
  const sums = part(layout, values, 'sums');
  let at = layout.grams.at;
  const grams = request.grams.map((gram) => {
    const count = gramSize(gram, features);
    const packed = values.subarray(at, (at += packedSize(count)));
    const cross = values.subarray(at, (at += count));
    let total = 0;
    for (let area = 0; area < areas(request); area++) total += sums[(gram.column * areas(request) + area) * SUMS + CURVATURE]!;
    return { packed, cross, total };
  });
  return { sums, gradient: part(layout, values, 'gradient'), heldOutLoss: part(layout, values, 'heldOut'), grams };
}
