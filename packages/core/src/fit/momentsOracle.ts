/**
 * Least squares from moments alone: with G = X'X/W, c = X'z/W on the working
 * scale the loss is zz/2 - c'b + b'Gb/2, its gradient G b - c. No sweep; the
 * digits are those of the moments, so where the loss falls far below the
 * response's own size the rows must be read again.
 */
import type { Moments } from '../statistics/moments.ts';
import type { Evaluation, HessianRequest, Oracle } from './evaluation.ts';
import type { Point, WorkingScale } from './workingScale.ts';

export class MomentsOracle implements Oracle {
  readonly #scale: WorkingScale;
  readonly #gram: Float64Array;
  readonly #cross: Float64Array;
  /** Mean square of the response about what the intercept takes. */
  readonly responseSquare: number;
  /** The intercept (about the features' references) that fits best, whatever beta is. */
  readonly bestIntercept: number;

  constructor(scale: WorkingScale, moments: Moments, responseCentre: number) {
    this.#scale = scale;
    // Moments are of z = y - offset - centre; without an intercept the centre goes back in.
    const mean = moments.responseMean + responseCentre;
    this.bestIntercept = scale.intercept ? mean : 0;
    this.responseSquare = scale.intercept ? moments.responseVariance : moments.responseVariance + mean * mean;
    const standardized = scale.standardizedMoments({ ...moments, responseMean: mean });
    this.#gram = standardized.gram;
    this.#cross = standardized.cross;
  }

  async evaluate(points: readonly Point[], hessians: readonly HessianRequest[]): Promise<Evaluation[]> {
    return points.map((point, k) => this.#at(point, hessians.find((request) => request.at === k)?.features ?? null));
  }

  #at(point: Point, features: Int32Array | null): Evaluation {
    const p = this.#scale.features;
    const { beta } = point;
    const shift = point.intercept - this.bestIntercept;
    const gradient = new Float64Array(p);
    for (let j = 0; j < p; j++) gradient[j] = -this.#cross[j]!;
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
    // 2 loss = zz - 2 c'b + b'Gb = zz - c'b + b'(Gb - c); the intercept adds its own square.
    const square = Math.max(0, this.responseSquare - crossed + alignment) + (this.#scale.intercept ? shift * shift : 0);
    return {
      point,
      loss: square / 2,
      gradient,
      interceptGradient: this.#scale.intercept ? shift : 0,
      alignment: alignment + (this.#scale.intercept ? shift * point.intercept : 0),
      curvature: 1,
      curvatureAlignment: this.#scale.intercept ? point.intercept : 0,
      pearson: square,
      curvatureSquare: 1,
      heldOutLoss: null,
      hessian: features === null ? null : { features, matrix: this.#submatrix(features), corrections: 0 },
    };
  }

  #submatrix(features: Int32Array): Float64Array {
    const p = this.#scale.features;
    const q = features.length;
    const matrix = new Float64Array((q + 1) * (q + 1));
    for (let i = 0; i < q; i++) {
      const row = features[i]! * p;
      for (let j = 0; j < q; j++) matrix[i * (q + 1) + j] = this.#gram[row + features[j]!]!;
    }
    // The features are centred about the intercept.
    matrix[q * (q + 1) + q] = 1;
    return matrix;
  }
}
