import { HALF, ONE, ZERO, constant } from './constants';
import { addPair, addSum } from './sums';

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

/** Panels, two columns at a time. The inputs of a row of weight 0 become zeros: it adds nothing, whatever they hold. */
export function squaredPanels(n: i32, panels: i32, psi: usize, psiStride: usize, offset: usize, y: usize, w: usize, sums: usize, sumsStride: usize): void {
  const wStep: usize = w ? 8 : 0, offsetStep: usize = offset ? 8 : 0;
  if (!w) w = ONE;
  if (!offset) offset = ZERO;
  for (; panels > 0; panels--, psi += psiStride, sums += sumsStride) {
    for (let pair: usize = 0; pair < 64; pair += 16) {
      squaredPair(n, psi + pair, offset, offsetStep, y, w, wStep, sums + pair);
    }
  }
}

function squaredPair(n: i32, psi: usize, offset: usize, offsetStep: usize, y: usize, w: usize, wStep: usize, sums: usize): void {
  const zero = f64x2.splat(0);
  let gradient = zero, alignment = zero, weights = zero, weightedT = zero, pearson = zero;
  for (; n > 0; n--, psi += 64, y += 8, w += wStep, offset += offsetStep) {
    const weight = v128.load_splat<f64>(w);
    const present = f64x2.ne(weight, zero);
    const value = v128.and(v128.load(psi), present);
    const a = f64x2.sub(value, v128.and(v128.load_splat<f64>(y), present));
    const t = f64x2.sub(value, v128.and(v128.load_splat<f64>(offset), present));
    const wa = f64x2.mul(weight, a);
    v128.store(psi, wa);
    gradient = f64x2.add(gradient, wa);
    alignment = f64x2.relaxed_madd(wa, t, alignment);
    weights = f64x2.add(weights, weight);
    weightedT = f64x2.relaxed_madd(weight, t, weightedT);
    pearson = f64x2.relaxed_madd(wa, a, pearson);
  }
  addPair(sums, f64x2.mul(constant(HALF), pearson));
  addPair(sums + 64, gradient);
  addPair(sums + 128, alignment);
  addPair(sums + 192, weights);
  addPair(sums + 256, weightedT);
  addPair(sums + 320, pearson);
  addPair(sums + 384, weights);
}
