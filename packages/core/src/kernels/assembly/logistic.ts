import { HALF, ONE, SIGN, SMALL_FACTOR, THIRD, ZERO, constant } from './constants';
import { exponential, logOnePlus, logarithm } from './exponential';
import { addColumns, addSum, lanes } from './sums';

/*
 * Logistic loss l = log(1 + exp(psi)) - y psi, 0 <= y <= 1. With e = exp(-|psi|), d = 1 / (1 + e) and
 * far = 1 - y where psi >= 0, y elsewhere (the share of the outcome that psi speaks against), near = 1 - far:
 *
 *   l = log(1 + e) + far |psi|          |a| = d (far - near e), a has the sign of psi times that of the bracket
 *   c = e d^2                           a^2 / c = (far - near e) (far / e - near)
 *
 * For y in {0, 1} the brackets are single terms: a is e d or d with all its digits, however separated the data are,
 * and a^2 / c is exp(-margin). e is at least exp(-708), so nothing is 0 / 0 or 0 Infinity.
 *
 * Sum of log(1 + e) for weights 0 and 1: the logarithm of a product, one for at most CHUNK factors in [1, 2]; where
 * e <= 2^-13 a factor would lose its digits, and the series e - e^2/2 + e^3/3 (remainder 5e-13 of it) is added instead.
 *
 * Rows of weight 0 have their inputs replaced by zeros and then weigh 0: they add nothing, whatever they hold.
 *
 * About 1.7 ns an element with 256-bit vectors, 3 without; weights other than 0 and 1 add half.
 */

/** Most factors of one product: 2^500, so that two of them can be multiplied. */
export const CHUNK = 500;

/** What is known of the weights. */
export const ALL_ONE = 0;
export const ZERO_OR_ONE = 1;
export const ANY = 2;

export function kindOf(n: i32, w: usize): i32 {
  if (!w) return ALL_ONE;
  for (; n > 0; n--, w += 8) {
    const weight = load<f64>(w);
    if (weight != 0 && weight != 1) return ANY;
  }
  return ZERO_OR_ONE;
}

/** far of the comment above. */
@inline
export function farShare(y: v128, positive: v128): v128 {
  return i64x2.relaxed_laneselect(f64x2.sub(constant(ONE), y), y, positive);
}

/** psi of a row; 0 where its weight is 0. */
@inline
function linear(kind: i32, panel: bool, psi: usize, w: usize): v128 {
  const x = v128.load(psi);
  if (kind == ALL_ONE) return x;
  return v128.and(x, f64x2.ne(panel ? v128.load_splat<f64>(w) : v128.load(w), f64x2.splat(0)));
}

/** 1 / (e (1 + e)): one division gives both 1 / (1 + e) and 1 / e. */
@inline
function divided(e: v128): v128 {
  return f64x2.div(constant(ONE), f64x2.mul(e, f64x2.add(constant(ONE), e)));
}

/** sum + log(1 + e) where e is small, else sum. */
@inline
export function addSmallLogs(sum: v128, e: v128, large: v128): v128 {
  const small = v128.andnot(e, large);
  const tail = f64x2.relaxed_nmadd(small, constant(THIRD), constant(HALF));
  return f64x2.relaxed_madd(small, f64x2.relaxed_nmadd(small, tail, constant(ONE)), sum);
}

/**
 * The loop over n steps of two neighbouring vectors, four elements. panel: a row is a step, with one number of y, w
 * and offset for its elements, which are columns with sums of their own. Otherwise the elements are rows of one
 * column. `panel` and `kind` are constants, of which the compiler keeps one branch.
 *
 * Everything is written twice, side by side, for the vectors 0 and 1: V8 joins such pairs (tiles.ts).
 *
 * Three steps are in work at once: beside one's sums the division of the next and the exponential of the one after.
 * From load to store a single step takes so long that a processor does not see far enough ahead to keep busy.
 */
@inline
function logistic(
  panel: bool, kind: i32, n: i32, psi: usize, step: usize, offset: usize, offsetStep: usize,
  y: usize, w: usize, rowStep: usize, residual: usize, curvature: usize, sums: usize
): void {
  const zero = f64x2.splat(0);
  /** Bytes from the weight of a vector 0 to that of its vector 1. */
  const right: usize = panel ? 0 : 16;
  let loss0 = zero, gradient0 = zero, alignment0 = zero, curvatures0 = zero, curvatureT0 = zero, pearson0 = zero, square0 = zero;
  let loss1 = zero, gradient1 = zero, alignment1 = zero, curvatures1 = zero, curvatureT1 = zero, pearson1 = zero, square1 = zero;
  while (n > 0) {
    let product0 = constant(ONE), product1 = product0;
    let chunk = min(n, CHUNK);
    n -= chunk;
    // The first step up to its division, and the second up to its exponential.
    let x0 = linear(kind, panel, psi, w), x1 = linear(kind, panel, psi + 16, w + right);
    let e0 = exponential(v128.or(x0, constant(SIGN))), e1 = exponential(v128.or(x1, constant(SIGN)));
    let inverse0 = divided(e0), inverse1 = divided(e1);
    let ahead: usize = chunk > 1 ? 1 : 0;
    let nextX0 = linear(kind, panel, psi + ahead * step, w + ahead * rowStep);
    let nextX1 = linear(kind, panel, psi + ahead * step + 16, w + ahead * rowStep + right);
    let nextE0 = exponential(v128.or(nextX0, constant(SIGN))), nextE1 = exponential(v128.or(nextX1, constant(SIGN)));
    for (; chunk > 0; chunk--) {
      const one = constant(ONE), sign = constant(SIGN);
      // Where there is no step after the next this one is read again, for nothing.
      ahead = chunk > 2 ? 2 : 0;
      const laterX0 = linear(kind, panel, psi + ahead * step, w + ahead * rowStep);
      const laterX1 = linear(kind, panel, psi + ahead * step + 16, w + ahead * rowStep + right);
      const laterE0 = exponential(v128.or(laterX0, sign)), laterE1 = exponential(v128.or(laterX1, sign));
      const nextInverse0 = divided(nextE0), nextInverse1 = divided(nextE1);
      let y0 = panel ? v128.load_splat<f64>(y) : v128.load(y), y1 = panel ? y0 : v128.load(y, 16);
      let o0 = panel ? v128.load_splat<f64>(offset) : v128.load(offset), o1 = panel ? o0 : v128.load(offset, 16);
      let w0 = one, w1 = one, present0 = zero, present1 = zero;
      if (kind != ALL_ONE) {
        w0 = panel ? v128.load_splat<f64>(w) : v128.load(w);
        w1 = panel ? w0 : v128.load(w, 16);
        present0 = f64x2.ne(w0, zero);
        present1 = f64x2.ne(w1, zero);
        y0 = v128.and(y0, present0);
        y1 = v128.and(y1, present1);
        o0 = v128.and(o0, present0);
        o1 = v128.and(o1, present1);
      }
      const t0 = f64x2.sub(x0, o0), t1 = f64x2.sub(x1, o1);
      const minus0 = v128.or(x0, sign), minus1 = v128.or(x1, sign);
      const s0 = f64x2.add(one, e0), s1 = f64x2.add(one, e1);
      const d0 = f64x2.mul(e0, inverse0), d1 = f64x2.mul(e1, inverse1);
      const positive0 = f64x2.ge(x0, zero), positive1 = f64x2.ge(x1, zero);
      const far0 = farShare(y0, positive0), far1 = farShare(y1, positive1);
      const near0 = f64x2.sub(one, far0), near1 = f64x2.sub(one, far1);
      const bracket0 = f64x2.relaxed_nmadd(near0, e0, far0), bracket1 = f64x2.relaxed_nmadd(near1, e1, far1);
      const a0 = v128.xor(f64x2.mul(d0, bracket0), v128.andnot(sign, positive0));
      const a1 = v128.xor(f64x2.mul(d1, bracket1), v128.andnot(sign, positive1));
      const c0 = f64x2.mul(f64x2.mul(e0, d0), d0), c1 = f64x2.mul(f64x2.mul(e1, d1), d1);
      // near - far / e
      const odds0 = f64x2.relaxed_nmadd(far0, f64x2.mul(s0, inverse0), near0);
      const odds1 = f64x2.relaxed_nmadd(far1, f64x2.mul(s1, inverse1), near1);
      let wa0 = a0, wa1 = a1, wc0 = c0, wc1 = c1, q0 = bracket0, q1 = bracket1;
      if (kind != ALL_ONE) {
        wa0 = f64x2.mul(w0, a0);
        wa1 = f64x2.mul(w1, a1);
        wc0 = f64x2.mul(w0, c0);
        wc1 = f64x2.mul(w1, c1);
        q0 = f64x2.mul(w0, bracket0);
        q1 = f64x2.mul(w1, bracket1);
      }
      if (kind == ANY) {
        loss0 = f64x2.relaxed_madd(w0, f64x2.relaxed_nmadd(far0, minus0, logOnePlus(e0)), loss0);
        loss1 = f64x2.relaxed_madd(w1, f64x2.relaxed_nmadd(far1, minus1, logOnePlus(e1)), loss1);
      } else {
        const counted0 = kind == ALL_ONE ? e0 : v128.and(e0, present0), counted1 = kind == ALL_ONE ? e1 : v128.and(e1, present1);
        const large0 = f64x2.gt(counted0, constant(SMALL_FACTOR)), large1 = f64x2.gt(counted1, constant(SMALL_FACTOR));
        product0 = f64x2.mul(product0, f64x2.add(one, v128.and(counted0, large0)));
        product1 = f64x2.mul(product1, f64x2.add(one, v128.and(counted1, large1)));
        loss0 = addSmallLogs(f64x2.relaxed_nmadd(far0, minus0, loss0), counted0, large0);
        loss1 = addSmallLogs(f64x2.relaxed_nmadd(far1, minus1, loss1), counted1, large1);
      }
      gradient0 = f64x2.add(gradient0, wa0);
      gradient1 = f64x2.add(gradient1, wa1);
      alignment0 = f64x2.relaxed_madd(wa0, t0, alignment0);
      alignment1 = f64x2.relaxed_madd(wa1, t1, alignment1);
      curvatures0 = f64x2.add(curvatures0, wc0);
      curvatures1 = f64x2.add(curvatures1, wc1);
      curvatureT0 = f64x2.relaxed_madd(wc0, t0, curvatureT0);
      curvatureT1 = f64x2.relaxed_madd(wc1, t1, curvatureT1);
      pearson0 = f64x2.relaxed_nmadd(q0, odds0, pearson0);
      pearson1 = f64x2.relaxed_nmadd(q1, odds1, pearson1);
      square0 = f64x2.relaxed_madd(wc0, c0, square0);
      square1 = f64x2.relaxed_madd(wc1, c1, square1);
      v128.store(residual, wa0);
      v128.store(residual, wa1, 16);
      if (!panel && curvature) {
        v128.store(curvature, wc0);
        v128.store(curvature, wc1, 16);
        curvature += step;
      }
      x0 = nextX0;
      x1 = nextX1;
      e0 = nextE0;
      e1 = nextE1;
      inverse0 = nextInverse0;
      inverse1 = nextInverse1;
      nextX0 = laterX0;
      nextX1 = laterX1;
      nextE0 = laterE0;
      nextE1 = laterE1;
      psi += step;
      residual += step;
      offset += offsetStep;
      y += rowStep;
      w += rowStep;
    }
    if (kind != ANY) {
      if (panel) {
        loss0 = f64x2.add(loss0, logarithm(product0));
        loss1 = f64x2.add(loss1, logarithm(product1));
      } else {
        loss0 = f64x2.add(loss0, logarithm(f64x2.mul(product0, product1)));
      }
    }
  }
  if (panel) {
    addColumns(sums, loss0, loss1);
    addColumns(sums + 64, gradient0, gradient1);
    addColumns(sums + 128, alignment0, alignment1);
    addColumns(sums + 192, curvatures0, curvatures1);
    addColumns(sums + 256, curvatureT0, curvatureT1);
    addColumns(sums + 320, pearson0, pearson1);
    addColumns(sums + 384, square0, square1);
  } else {
    addSum(sums, lanes(f64x2.add(loss0, loss1)));
    addSum(sums + 8, lanes(f64x2.add(gradient0, gradient1)));
    addSum(sums + 16, lanes(f64x2.add(alignment0, alignment1)));
    addSum(sums + 24, lanes(f64x2.add(curvatures0, curvatures1)));
    addSum(sums + 32, lanes(f64x2.add(curvatureT0, curvatureT1)));
    addSum(sums + 40, lanes(f64x2.add(pearson0, pearson1)));
    addSum(sums + 48, lanes(f64x2.add(square0, square1)));
  }
}

/** One row: the last ones of a column, whose number is no multiple of four. */
function logisticRow(x: f64, offset: f64, y: f64, weight: f64, residual: usize, curvature: usize, sums: usize): void {
  if (weight == 0) {
    store<f64>(residual, 0);
    if (curvature) store<f64>(curvature, 0);
    return;
  }
  const exponentials = exponential(f64x2.splat(-Math.abs(x)));
  const e = f64x2.extract_lane(exponentials, 0), d = 1 / (1 + e), t = x - offset;
  const far = x >= 0 ? 1 - y : y, near = 1 - far;
  const bracket = far - near * e;
  const wa = weight * (x >= 0 ? d * bracket : -d * bracket);
  const c = e * d * d, wc = weight * c;
  store<f64>(residual, wa);
  if (curvature) store<f64>(curvature, wc);
  addSum(sums, weight * (f64x2.extract_lane(logOnePlus(exponentials), 0) + far * Math.abs(x)));
  addSum(sums + 8, wa);
  addSum(sums + 16, wa * t);
  addSum(sums + 24, wc);
  addSum(sums + 32, wc * t);
  addSum(sums + 40, weight * bracket * (far / e - near));
  addSum(sums + 48, wc * c);
}

export function logisticColumn(n: i32, psi: usize, offset: usize, y: usize, w: usize, residual: usize, curvature: usize, sums: usize): void {
  const steps = n >> 2;
  const offsets = offset ? offset : ZERO, offsetStep: usize = offset ? 32 : 0;
  const kind = kindOf(n, w);
  if (kind == ALL_ONE) {
    logistic(false, ALL_ONE, steps, psi, 32, offsets, offsetStep, y, w, 32, residual, curvature, sums);
  } else if (kind == ZERO_OR_ONE) {
    logistic(false, ZERO_OR_ONE, steps, psi, 32, offsets, offsetStep, y, w, 32, residual, curvature, sums);
  } else {
    logistic(false, ANY, steps, psi, 32, offsets, offsetStep, y, w, 32, residual, curvature, sums);
  }
  for (let i = <usize>steps << 5, end = <usize>n << 3; i < end; i += 8) {
    logisticRow(
      load<f64>(psi + i), offset ? load<f64>(offset + i) : 0, load<f64>(y + i), w ? load<f64>(w + i) : 1,
      residual + i, curvature ? curvature + i : 0, sums
    );
  }
}

export function logisticPanels(n: i32, panels: i32, psi: usize, psiStride: usize, offset: usize, y: usize, w: usize, sums: usize, sumsStride: usize): void {
  const offsets = offset ? offset : ZERO, offsetStep: usize = offset ? 8 : 0;
  const kind = kindOf(n, w);
  for (; panels > 0; panels--, psi += psiStride, sums += sumsStride) {
    for (let c: usize = 0; c < 64; c += 32) {
      if (kind == ALL_ONE) {
        logistic(true, ALL_ONE, n, psi + c, 64, offsets, offsetStep, y, w, 8, psi + c, 0, sums + c);
      } else if (kind == ZERO_OR_ONE) {
        logistic(true, ZERO_OR_ONE, n, psi + c, 64, offsets, offsetStep, y, w, 8, psi + c, 0, sums + c);
      } else {
        logistic(true, ANY, n, psi + c, 64, offsets, offsetStep, y, w, 8, psi + c, 0, sums + c);
      }
    }
  }
}
