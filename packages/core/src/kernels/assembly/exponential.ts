import {
  HALF, INVERSE_FACTORIAL, LEAST_EXPONENT, LN2_HIGH, LN2_LOW, LOG2_E, MANTISSA, MINUS_LN2_HIGH, MINUS_LN2_LOW, ONE, ROUNDER,
  TWO, TWO_52, TWO_52_BIASED, TWO_OVER_ODD, constant
} from './constants';

/**
 * exp(x) for x <= 0, relative error below 5e-16; x below -708 counts as -708. NaN stays NaN.
 *
 * x = k ln 2 + r, |r| <= ln 2 / 2; exp(r) is its Taylor polynomial of degree 13 (remainder 4e-18), in pairs (Estrin)
 * for the sake of latency; k goes into the exponent.
 */
@inline
export function exponential(argument: v128): v128 {
  const x = f64x2.pmax(argument, constant(LEAST_EXPONENT));
  const rounder = constant(ROUNDER);
  const shifted = f64x2.relaxed_madd(x, constant(LOG2_E), rounder);
  const k = f64x2.sub(shifted, rounder);
  let r = f64x2.relaxed_madd(k, constant(MINUS_LN2_HIGH), x);
  r = f64x2.relaxed_madd(k, constant(MINUS_LN2_LOW), r);
  const r2 = f64x2.mul(r, r), r4 = f64x2.mul(r2, r2), r8 = f64x2.mul(r4, r4);
  const t0 = f64x2.add(constant(ONE), r);
  const t2 = f64x2.relaxed_madd(r, constant(INVERSE_FACTORIAL + 8), constant(HALF));
  const t4 = f64x2.relaxed_madd(r, constant(INVERSE_FACTORIAL + 24), constant(INVERSE_FACTORIAL + 16));
  const t6 = f64x2.relaxed_madd(r, constant(INVERSE_FACTORIAL + 40), constant(INVERSE_FACTORIAL + 32));
  const t8 = f64x2.relaxed_madd(r, constant(INVERSE_FACTORIAL + 56), constant(INVERSE_FACTORIAL + 48));
  const t10 = f64x2.relaxed_madd(r, constant(INVERSE_FACTORIAL + 72), constant(INVERSE_FACTORIAL + 64));
  const t12 = f64x2.relaxed_madd(r, constant(INVERSE_FACTORIAL + 88), constant(INVERSE_FACTORIAL + 80));
  const u0 = f64x2.relaxed_madd(t2, r2, t0);
  const u4 = f64x2.relaxed_madd(t6, r2, t4);
  const u8 = f64x2.relaxed_madd(t10, r2, t8);
  const v0 = f64x2.relaxed_madd(u4, r4, u0);
  const v8 = f64x2.relaxed_madd(t12, r4, u8);
  return i64x2.add(f64x2.relaxed_madd(v8, r8, v0), i64x2.shl(shifted, 52));
}

/**
 * log(1 + e) for 0 <= e <= 1, relative error below 5e-16: 2 atanh(s), s = e / (2 + e) <= 1/3, by its series to
 * s^31 (remainder 2e-17).
 */
@inline
export function logOnePlus(e: v128): v128 {
  const s = f64x2.div(e, f64x2.add(e, constant(TWO)));
  const z = f64x2.mul(s, s), z2 = f64x2.mul(z, z), z4 = f64x2.mul(z2, z2), z8 = f64x2.mul(z4, z4);
  const t0 = f64x2.relaxed_madd(z, constant(TWO_OVER_ODD), constant(TWO));
  const t2 = f64x2.relaxed_madd(z, constant(TWO_OVER_ODD + 16), constant(TWO_OVER_ODD + 8));
  const t4 = f64x2.relaxed_madd(z, constant(TWO_OVER_ODD + 32), constant(TWO_OVER_ODD + 24));
  const t6 = f64x2.relaxed_madd(z, constant(TWO_OVER_ODD + 48), constant(TWO_OVER_ODD + 40));
  const t8 = f64x2.relaxed_madd(z, constant(TWO_OVER_ODD + 64), constant(TWO_OVER_ODD + 56));
  const t10 = f64x2.relaxed_madd(z, constant(TWO_OVER_ODD + 80), constant(TWO_OVER_ODD + 72));
  const t12 = f64x2.relaxed_madd(z, constant(TWO_OVER_ODD + 96), constant(TWO_OVER_ODD + 88));
  const t14 = f64x2.relaxed_madd(z, constant(TWO_OVER_ODD + 112), constant(TWO_OVER_ODD + 104));
  const u0 = f64x2.relaxed_madd(t2, z2, t0);
  const u4 = f64x2.relaxed_madd(t6, z2, t4);
  const u8 = f64x2.relaxed_madd(t10, z2, t8);
  const u12 = f64x2.relaxed_madd(t14, z2, t12);
  const v0 = f64x2.relaxed_madd(u4, z4, u0);
  const v8 = f64x2.relaxed_madd(u12, z4, u8);
  return f64x2.mul(s, f64x2.relaxed_madd(v8, z8, v0));
}

/** log(x) of a finite x >= 1, relative error below 1e-15: x = 2^k m, 1 <= m < 2, and both parts are positive. */
@inline
export function logarithm(x: v128): v128 {
  const k = f64x2.sub(v128.or(i64x2.shr_u(x, 52), constant(TWO_52)), constant(TWO_52_BIASED));
  const m = v128.or(v128.and(x, constant(MANTISSA)), constant(ONE));
  const rest = f64x2.relaxed_madd(k, constant(LN2_LOW), logOnePlus(f64x2.sub(m, constant(ONE))));
  return f64x2.relaxed_madd(k, constant(LN2_HIGH), rest);
}
