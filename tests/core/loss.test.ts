import test from 'ava';
import fc from 'fast-check';
import { genericLossKernels } from '../../packages/core/src/loss/elementwise.ts';
import { lossBySpec, losses } from '../../packages/core/src/loss/index.ts';
import type { Loss } from '../../packages/core/src/loss/loss.ts';
import { createScalarKernels } from '../../packages/core/src/kernels/scalar.ts';
import { LOSS_SUMS } from '../../packages/core/src/kernels/kernels.ts';
import { codeOf, scalarId } from '../support/engine.ts';

const PSI = [-800, -60, -20, -5, -1, -0.3, -0.011, -0.009, -1e-5, 0, 1e-5, 0.009, 0.011, 0.3, 1, 5, 20, 60, 800];

/** Responses that a loss allows, fractional ones included. */
function responses(loss: Loss): number[] {
  return loss.response === 'probability' ? [0, 1, 0.5, 0.25, 1e-3, 1 - 1e-3] : [0, 1, -3.5, 1e3];
}

const psi = fc.double({ min: -40, max: 40, noNaN: true });
const response = (loss: Loss): fc.Arbitrary<number> =>
  loss.response === 'probability' ? fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })) : fc.double({ min: -100, max: 100, noNaN: true });

for (const [name, loss] of Object.entries(losses)) {
  test(`${name}: the derivative is the slope of the value`, (t) => {
    for (const y of responses(loss)) {
      for (const x of PSI) {
        const h = 1e-5 * Math.max(1, Math.abs(x));
        const slope = (loss.value(y, x + h) - loss.value(y, x - h)) / (2 * h);
        const scale = Math.max(1, Math.abs(loss.value(y, x)) / h) * 1e-15;
        t.true(Math.abs(loss.derivative(y, x) - slope) <= 1e-9 + 4 * scale, `y ${y}, psi ${x}: ${loss.derivative(y, x)}, slope ${slope}`);
      }
    }
  });

  test(`${name}: the curvature is the slope of the derivative, never negative, never above its bound`, (t) => {
    for (const y of responses(loss)) {
      for (const x of PSI) {
        const h = 1e-4;
        const slope = (loss.derivative(y, x + h) - loss.derivative(y, x - h)) / (2 * h);
        const curvature = loss.curvature(y, x);
        t.true(Math.abs(curvature - slope) <= 1e-8 + 1e-11 * Math.abs(loss.derivative(y, x)), `y ${y}, psi ${x}: ${curvature}, slope ${slope}`);
        t.true(curvature >= 0 && curvature <= loss.maxCurvature);
      }
    }
  });

  test(`${name}: the quadratic with the E-step's weight majorises the loss, wherever it touches`, (t) => {
    fc.assert(
      fc.property(response(loss), psi, psi, (y, anchor, x) => {
        const step = x - anchor;
        const terms = [loss.value(y, anchor), loss.derivative(y, anchor) * step, (loss.weight(y, anchor) * step * step) / 2] as const;
        const rounding = 1e-14 * (1 + Math.abs(terms[0]) + Math.abs(terms[1]) + terms[2]);
        return terms[0] + terms[1] + terms[2] >= loss.value(y, x) - rounding;
      }),
      { numRuns: 2000, seed: 1 },
    );
    t.pass();
  });

  test(`${name}: no smaller weight majorises everywhere (it is sharp)`, (t) => {
    // At the mirror point -psi (2 y - psi for least squares) the quadratic touches again.
    for (const anchor of [0.5, 2, 6]) {
      const y = loss.response === 'probability' ? 1 : 0;
      const mirror = loss.response === 'probability' ? -anchor : anchor + 3;
      const step = mirror - anchor;
      const model = (weight: number): number => loss.value(y, anchor) + loss.derivative(y, anchor) * step + (weight * step * step) / 2;
      t.true(Math.abs(model(loss.weight(y, anchor)) - loss.value(y, mirror)) <= 1e-13 * (1 + loss.value(y, mirror)));
      t.true(model(0.98 * loss.weight(y, anchor)) < loss.value(y, mirror));
    }
  });

  test(`${name}: the weight joins its series and its closed form without a step, and bounds the curvature`, (t) => {
    for (const y of responses(loss)) {
      for (const x of PSI) {
        t.true(loss.weight(y, x) > 0 && loss.weight(y, x) <= loss.maxCurvature);
        t.true(loss.weight(y, x) >= loss.curvature(y, x) * (1 - 1e-14));
      }
      for (const edge of [0.01, -0.01]) t.true(Math.abs(loss.weight(y, edge * (1 - 1e-9)) - loss.weight(y, edge * (1 + 1e-9))) < 1e-11);
    }
  });

  test(`${name}: Fenchel's inequality holds, with equality at the derivative`, (t) => {
    const dual = loss.response === 'probability' ? fc.double({ min: 0, max: 1, noNaN: true }) : fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(response(loss), psi, dual, (y, x, u) => {
        // u is the mean that the dual point stands for, so that a is in the domain.
        const a = loss.response === 'probability' ? u - y : u;
        const scale = 1 + Math.abs(loss.value(y, x)) + Math.abs(a * x);
        return loss.value(y, x) + loss.conjugate(y, a) >= a * x - 1e-14 * scale * 4;
      }),
      { numRuns: 2000, seed: 1 },
    );
    for (const y of responses(loss)) {
      for (const x of PSI.filter((value) => Math.abs(value) <= 20)) {
        const a = loss.derivative(y, x);
        const gap = loss.value(y, x) + loss.conjugate(y, a) - a * x;
        t.true(Math.abs(gap) <= 1e-13 * (1 + Math.abs(loss.value(y, x)) + Math.abs(a * x)), `y ${y}, psi ${x}: ${gap}`);
      }
    }
  });

  test(`${name}: the saturated value is the least the loss can be`, (t) => {
    for (const y of responses(loss)) {
      let least = Infinity;
      for (const x of PSI) least = Math.min(least, loss.value(y, x));
      if (loss.response === 'numeric') least = Math.min(least, loss.value(y, y));
      else if (y > 0 && y < 1) least = Math.min(least, loss.value(y, Math.log(y / (1 - y))));
      t.true(least >= loss.saturated(y) - 1e-15);
      t.true(least <= loss.saturated(y) + 1e-12);
    }
  });

  test(`${name}: the starting value is where the mean of the derivative is zero`, (t) => {
    for (const mean of loss.response === 'probability' ? [1e-6, 0.2, 0.5, 0.999] : [-4, 0, 1e5]) {
      const start = loss.startingValue(mean);
      t.true(Math.abs(loss.mean(start) - mean) <= 1e-14 * Math.max(1, Math.abs(mean)));
    }
  });

  test(`${name}: the generic element loop gives the sums of the loss's own kernel`, (t) => {
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
    const kernels = createScalarKernels(memory, scalarId);
    const f64 = new Float64Array(memory.buffer);
    const n = 37;
    const [at, offset, y, w, residual, curvature, sums, other] = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => 65536 + k * 1024) as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < n; i++) {
      f64[at / 8 + i] = Math.sin(i) * 6;
      f64[offset / 8 + i] = Math.cos(i);
      f64[y / 8 + i] = responses(loss)[i % responses(loss).length]!;
      f64[w / 8 + i] = i % 5 === 0 ? 0 : 0.5 + (i % 3);
    }
    kernels.losses[name]!.column(n, at, offset, y, w, residual, curvature, sums);
    const own = { residual: f64.slice(residual / 8, residual / 8 + n), curvature: f64.slice(curvature / 8, curvature / 8 + n) };
    genericLossKernels(memory, loss).column(n, at, offset, y, w, residual, curvature, other);
    const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * (1 + Math.abs(b));
    LOSS_SUMS.forEach((sum, s) => t.true(close(f64[sums / 8 + s]!, f64[other / 8 + s]!), sum));
    for (let i = 0; i < n; i++) {
      t.true(close(own.residual[i]!, f64[residual / 8 + i]!));
      t.true(close(own.curvature[i]!, f64[curvature / 8 + i]!));
    }
  });
}

const logistic = losses['logistic']!;

test('logistic: far out, values, derivatives and curvatures keep their digits instead of overflowing', (t) => {
  t.is(logistic.value(0, 800), 800);
  t.is(logistic.value(1, -800), 800);
  t.is(logistic.value(0.25, 800), 600);
  t.is(logistic.value(0.25, -800), 200);
  t.is(logistic.value(1, 800), 0);
  t.is(logistic.derivative(0, 800), 1);
  t.is(Math.abs(logistic.derivative(1, 800)), 0);
  t.is(logistic.derivative(0.25, -800), -0.25);
  t.is(logistic.curvature(0, 800), 0);
  // e^-40 is far below the rounding of 1: a difference of probabilities would give 0.
  t.true(Math.abs(logistic.derivative(1, 40) / -Math.exp(-40) - 1) < 1e-14);
  t.true(Math.abs(logistic.value(1, 40) / Math.exp(-40) - 1) < 1e-14);
  for (const x of [-40, 40]) t.true(Math.abs(logistic.curvature(1, x) / Math.exp(-40) - 1) < 1e-14);
  for (const x of [-800, 800]) t.true(Math.abs(logistic.weight(1, x) - 1 / 1600) < 1e-18);
});

test('logistic: the conjugate ends where probabilities end, and is 0 on their edge', (t) => {
  t.is(logistic.conjugate(1, 0), 0);
  t.is(logistic.conjugate(0, 1), 0);
  t.is(logistic.conjugate(1, 0.001), Infinity);
  t.is(logistic.conjugate(0.25, -0.26), Infinity);
  t.true(Math.abs(logistic.conjugate(0.25, 0.25) + Math.LN2) < 1e-15);
});

test('responses that a loss cannot take are named, others are not', (t) => {
  for (const y of [0, 0.3, 1]) t.is(logistic.check(y), null);
  for (const y of [-1e-9, 1.0001, NaN, Infinity]) t.regex(logistic.check(y)!, /between 0 and 1/);
  const squared = losses['squared']!;
  t.is(squared.check(-1e300), null);
  for (const y of [NaN, Infinity, -Infinity]) t.regex(squared.check(y)!, /finite/);
});

test('an unknown loss is refused by name, with the names there are', (t) => {
  t.is(lossBySpec({ name: 'squared', parameters: {} }), losses['squared']!);
  for (const name of ['hinge2', 'toString', '__proto__']) {
    const error = t.throws(() => lossBySpec({ name, parameters: {} }));
    t.is(codeOf(error), 'UNKNOWN_LOSS');
    t.regex(error.message, /squared, logistic/);
  }
});
