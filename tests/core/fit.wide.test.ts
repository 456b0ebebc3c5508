/** More features than rows, and columns that repeat one another. */
import test from 'ava';
import type { PathProblem } from '@scalemix/core';
import type { ArrayData } from '../support/arraySource.ts';
import { elasticNet, fit, lasso, logistic, none, ridge, squared } from '../support/engine.ts';
import { exactGap, explicitProblem, largestFeasibleScale } from '../support/explicitProblem.ts';
import { Random, classes } from '../support/random.ts';

test('more columns than rows: every value is certified, by its own dual point and by ours', async (t) => {
  for (const [seed, loss] of [[5, squared], [6, logistic]] as const) {
    const random = new Random(seed);
    const n = 40;
    const dense = Array.from({ length: 150 }, () => random.normals(n));
    const eta = dense[3]!.map((x, i) => 2 * x - dense[9]![i]!);
    const data: ArrayData = { dense, y: loss === squared ? eta.map((value) => value + 0.3 * random.normal()) : classes(random, eta) };
    for (const penalty of [lasso, elasticNet(0.5), ridge]) {
      const problem: PathProblem = { loss, penalty, lambdas: 15 };
      const path = await fit(data, problem);
      t.true(Math.abs(path.lambda[14]! / path.lambda[0]! - 0.01) < 1e-12, 'the default grid is shorter where p > n');
      path.lambda.forEach((lambda, k) => {
        t.true(path.converged[k]! && path.gap[k]! <= 1e-6 * (path.objective[k]! - path.saturatedLoss));
        const explicit = explicitProblem(data, problem, lambda);
        const at = { b: path.coefficients[k]!, b0: path.intercept[k]! };
        const gap = Math.min(exactGap(explicit, at, 1), exactGap(explicit, at, largestFeasibleScale(explicit, at)));
        t.true(gap <= path.gap[k]! + 1e-12, `${loss.name}, ${penalty.name}, value ${k}: a gap of ${gap}, certified ${path.gap[k]}`);
        if (penalty === lasso) t.true(path.nonzero[k]! <= n);
      });
    }
  }
});

test('collinear columns share or yield, and the objective is that of one of them', async (t) => {
  const random = new Random(7);
  const x = random.normals(80);
  const other = random.normals(80);
  for (const loss of [squared, logistic]) {
    const y = loss === squared ? x.map((value) => value + random.normal()) : classes(random, x);
    for (const penalty of [lasso, elasticNet(0.7), ridge]) {
      const problem: PathProblem = { loss, penalty, lambdas: 8, lambdaMinRatio: 1e-3, tolerance: 1e-9 };
      const copies = { y, dense: [x, other, x, x.map((value) => -value), x.map((value, i) => value + other[i]!)] };
      const path = await fit(copies, problem);
      t.true(path.converged.every(Boolean), `${loss.name}, ${penalty.name}: ${path.reason}`);
      if (penalty === lasso) {
        // No copy helps the lasso: it is the fit of x, other and their sum.
        const single = await fit({ y, dense: [x, other, x.map((value, i) => value + other[i]!)] }, { ...problem, lambda: [...path.lambda] });
        path.objective.forEach((value, k) => t.true(Math.abs(value - single.objective[k]!) <= 2e-9 * value));
      } else {
        // A strictly convex penalty gives copies the same coefficient.
        for (const b of path.coefficients) t.true(Math.abs(b[0]! - b[2]!) < 1e-6 && Math.abs(b[0]! + b[3]!) < 1e-6);
      }
    }
    const unpenalised = await fit({ y, dense: [x, x, other] }, { loss, penalty: none });
    const alone = await fit({ y, dense: [x, other] }, { loss, penalty: none });
    t.true(unpenalised.converged[0]!);
    t.true(Math.abs(unpenalised.objective[0]! - alone.objective[0]!) < 1e-10);
    t.true(Math.abs(unpenalised.coefficients[0]![0]! + unpenalised.coefficients[0]![1]! - alone.coefficients[0]![0]!) < 1e-4);
  }
});

test('free and penalised copies of columns, to six digits of a response: free gradients that are rounding hold nobody up', async (t) => {
  for (const seed of [3, 31, 40, 115]) {
    const random = new Random(seed);
    const dense = Array.from({ length: 20 }, () => random.normals(60));
    for (let j = 1; j < 20; j++) {
      if (!random.chance(0.5)) continue;
      const of = dense[random.integer(j)]!;
      const scale = random.pick([1, -1, 2, 1000]);
      dense[j] = of.map((x) => scale * x);
    }
    const penaltyFactors = Float64Array.from({ length: 20 }, () => random.pick([0, 1, 1, 2, 0.1]));
    const free = (i: number): number => dense.reduce((total, column, j) => total + (penaltyFactors[j] === 0 ? column[i]! : 0), 0);
    for (const eta of [(i: number) => free(i) + 0.1 * random.normal(), (i: number) => dense[0]![i]! + random.normal()]) {
      const y = Float64Array.from({ length: 60 }, (_, i) => 1e6 * (eta(i) + 1000));
      const problem: PathProblem = { loss: squared, penalty: elasticNet(0.5), standardize: false, penaltyFactors, lambdas: 20, tolerance: 1e-4 };
      const path = await fit({ y, dense, responseCentre: 1e9 }, problem);
      t.true(path.converged.every(Boolean), `seed ${seed}: ${path.reason}`);
      t.true(path.objective[19]! <= path.objective[0]! * (1 + 1e-12));
    }
  }
});

test('with many more features than rows a ridge path forms few Hessians, and keeps them by what its steps say', async (t) => {
  const random = new Random(61);
  const n = 50;
  const dense = Array.from({ length: 300 }, () => random.normals(n));
  const y = classes(random, dense[0]!.map((value, i) => 2 * value - dense[1]![i]!));
  // A trace of the lasso keeps the path out of the space of the rows.
  const problem: PathProblem = { loss: logistic, penalty: elasticNet(1e-9), lambdas: 20 };
  const path = await fit({ y, dense }, problem);
  t.true(path.converged.every(Boolean));
  t.true(path.grams <= path.sweeps / 3, `${path.grams} Grams in ${path.sweeps} sweeps`);
  t.true(path.sweeps <= 3 * path.lambda.length);
  const exact = await fit({ y, dense }, { ...problem, lambda: [...path.lambda], tolerance: 1e-10 });
  path.lambda.forEach((_, k) => {
    t.true(path.objective[k]! >= exact.objective[k]! - exact.gap[k]! - 1e-14 && path.objective[k]! - exact.objective[k]! <= path.gap[k]! + 1e-14);
    const largest = Math.max(...exact.coefficients[k]!.map(Math.abs));
    path.coefficients[k]!.forEach((b, j) => t.true(Math.abs(b - exact.coefficients[k]![j]!) <= 1e-4 * largest));
  });
});
