/** Rows that a plane separates, and a penalty that leaves some features free. */
import test from 'ava';
import type { PathProblem } from '@scalemix/core';
import type { ArrayData } from '../support/arraySource.ts';
import { elasticNet, fit, lasso, logistic, none, ridge } from '../support/engine.ts';
import { explicitProblem, objective } from '../support/explicitProblem.ts';
import { Random, classes } from '../support/random.ts';

const SEPARABLE: Readonly<Record<string, ArrayData>> = {
  'completely separated': { y: Float64Array.from({ length: 40 }, (_, i) => (i >= 20 ? 1 : 0)), dense: [Float64Array.from({ length: 40 }, (_, i) => i - 19.5), new Random(8).normals(40)] },
  'quasi-completely separated': { y: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1], dense: [[-3, -2, -1, 0, 0, 0, 0, 1, 2, 3]] },
  'a rare level without positives': {
    y: Float64Array.from({ length: 200 }, (_, i) => (i < 5 ? 0 : i % 2)),
    dense: [new Random(9).normals(200)],
    codes: [{ values: Int32Array.from({ length: 200 }, (_, i) => (i < 5 ? 2 : i % 3 === 0 ? 1 : 0)), levels: 3 }],
  },
};

for (const [name, data] of Object.entries(SEPARABLE)) {
  test(`${name}: any penalty makes it a fit, none is SEPARABLE`, async (t) => {
    for (const penalty of [ridge, lasso, elasticNet(0.5)]) {
      const path = await fit(data, { loss: logistic, penalty, lambdas: 20, lambdaMinRatio: 1e-6 });
      t.true(path.converged.every(Boolean), `${penalty.name}: ${path.reason}`);
      path.gap.forEach((gap, k) => t.true(gap <= 1e-6 * path.objective[k]!));
    }
    const unpenalised = await fit(data, { loss: logistic, penalty: none });
    t.deepEqual(unpenalised.reason, ['SEPARABLE']);
    t.deepEqual(unpenalised.converged, [false]);
    t.true(unpenalised.sweeps < 60);
    t.true(unpenalised.coefficients[0]!.every(Number.isFinite) && Number.isFinite(unpenalised.objective[0]!));
    // A lambda of 0 at the end of a path is as separable, the values before it are not.
    const mixed = await fit(data, { loss: logistic, penalty: lasso, lambda: [0.05, 0] });
    t.deepEqual(mixed.reason, [null, 'SEPARABLE']);
  });
}

test('where a free feature separates, every value says so, with finite coefficients that give the reported objective', async (t) => {
  const base = SEPARABLE['a rare level without positives']!;
  const random = new Random(10);
  const data: ArrayData = { ...base, dense: [base.dense![0]!, ...Array.from({ length: 4 }, () => random.normals(200))] };
  const problem: PathProblem = { loss: logistic, penalty: elasticNet(0.5), penaltyFactors: Float64Array.of(1, 1, 1, 1, 1, 0, 0), lambdas: 30 };
  const path = await fit(data, problem);
  t.true(path.reason.every((reason) => reason === 'SEPARABLE'), path.reason.join());
  t.true(path.sweeps < 30 * 20);
  path.lambda.forEach((lambda, k) => {
    const at = { b: path.coefficients[k]!, b0: path.intercept[k]! };
    t.true(Math.abs(at.b[6]!) > 5 && Math.abs(at.b[6]!) < 1000);
    t.true(Math.abs(objective(explicitProblem(data, problem, lambda), at) - path.objective[k]!) < 1e-9);
  });
});

test('free features that do not separate leave no value SEPARABLE, however small the penalty on the others', async (t) => {
  for (let seed = 0; seed < 15; seed++) {
    const random = new Random(seed);
    const n = 60;
    const dense = Array.from({ length: 80 }, () => random.normals(n));
    for (let j = 5; j < 80; j++) if (random.chance(0.4)) dense[j] = dense[random.integer(j)]!.map((x) => -2 * x);
    const y = classes(random, dense[0]!.map((x, i) => 0.5 * (x - dense[7]![i]!)));
    const penaltyFactors = Float64Array.from({ length: 80 }, (_, j) => (j < 3 ? 0 : random.pick([1, 2])));
    for (const penalty of [elasticNet(0.9), ridge]) {
      const path = await fit({ y, dense }, { loss: logistic, penalty, penaltyFactors, lambdas: 20, lambdaMinRatio: penalty === ridge ? 1e-16 : 0.05, tolerance: 1e-4 });
      t.true(path.converged.every(Boolean), `seed ${seed}, ${penalty.name}: ${path.reason}`);
    }
  }
});
