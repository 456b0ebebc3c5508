/** Whether a step brought something, and whether more is to be expected of the next. */
import type { Certificate, GradientSize } from './certificate.ts';
import type { Evaluation } from './evaluation.ts';
import type { Point } from './workingScale.ts';

/** Share of an objective that is rounding. */
const EPSILON = 1e-15;
/** A certified answer is taken once the next step would change coefficients by no more than this share of the largest. */
const PRECISE = 2e-5;
/** Share of a Newton step along the largest null gradient below which a coefficient is rounding. */
const ROUNDING = 1e-9;
/** Share of the largest coefficient below which one need not settle. */
const NEGLIGIBLE = 1e-3;

/** The gap as a share of the objective above `saturatedLoss`: 0 where it is rounding of the objective; where that is all the objective is above it and the gap more, Infinity. */
export function relativeGap({ gap, objective }: Certificate, saturatedLoss: number): number {
  return gap <= EPSILON * Math.abs(objective) ? 0 : gap / Math.max(0, objective - saturatedLoss);
}

/** What a certificate leaves open; of an objective beyond all numbers everything. */
export function doubt({ objective, gap, stationarity, violation }: Certificate): number {
  if (!Number.isFinite(objective)) return Infinity;
  return Number.isNaN(gap) ? Math.max(stationarity, violation) : gap;
}

/** Whether a step is taken: the objective fell (to rounding), or the gap is the least so far (or two points could take turns). */
export function improves(next: Certificate, current: Certificate, leastGap = current.gap): boolean {
  if (!Number.isFinite(next.objective)) return false;
  return next.objective <= current.objective + 1e-12 * Math.abs(current.objective) || next.gap < leastGap;
}

/** No less than the mean of l'^2 over the largest l'': the mean of l'^2 / l'', or twice the loss (a bound of convex losses), which a single row that is fitted badly does not make huge. */
export function residualSquare({ pearson, loss }: Evaluation): number {
  return Math.min(pearson, 2 * loss);
}

/** Whether a step from `at` to `to` changes coefficients by no more than PRECISE of the largest (or of what is rounding, at the largest lambda), and the intercept of itself or of the residuals' size. */
export function isPrecise({ nullGradient }: { readonly nullGradient: GradientSize | null }, at: Evaluation, to: Point): boolean {
  const from = at.point;
  let change = 0;
  let largest = (ROUNDING * (nullGradient?.perSpread ?? 0)) / at.curvature;
  for (let j = 0; j < from.beta.length; j++) {
    change = Math.max(change, Math.abs(to.beta[j]! - from.beta[j]!));
    largest = Math.max(largest, Math.abs(from.beta[j]!));
  }
  const level = Math.max(Math.abs(from.intercept), Math.sqrt(residualSquare(at) / at.curvature));
  return change <= PRECISE * largest && Math.abs(to.intercept - from.intercept) <= PRECISE * level;
}

/** Largest change of a coefficient as a share of itself, or of what matters beside the largest. */
export function largestChange(from: Point, to: Point): number {
  const least = NEGLIGIBLE * to.beta.reduce((most, b) => Math.max(most, Math.abs(b)), 0);
  let largest = Math.abs(to.intercept - from.intercept) / (1 + Math.abs(to.intercept));
  for (let j = 0; j < from.beta.length; j++) {
    const change = Math.abs(to.beta[j]! - from.beta[j]!);
    if (change > 0) largest = Math.max(largest, change / Math.max(Math.abs(to.beta[j]!), Math.abs(from.beta[j]!), least));
  }
  return largest;
}
