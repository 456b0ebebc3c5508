/** Rare classes, heavy tails, wide weights, far offsets, scales far apart. */
import test from 'ava';
import type { PathProblem } from '@scalemix/core';
import { elasticNet, fit, lasso, logistic, none, ridge, squared } from '../support/engine.ts';
import { explicitProblem, lossGradient, objective, solveSlowly, violation } from '../support/explicitProblem.ts';
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

test('a row that an offset puts beyond all digits on the wrong side does not make the unit of stationarity larger', async (t) => {
  const random = new Random(1);
  const n = 400;
  const dense = [random.normals(n), random.normals(n)];
  const y = classes(random, dense[0]!.map((x) => 2 * x - 1));
  y[3] = 0;
  for (const far of [0, 60, 300]) {
    const offset = Float64Array.from({ length: n }, (_, i) => (i === 3 ? far : 0));
    const problem: PathProblem = { loss: logistic, penalty: lasso, penaltyFactors: Float64Array.of(0, 1), lambda: [0.01], tolerance: 0.5 };
    const path = await fit({ y, dense, offset }, problem);
    const explicit = explicitProblem({ y, dense, offset }, problem, 0.01);
    const nullModel = explicitProblem({ y, dense, offset }, { loss: logistic, penalty: ridge }, 1e6);
    const start = solveSlowly(nullModel);
    const { gradient } = lossGradient(explicit, { b: new Float64Array(2), b0: start.b0 });
    const unit = Math.max(...gradient.map((g, j) => Math.abs(g) / explicit.s[j]!));
    const stationarity = violation(explicit, { b: path.coefficients[0]!, b0: path.intercept[0]! }) / unit;
    t.true(path.stationarity[0]! >= 0.5 * stationarity - 1e-14, `offset ${far}: ${path.stationarity[0]} is said, ${stationarity} it is`);
  }
});

test('a free feature in large units does not hide what others violate', async (t) => {
  const random = new Random(5);
  const n = 400;
  const dense = [random.normals(n).map((x) => 0.01 * x), random.normals(n).map((x) => 1e7 * (x + 1))];
  for (const loss of [logistic, squared]) {
    const psi = dense[0]!.map((x, i) => 200 * x + dense[1]![i]! / 1e8);
    const y = loss === squared ? psi.map((value) => value + random.normal()) : classes(random, psi);
    const problem: PathProblem = { loss, penalty: lasso, penaltyFactors: Float64Array.of(1, 0), standardize: false, intercept: false, lambda: [1e-5] };
    const path = await fit({ y, dense }, problem);
    const explicit = explicitProblem({ y, dense }, problem, 1e-5);
    t.true(path.converged[0]!);
    t.true(path.objective[0]! <= objective(explicit, solveSlowly(explicit)) + 1e-6, `${loss.name}: ${path.objective[0]}`);
  }
});

test('without an intercept a column of ones does what an intercept does, in hardly more sweeps', async (t) => {
  const random = new Random(3);
  const n = 300;
  const x = random.normals(n);
  const z = random.normals(n);
  const y = classes(random, x.map((value) => value + 1));
  for (const penalty of [ridge, lasso, none]) {
    const asked = { loss: logistic, penalty, standardize: false, lambda: [0.1, 0.01, 0.001] };
    const own = await fit({ y, dense: [x, z] }, asked);
    const ones = await fit({ y, dense: [x, z, new Float64Array(n).fill(1)] }, { ...asked, intercept: false, penaltyFactors: Float64Array.of(1, 1, 0) });
    const penalised = await fit({ y, dense: [x, z, new Float64Array(n).fill(1)] }, { ...asked, intercept: false });
    own.intercept.forEach((b0, k) => t.true(Math.abs(ones.coefficients[k]![2]! - b0) <= 1e-4, `${penalty.name}, value ${k}`));
    for (const path of [ones, penalised]) {
      t.true(path.converged.every(Boolean));
      t.true(path.sweeps <= own.sweeps + 8, `${penalty.name}: ${path.sweeps} sweeps, ${own.sweeps} with an intercept`);
    }
  }
});

test('a coefficient whose rows are fitted beyond all digits comes back to where its penalty has it', async (t) => {
  const random = new Random(7);
  const n = 60;
  const rare = Float64Array.from({ length: n }, (_, i) => (i === 4 ? 150 : 0));
  const dense = [random.normals(n), rare];
  const y = classes(random, dense[0]!);
  y[4] = 1;
  for (const penalty of [lasso, elasticNet(0.01), ridge]) {
    for (const intercept of [true, false]) {
      // On its way from an offset of its own the row is at 1500, where nothing but the penalty has any curvature.
      const offset = Float64Array.from({ length: n }, (_, i) => (i === 4 ? -60 : 0));
      const path = await fit({ y, dense, offset }, { loss: logistic, penalty, intercept, lambda: [1e-5, 1e-7] });
      t.deepEqual(path.reason, [null, null], `${penalty.name}`);
      t.true(path.sweeps < 90, `${penalty.name}, ${intercept ? 'with' : 'without'} intercept: ${path.sweeps} sweeps`);
    }
  }
});

test('where every row is on the wrong side beyond all curvature, steps that are too long by any number of orders are cut', async (t) => {
  const random = new Random(9);
  const n = 40;
  const dense = [random.normals(n), random.normals(n), random.normals(n)];
  const y = classes(random, dense[0]!.map((x) => 3 * x));
  for (const far of [100, 500]) {
    const offset = Float64Array.from(y, (value, i) => far * (1 - 2 * value) + 20 * dense[1]![i]!);
    for (const intercept of [true, false]) {
      const problem: PathProblem = { loss: logistic, penalty: elasticNet(0.9), intercept, lambda: [0.1, 0.001] };
      const path = await fit({ y, dense, offset }, problem);
      t.deepEqual(path.reason, [null, null], `offset ${far}`);
      path.lambda.forEach((lambda, k) => {
        const explicit = explicitProblem({ y, dense, offset }, problem, lambda);
        t.true(path.objective[k]! <= objective(explicit, solveSlowly(explicit)) * (1 + 1e-6));
      });
    }
  }
});

test('a response whose squares are beyond all numbers is no fit that converged', async (t) => {
  const random = new Random(10);
  const x = random.normals(50);
  for (const [size, converges] of [[1e140, true], [1e160, false]] as const) {
    const path = await fit({ y: x.map((value) => size * (value + random.normal())), dense: [x] }, { loss: squared, penalty: lasso, lambdas: 3 });
    t.is(path.converged.some(Boolean), converges, `${size}`);
    t.is(path.objective.every(Number.isFinite), converges);
  }
});
