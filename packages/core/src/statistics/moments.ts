import type { LossSpec } from '../loss/loss.ts';

export interface MomentsRequest {
  readonly kind: 'moments';
  /** For the mean saturated loss. */
  readonly loss: LossSpec;
  /** Also the p x p cross moments of the features (p^2 n flops). */
  readonly gram: boolean;
}

/** Weighted moments (denominator W) of the stored features and of z = y - offset - responseCentre. */
export interface Moments {
  /** Rows with a positive weight. */
  readonly rows: number;
  readonly weightSum: number;
  /** Of the stored features, p. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly responseMean: number;
  readonly responseVariance: number;
  /** (1/W) sum w (x_j - mean_j)(z - mean z), p. */
  readonly cross: Float64Array;
  /** (1/W) sum w (x - mean)(x - mean)', packed upper triangle by columns: entry (i, j), i <= j, at j(j+1)/2 + i. */
  readonly gram: Float64Array | null;
  /** Weighted mean of the saturated loss. */
  readonly saturatedLoss: number;
}
