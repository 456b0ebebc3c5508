/**
 * A penalty by name with its parameters, as requests, models and logs carry it.
 * The value at strength lambda is
 *   lambda ( r sum_j v_j s_j |b_j| + (1-r)/2 sum_j v_j (s_j b_j)^2 ),
 * r the l1 ratio (0 ridge, 1 lasso), v_j the penalty factors, s_j 1 or the standard deviation.
 */
export interface PenaltySpec {
  readonly name: 'none' | 'ridge' | 'lasso' | 'elastic-net';
  readonly l1Ratio: number;
}
