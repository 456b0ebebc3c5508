import test from 'ava';
import fc from 'fast-check';
import { DecimalParser, NOT_A_NUMBER } from '../../packages/worker/src/read/decimal.ts';

const parser = new DecimalParser();

function parse(text: string): number | null {
  const end = parser.parse(Buffer.from(`${text},`), 0);
  return end === Buffer.byteLength(text) ? parser.value : null;
}

test('every way of writing a number gives the nearest double', (t) => {
  const texts = [
    '0', '-0', '+7', '7', '007', '.5', '5.', '0.1', '0.30000000000000004', '1e5', '1E+05', '1e-320', '5e-324', '2e-324', '1e400', '-1e400', '1e99999999999',
    '9007199254740993', '9007199254740992.9999999999', '123456789012345678901234567890', '1.7976931348623157e308', '2.2250738585072011e-308',
    '0.000000000000000000000000000000000001', '100000000000000000000000', '8.5', '4503599627370497.5', '4503599627370496.5', '0.500000000000000166533453693773481063544750213623046875',
  ];
  for (const text of texts) t.is(parse(text), Number(text), text);
});

test('numbers that lie halfway between two doubles are rounded to even', (t) => {
  for (let bits = 0n; bits < 2000n; bits++) {
    const halfway = String(2n * (2n ** 52n + bits * 2251799813n) + 1n);
    t.is(parse(halfway), Number(halfway));
    t.is(parse(`${halfway}.000000001`), Number(`${halfway}.000000001`));
  }
});

test('numbers next to halfway between two doubles, with fractions of up to 30 digits, are rounded as Number() does', (t) => {
  let seed = 1n;
  for (let round = 0; round < 4000; round++) {
    seed = (seed * 6364136223846793005n + 1442695040888963407n) & (2n ** 64n - 1n);
    const places = BigInt(1 + (round % 14));
    // odd / 2^places: a tie, its decimal digits 5^places * odd
    const odd = 2n * ((seed >> 11n) | (1n << 52n)) + 1n;
    const digits = odd * 5n ** places;
    for (const nudge of [-1n, 0n, 1n]) {
      const text = `${digits * 10n ** 3n + nudge}e-${places + 3n}`;
      if (parse(text) !== Number(text)) t.is(parse(text), Number(text), text);
    }
  }
  t.pass();
});

test('doubles of any size come back from their shortest form', (t) => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => Object.is(parse(String(value)), Number(String(value)))), { numRuns: 20_000, seed: 1 });
  t.pass();
});

test('digits of any length with any exponent are rounded as Number() does', (t) => {
  const digits = fc.stringMatching(/^\d{1,34}$/);
  const exponent = fc.integer({ min: -40, max: 40 });
  fc.assert(
    fc.property(digits, digits, exponent, (whole, fraction, power) => Object.is(parse(`${whole}.${fraction}e${power}`), Number(`${whole}.${fraction}e${power}`))),
    { numRuns: 20_000, seed: 1 },
  );
  t.pass();
});

test('what only begins like a number ends where the number does', (t) => {
  t.is(parser.parse(Buffer.from('12ab,'), 0), 2);
  t.is(parser.parse(Buffer.from('1_000,'), 0), 1);
  t.is(parser.parse(Buffer.from('0x10,'), 0), 1);
});

test('words, signs, points and exponents alone are no numbers', (t) => {
  for (const text of ['', '-', '+', '.', '-.', 'e5', '.e5', 'NaN', 'inf', '1e', '1e+', '--1']) t.is(parser.parse(Buffer.from(`${text},`), 0), NOT_A_NUMBER, text);
});
