/**
 * Leaders: a few values of the path that the first sweeps look at, for all
 * others. What a sweep finds at them beside what was expected there (the
 * difference between a sample and all rows, or what a step's model leaves out)
 * changes slowly along the path, and is expected of the values between as well.
 */
import { anchorIndices, around } from './anchors.ts';
import type { Anchors } from './anchors.ts';
import type { Evaluation } from './evaluation.ts';
import { LEADER_SHARE } from './road.ts';
import type { Point } from './workingScale.ts';

/** Sum of the sizes of weights up to which one interpolates by a cubic: among evenly spaced values it is 1.25 at most. */
const MOST_WEIGHT = 2;

export interface Leading {
  /** Which values, ascending. */
  readonly leaders: readonly number[];
  /** Sweeps that look at them alone. */
  readonly sweeps: number;
  /** Of all values along the path, ascending. */
  readonly positions: Float64Array;
}

/** The values that lead: a share of them, evenly spaced, and the anchors. Ascending. */
export function leadersAmong(values: number, anchors: readonly number[]): number[] {
  return [...new Set([...anchorIndices(values, Math.ceil(LEADER_SHARE * values)), ...anchors])].sort((a, b) => a - b);
}

/** What was expected at a value's point, and what was found there. */
export interface Found {
  readonly index: number;
  readonly expected: Evaluation;
  readonly actual: Evaluation;
}

/**
 * What is expected at `to` by the model of value `index` at `from`: gradients to first order, of the features of the model.
 * Loss and sums of the certificate stay those of `from`: no step needs them. Cost: O(q) a coefficient that differs.
 */
export function expectedAt(from: Evaluation, to: Point, index: number, model: Anchors): Evaluation {
  const { features, tie } = model;
  const q = features.length;
  const step = new Float64Array(q + 1);
  step[q] = tie === null ? to.intercept - from.point.intercept : 0;
  for (let i = 0; i < q; i++) {
    const j = features[i]!;
    step[i] = to.beta[j]! - from.point.beta[j]!;
    if (tie !== null) step[q] = step[q]! + tie[i]! * step[i]!;
  }
  const change = model.times(index, from.curvature, step);
  const gradient = from.gradient.slice();
  for (let i = 0; i < q; i++) {
    const j = features[i]!;
    gradient[j] = gradient[j]! + change[i]! + (tie === null ? 0 : tie[i]! * change[q]!);
  }
  return { ...from, point: to, gradient, interceptGradient: from.interceptGradient + change[q]! };
}

/** What is expected of value `index` once its leaders, ascending, have been looked at: gradients differ as theirs do, the mean curvature by as large a share. */
export function shifted(expected: Evaluation, index: number, leaders: readonly Found[], positions: Float64Array): Evaluation {
  const gradient = expected.gradient.slice();
  let { interceptGradient } = expected;
  let share = 0;
  for (const { at, weight } of interpolation(positions, leaders.map((leader) => leader.index), index)) {
    const { actual, expected: was } = leaders[at]!;
    for (let j = 0; j < gradient.length; j++) gradient[j] = gradient[j]! + weight * (actual.gradient[j]! - was.gradient[j]!);
    interceptGradient += weight * (actual.interceptGradient - was.interceptGradient);
    share += weight * (actual.curvature / was.curvature);
  }
  const curvature = expected.curvature * share;
  const finite = Number.isFinite(interceptGradient) && Number.isFinite(curvature) && gradient.every(Number.isFinite);
  return finite && curvature >= 0 ? { ...expected, gradient, interceptGradient, curvature } : expected;
}

/**
 * Weights of some values, ascending, whose sum is what stands at value `index`: of the cubic through two on either side, at an end of the
 * parabola through three. Where they lie so unevenly that what is found at one of them would count for more than it is, on the line between neighbours.
 */
function interpolation(positions: Float64Array, among: readonly number[], index: number): { at: number; weight: number }[] {
  const { from, to, share } = around(positions, among, index);
  if (from === to) return [{ at: from, weight: 1 }];
  const near = Array.from({ length: 4 }, (_, i) => from - 1 + i).filter((at) => at >= 0 && at < among.length);
  const place = (at: number): number => positions[among[at]!]!;
  const weights = near.map((at) => near.reduce((weight, other) => (other === at ? weight : (weight * (positions[index]! - place(other))) / (place(at) - place(other))), 1));
  if (weights.reduce((sum, weight) => sum + Math.abs(weight), 0) <= MOST_WEIGHT) return near.map((at, i) => ({ at, weight: weights[i]! }));
  return [{ at: from, weight: 1 - share }, { at: to, weight: share }];
}
