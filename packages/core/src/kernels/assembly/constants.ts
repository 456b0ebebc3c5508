/**
 * The constants of the vector functions, in the first bytes of every arena
 * (ARENA_RESERVED in load.ts keeps data away from them). They are read with
 * load_splat where they are used: as vector literals V8 rebuilds each of them
 * in every iteration (measured: 6.4 ns an exponential against 2.4 ns).
 */
const TABLE: usize = memory.data<f64>([
  0.0,
  0.0,
  0.0,
  0.0,
  1.0,
  2.0,
  -0.0,
  -708.0,
  6755399441055744.0,
  1.4426950408889634,
  -6.93147180369123816490e-1,
  -1.90821492927058770002e-10,
  1.0 / 8192.0,
  // 1/k!, k = 2..13
  0.5,
  0.16666666666666666,
  0.041666666666666664,
  0.008333333333333333,
  0.001388888888888889,
  0.0001984126984126984,
  0.0000248015873015873,
  0.0000027557319223985893,
  2.755731922398589e-7,
  2.505210838544172e-8,
  2.08767569878681e-9,
  1.6059043836821613e-10,
  // 2/k, k = 3, 5..31
  2.0 / 3.0,
  2.0 / 5.0,
  2.0 / 7.0,
  2.0 / 9.0,
  2.0 / 11.0,
  2.0 / 13.0,
  2.0 / 15.0,
  2.0 / 17.0,
  2.0 / 19.0,
  2.0 / 21.0,
  2.0 / 23.0,
  2.0 / 25.0,
  2.0 / 27.0,
  2.0 / 29.0,
  2.0 / 31.0,
  1.0 / 3.0,
  2.2250738585072009e-308,
  4503599627370496.0,
  4503599627371519.0,
  6.93147180369123816490e-1,
  1.90821492927058770002e-10
], 16);

/** Four zeros: what a missing offset points at. */
export const ZERO: usize = TABLE;
export const ONE: usize = TABLE + 32;
export const TWO: usize = TABLE + 40;
/** -0: the sign bit alone. */
export const SIGN: usize = TABLE + 48;
/** Below exp(-708) = 3.3e-308, about the least normal number, arguments of exp are raised to it. */
export const LEAST_EXPONENT: usize = TABLE + 56;
/** 1.5 2^52: adding it rounds to an integer, which is then in the low bits. */
export const ROUNDER: usize = TABLE + 64;
export const LOG2_E: usize = TABLE + 72;
/** -ln 2 in two parts; the first has 20 trailing zero bits. */
export const MINUS_LN2_HIGH: usize = TABLE + 80;
export const MINUS_LN2_LOW: usize = TABLE + 88;
/** 2^-13: below, log(1 + e) is its series; above, a factor of a product. */
export const SMALL_FACTOR: usize = TABLE + 96;
/** 1/2!, then 1/3! ... 1/13! in the next slots. */
export const INVERSE_FACTORIAL: usize = TABLE + 104;
export const HALF: usize = INVERSE_FACTORIAL;
/** 2/3, then 2/5, 2/7 ... 2/31. */
export const TWO_OVER_ODD: usize = TABLE + 200;
export const THIRD: usize = TABLE + 320;
/** The largest denormal number: the 52 bits of a mantissa. */
export const MANTISSA: usize = TABLE + 328;
/** 2^52: an integer below it, put into its low bits, is added to it. */
export const TWO_52: usize = TABLE + 336;
/** 2^52 + 1023 */
export const TWO_52_BIASED: usize = TABLE + 344;
export const LN2_HIGH: usize = TABLE + 352;
export const LN2_LOW: usize = TABLE + 360;

/** Both lanes the constant at an address of this table. */
@inline
export function constant(address: usize): v128 {
  return v128.load_splat<f64>(address);
}
