/** What a cross-validation says of each lambda, and which lambda it chooses. */

/** Two indices into the values of lambda. */
export interface LambdaChoice {
  /** Smallest mean deviance; of equal ones that of the largest lambda. */
  readonly best: number;
  /** Largest lambda whose mean deviance is at most one standard error above the smallest. */
  readonly oneStandardError: number;
}

export interface FoldSummary {
  /** [K]: m_k = sum_f W_f d_fk / sum_f W_f. */
  readonly mean: Float64Array;
  /** [K]: sqrt( sum_f W_f (d_fk - m_k)^2 / sum_f W_f / (F - 1) ). */
  readonly standardError: Float64Array;
}

/**
 * Mean and standard error over the folds.
 * @param deviance d, F x K: mean deviance of each fold's own rows at each lambda
 * @param weights W, F
 */
export function summarizeFolds(deviance: Float64Array, weights: Float64Array): FoldSummary {
  const folds = weights.length;
  const count = deviance.length / folds;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = new Float64Array(count);
  const standardError = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    for (let f = 0; f < folds; f++) mean[k]! += (weights[f]! / total) * deviance[f * count + k]!;
    let variance = 0;
    for (let f = 0; f < folds; f++) variance += (weights[f]! / total) * (deviance[f * count + k]! - mean[k]!) ** 2;
    standardError[k] = Math.sqrt(variance / (folds - 1));
  }
  return { mean, standardError };
}

export function chooseLambda(lambda: ArrayLike<number>, { mean, standardError }: FoldSummary): LambdaChoice {
  let best = 0;
  for (let k = 1; k < mean.length; k++) {
    if (mean[k]! < mean[best]! || (mean[k] === mean[best] && lambda[k]! > lambda[best]!)) best = k;
  }
  const limit = mean[best]! + standardError[best]!;
  let oneStandardError = best;
  for (let k = 0; k < mean.length; k++) if (mean[k]! <= limit && lambda[k]! > lambda[oneStandardError]!) oneStandardError = k;
  return { best, oneStandardError };
}
