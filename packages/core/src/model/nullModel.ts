import type { Loss } from '../loss/loss.ts';

/**
 * The constant c that minimises sum_i w_i l(y_i, c + offset_i): the null model
 * of some rows. Without an offset it is the loss's starting value of the mean;
 * with one, Newton steps held inside the bracket that the derivative's sign
 * gives, O(n) each.
 */
export function bestConstant(loss: Loss, y: Float64Array, w: Float64Array, offset: Float64Array | null): number {
  let weightSum = 0;
  let moment = 0;
  for (let i = 0; i < y.length; i++) {
    weightSum += w[i]!;
    moment += w[i]! * y[i]!;
  }
  const start = loss.startingValue(moment / weightSum);
  if (offset === null || !Number.isFinite(start)) return start;
  let constant = 0;
  let low = -Infinity;
  let high = Infinity;
  for (let step = 0; step < 100; step++) {
    let slope = 0;
    let curvature = 0;
    for (let i = 0; i < y.length; i++) {
      slope += w[i]! * loss.derivative(y[i]!, constant + offset[i]!);
      curvature += w[i]! * loss.curvature(y[i]!, constant + offset[i]!);
    }
    if (slope > 0) high = constant;
    else low = constant;
    let next = constant - slope / curvature;
    if (!(next > low && next < high)) next = Number.isFinite(low) && Number.isFinite(high) ? (low + high) / 2 : constant - Math.sign(slope) * Math.max(1, Math.abs(constant));
    if (Math.abs(next - constant) <= 1e-12 * Math.max(1, Math.abs(next))) return next;
    constant = next;
  }
  return constant;
}
