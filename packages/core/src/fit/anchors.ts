/**
 * Hessians at a few values of the path ('anchors'), from which those of all
 * others are interpolated along it (fit/pathPositions.ts). They are kept per unit of mean
 * curvature, which changes by orders along a path where the classes nearly
 * separate, and which every evaluation knows for its own value.
 */
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

/** `count` values of a path, as evenly spaced along it as they come, ends included. @param positions of all values, ascending */
export function spreadAnchors(positions: Float64Array, count: number): number[] {
  const last = positions.length - 1;
  if (count <= 1 || count > last) return anchorIndices(positions.length, count);
  const chosen = [0];
  for (let a = 1; a < count; a++) {
    const wanted = positions[0]! + ((positions[last]! - positions[0]!) * a) / (count - 1);
    let k = chosen.at(-1)! + 1;
    // Room for those that are to come.
    const most = last - (count - 1 - a);
    while (k < most && Math.abs(positions[k + 1]! - wanted) < Math.abs(positions[k]! - wanted)) k++;
    chosen.push(a === count - 1 ? last : k);
  }
  return chosen;
}

export interface Around {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** Which of some values, ascending, are a value's neighbours along the path, and the share of the second. */
export function around(positions: Float64Array, among: readonly number[], index: number): Around {
  let to = among.findIndex((anchor) => anchor >= index);
  if (to < 0) to = among.length - 1;
  const from = among[to] === index ? to : Math.max(0, to - 1);
  if (from === to) return { from, to, share: 0 };
  const first = positions[among[from]!]!;
  const last = positions[among[to]!]!;
  return { from, to, share: first === last ? 0 : (positions[index]! - first) / (last - first) };
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

  /** @param positions of all values along the path, ascending; `indices` count into them */
  constructor(features: Int32Array, indices: readonly number[], positions: Float64Array) {
    this.features = features;
    this.#indices = [...indices];
    this.#position = positions;
    const size = features.length + 1;
    this.#matrices = indices.map(() => new Float64Array(new SharedArrayBuffer(size * size * 8)));
  }

  /** Another number whenever a Hessian has changed. */
  get version(): number {
    return this.#version;
  }

  set(anchor: number, hessian: Hessian): void {
    this.#version++;
    perCurvature(hessian, this.#matrices[anchor]!);
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
  around(index: number, among: readonly number[] = this.#indices): Around {
    return around(this.#position, among, index);
  }

  /** The interpolated Hessian of a value, at mean curvature `curvature`, times a step of the features and the intercept: q + 1 numbers. */
  times(index: number, curvature: number, step: Float64Array): Float64Array {
    const { from, to, share } = this.around(index);
    const a = this.#matrices[from]!, b = this.#matrices[to]!;
    const size = step.length;
    const product = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const along = curvature * step[k]!;
      if (along === 0) continue;
      for (let i = 0; i < size; i++) product[i] = product[i]! + along * ((1 - share) * a[k * size + i]! + share * b[k * size + i]!);
    }
    return product;
  }

  /** Adds to every anchor the interpolated difference between the full data's Hessians at some anchors (values `full`) and those that are here. */
  correct(full: readonly number[], hessians: readonly Hessian[]): void {
    this.#version++;
    const differences = full.map((index, f) => {
      const difference = perCurvature(hessians[f]!, new Float64Array(this.#matrices[0]!.length));
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

/** out: the Hessian, its last entry, the mean curvature, made 1. */
function perCurvature({ matrix }: Hessian, out: Float64Array): Float64Array {
  const total = matrix.at(-1)!;
  for (let i = 0; i < out.length; i++) out[i] = matrix[i]! / total;
  return out;
}
