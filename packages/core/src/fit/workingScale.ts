/**
 * The scale the solver works on: every feature centred at a reference and
 * divided by a scale t_j so that its root mean square is 1, from statistics
 * alone; the rows are never changed.
 *
 *   psi = offset + beta_0 + sum_j beta_j (x_j - reference_j) / t_j
 *
 * With an intercept the reference is the weighted mean and t_j the standard
 * deviation; without one the reference is the original zero and t_j the root
 * mean square. The penalty on beta_j is l1_j = v_j s_j / t_j times |beta_j|
 * and l2_j = v_j (s_j / t_j)^2 times beta_j^2 / 2.
 */
import type { Description } from '../rowSource.ts';
import type { Moments } from '../statistics/moments.ts';
import type { GramResult } from '../statistics/passRequest.ts';
import type { Hessian } from './evaluation.ts';
import type { PathProblem } from './problem.ts';

/** A column whose standard deviation is below this times its mean is constant. */
const CONSTANT = 1e-12;
/** A variance is a mean square less the mean's square, both in sums of at most so many rows: of rows that are alike rounding leaves this much a row. */
const ROUNDING = 2 ** -53;
const LONGEST_SUM = 65536;
/** Share of a feature's variance over all rows below which rows that are fitted may be alike. */
const HARDLY_ANY = 1e-6;
/** Largest root mean square and mean weight, and one over the least, of what is multiplied in float32: its numbers end at 1e38. */
const FLOAT32_RANGE = 1e12;

export interface Point {
  /** Working scale, p; 0 for constant features. */
  readonly beta: Float64Array;
  readonly intercept: number;
}

export class WorkingScale {
  readonly features: number;
  readonly intercept: boolean;
  /** Features that can be fitted, ascending: those that are not constant. */
  readonly usable: Int32Array;
  /** 1 for those, p. */
  readonly isUsable: Uint8Array;
  /** Of |beta_j| and beta_j^2 / 2, per unit of lambda r and lambda (1 - r); 0 for constant features. */
  readonly l1: Float64Array;
  readonly l2: Float64Array;
  /** s_j / t_j. */
  readonly ratio: Float64Array;
  /** Means of the working features: 0 with an intercept, which takes them. */
  readonly mean: Float64Array;
  /** Root mean square of the working features about those, over the rows that are fitted: with an intercept 1 where those are all rows. */
  readonly spread: Float64Array;
  readonly weightSum: number;
  readonly #scale: Float64Array;
  readonly #reference: Float64Array;
  readonly #mean: Float64Array;
  readonly #centres: Float64Array;

  /**
   * @param moments from which references and t_j follow
   * @param fitted of the rows that are fitted, whose weights and s_j hold, where they are not all (a sample, a training set). @default moments
   * @param all of all rows. @default moments
   */
  constructor(description: Description, moments: Moments, problem: PathProblem, fitted: Pick<Moments, 'rows' | 'weightSum' | 'mean' | 'variance'> = moments, all: Pick<Moments, 'variance'> = moments) {
    const p = description.features.length;
    const standardize = problem.standardize ?? true;
    this.features = p;
    this.intercept = problem.intercept ?? true;
    this.weightSum = fitted.weightSum;
    this.#centres = description.centres;
    this.#mean = moments.mean;
    this.#scale = new Float64Array(p);
    this.#reference = new Float64Array(p);
    this.ratio = new Float64Array(p);
    this.mean = new Float64Array(p);
    this.spread = new Float64Array(p);
    this.l1 = new Float64Array(p);
    this.l2 = new Float64Array(p);
    const usable: number[] = [];
    for (let j = 0; j < p; j++) {
      const mean = moments.mean[j]! + description.centres[j]!;
      const spread = Math.sqrt(moments.variance[j]!);
      this.#reference[j] = this.intercept ? moments.mean[j]! : -description.centres[j]!;
      const scale = this.intercept ? spread : Math.sqrt(moments.variance[j]! + mean * mean);
      const sd = Math.sqrt(fitted.variance[j]!);
      const square = fitted.mean[j]! ** 2;
      // Where all that varies is left out, the others stand beside the centre, alike. Of zeros and ones, whose squares have the same mean, one in so many rows would show.
      const shows = fitted.variance[j]! > HARDLY_ANY * all.variance[j]! && Math.abs(fitted.variance[j]! + square - fitted.mean[j]!) > CONSTANT * square;
      const rounded = fitted.variance[j]! <= ROUNDING * Math.min(fitted.rows, LONGEST_SUM) * square;
      const alike = !shows && rounded;
      const constant = alike || sd <= CONSTANT * Math.abs(fitted.mean[j]! + description.centres[j]!) || spread <= CONSTANT * Math.abs(mean);
      const absent = alike && Math.abs(fitted.mean[j]! + description.centres[j]!) <= CONSTANT * Math.abs(description.centres[j]!);
      // With the original zero as reference, a standard deviation of which no digit is known would leave the feature all but unpenalised.
      const unscaled = !this.intercept && standardize && rounded;
      if (!(scale > 0) || absent || unscaled || (constant && (this.intercept || standardize))) continue;
      this.#scale[j] = scale;
      this.ratio[j] = (standardize ? sd : 1) / scale;
      const distance = fitted.mean[j]! - moments.mean[j]!;
      this.mean[j] = (moments.mean[j]! - this.#reference[j]!) / scale;
      this.spread[j] = Math.sqrt(fitted.variance[j]! + distance * distance) / scale;
      const factor = problem.penaltyFactors?.[j] ?? 1;
      this.l1[j] = factor * this.ratio[j]!;
      this.l2[j] = factor * this.ratio[j]! * this.ratio[j]!;
      usable.push(j);
    }
    this.usable = Int32Array.from(usable);
    this.isUsable = new Uint8Array(p);
    for (const j of usable) this.isUsable[j] = 1;
  }

  /** Whether squares of the features times the weights stay well inside the range of float32. */
  fitsFloat32(rows: number): boolean {
    const inside = (value: number): boolean => value > 1 / FLOAT32_RANGE && value < FLOAT32_RANGE;
    return inside(this.weightSum / rows) && this.usable.every((j) => inside(this.#scale[j]!));
  }

  /** References of the stored features, and 1 / t_j^2 (0 for constant features). */
  forRows(): { reference: Float64Array; inverseSquare: Float64Array } {
    return { reference: this.#reference, inverseSquare: this.#scale.map((t) => (t > 0 ? 1 / (t * t) : 0)) };
  }

  /** What a pass is asked for: coefficients of the stored features, and their intercept. */
  toStored(point: Point): { coefficients: Float64Array; intercept: number } {
    const coefficients = new Float64Array(this.features);
    let intercept = point.intercept;
    for (const j of this.usable) {
      const b = point.beta[j]! / this.#scale[j]!;
      coefficients[j] = b;
      if (b !== 0) intercept -= b * this.#reference[j]!;
    }
    return { coefficients, intercept };
  }

  /** Coefficients of the data as given. */
  toOriginal(point: Point): { coefficients: Float64Array; intercept: number } {
    const { coefficients, intercept } = this.toStored(point);
    let original = intercept;
    for (const j of this.usable) if (coefficients[j] !== 0) original -= coefficients[j]! * this.#centres[j]!;
    return { coefficients, intercept: this.intercept ? original : 0 };
  }

  /** Mean gradient with respect to beta from the sums of a pass; 0 for constant features. */
  gradient(stored: Float64Array, interceptGradient: number): Float64Array {
    const gradient = new Float64Array(this.features);
    for (const j of this.usable) gradient[j] = (stored[j]! - this.#reference[j]! * interceptGradient) / (this.#scale[j]! * this.weightSum);
    return gradient;
  }

  /** Hessian of `features` from a pass's Gram. */
  hessian(gram: GramResult, features: Int32Array): Hessian {
    const q = features.length;
    const size = q + 1;
    const matrix = new Float64Array(size * size);
    const mean = Float64Array.from(features, (j) => this.#mean[j]!);
    const scale = Float64Array.from(features, (j) => this.#scale[j]!);
    for (let j = 0; j < q; j++) {
      const scaleJ = scale[j]! * this.weightSum;
      writeColumn(matrix, j, gram, mean, scale, scaleJ);
      const cross = (gram.cross[j]! - mean[j]! * gram.total) / scaleJ;
      matrix[j * size + q] = cross;
      matrix[q * size + j] = cross;
    }
    matrix[q * size + q] = gram.total / this.weightSum;
    return { features, matrix, tie: this.intercept ? null : Float64Array.from(features, (j) => this.mean[j]!), secants: [] };
  }

  /** Moments of the working features about their means, from those of the stored ones. */
  standardizedMoments(moments: Moments): { gram: Float64Array; cross: Float64Array } {
    const p = this.features;
    const gram = new Float64Array(p * p);
    const cross = new Float64Array(p);
    for (const j of this.usable) {
      cross[j] = moments.cross[j]! / this.#scale[j]!;
      const column = (j * (j + 1)) / 2;
      for (const i of this.usable) {
        if (i > j) break;
        const value = moments.gram![column + i]! / (this.#scale[i]! * this.#scale[j]!);
        gram[i * p + j] = value;
        gram[j * p + i] = value;
      }
    }
    return { gram, cross };
  }
}

/**
 * Column j of a Hessian and, as it is symmetric, row j: (X'UX - m h' - h m' + t m m') / (s_i s_j), up to the diagonal.
 * By itself: a fit needs few Hessians, and what is called often is compiled sooner than one long loop.
 */
function writeColumn(matrix: Float64Array, j: number, { packed, cross, total }: GramResult, mean: Float64Array, scale: Float64Array, scaleJ: number): void {
  const size = mean.length + 1;
  const column = (j * (j + 1)) / 2;
  const meanJ = mean[j]!, crossJ = cross[j]!;
  for (let i = 0; i <= j; i++) {
    const value = (packed[column + i]! - mean[i]! * crossJ - meanJ * cross[i]! + mean[i]! * meanJ * total) / (scale[i]! * scaleJ);
    matrix[i * size + j] = value;
    matrix[j * size + i] = value;
  }
}
