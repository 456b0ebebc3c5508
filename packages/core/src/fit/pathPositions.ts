/**
 * Where the values of a path stand along it, for interpolation between some of
 * them: by how far the linear predictors move from one to the next, and a
 * little by log lambda. Curvatures follow the linear predictors, which stop
 * moving long before a path ends.
 */
import { log } from '../kernels/elementary.ts';
import type { Evaluation } from './evaluation.ts';

/** Weight of log lambda's way beside that of the linear predictors, both taken as 1 in all. */
const LOG_SHARE = 0.3;

/**
 * Ascending, K. The way of the linear predictors from one value to the next is their root mean square change, weighted by curvature:
 * the square root of (g' - g)'(b' - b) / c, intercept included, c the mean curvature.
 * @param at the values' solutions, or nearly; `lambdas` descending
 */
export function pathPositions(at: readonly Evaluation[], lambdas: readonly number[]): Float64Array {
  const moved = Float64Array.from(at, (to, k) => (k === 0 ? 0 : distance(at[k - 1]!, to)));
  const logs = lambdas.map((lambda) => (lambda > 0 ? log(lambda) : NaN));
  // A lambda of 0 stands one natural logarithm after the value before.
  const fell = Float64Array.from(logs, (value, k) => (k === 0 ? 0 : Number.isNaN(value) ? 1 : logs[k - 1]! - value));
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  const [way, fall] = [sum(moved), sum(fell)];
  let position = 0;
  return moved.map((step, k) => (position += (way > 0 ? step / way : 0) + (fall > 0 ? (LOG_SHARE * fell[k]!) / fall : 0)));
}

function distance(from: Evaluation, to: Evaluation): number {
  let square = (to.interceptGradient - from.interceptGradient) * (to.point.intercept - from.point.intercept);
  for (let j = 0; j < to.gradient.length; j++) square += (to.gradient[j]! - from.gradient[j]!) * (to.point.beta[j]! - from.point.beta[j]!);
  return square > 0 ? Math.sqrt((2 * square) / (from.curvature + to.curvature)) : 0;
}
