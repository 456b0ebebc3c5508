import test from 'ava';
import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import { exp, expm1, log, log1p, sigmoid, softplus, tanh } from '../../packages/core/src/kernels/elementary.ts';

const ULP = 2 ** -52;

/** Within `units` of 2^-52 relative of what Math gives, which is itself good to one. */
function near(t: ExecutionContext, actual: number, expected: number, units: number, what: string): void {
  if (Object.is(actual, expected)) return;
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 2.3e-308);
  if (!(error <= units * ULP)) t.fail(`${what}: ${actual}, expected ${expected} (${error / ULP} units)`);
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const range = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const runs = { numRuns: 5000, seed: 1 };

const cases: [string, (x: number) => number, (x: number) => number, fc.Arbitrary<number>[], number][] = [
  ['exp', exp, Math.exp, [range(-745, 709.7), range(-2, 2), range(-1e-8, 1e-8)], 1.5],
  ['expm1', expm1, Math.expm1, [range(-50, 700), range(-1, 1), range(-1e-10, 1e-10)], 3],
  ['log', log, Math.log, [finite.map(Math.abs), range(0.5, 2), range(1e-310, 1e-300), range(0.999, 1.001)], 1.5],
  ['log1p', log1p, Math.log1p, [range(-0.9999999, 10), range(-1e-8, 1e-8), range(0, 1e300)], 1.5],
  ['tanh', tanh, Math.tanh, [range(-30, 30), range(-0.01, 0.01)], 4],
];

for (const [name, ours, reference, ranges, units] of cases) {
  test(`${name} is within ${units} units of Math.${name}`, (t) => {
    for (const values of ranges) {
      fc.assert(fc.property(values, (x) => near(t, ours(x), reference(x), units, `${name}(${x})`)), runs);
    }
    t.pass();
  });
}

test('special values are those of IEEE 754', (t) => {
  const table: [string, (x: number) => number, [number, number][]][] = [
    ['exp', exp, [[0, 1], [-0, 1], [Infinity, Infinity], [-Infinity, 0], [NaN, NaN], [710, Infinity], [-746, 0], [1e308, Infinity], [-745, 5e-324]]],
    ['log', log, [[1, 0], [0, -Infinity], [-0, -Infinity], [-1, NaN], [Infinity, Infinity], [NaN, NaN]]],
    ['log1p', log1p, [[0, 0], [-0, -0], [-1, -Infinity], [-2, NaN], [Infinity, Infinity], [NaN, NaN], [5e-324, 5e-324]]],
    ['expm1', expm1, [[0, 0], [-0, -0], [Infinity, Infinity], [-Infinity, -1], [NaN, NaN], [5e-324, 5e-324]]],
    ['tanh', tanh, [[0, 0], [Infinity, 1], [-Infinity, -1], [NaN, NaN]]],
    ['sigmoid', sigmoid, [[0, 0.5], [Infinity, 1], [-Infinity, 0], [NaN, NaN]]],
    ['softplus', softplus, [[Infinity, Infinity], [-Infinity, 0], [NaN, NaN], [800, 800]]],
  ];
  for (const [name, f, values] of table) {
    for (const [x, expected] of values) t.is(f(x), expected, `${name}(${x})`);
  }
});

test('exp of denormal results rounds once', (t) => {
  fc.assert(fc.property(range(-745.1, -708), (x) => Math.abs(exp(x) - Math.exp(x)) <= 5e-324), runs);
  t.pass();
});

test('sigmoid and softplus keep their digits on both sides', (t) => {
  fc.assert(fc.property(range(-700, 700), (x) => {
    near(t, sigmoid(x), x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)), 4, `sigmoid(${x})`);
    near(t, softplus(x), x < 0 ? Math.log1p(Math.exp(x)) : x + Math.log1p(Math.exp(-x)), 4, `softplus(${x})`);
  }), runs);
  t.pass();
});
