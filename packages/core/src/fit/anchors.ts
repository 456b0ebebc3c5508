/**
 * Hessians at a few values of the path ('anchors'), from which those of all
 * others are interpolated in log lambda. They are kept per unit of mean
 * curvature, which changes by orders along a path where the classes nearly
 * separate, and which every evaluation knows for its own value.
 */
import { log } from '../kernels/elementary.ts';
import type { AnchorModel } from '../solve/modelStep.ts';
import type { Hessian } from './evaluation.ts';

/** Numbers that all matrices may hold once some are inserted: 512 MiB. */
const MOST_NUMBERS = 2 ** 26;

/** `count` values out of `values`, evenly spaced, ends included. */
export function anchorIndices(values: number, count: number): number[] {
  const chosen = Math.min(count, values);
  if (chosen === 0) return [];
  return chosen === 1 ? [0] : Array.from({ length: chosen }, (_, a) => Math.round((a * (values - 1)) / (chosen - 1)));
}

/** Hessians at the anchors, on some features and the intercept. */
export class Anchors {
  /** Ascending; q of them. */
  readonly features: Int32Array;
  #tie: Float64Array | null = null;
  readonly #indices: number[];
  readonly #position: Float64Array;
  readonly #matrices: Float64Array[];
  #version = 0;

  /** @param lambdas of all values, in descending order; `indices` count into them */
  constructor(features: Int32Array, indices: readonly number[], lambdas: readonly number[]) {
    this.features = features;
    this.#indices = [...indices];
    // Positions along the path: log lambda, by number where lambda is 0.
    const logs = lambdas.map((lambda) => (lambda > 0 ? log(lambda) : NaN));
    this.#position = Float64Array.from(logs, (value, k) => (Number.isNaN(value) ? (k > 0 ? logs[k - 1]! - 1 : 0) : value));
    const size = features.length + 1;
    this.#matrices = indices.map(() => new Float64Array(new SharedArrayBuffer(size * size * 8)));
  }

  /** Another number whenever a Hessian has changed. */
  get version(): number {
    return this.#version;
  }

  set(anchor: number, hessian: Hessian): void {
    this.#version++;
    this.#matrices[anchor]!.set(perCurvature(hessian));
    this.#tie = hessian.tie;
  }

  /** Anchors that may still be inserted. */
  get room(): number {
    return Math.max(0, Math.floor(MOST_NUMBERS / this.#matrices[0]!.length) - this.#matrices.length);
  }

  /** Makes the value `index` an anchor, or gives it another Hessian. */
  insert(index: number, hessian: Hessian): void {
    let at = this.#indices.findIndex((anchor) => anchor >= index);
    if (at < 0) at = this.#indices.length;
    if (this.#indices[at] !== index) {
      this.#indices.splice(at, 0, index);
      this.#matrices.splice(at, 0, new Float64Array(new SharedArrayBuffer(this.#matrices[0]!.byteLength)));
    }
    this.set(at, hessian);
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

  /** Adds to every anchor the interpolated difference between the full data's Hessians at some anchors (values `full`) and those that are here. */
  correct(full: readonly number[], hessians: readonly Hessian[]): void {
    this.#version++;
    const differences = full.map((index, f) => {
      const difference = perCurvature(hessians[f]!);
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

/** The Hessian, its last entry, the mean curvature, made 1. */
function perCurvature({ matrix }: Hessian): Float64Array {
  const total = matrix.at(-1)!;
  return matrix.map((value) => value / total);
}
