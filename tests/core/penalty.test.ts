import test from 'ava';
import fc from 'fast-check';
import { penalties, penaltyBySpec } from '../../packages/core/src/penalty/index.ts';
import type { PenaltyName } from '../../packages/core/src/penalty/penalty.ts';
import { codeOf } from '../support/engine.ts';

const cases: readonly (readonly [PenaltyName, number])[] = [['ridge', 0], ['lasso', 1], ['elastic-net', 0.001], ['elastic-net', 0.5], ['elastic-net', 1], ['none', 0]];
const size = fc.double({ min: 0, max: 100, noNaN: true });
const strength = fc.double({ min: 1e-6, max: 100, noNaN: true });

for (const [name, l1Ratio] of cases) {
  const penalty = penaltyBySpec({ name, l1Ratio });

  test(`${name} ${l1Ratio}: the value is lambda (r t + (1-r) t^2 / 2)`, (t) => {
    for (const lambda of [0, 0.1, 3]) {
      for (const x of [0, 0.5, 4]) t.true(Math.abs(penalty.value(x, lambda) - lambda * (l1Ratio * x + ((1 - l1Ratio) * x * x) / 2)) < 1e-14);
    }
  });

  test(`${name} ${l1Ratio}: slope at zero, curvature and weight are derivatives of the value`, (t) => {
    const lambda = 0.7;
    const h = 1e-4;
    t.true(Math.abs((penalty.value(h, lambda) - penalty.value(0, lambda)) / h - penalty.slopeAtZero(lambda)) < h);
    for (const x of [0.3, 2]) {
      const slope = (penalty.value(x + h, lambda) - penalty.value(x - h, lambda)) / (2 * h);
      const second = (penalty.value(x + h, lambda) - 2 * penalty.value(x, lambda) + penalty.value(x - h, lambda)) / (h * h);
      t.true(Math.abs(second - penalty.curvature(lambda)) < 1e-6);
      t.true(Math.abs(penalty.weight(x, lambda) * x - slope) < 1e-9);
    }
    t.is(penalty.weight(0, lambda), l1Ratio > 0 ? Infinity : lambda);
  });

  test(`${name} ${l1Ratio}: the conjugate inequality holds, with equality at the slope`, (t) => {
    fc.assert(
      fc.property(size, size, strength, (x, v, lambda) => penalty.value(x, lambda) + penalty.conjugate(v, lambda) >= v * x - 1e-14 * (1 + v * x)),
      { numRuns: 1000, seed: 1 },
    );
    for (const lambda of [0.2, 5]) {
      for (const x of [0, 0.4, 3]) {
        const v = penalty.slopeAtZero(lambda) + penalty.curvature(lambda) * x;
        const gap = penalty.value(x, lambda) + penalty.conjugate(v, lambda) - v * x;
        t.true(Math.abs(gap) < 1e-13, `t ${x}: ${gap}`);
      }
      t.is(penalty.conjugate(penalty.slopeAtZero(lambda) / 2, lambda), 0);
    }
  });

  test(`${name} ${l1Ratio}: the quadratic with the E-step's weight majorises the penalty`, (t) => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 100, noNaN: true }), size, strength, (anchor, x, lambda) => {
        const model = penalty.value(anchor, lambda) + (penalty.weight(anchor, lambda) * (x * x - anchor * anchor)) / 2;
        return model >= penalty.value(x, lambda) - 1e-14 * (1 + penalty.value(anchor, lambda) + penalty.value(x, lambda));
      }),
      { numRuns: 1000, seed: 1 },
    );
    t.pass();
  });
}

test('beyond the slope the conjugate of the lasso is infinite, and that of the ridge v^2 / (2 lambda)', (t) => {
  t.is(penaltyBySpec({ name: 'lasso', l1Ratio: 1 }).conjugate(0.5000001, 0.5), Infinity);
  t.is(penaltyBySpec({ name: 'lasso', l1Ratio: 1 }).conjugate(0.5, 0.5), 0);
  t.is(penaltyBySpec({ name: 'ridge', l1Ratio: 0 }).conjugate(3, 2), 9 / 4);
});

test('ridge and lasso do not depend on the l1 ratio they are given', (t) => {
  t.is(penalties.ridge(0.7).slopeAtZero(1), 0);
  t.is(penalties.lasso(0.2).curvature(1), 0);
  t.is(penalties.none(0.2).slopeAtZero(1), 0);
});

test('an unknown penalty and an l1 ratio outside [0, 1] are refused', (t) => {
  for (const name of ['elastic', 'constructor'] as unknown as PenaltyName[]) {
    t.is(codeOf(t.throws(() => penaltyBySpec({ name, l1Ratio: 0 }))), 'UNKNOWN_PENALTY');
  }
  for (const l1Ratio of [-0.1, 1.0001, NaN]) t.is(codeOf(t.throws(() => penaltyBySpec({ name: 'elastic-net', l1Ratio }))), 'BAD_L1_RATIO');
});
