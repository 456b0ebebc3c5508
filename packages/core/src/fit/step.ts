/** Steps between points: what a step solves, where it leads, and what the gradients at both ends say of the Hessian. */
import type { Penalty } from '../penalty/penalty.ts';
import type { ModelStep, ModelStepProblem } from '../solve/modelStep.ts';
import type { Secant } from '../solve/ridge.ts';
import type { Evaluation, Hessian } from './evaluation.ts';
import type { Point, WorkingScale } from './workingScale.ts';

/** Share of the certified tolerance that a step may leave of the least slope at zero: what it leaves must not show in the certificate. */
const TOLERANCE_SHARE = 1e-4;

/** What a step at a point is to solve, all but its model of the Hessian. */
export interface StepTarget {
  readonly scale: WorkingScale;
  readonly penalty: Penalty;
  readonly lambda: number;
  /** Of the fit. */
  readonly tolerance: number;
  /** Share of its optimality conditions' violation that the step may leave. */
  readonly accuracy: number;
}

/** @param features of the model, ascending; `works` says which of them may move, by number, coefficient, |gradient| and slope at zero */
export function stepProblem(
  { scale, penalty, lambda, tolerance, accuracy }: StepTarget, at: Evaluation, features: Int32Array,
  works: (j: number, beta: number, size: number, l1: number) => boolean,
): Omit<ModelStepProblem, 'from' | 'to' | 'share' | 'curvature' | 'updates'> {
  const slope = penalty.slopeAtZero(lambda);
  const curvature = penalty.curvature(lambda);
  const q = features.length;
  // In one piece: what goes to another thread is copied piece by piece.
  const numbers = new Float64Array(4 * q + 1);
  const [start, l1, l2] = [numbers.subarray(0, q), numbers.subarray(q, 2 * q), numbers.subarray(2 * q, 3 * q)];
  const gradient = numbers.subarray(3 * q);
  const working = new Int32Array(q);
  let count = 0;
  let least = Infinity;
  for (let i = 0; i < q; i++) {
    const j = features[i]!;
    gradient[i] = at.gradient[j]!;
    start[i] = at.point.beta[j]!;
    l1[i] = slope * scale.l1[j]!;
    l2[i] = curvature * scale.l2[j]!;
    if (l1[i]! > 0 && l1[i]! < least) least = l1[i]!;
    if (works(j, start[i]!, Math.abs(gradient[i]!), l1[i]!)) working[count++] = i;
  }
  gradient[q] = scale.intercept ? at.interceptGradient : 0;
  return { working: working.slice(0, count), gradient, start, l1, l2, tolerance: least < Infinity ? TOLERANCE_SHARE * tolerance * least : 0, relativeTolerance: accuracy };
}

/** Where a step leads; features that are not in its model stay. */
export function takeStep(from: Point, step: ModelStep, features: Int32Array): Point {
  const beta = from.beta.slice();
  for (let i = 0; i < features.length; i++) beta[features[i]!] = step.beta[i]!;
  return { beta, intercept: from.intercept + step.interceptStep };
}

/** The point a share `length` of the way. */
export function between(from: Point, to: Point, length: number): Point {
  return {
    beta: from.beta.map((b, j) => b + length * (to.beta[j]! - b)),
    intercept: from.intercept + length * (to.intercept - from.intercept),
  };
}

/** The change of the gradient between two points, in the coordinates of a Hessian. */
export function secant(from: Evaluation, to: Evaluation, { features, tie }: Pick<Hessian, 'features' | 'tie'>): Secant {
  const q = features.length;
  const step = new Float64Array(q + 1);
  const change = new Float64Array(q + 1);
  change[q] = to.interceptGradient - from.interceptGradient;
  if (tie === null) step[q] = to.point.intercept - from.point.intercept;
  for (let i = 0; i < q; i++) {
    const j = features[i]!;
    step[i] = to.point.beta[j]! - from.point.beta[j]!;
    change[i] = to.gradient[j]! - from.gradient[j]!;
    if (tie === null) continue;
    step[q] = step[q]! + tie[i]! * step[i]!;
    change[i] = change[i]! - tie[i]! * change[q]!;
  }
  return { step, change };
}
