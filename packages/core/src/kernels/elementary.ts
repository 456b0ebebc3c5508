/**
 * Elementary functions from + - * / and the bits of a number, so that every
 * machine and every version of V8 gives the same bits; Math.exp and its kin
 * promise no such thing. No result depends on them.
 *
 * Errors are below one unit in the last place (relative 2.3e-16), except where
 * a function says otherwise. Zeros, denormal numbers, infinities and NaN are
 * treated as IEEE 754 asks. Method: Cody and Waite's reduction and plain
 * series, arranged as in Sun's fdlibm so that the leading term is added last.
 */

const LN2_HIGH = 6.93147180369123816490e-1; // 33 significant bits: k LN2_HIGH is exact
const LN2_LOW = 1.90821492927058770002e-10;
const LOG2_E = 1.4426950408889634;

/** Exponents beyond which exp is Infinity, and 0. */
const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019412;

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

function highWord(x: number): number {
  number[0] = x;
  return words[HIGH]!;
}

function withHighWord(x: number, high: number): number {
  number[0] = x;
  words[HIGH] = high;
  return number[0]!;
}

/** x 2^k, rounded once, for -1100 < k <= 1024 and x in [1/2, 2]. */
function scale(x: number, k: number): number {
  if (k > 1023) return x * 2 * powerOfTwo(1023);
  if (k < -1000) return x * powerOfTwo(k + 600) * powerOfTwo(-600);
  return x * powerOfTwo(k);
}

/** 2^k for -1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  return withHighWord(0, (k + 1023) << 20);
}

/** exp(r) - 1 - r for |r| <= ln 2 / 2: the Taylor series to r^14 (remainder 1e-19). */
function expTail(r: number): number {
  let sum = 1 / 87178291200;
  sum = sum * r + 1 / 6227020800;
  sum = sum * r + 1 / 479001600;
  sum = sum * r + 1 / 39916800;
  sum = sum * r + 1 / 3628800;
  sum = sum * r + 1 / 362880;
  sum = sum * r + 1 / 40320;
  sum = sum * r + 1 / 5040;
  sum = sum * r + 1 / 720;
  sum = sum * r + 1 / 120;
  sum = sum * r + 1 / 24;
  sum = sum * r + 1 / 6;
  sum = sum * r + 1 / 2;
  return sum * r * r;
}

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > EXP_OVERFLOW) return Infinity;
  if (x < EXP_UNDERFLOW) return 0;
  const k = Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const lost = high - r - low;
  return scale(1 + (r + (expTail(r) + lost)), k);
}

/** e^x - 1, with all its digits near 0. Relative error below 5e-16. */
export function expm1(x: number): number {
  if (Math.abs(x) < 1e-17) return x;
  if (Math.abs(x) < 0.34) return x + expTail(x);
  return exp(x) - 1;
}

/** log(1 + f) = f - logLoss(f) for sqrt(1/2) <= 1 + f <= sqrt(2). */
function logLoss(f: number): number {
  const s = f / (2 + f);
  const half = 0.5 * f * f;
  return half - s * (half + atanhTail(s * s));
}

/** R = sum over i >= 1 of 2/(2i+1) z^i for z <= 0.0295 (remainder 1e-19): 2 atanh(s) = s (2 + R) at z = s^2. */
function atanhTail(z: number): number {
  let sum = 2 / 23;
  sum = sum * z + 2 / 21;
  sum = sum * z + 2 / 19;
  sum = sum * z + 2 / 17;
  sum = sum * z + 2 / 15;
  sum = sum * z + 2 / 13;
  sum = sum * z + 2 / 11;
  sum = sum * z + 2 / 9;
  sum = sum * z + 2 / 7;
  sum = sum * z + 2 / 5;
  sum = sum * z + 2 / 3;
  return sum * z;
}

/** The natural logarithm: x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2). */
export function log(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x <= 0) return x === 0 ? -Infinity : NaN;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    k = -54;
    x *= 18014398509481984;
  }
  return logScaled(x, k, 0);
}

/** log(1 + x), with all its digits near 0. */
export function log1p(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x <= -1) return x === -1 ? -Infinity : NaN;
  if (Math.abs(x) < 2e-17) return x;
  if (x > -0.2928 && x < 0.4142) return x - logLoss(x);
  const sum = 1 + x;
  const lost = x >= 1 ? 1 - (sum - x) : x - (sum - 1);
  return logScaled(sum, 0, lost / sum);
}

/** log(x) + k ln 2 + correction for a normal number x > 0 and a tiny correction. */
function logScaled(x: number, k: number, correction: number): number {
  // Adding 1 - sqrt(1/2) in units of the mantissa makes the exponent that of x / sqrt(1/2).
  const high = highWord(x) + (0x3ff00000 - 0x3fe6a09e);
  k += (high >>> 20) - 1023;
  const f = withHighWord(x, (high & 0x000fffff) + 0x3fe6a09e) - 1;
  return k * LN2_HIGH - (logLoss(f) - (k * LN2_LOW + correction) - f);
}

/** 1 / (1 + e^-x), with all its digits on both sides. Relative error below 6e-16. */
export function sigmoid(x: number): number {
  const e = exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/** log(1 + e^x). Relative error below 6e-16. */
export function softplus(x: number): number {
  const rest = log1p(exp(-Math.abs(x)));
  return x > 0 ? x + rest : rest;
}

/** The hyperbolic tangent. Relative error below 1e-15. */
export function tanh(x: number): number {
  const e = expm1(-2 * Math.abs(x));
  const t = -e / (2 + e);
  return x < 0 ? -t : t;
}
