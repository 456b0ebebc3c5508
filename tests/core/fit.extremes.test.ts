/** Rare classes, heavy tails, wide weights, far offsets, scales far apart. */
import test from 'ava';
import type { PathProblem } from '@scalemix/core';
import { elasticNet, fit, lasso, logistic, ridge } from '../support/engine.ts';
import { explicitProblem, objective } from '../support/explicitProblem.ts';
import { Random, classes } from '../support/random.ts';

test('five positives in ten thousand rows, and weights over six orders, are no trouble', async (t) => {
  const random = new Random(11);
  const n = 10000;
  const dense = Array.from({ length: 8 }, () => random.normals(n));
  const y = new Float64Array(n);
  for (const row of [17, 803, 2500, 7777, 9999]) {
    y[row] = 1;
    dense[0]![row] = dense[0]![row]! + 2;
  }
  const weights = Float64Array.from({ length: n }, () => 10 ** (6 * random.uniform() - 3));
  for (const data of [{ y, dense }, { y, dense, weights }]) {
    for (const penalty of [lasso, ridge]) {
      const path = await fit(data, { loss: logistic, penalty, lambdas: 25 });
      t.true(path.converged.every(Boolean), path.reason.join());
      t.true(path.sweeps < 25 * 9, `${path.sweeps} sweeps`);
    }
  }
});

test('heavy tails: no two points take turns, and every value is certified', async (t) => {
  for (const seed of [1, 2, 3, 4]) {
    const random = new Random(seed);
    const n = 1000;
    const dense = Array.from({ length: 12 }, () => Float64Array.from({ length: n }, () => random.normal() / random.normal() ** 2));
    const offset = random.normals(n).map((value) => 5 * value);
    const y = classes(random, dense[0]!.map((x) => x / 10));
    const path = await fit({ y, dense, offset }, { loss: logistic, penalty: lasso, intercept: false, lambdas: 20, tolerance: 1e-9 });
    t.true(path.converged.every(Boolean), `seed ${seed}: ${path.reason}`);
    t.true(path.sweeps < 20 * 25, `seed ${seed}: ${path.sweeps} sweeps`);
  }
});

test('a row that an offset puts far on the wrong side does not stop a fit', async (t) => {
  // Its curvature is e^-20, so that the first step is too long by orders.
  const random = new Random(12);
  const n = 60;
  const x = Float64Array.from({ length: n }, (_, i) => (i === 3 ? 1 : 0));
  const offset = random.normals(n);
  offset[3] = 20;
  const y = classes(random, offset);
  y[3] = 0;
  const weights = new Float64Array(n).fill(100);
  weights[3] = 1;
  const path = await fit({ y, dense: [x], offset, weights }, { loss: logistic, penalty: lasso, lambdas: 10, tolerance: 1e-9 });
  t.true(path.converged.every(Boolean), path.reason.join());
  t.true(path.coefficients[9]![0]! < -10);
  t.true(path.sweeps < 100, `${path.sweeps}`);
});

test('columns of very different scale, not standardized, are fitted in few sweeps', async (t) => {
  const random = new Random(14);
  const dense = Array.from({ length: 20 }, (_, j) => random.normals(60).map((x) => x * 10 ** (j - 10)));
  const y = classes(random, dense[10]!.map((x, i) => x + dense[12]![i]! / 100));
  for (const penalty of [elasticNet(0.1), lasso, ridge]) {
    const path = await fit({ y, dense }, { loss: logistic, penalty, standardize: false, lambdas: 6 });
    t.true(path.converged.every(Boolean));
    t.true(path.sweeps < 60, `${penalty.name}: ${path.sweeps} sweeps`);
  }
});

test('without an intercept, columns far from zero are fitted and certified all the same', async (t) => {
  const random = new Random(62);
  const n = 25;
  for (const far of [0, 1e3, 1e5]) {
    const base = random.normals(n);
    const dense = Array.from({ length: 60 }, () => {
      const own = random.normals(n);
      return base.map((value, i) => far * (1 + random.uniform() / n) + value + 0.1 * own[i]!);
    });
    const y = classes(random, dense[0]!.map((value, i) => 3 * (value - dense[1]![i]!)));
    for (const penalty of [lasso, elasticNet(0.5), ridge]) {
      for (const standardize of [true, false]) {
        const problem: PathProblem = { loss: logistic, penalty, standardize, intercept: false, lambdas: 12 };
        const path = await fit({ y, dense }, problem);
        t.deepEqual(path.reason, path.reason.map(() => null), `${penalty.name}, ${far} from zero, ${standardize ? '' : 'not '}standardized`);
        path.gap.forEach((gap, k) => {
          t.true(gap <= 1e-6 * path.objective[k]!);
          const explicit = explicitProblem({ y, dense }, problem, path.lambda[k]!);
          const own = { b: path.coefficients[k]!, b0: 0 };
          t.true(Math.abs(path.objective[k]! - objective(explicit, own)) <= 1e-9 * path.objective[k]!);
        });
      }
    }
  }
});
