/**
 * Which features an M-step works on: those with a coefficient, those that are
 * not penalised, and those the sequential strong rule lets in (Tibshirani et
 * al. 2012): |gradient_j| >= l1_j (2 lambda - previous lambda). What the rule
 * misses shows as a violation in the next evaluation, which looks at all features.
 */
export function workingSet(
  usable: Int32Array,
  beta: Float64Array,
  gradient: Float64Array,
  l1: Float64Array,
  slope: number,
  previousSlope: number,
): Int32Array {
  const bar = Math.max(0, 2 * slope - previousSlope);
  return usable.filter((j) => beta[j] !== 0 || Math.abs(gradient[j]!) >= bar * l1[j]!);
}
