/** Losses and penalties by the names a program calls them. */
import { penaltyBySpec } from '@scalemix/core';
import type { LossSpec, PenaltySpec } from '@scalemix/core';

/** Least squares: (y - psi)^2 / 2. */
export function squared(): LossSpec {
  return { name: 'squared', parameters: {} };
}

/** Logistic regression: log(1 + e^psi) - y psi, with y two classes or a share in [0, 1]. */
export function logistic(): LossSpec {
  return { name: 'logistic', parameters: {} };
}

/** No penalty: one value of lambda, 0. */
export function none(): PenaltySpec {
  return { name: 'none', l1Ratio: 0 };
}

/** lambda/2 sum (s_j b_j)^2, s_j the standard deviation of column j. */
export function ridge(): PenaltySpec {
  return { name: 'ridge', l1Ratio: 0 };
}

/** lambda sum s_j |b_j|: many coefficients are exactly zero. */
export function lasso(): PenaltySpec {
  return { name: 'lasso', l1Ratio: 1 };
}

/**
 * lambda (r sum s_j |b_j| + (1 - r)/2 sum (s_j b_j)^2).
 * @param options.l1Ratio r, from 0 (ridge) to 1 (lasso); @default 0.5
 * @throws UsageError BAD_L1_RATIO
 */
export function elasticNet({ l1Ratio = 0.5 }: { readonly l1Ratio?: number } = {}): PenaltySpec {
  const spec: PenaltySpec = { name: 'elastic-net', l1Ratio };
  penaltyBySpec(spec);
  return spec;
}
