/**
 * Certificates from the sums of one round.
 *
 * With a_i = l'(psi_i) take the dual point a' = s (a - k c), c_i = l''(psi_i):
 * k = mean a / mean c makes its mean zero (an unpenalised intercept; without one
 * k is free), s makes X'a' feasible for an l1 penalty. The duality gap is the sum
 * of two brackets:
 *
 *   loss:     mean of l(psi) + l*(a') - a' psi, the Bregman divergence of a' from a. For squared loss it
 *             is half the mean of (a'-a)^2/c; for logistic it is a Kullback-Leibler divergence, at most
 *             the chi-square mean of (a'-a)^2/c, and at most that over 2 s^2 (1-|k|)^2 (Taylor with the
 *             smallest curvature between the two points, which is at least s^2 (1-|k|)^2 c).
 *             a'-a = -(1-s) a - s k c, so the mean is (1-s)^2 E + 2 s (1-s) k A + s^2 k^2 C with
 *             E = mean a^2/c, A = mean a, C = mean c. As a divergence is convex in a' it is also at most
 *             (1-s) of that at 0, which is the mean loss above saturation, and s of that at a - k c: the
 *             tighter bound where some rows are fitted so badly that E is huge.
 *   penalty:  P(beta) + P*(-X'a') + mean a' (X beta), the last from mean a t and mean c t.
 *
 * (X'c)_j is C times the feature's mean, give or take the root of mean c^2 times its spread. Nothing here is estimated:
 * the sum is never below the exact gap.
 */
import type { Loss } from '../loss/loss.ts';
import type { Penalty } from '../penalty/penalty.ts';
import type { Evaluation } from './evaluation.ts';
import type { WorkingScale } from './workingScale.ts';

export interface Certificate {
  /** Mean loss plus penalty. */
  readonly objective: number;
  /** Duality gap of the mean objective; NaN where none can be proven at any point, Infinity where none is at this one. */
  readonly gap: number;
  /** Largest violation of the optimality conditions over the largest null gradient, both per standard deviation (per unit where nothing is standardized). */
  readonly stationarity: number;
  /** The same per spread: a feature in large units, whose null gradient dwarfs the others', hides none of them here. */
  readonly violation: number;
}

/** Sizes of gradients: the largest per s_j, and the largest per root mean square of the feature. */
export interface GradientSize {
  readonly perDeviation: number;
  readonly perSpread: number;
}

export function penaltyValue(scale: WorkingScale, penalty: Penalty, lambda: number, beta: Float64Array): number {
  const l1 = penalty.slopeAtZero(lambda);
  const l2 = penalty.curvature(lambda);
  let sum = 0;
  for (const j of scale.usable) {
    const b = beta[j]!;
    if (b !== 0) sum += l1 * scale.l1[j]! * Math.abs(b) + (l2 / 2) * scale.l2[j]! * b * b;
  }
  return sum;
}

/** @param unit of stationarity and violation: the size of the null model's gradient; null: not known, they are absolute */
export function certify(scale: WorkingScale, loss: Loss, penalty: Penalty, lambda: number, at: Evaluation, unit: GradientSize | null): Certificate {
  const worst = violations(scale, penalty, lambda, at);
  const share = (size: number, of: number): number => size / (of > 0 ? of : 1);
  const objective = at.loss + penaltyValue(scale, penalty, lambda, at.point.beta);
  return {
    objective,
    gap: dualityGap(scale, loss, penalty, lambda, at),
    stationarity: share(worst.perDeviation, unit?.perDeviation ?? 1),
    violation: share(worst.perSpread, unit?.perSpread ?? 1),
  };
}

/** Largest violations of the optimality conditions. */
export function violations(scale: WorkingScale, penalty: Penalty, lambda: number, at: Evaluation): GradientSize {
  const l1 = penalty.slopeAtZero(lambda);
  const l2 = penalty.curvature(lambda);
  let perSpread = scale.intercept ? Math.abs(at.interceptGradient) : 0;
  let perDeviation = perSpread;
  for (const j of scale.usable) {
    const b = at.point.beta[j]!;
    const g = at.gradient[j]!;
    const violation =
      b === 0 ? Math.max(0, Math.abs(g) - l1 * scale.l1[j]!) : Math.abs(g + l1 * scale.l1[j]! * Math.sign(b) + l2 * scale.l2[j]! * b);
    perSpread = Math.max(perSpread, violation);
    perDeviation = Math.max(perDeviation, scale.ratio[j]! > 0 ? violation / scale.ratio[j]! : violation);
  }
  return { perDeviation, perSpread };
}

function dualityGap(scale: WorkingScale, loss: Loss, penalty: Penalty, lambda: number, at: Evaluation): number {
  if (!(lambda > 0) || scale.usable.some((j) => scale.l1[j] === 0)) return NaN;
  const gaps = dualShifts(scale, penalty, lambda, at).filter((k) => Math.abs(k) < 1).map((k) => gapOf(k, scale, loss, penalty, lambda, at));
  return Math.min(...gaps);
}

/**
 * The k that dual points s (a - k c) are tried with. With an intercept there is one. Without one there is 0, and the k that
 * takes from the gradients what all features have in common by their means: far from zero these make X'a so large
 * that the last digits of the coefficients decide whether it is feasible.
 */
export function dualShifts(scale: WorkingScale, penalty: Penalty, lambda: number, at: Evaluation): number[] {
  if (scale.intercept) return [at.interceptGradient / at.curvature];
  const l1 = penalty.slopeAtZero(lambda);
  const l2 = penalty.curvature(lambda);
  // Weighted least squares of the violations on the means, over the features whose conditions are equations or violated.
  let along = 0;
  let square = 0;
  for (const j of scale.usable) {
    const b = at.point.beta[j]!;
    const g = at.gradient[j]!;
    const slope = l1 * scale.l1[j]!;
    if (b === 0 && Math.abs(g) <= slope) continue;
    const violation = b === 0 ? g - slope * Math.sign(g) : g + slope * Math.sign(b) + l2 * scale.l2[j]! * b;
    const weight = slope > 0 ? 1 / (slope * slope) : 1 / (l2 * scale.l2[j]!);
    along += weight * violation * scale.mean[j]!;
    square += weight * scale.mean[j]! * scale.mean[j]!;
  }
  const shift = along / (square * at.curvature);
  return Number.isFinite(shift) ? [0, shift] : [0];
}

/** The gap of the better of the dual points s (a - k c), s = 1 and the largest s that keeps X'a' within the l1 slope everywhere. */
function gapOf(shift: number, scale: WorkingScale, loss: Loss, penalty: Penalty, lambda: number, at: Evaluation): number {
  const l1 = penalty.slopeAtZero(lambda);
  const l2 = penalty.curvature(lambda);
  /** Bound of |X'(a - k c)|_j. */
  const size = (j: number): number =>
    Math.abs(at.gradient[j]! - shift * at.curvature * scale.mean[j]!) + Math.abs(shift) * Math.sqrt(at.curvatureSquare) * scale.spread[j]!;
  let feasible = 1;
  for (const j of scale.usable) if (size(j) > l1 * scale.l1[j]!) feasible = Math.min(feasible, (l1 * scale.l1[j]!) / size(j));
  const gapAt = (s: number): number => {
    let bracket = s * (at.alignment - shift * at.curvatureAlignment);
    for (const j of scale.usable) {
      const b = at.point.beta[j]!;
      if (b !== 0) bracket += l1 * scale.l1[j]! * Math.abs(b) + (l2 / 2) * scale.l2[j]! * b * b;
      if (l2 === 0) continue;
      const excess = s * size(j) - l1 * scale.l1[j]!;
      if (excess > 0) bracket += (excess * excess) / (2 * l2 * scale.l2[j]!);
    }
    const shifted = shift * shift * at.curvature;
    const chiSquare = (s < 1 ? (1 - s) * (1 - s) * at.pearson : 0) + 2 * s * (1 - s) * shift * at.interceptGradient + s * s * shifted;
    const factor = (narrow: number): number => (loss.quadratic ? 0.5 : Math.min(1, 1 / (2 * narrow * narrow)));
    const left = 1 - Math.abs(shift);
    return Math.max(0, bracket + Math.min(factor(s * left) * chiSquare, (1 - s) * at.loss + s * factor(left) * shifted));
  };
  if (l2 === 0) return gapAt(feasible);
  return Math.min(gapAt(1), feasible > 0 ? gapAt(feasible) : Infinity);
}
