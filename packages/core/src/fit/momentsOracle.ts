/**
 * Least squares from moments alone. With the covariances G = X'X/W and c = X'z/W
 * of working features and response about their means m and z0, and a = b0 + m'b - z0
 * the mean residual, twice the loss is zz - 2 c'b + b'Gb + a^2 and the gradient
 * G b - c + a m. No sweep; the digits are those of the moments, so where the loss
 * falls far below the response's own size the rows must be read again.
 */
import type { Moments } from '../statistics/moments.ts';
import type { Evaluation, Hessian, HessianRequest, Oracle } from './evaluation.ts';
import type { Point, WorkingScale } from './workingScale.ts';

export class MomentsOracle implements Oracle {
  readonly #scale: WorkingScale;
  readonly #signal: AbortSignal | undefined;
  readonly #gram: Float64Array;
  readonly #cross: Float64Array;
  readonly #mean: Float64Array;
  readonly #responseMean: number;
  readonly #responseVariance: number;
  /** Mean square of the response about what the intercept takes. */
  readonly responseSquare: number;
  /** The intercept (about the features' references) that fits best, whatever beta is. */
  readonly bestIntercept: number;

  /** @param signal ends it at the next evaluation */
  constructor(scale: WorkingScale, moments: Moments, responseCentre: number, signal?: AbortSignal) {
    this.#scale = scale;
    this.#signal = signal;
    // Moments are of z = y - offset - centre.
    this.#responseMean = moments.responseMean + responseCentre;
    this.#responseVariance = moments.responseVariance;
    this.bestIntercept = scale.intercept ? this.#responseMean : 0;
    this.responseSquare = moments.responseVariance + (scale.intercept ? 0 : this.#responseMean ** 2);
    const { gram, cross } = scale.standardizedMoments(moments);
    this.#gram = gram;
    this.#cross = cross;
    this.#mean = scale.mean;
  }

  async evaluate(points: readonly Point[], hessians: readonly HessianRequest[]): Promise<Evaluation[]> {
    this.#signal?.throwIfAborted();
    return points.map((point, k) => this.#at(point, hessians.find((request) => request.at === k)?.features ?? null));
  }

  #at(point: Point, features: Int32Array | null): Evaluation {
    const p = this.#scale.features;
    const { beta } = point;
    const gradient = new Float64Array(p);
    let level = point.intercept;
    for (let j = 0; j < p; j++) {
      gradient[j] = -this.#cross[j]!;
      level += this.#mean[j]! * beta[j]!;
    }
    for (let j = 0; j < p; j++) {
      const b = beta[j]!;
      if (b === 0) continue;
      for (let i = 0; i < p; i++) gradient[i] = gradient[i]! + this.#gram[j * p + i]! * b;
    }
    let alignment = 0;
    let crossed = 0;
    for (let j = 0; j < p; j++) {
      alignment += beta[j]! * gradient[j]!;
      crossed += beta[j]! * this.#cross[j]!;
    }
    const residual = level - this.#responseMean;
    // zz - 2 c'b + b'Gb = zz - c'b + b'(Gb - c).
    const square = Math.max(0, this.#responseVariance - crossed + alignment) + residual * residual;
    for (let j = 0; j < p; j++) gradient[j] = gradient[j]! + residual * this.#mean[j]!;
    return {
      point,
      loss: square / 2,
      gradient,
      interceptGradient: residual,
      alignment: alignment + residual * level,
      curvature: 1,
      curvatureAlignment: level,
      pearson: square,
      curvatureSquare: 1,
      heldOutLoss: null,
      hessian: features === null ? null : this.#hessian(features),
    };
  }

  #hessian(features: Int32Array): Hessian {
    const p = this.#scale.features;
    const q = features.length;
    const matrix = new Float64Array((q + 1) * (q + 1));
    for (let i = 0; i < q; i++) {
      const row = features[i]! * p;
      for (let j = 0; j < q; j++) matrix[i * (q + 1) + j] = this.#gram[row + features[j]!]!;
    }
    matrix[q * (q + 1) + q] = 1;
    return { features, matrix, tie: this.#scale.intercept ? null : Float64Array.from(features, (j) => this.#mean[j]!), secants: [] };
  }
}
