import { HALF, ONE, ZERO, constant } from './constants';
import { addColumns, addSum } from './sums';

/*
 * Squared loss l = (psi - y)^2 / 2: a = psi - y, c = 1, a^2 / c = a^2.
 */

/** One column. */
export function squaredColumn(n: i32, psi: usize, offset: usize, y: usize, w: usize, residual: usize, curvature: usize, sums: usize): void {
  const wStep: usize = w ? 8 : 0, offsetStep: usize = offset ? 8 : 0, curvatureStep: usize = curvature ? 8 : 0;
  if (!w) w = ONE;
  if (!offset) offset = ZERO;
  let gradient = 0.0, alignment = 0.0, weights = 0.0, weightedT = 0.0, pearson = 0.0;
  for (; n > 0; n--, psi += 8, y += 8, residual += 8, w += wStep, offset += offsetStep, curvature += curvatureStep) {
    const weight = load<f64>(w);
    let wa = 0.0;
    if (weight != 0) {
      const value = load<f64>(psi);
      const a = value - load<f64>(y), t = value - load<f64>(offset);
      wa = weight * a;
      gradient += wa;
      alignment += wa * t;
      weights += weight;
      weightedT += weight * t;
      pearson += wa * a;
    }
    store<f64>(residual, wa);
    if (curvature) store<f64>(curvature, weight);
  }
  addSum(sums, 0.5 * pearson);
  addSum(sums + 8, gradient);
  addSum(sums + 16, alignment);
  addSum(sums + 24, weights);
  addSum(sums + 32, weightedT);
  addSum(sums + 40, pearson);
  addSum(sums + 48, weights);
}

/** Panels, four columns at a time. The inputs of a row of weight 0 become zeros: it adds nothing, whatever they hold. */
export function squaredPanels(n: i32, panels: i32, psi: usize, psiStride: usize, offset: usize, y: usize, w: usize, sums: usize, sumsStride: usize): void {
  const wStep: usize = w ? 8 : 0, offsetStep: usize = offset ? 8 : 0;
  if (!w) w = ONE;
  if (!offset) offset = ZERO;
  for (; panels > 0; panels--, psi += psiStride, sums += sumsStride) {
    fourColumns(n, psi, offset, offsetStep, y, w, wStep, sums);
    fourColumns(n, psi + 32, offset, offsetStep, y, w, wStep, sums + 32);
  }
}

function fourColumns(n: i32, psi: usize, offset: usize, offsetStep: usize, y: usize, w: usize, wStep: usize, sums: usize): void {
  const zero = f64x2.splat(0);
  let gradient0 = zero, alignment0 = zero, weightedT0 = zero, pearson0 = zero;
  let gradient1 = zero, alignment1 = zero, weightedT1 = zero, pearson1 = zero;
  let weights = zero;
  for (; n > 0; n--, psi += 64, y += 8, w += wStep, offset += offsetStep) {
    const weight = v128.load_splat<f64>(w);
    const present = f64x2.ne(weight, zero);
    const response = v128.and(v128.load_splat<f64>(y), present), shift = v128.and(v128.load_splat<f64>(offset), present);
    const x0 = v128.and(v128.load(psi), present), x1 = v128.and(v128.load(psi, 16), present);
    const a0 = f64x2.sub(x0, response), a1 = f64x2.sub(x1, response);
    const t0 = f64x2.sub(x0, shift), t1 = f64x2.sub(x1, shift);
    const wa0 = f64x2.mul(weight, a0), wa1 = f64x2.mul(weight, a1);
    v128.store(psi, wa0);
    v128.store(psi, wa1, 16);
    gradient0 = f64x2.add(gradient0, wa0);
    gradient1 = f64x2.add(gradient1, wa1);
    alignment0 = f64x2.relaxed_madd(wa0, t0, alignment0);
    alignment1 = f64x2.relaxed_madd(wa1, t1, alignment1);
    weights = f64x2.add(weights, weight);
    weightedT0 = f64x2.relaxed_madd(weight, t0, weightedT0);
    weightedT1 = f64x2.relaxed_madd(weight, t1, weightedT1);
    pearson0 = f64x2.relaxed_madd(wa0, a0, pearson0);
    pearson1 = f64x2.relaxed_madd(wa1, a1, pearson1);
  }
  addColumns(sums, f64x2.mul(constant(HALF), pearson0), f64x2.mul(constant(HALF), pearson1));
  addColumns(sums + 64, gradient0, gradient1);
  addColumns(sums + 128, alignment0, alignment1);
  addColumns(sums + 192, weights, weights);
  addColumns(sums + 256, weightedT0, weightedT1);
  addColumns(sums + 320, pearson0, pearson1);
  addColumns(sums + 384, weights, weights);
}

export function squaredLossPanels(n: i32, panels: i32, psi: usize, psiStride: usize, y: usize, w: usize, losses: usize): void {
  const wStep: usize = w ? 8 : 0;
  if (!w) w = ONE;
  for (; panels > 0; panels--, psi += psiStride, losses += 64) {
    fourLosses(n, psi, y, w, wStep, losses);
    fourLosses(n, psi + 32, y, w, wStep, losses + 32);
  }
}

function fourLosses(n: i32, psi: usize, y: usize, w: usize, wStep: usize, losses: usize): void {
  let squares0 = f64x2.splat(0), squares1 = squares0;
  for (; n > 0; n--, psi += 64, y += 8, w += wStep) {
    const weight = v128.load_splat<f64>(w);
    const present = f64x2.ne(weight, f64x2.splat(0));
    const response = v128.and(v128.load_splat<f64>(y), present);
    const a0 = f64x2.sub(v128.and(v128.load(psi), present), response), a1 = f64x2.sub(v128.and(v128.load(psi, 16), present), response);
    squares0 = f64x2.relaxed_madd(f64x2.mul(weight, a0), a0, squares0);
    squares1 = f64x2.relaxed_madd(f64x2.mul(weight, a1), a1, squares1);
  }
  addColumns(losses, f64x2.mul(constant(HALF), squares0), f64x2.mul(constant(HALF), squares1));
}
