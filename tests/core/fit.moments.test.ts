/** Least squares, solved from one sweep of moments. */
import test from 'ava';
import { inOrder, lossBySpec, penaltyBySpec } from '@scalemix/core';
import type { PathProblem } from '@scalemix/core';
import { fitValue } from '../../packages/core/src/fit/value.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { elasticNet, fit, lasso, none, ridge, squared } from '../support/engine.ts';
import { evaluator } from '../support/evaluations.ts';
import { exactGap, explicitProblem, largestFeasibleScale, objective } from '../support/explicitProblem.ts';
import { Random } from '../support/random.ts';

test('least squares takes one sweep, and is what sweeps over the rows would find', async (t) => {
  const random = new Random(17);
  const n = 120;
  const dense = Array.from({ length: 6 }, (_, j) => random.normals(n).map((x) => x * 10 ** (j - 2) + j));
  const offset = random.normals(n);
  const y = dense[2]!.map((x, i) => x + 0.5 * offset[i]! + random.normal());
  const data: ArrayData = { y, dense, offset, weights: Float64Array.from({ length: n }, () => random.uniform()) };
  for (const intercept of [true, false]) {
    for (const penalty of [lasso, ridge, elasticNet(0.5), none]) {
      const problem: PathProblem = { loss: squared, penalty, intercept, lambdas: 6, tolerance: 1e-9 };
      const path = await fit(data, problem);
      t.is(path.sweeps, 1);
      t.is(path.grams, 1);
      const { scale, evaluate, toOriginal } = await evaluator(data, problem);
      const rule = penaltyBySpec(penalty);
      const oracle = { evaluate: (points: Parameters<typeof evaluate>[0]) => evaluate(points, scale.usable) };
      for (const [k, lambda] of path.lambda.entries()) {
        const setting = { scale, loss: lossBySpec(squared), penalty: rule, executor: inOrder, tolerance: 1e-9, maxPasses: 50, nullGradient: { perDeviation: 1, perSpread: 1 } };
        const start = (await oracle.evaluate([{ beta: new Float64Array(6), intercept: 0 }]))[0]!;
        const swept = await fitValue(oracle, setting, { lambda, previous: path.lambda[0]!, next: null, features: null }, start, 0);
        t.true(swept.converged);
        t.true(Math.abs(swept.certificate.objective - path.objective[k]!) <= 1e-9 * path.objective[k]!);
        const { b } = toOriginal(swept.evaluation.point);
        b.forEach((value, j) => t.true(Math.abs(value - path.coefficients[k]![j]!) <= 1e-6 * Math.abs(value) + 1e-9, `${penalty.name}, value ${k}, coefficient ${j}`));
      }
    }
  }
});

test('a fit so close that moments have lost its digits is finished and certified by sweeps', async (t) => {
  const random = new Random(18);
  const n = 200;
  const dense = Array.from({ length: 5 }, () => random.normals(n));
  const y = dense[0]!.map((x, i) => 3 * x - dense[1]![i]! + 1e-6 * random.normal() + 100);
  const problem: PathProblem = { loss: squared, penalty: lasso, lambdas: 20, lambdaMinRatio: 1e-8 };
  const path = await fit({ y, dense, responseCentre: 100 }, problem);
  t.true(path.converged.every(Boolean), path.reason.join());
  t.true(path.sweeps > 1 && path.sweeps < 60, `${path.sweeps} sweeps`);
  path.lambda.forEach((lambda, k) => {
    const explicit = explicitProblem({ y, dense }, problem, lambda);
    const at = { b: path.coefficients[k]!, b0: path.intercept[k]! };
    t.true(Math.abs(objective(explicit, at) / path.objective[k]! - 1) < 1e-5, `value ${k}: ${path.objective[k]}, ${objective(explicit, at)}`);
    t.true(exactGap(explicit, at, largestFeasibleScale(explicit, at) * (1 - 1e-12)) < 1e-5 * path.objective[k]!, `value ${k}`);
  });
  t.true(path.devianceRatio[19]! > 1 - 1e-11);
});

test('what near-singular moments find is not taken where the rows say it is worse', async (t) => {
  // Without an intercept columns far from zero are all but the same column.
  for (const seed of [87, 265, 815]) {
    const random = new Random(seed);
    const dense = Array.from({ length: 10 }, () => {
      const shift = 10 ** (9 * random.uniform());
      return random.normals(20).map((x) => x + shift);
    });
    const few = Array.from({ length: 20 }, () => Float64Array.from({ length: 20 }, () => (random.chance(0.15) ? random.normal() : 0)));
    const y = random.normals(20).map((x, i) => 1e-6 * (x + dense[0]![i]! - dense[0]![0]!));
    const path = await fit({ y, dense: [...dense, ...few], responseCentre: y.reduce((a, b) => a + b) / 20 }, { loss: squared, penalty: none, intercept: false, tolerance: 1e-9 });
    t.true(path.objective[0]! <= path.nullLoss * (1 + 1e-9), `seed ${seed}: ${path.objective[0]}, null ${path.nullLoss}`);
  }
});

test('least squares with more features than moments take forms few Hessians: they do not change', async (t) => {
  const random = new Random(63);
  const n = 30;
  const dense = Array.from({ length: 2100 }, () => random.normals(n));
  const y = dense[0]!.map((value, i) => 2 * value - dense[1]![i]! + 0.3 * random.normal());
  const path = await fit({ y, dense }, { loss: squared, penalty: ridge, lambdas: 6 });
  t.true(path.converged.every(Boolean));
  t.true(path.grams <= 2, `${path.grams} Grams in ${path.sweeps} sweeps`);
});
