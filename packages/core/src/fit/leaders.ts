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
  const { from, to, share } = around(positions, leaders.map((leader) => leader.index), index);
  const a = leaders[from]!, b = leaders[to]!;
  const between = (atA: number, atB: number): number => (from === to ? atA : (1 - share) * atA + share * atB);
  const gradient = expected.gradient.slice();
  for (let j = 0; j < gradient.length; j++) {
    gradient[j] = gradient[j]! + between(a.actual.gradient[j]! - a.expected.gradient[j]!, b.actual.gradient[j]! - b.expected.gradient[j]!);
  }
  const evaluation: Evaluation = {
    ...expected,
    gradient,
    interceptGradient: expected.interceptGradient + between(a.actual.interceptGradient - a.expected.interceptGradient, b.actual.interceptGradient - b.expected.interceptGradient),
    curvature: expected.curvature * between(a.actual.curvature / a.expected.curvature, b.actual.curvature / b.expected.curvature),
  };
  const finite = Number.isFinite(evaluation.interceptGradient) && Number.isFinite(evaluation.curvature) && evaluation.gradient.every(Number.isFinite);
  return finite ? evaluation : expected;
}
