import { ONE, SIGN, SMALL_FACTOR, constant } from './constants';
import { exponential, logOnePlus, logarithm } from './exponential';
import { ALL_ONE, ANY, CHUNK, ZERO_OR_ONE, addSmallLogs, farShare, kindOf } from './logistic';
import { addColumns } from './sums';

/*
 * The logistic loss alone: of the formulas in logistic.ts what the loss needs, in little more than half the time.
 */

/** Four columns of a panel. */
@inline
function fourColumns(kind: i32, n: i32, psi: usize, y: usize, w: usize, losses: usize): void {
  const zero = f64x2.splat(0);
  let loss0 = zero, loss1 = zero;
  while (n > 0) {
    let product0 = constant(ONE), product1 = product0;
    let chunk = min(n, CHUNK);
    n -= chunk;
    for (; chunk > 0; chunk--, psi += 64, y += 8, w += 8) {
      const one = constant(ONE), sign = constant(SIGN);
      let x0 = v128.load(psi), x1 = v128.load(psi, 16);
      let response = v128.load_splat<f64>(y), weight = one, present = zero;
      if (kind != ALL_ONE) {
        weight = v128.load_splat<f64>(w);
        present = f64x2.ne(weight, zero);
        x0 = v128.and(x0, present);
        x1 = v128.and(x1, present);
        response = v128.and(response, present);
      }
      const minus0 = v128.or(x0, sign), minus1 = v128.or(x1, sign);
      const e0 = exponential(minus0), e1 = exponential(minus1);
      const positive0 = f64x2.ge(x0, zero), positive1 = f64x2.ge(x1, zero);
      const far0 = farShare(response, positive0), far1 = farShare(response, positive1);
      if (kind == ANY) {
        loss0 = f64x2.relaxed_madd(weight, f64x2.relaxed_nmadd(far0, minus0, logOnePlus(e0)), loss0);
        loss1 = f64x2.relaxed_madd(weight, f64x2.relaxed_nmadd(far1, minus1, logOnePlus(e1)), loss1);
      } else {
        const counted0 = kind == ALL_ONE ? e0 : v128.and(e0, present), counted1 = kind == ALL_ONE ? e1 : v128.and(e1, present);
        const large0 = f64x2.gt(counted0, constant(SMALL_FACTOR)), large1 = f64x2.gt(counted1, constant(SMALL_FACTOR));
        product0 = f64x2.mul(product0, f64x2.add(one, v128.and(counted0, large0)));
        product1 = f64x2.mul(product1, f64x2.add(one, v128.and(counted1, large1)));
        loss0 = addSmallLogs(f64x2.relaxed_nmadd(far0, minus0, loss0), counted0, large0);
        loss1 = addSmallLogs(f64x2.relaxed_nmadd(far1, minus1, loss1), counted1, large1);
      }
      // Nobody reads these: V8 joins vectors backwards from stores (tiles.ts), and without one in the loop none of it.
      v128.store(psi, loss0);
      v128.store(psi, loss1, 16);
    }
    if (kind != ANY) {
      loss0 = f64x2.add(loss0, logarithm(product0));
      loss1 = f64x2.add(loss1, logarithm(product1));
    }
  }
  addColumns(losses, loss0, loss1);
}

export function logisticLossPanels(n: i32, panels: i32, psi: usize, psiStride: usize, y: usize, w: usize, losses: usize): void {
  const kind = kindOf(n, w);
  for (; panels > 0; panels--, psi += psiStride, losses += 64) {
    for (let c: usize = 0; c < 64; c += 32) {
      if (kind == ALL_ONE) fourColumns(ALL_ONE, n, psi + c, y, w, losses + c);
      else if (kind == ZERO_OR_ONE) fourColumns(ZERO_OR_ONE, n, psi + c, y, w, losses + c);
      else fourColumns(ANY, n, psi + c, y, w, losses + c);
    }
  }
}
