/**
 * Hessians at a few values of the path ('anchors'), from which those of all
 * others are interpolated in log lambda.
 */
import { log } from '../kernels/elementary.ts';
import type { AnchorModel } from '../solve/modelStep.ts';
import type { Evaluation, Hessian } from './evaluation.ts';

/** `count` values out of `values`, evenly spaced, ends included. */
export function anchorIndices(values: number, count: number): number[] {
  const chosen = Math.min(count, values);
  return chosen === 1 ? [0] : Array.from({ length: chosen }, (_, a) => Math.round((a * (values - 1)) / (chosen - 1)));
}

/** Hessians at the anchors, on some features and the intercept. */
export class Anchors {
  /** Ascending; q of them. */
  readonly features: Int32Array;
  #tie: Float64Array | null = null;
  readonly #indices: readonly number[];
  readonly #position: Float64Array;
  readonly #matrices: Float64Array[];

  /** @param lambdas of all values, in descending order; `indices` count into them */
  constructor(features: Int32Array, indices: readonly number[], lambdas: readonly number[]) {
    this.features = features;
    this.#indices = indices;
    // Positions along the path: log lambda, by number where lambda is 0.
    const logs = lambdas.map((lambda) => (lambda > 0 ? log(lambda) : NaN));
    this.#position = Float64Array.from(logs, (value, k) => (Number.isNaN(value) ? (k > 0 ? logs[k - 1]! - 1 : 0) : value));
    const size = features.length + 1;
    this.#matrices = indices.map(() => new Float64Array(new SharedArrayBuffer(size * size * 8)));
  }

  set(anchor: number, hessian: Hessian): void {
    this.#matrices[anchor]!.set(hessian.matrix);
    this.#tie = hessian.tie;
  }

  /** As that of the Hessians. */
  get tie(): Float64Array | null {
    return this.#tie;
  }

  shared(): AnchorModel {
    return { matrices: this.#matrices, tie: this.#tie };
  }

  /** Neighbouring anchors of a value and the share of the second. */
  around(index: number, among: readonly number[] = this.#indices): { from: number; to: number; share: number } {
    let to = among.findIndex((anchor) => anchor >= index);
    if (to < 0) to = among.length - 1;
    const from = among[to] === index ? to : Math.max(0, to - 1);
    if (from === to) return { from, to, share: 0 };
    const first = this.#position[among[from]!]!;
    const last = this.#position[among[to]!]!;
    return { from, to, share: first === last ? 0 : (this.#position[index]! - first) / (last - first) };
  }

  /** Adds to every anchor the interpolated difference between the full data's Hessians at some anchors and those that are here. */
  correct(full: readonly number[], evaluations: readonly Evaluation[]): void {
    const differences = full.map((index) => {
      const difference = evaluations[index]!.hessian!.matrix.slice();
      const sample = this.#matrices[this.#indices.indexOf(index)]!;
      for (let i = 0; i < difference.length; i++) difference[i] = difference[i]! - sample[i]!;
      return difference;
    });
    this.#indices.forEach((index, anchor) => {
      const { from, to, share } = this.around(index, full);
      const matrix = this.#matrices[anchor]!;
      const a = differences[from]!;
      const b = differences[to]!;
      for (let i = 0; i < matrix.length; i++) matrix[i] = matrix[i]! + (1 - share) * a[i]! + share * b[i]!;
    });
  }
}
