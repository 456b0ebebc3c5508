/**
 * What the solver knows at a point: value, gradient and the sums that a
 * certificate needs, all as weighted means on the working scale, and the
 * Hessian of some features where it was asked for.
 */
import type { Secant } from '../solve/ridge.ts';
import type { Point } from './workingScale.ts';

export interface Evaluation {
  readonly point: Point;
  /** Mean loss. */
  readonly loss: number;
  /** Mean gradient of the loss with respect to beta, p. */
  readonly gradient: Float64Array;
  /** Mean of a = l'(psi). */
  readonly interceptGradient: number;
  /** Means of: a t; c = l''; c t; a^2 / c; c^2, with t = psi - offset. */
  readonly alignment: number;
  readonly curvature: number;
  readonly curvatureAlignment: number;
  readonly pearson: number;
  readonly curvatureSquare: number;
  /** Mean loss of the rows that the fit leaves out (a fold); null where it leaves out none. */
  readonly heldOutLoss: number | null;
  readonly hessian: Hessian | null;
}

export interface Hessian {
  /** Ascending; q of them. */
  readonly features: Int32Array;
  /** Means of c x_i x_j about the features' means, with a 1 as the last feature: q + 1 square. */
  readonly matrix: Float64Array;
  /** null: the coefficient of the 1 is free, the intercept. Else it is tie'beta, as the features' means have it: q numbers. */
  readonly tie: Float64Array | null;
  /** Steps since it was formed, and the changes of the gradient along them: they correct it. Oldest first. */
  readonly secants: readonly Secant[];
}

/** Whether a Hessian may be as rough as products in float32 make it: true where the rows are stored in float32 anyway, 'always' in any case. */
export type Coarseness = boolean | 'always';

/** The Hessian of `features` at point number `at`. */
export interface HessianRequest {
  readonly at: number;
  readonly features: Int32Array;
  /** @default false */
  readonly coarse?: Coarseness;
}

/** Where evaluations come from: sweeps over the rows, or moments that stand for them. */
export interface Oracle {
  /** One evaluation for each point, with the Hessians asked for. `open`: how many values of the path are still open. */
  evaluate(points: readonly Point[], hessians: readonly HessianRequest[], open: number): Promise<Evaluation[]>;
}
