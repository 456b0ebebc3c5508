/** Problems with next to nothing in them: no features, one feature, one row, one value, no gradient. */
import test from 'ava';
import type { ArrayData } from '../support/arraySource.ts';
import { elasticNet, fit, lasso, logistic, none, ridge, squared } from '../support/engine.ts';
import { Random, classes } from '../support/random.ts';

test('p = 0: the intercept alone, or nothing at all', async (t) => {
  const y = Float64Array.of(0, 1, 1, 0, 1);
  const weights = Float64Array.of(1, 2, 1, 1, 0);
  for (const penalty of [lasso, ridge, none]) {
    const path = await fit({ y, weights }, { loss: logistic, penalty, lambdas: 3 });
    path.intercept.forEach((b0) => t.true(Math.abs(b0 - Math.log(3 / 2)) < 1e-9));
    t.true(path.converged.every(Boolean));
    t.is(path.coefficients[0]!.length, 0);
    const mean = await fit({ y: y.map((value) => value + 7), weights }, { loss: squared, penalty, lambdas: 3 });
    mean.intercept.forEach((b0) => t.true(Math.abs(b0 - 7.6) < 1e-12));
    const nothing = await fit({ y, weights }, { loss: logistic, penalty, lambdas: 2, intercept: false });
    nothing.intercept.forEach((b0) => t.is(b0, 0));
    t.true(nothing.objective.every((value) => Math.abs(value - Math.LN2) < 1e-15));
  }
});

test('p = 1 has the soft threshold of least squares', async (t) => {
  const random = new Random(1);
  const x = random.normals(40);
  const y = x.map((value) => 2 * value + random.normal());
  const mean = (values: Float64Array): number => values.reduce((a, b) => a + b) / 40;
  const sd = Math.sqrt(mean(x.map((value) => (value - mean(x)) ** 2)));
  const slope = mean(x.map((value, i) => (value - mean(x)) * (y[i]! - mean(y)))) / sd;
  const lambda = [0.5, 0.1, 0.01].map((share) => share * slope);
  const path = await fit({ y, dense: [x] }, { loss: squared, penalty: lasso, lambda });
  lambda.forEach((value, k) => t.true(Math.abs(path.coefficients[k]![0]! - (slope - value) / sd) < 1e-12));
  const ridged = await fit({ y, dense: [x] }, { loss: squared, penalty: ridge, lambda });
  lambda.forEach((value, k) => t.true(Math.abs(ridged.coefficients[k]![0]! - slope / (1 + value) / sd) < 1e-12));
  t.is(path.sweeps, 1);
});

test('one row, or one response only, is fitted by the intercept', async (t) => {
  for (const data of [
    { y: [3.7], dense: [[2], [0]] },
    { y: new Float64Array(30).fill(0.1), responseCentre: 0.1, dense: [new Random(2).normals(30), new Random(3).normals(30)] },
    { y: new Float64Array(30).fill(1e6 + 0.1), responseCentre: 1e6 + 0.1, dense: [new Random(2).normals(30), new Random(3).normals(30)] },
  ] satisfies ArrayData[]) {
    for (const penalty of [lasso, ridge, elasticNet(0.5), none]) {
      const path = await fit(data, { loss: squared, penalty, lambdas: 4 });
      t.true(path.converged.every(Boolean), `${data.y.length} rows of ${data.y[0]}, ${penalty.name}: ${path.reason}`);
      path.intercept.forEach((b0) => t.true(Math.abs(b0 / data.y[0]! - 1) < 1e-12));
      for (const b of path.coefficients) b.forEach((value) => t.true(Math.abs(value) < 1e-9));
      t.true(path.sweeps <= 4 + 2 * path.lambda.length);
    }
  }
  const one = await fit({ y: [0.25], dense: [[3]] }, { loss: logistic, penalty: lasso, lambdas: 3 });
  t.true(one.converged.every(Boolean));
  t.true(Math.abs(one.intercept[0]! - Math.log(1 / 3)) < 1e-8);
});

test('K = 1 is the value of a longer path', async (t) => {
  const random = new Random(4);
  const dense = Array.from({ length: 6 }, () => random.normals(90));
  const y = classes(random, dense[0]!);
  const path = await fit({ y, dense }, { loss: logistic, penalty: lasso, lambdas: 12, tolerance: 1e-9 });
  for (const k of [0, 5, 11]) {
    const single = await fit({ y, dense }, { loss: logistic, penalty: lasso, lambda: [path.lambda[k]!], tolerance: 1e-9 });
    t.true(Math.abs(single.objective[0]! - path.objective[k]!) < 1e-9);
    single.coefficients[0]!.forEach((b, j) => t.true(Math.abs(b - path.coefficients[k]![j]!) < 1e-4));
  }
});

test('a balanced design, whose null gradients are rounding, is converged at once', async (t) => {
  const x = Float64Array.from({ length: 64 }, (_, i) => (i & 1 ? 1 : -1));
  const z = Float64Array.from({ length: 64 }, (_, i) => (i & 2 ? 0.3 : -0.1));
  const y = Float64Array.from({ length: 64 }, (_, i) => (i & 4 ? 1 : 0));
  const offset = Float64Array.from({ length: 64 }, (_, i) => (i & 8 ? 0.7 : -0.3));
  for (const penalty of [none, lasso]) {
    for (const penaltyFactors of [Float64Array.of(1, 1), Float64Array.of(0, 0)]) {
      const path = await fit({ y, dense: [x, z], offset }, { loss: logistic, penalty, penaltyFactors, lambda: [0.1], tolerance: 1e-8 });
      t.deepEqual(path.reason, [null]);
      t.true(path.sweeps < 15, `${path.sweeps}`);
      path.coefficients[0]!.forEach((b) => t.true(Math.abs(b) < 1e-9));
    }
  }
});

test('an indicator that all rows that weigh have in common is constant, whatever they weigh', async (t) => {
  const random = new Random(5);
  for (const n of [50, 9000]) {
    const x = random.normals(n);
    const weights = Float64Array.from({ length: n }, (_, i) => (i % 7 === 3 ? 0 : 0.1 + random.uniform()));
    const y = classes(random, x);
    const all: ArrayData = {
      y, weights, dense: [x],
      codes: [{ levels: 2, values: Int32Array.from({ length: n }, (_, i) => (i % 7 === 3 ? 0 : 1)) }],
      sparse: { width: 1, indptr: Array.from({ length: n + 1 }, (_, i) => i), indices: new Uint32Array(n), values: new Float64Array(n).fill(1) },
    };
    for (const loss of [logistic, squared]) {
      for (const penalty of [none, ridge, lasso]) {
        const path = await fit(all, { loss, penalty, lambda: [0.01] });
        const alone = await fit({ y, weights, dense: [x] }, { loss, penalty, lambda: [0.01] });
        t.deepEqual(path.coefficients[0]!.slice(1), new Float64Array(2), `${n} rows, ${loss.name}, ${penalty.name}`);
        t.true(Math.abs(path.coefficients[0]![0]! - alone.coefficients[0]![0]!) < 1e-9);
      }
    }
    // One row of weight without it is enough.
    const varies = { ...all, weights: weights.map((w, i) => (i === 3 ? 1 : w)) };
    t.true((await fit(varies, { loss: squared, penalty: ridge, lambda: [0.01] })).coefficients[0]![1] !== 0);
  }
});

test('a sparse column of one value has no coefficient, with an intercept or without, however its squares round', async (t) => {
  for (const [n, value] of [[3, 0.3], [1000, 1000.1], [20000, 0.3]] as const) {
    const x = new Random(4).normals(n);
    const y = x.map((number, i) => 2 + number + (i % 3));
    const sparse = { width: 1, indptr: Array.from({ length: n + 1 }, (_, i) => i), indices: new Array<number>(n).fill(0), values: new Array<number>(n).fill(value) };
    for (const intercept of [true, false]) {
      const { lambda, coefficients, converged } = await fit({ y, dense: [x], sparse }, { loss: squared, penalty: lasso, lambdas: 3, intercept });
      t.true(lambda[0]! < 100, `${n} ${value} ${lambda[0]}`);
      coefficients.forEach((b) => t.is(b[1], 0));
      t.true(converged.every(Boolean));
    }
  }
});
