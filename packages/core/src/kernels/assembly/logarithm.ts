import { TWO_OVER_ODD } from './constants';

/**
 * log(x) of a normal number x >= 1, error below one unit in the last place; NaN stays NaN. As elementary.ts has it:
 * x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), and with s = f / (2 + f)
 * log(1 + f) = f - f^2/2 + s (f^2/2 + R),  R = sum over i >= 1 of 2/(2i + 1) s^2i.
 */
export function logarithm(x: f64): f64 {
  if (x != x) return x;
  let bits = reinterpret<i64>(x);
  // Adding 1 - sqrt(1/2) in units of the mantissa makes the exponent that of x / sqrt(1/2).
  bits += <i64>(0x3FF00000 - 0x3FE6A09E) << 32;
  const k = <f64>((bits >> 52) - 1023);
  const f = reinterpret<f64>((bits & 0x000FFFFFFFFFFFFF) + (<i64>0x3FE6A09E << 32)) - 1;
  const s = f / (2 + f);
  const z = s * s;
  let sum = 0.0;
  for (let i: usize = 88; i > 0; i -= 8) sum = sum * z + load<f64>(TWO_OVER_ODD + i - 8);
  sum *= z;
  const half = 0.5 * f * f;
  return k * 6.93147180369123816490e-1 - (half - s * (half + sum) - k * 1.90821492927058770002e-10 - f);
}
