/**
 * A penalty by name with its parameters, as requests, models and logs carry it.
 * The penalty at strength lambda is
 *   lambda ( r sum_j v_j t_j + (1-r)/2 sum_j v_j t_j^2 ),   t_j = s_j |b_j|,
 * r the l1 ratio (0 ridge, 1 lasso), v_j the penalty factors, s_j 1 or the standard deviation.
 */
export interface PenaltySpec {
  readonly name: PenaltyName;
  readonly l1Ratio: number;
}

export type PenaltyName = 'none' | 'ridge' | 'lasso' | 'elastic-net';

/** One coordinate's penalty in terms of t = s |b|, at strength lambda (times its penalty factor). */
export interface Penalty {
  readonly name: PenaltyName;
  /** Derivative at t = 0+: below it a gradient leaves the coefficient at zero. */
  slopeAtZero(lambda: number): number;
  /** Second derivative in t, constant for this family. */
  curvature(lambda: number): number;
  value(t: number, lambda: number): number;
  /** sup over t of v t - value(t), Infinity where unbounded; v >= 0. */
  conjugate(v: number, lambda: number): number;
  /** E-step weight: derivative over t, Infinity at 0 where the penalty has a kink. */
  weight(t: number, lambda: number): number;
}
