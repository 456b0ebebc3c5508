/**
 * Decimal text to the nearest double, straight from bytes, without a string
 * per number.
 *
 * Up to 15 digits and a power of ten up to 22 need one exact multiplication or
 * division (Clinger 1990). Up to 30 digits go through double-double
 * arithmetic, whose result is taken only when its error, at most 2^-98 of the
 * value, cannot change the rounding; what is left (one number in about 2^40,
 * and far exponents) goes through Number(). Every way gives the same bits as
 * Number(); the tests hold it to that.
 */

const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const ZERO = 48;

/** Digits that always fit the 53 bits of a double. */
const SAFE_DIGITS = 15;

/** 10^0 to 10^22, all exact doubles. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Largest error of the double-double way, relative to its result, with room to spare. */
const RELATIVE_ERROR = 2 ** -98;

/** 2^27 + 1 (Veltkamp): splits a double into two halves of 26 bits. */
const SPLITTER = 134217729;

/** What lies behind the last number: `parse` returns this where no number begins. */
export const NOT_A_NUMBER = -1;

/**
 * Reads one number; `value` holds it afterwards.
 * Cost: about 1 ns a byte plus 10 to 30 ns.
 */
export class DecimalParser {
  value = 0;

  /**
   * `[+-] digits [. digits] [e [+-] digits]` at `start`; at least one digit.
   *
   * @param bytes must hold a byte that is no part of a number behind the text (a delimiter, a line end)
   * @returns the position behind the number, or NOT_A_NUMBER
   */
  parse(bytes: Buffer, start: number): number {
    let at = start;
    let byte = bytes[at]!;
    const negative = byte === MINUS;
    if (negative || byte === PLUS) byte = bytes[++at]!;

    let head = 0;
    let tail = 0;
    let headDigits = 0;
    let tailDigits = 0;
    let exponent = 0;
    let exact = true;
    const firstDigit = at;
    let digit = byte - ZERO;
    while (digit >= 0 && digit <= 9) {
      if (headDigits < SAFE_DIGITS) {
        head = head * 10 + digit;
        if (head !== 0) headDigits++;
      } else if (tailDigits < SAFE_DIGITS) {
        tail = tail * 10 + digit;
        tailDigits++;
      } else {
        exact = false;
        exponent++;
      }
      digit = bytes[++at]! - ZERO;
    }
    let digits = at - firstDigit;
    if (digit === POINT - ZERO) {
      const point = at;
      digit = bytes[++at]! - ZERO;
      while (digit >= 0 && digit <= 9) {
        if (headDigits < SAFE_DIGITS) {
          head = head * 10 + digit;
          if (head !== 0) headDigits++;
          exponent--;
        } else if (tailDigits < SAFE_DIGITS) {
          tail = tail * 10 + digit;
          tailDigits++;
          exponent--;
        } else {
          exact = false;
        }
        digit = bytes[++at]! - ZERO;
      }
      digits += at - point - 1;
    }
    if (digits === 0) return NOT_A_NUMBER;

    byte = bytes[at]!;
    if (byte === 101 || byte === 69) {
      let end = at + 1;
      const sign = bytes[end]!;
      if (sign === MINUS || sign === PLUS) end++;
      const firstExponentDigit = end;
      let power = 0;
      digit = bytes[end]! - ZERO;
      while (digit >= 0 && digit <= 9) {
        if (power < 100000) power = power * 10 + digit;
        digit = bytes[++end]! - ZERO;
      }
      if (end === firstExponentDigit) return NOT_A_NUMBER;
      exponent += sign === MINUS ? -power : power;
      at = end;
    }

    let value: number;
    if (exact && exponent >= -22 && exponent <= 22) {
      if (tailDigits === 0) {
        value = exponent < 0 ? head / POWERS[-exponent]! : head * POWERS[exponent]!;
      } else {
        value = scaled(head, POWERS[tailDigits]!, tail, exponent);
        if (value !== value) value = slow(bytes, firstDigit, at);
      }
    } else {
      value = slow(bytes, firstDigit, at);
    }
    this.value = negative ? -value : value;
    return at;
  }
}

function slow(bytes: Buffer, start: number, end: number): number {
  return Number(bytes.toString('latin1', start, end));
}

/** (head * power + tail) * 10^exponent rounded to nearest, or NaN where the rounding is in doubt. */
function scaled(head: number, power: number, tail: number, exponent: number): number {
  // head * power exactly, as high + low (Dekker's product)
  let high = head * power;
  let low = productError(head, power, high);
  // + tail (Knuth's sum)
  let sum = high + tail;
  const part = sum - high;
  low += high - (sum - part) + (tail - part);
  high = sum + low;
  low -= high - sum;

  if (exponent > 0) {
    const scale = POWERS[exponent]!;
    const product = high * scale;
    low = productError(high, scale, product) + low * scale;
    high = product;
  } else if (exponent < 0) {
    const scale = POWERS[-exponent]!;
    const quotient = high / scale;
    const product = quotient * scale;
    low = (high - product - productError(quotient, scale, product) + low) / scale;
    high = quotient;
  }
  sum = high + low;
  low -= sum - high;
  const doubt = sum * RELATIVE_ERROR;
  return sum + (low + doubt) === sum && sum + (low - doubt) === sum ? sum : Number.NaN;
}

/** a * b - product, exactly. */
function productError(a: number, b: number, product: number): number {
  const aSplit = SPLITTER * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = SPLITTER * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
