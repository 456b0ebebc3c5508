/** Fits at the edges: few rows, no columns, collinear columns, separable classes, tight tolerances, wrong requests. */
import test from 'ava';
import { fitPath, inOrder, lossBySpec, penaltyBySpec } from '@scalemix/core';
import type { FitEvent, PathProblem } from '@scalemix/core';
import { fitValue } from '../../packages/core/src/fit/value.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { codeOf, elasticNet, fit, lasso, logistic, none, ridge, source, squared } from '../support/engine.ts';
import { evaluator } from '../support/evaluations.ts';
import { exactGap, explicitProblem, largestFeasibleScale, objective, violation } from '../support/explicitProblem.ts';
import { Random } from '../support/random.ts';

const classes = (random: Random, eta: ArrayLike<number>): Float64Array => Float64Array.from(eta, (value) => (random.chance(1 / (1 + Math.exp(-value))) ? 1 : 0));

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

test('a tolerance of 1e-9 is reached and believed', async (t) => {
  const random = new Random(15);
  const n = 300;
  const dense = Array.from({ length: 10 }, () => random.normals(n));
  for (let j = 1; j < 10; j++) dense[j] = dense[j]!.map((x, i) => 0.9 * dense[j - 1]![i]! + 0.4 * x);
  for (const loss of [squared, logistic]) {
    const y = loss === squared ? dense[0]!.map((x) => x + random.normal()) : classes(random, dense[0]!);
    for (const penalty of [lasso, ridge, elasticNet(0.5), none]) {
      const problem: PathProblem = { loss, penalty, lambdas: 12, tolerance: 1e-9 };
      const path = await fit({ y, dense }, problem);
      path.lambda.forEach((lambda, k) => {
        t.true(path.converged[k]!, `${loss.name}, ${penalty.name}, value ${k}`);
        if (penalty === none) t.true(path.stationarity[k]! <= 1e-9);
        else t.true(path.gap[k]! >= 0 && path.gap[k]! <= 1e-9 * (path.objective[k]! - path.saturatedLoss));
        const explicit = explicitProblem({ y, dense }, problem, lambda);
        t.true(violation(explicit, { b: path.coefficients[k]!, b0: path.intercept[k]! }) < 1e-6);
      });
    }
  }
});

test('when the passes run out the answer is there, and said to be unfinished', async (t) => {
  const random = new Random(16);
  const dense = Array.from({ length: 5 }, () => random.normals(100));
  const y = classes(random, dense[0]!.map((x) => 3 * x));
  const full = await fit({ y, dense }, { loss: logistic, penalty: lasso, lambda: [1e-4] });
  const cut = await fit({ y, dense }, { loss: logistic, penalty: lasso, lambda: [1e-4], maxPasses: 2 });
  t.deepEqual(cut.reason, ['MAX_PASSES']);
  t.deepEqual(cut.converged, [false]);
  t.true(cut.objective[0]! > full.objective[0]! && cut.objective[0]! - cut.gap[0]! <= full.objective[0]!);
  t.deepEqual(full.reason, [null]);
});

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
        const setting = { scale, loss: lossBySpec(squared), penalty: rule, executor: inOrder, tolerance: 1e-9, maxPasses: 50, nullGradient: 1 };
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

test('what rounding has made unreachable ends as STALLED, soon', async (t) => {
  const random = new Random(21);
  const n = 200;
  const dense = Array.from({ length: 6 }, () => random.normals(n));
  const y = dense[0]!.map((x, i) => x - dense[1]![i]! + 1e-9 * random.normal() + 10);
  const path = await fit({ y, dense, responseCentre: 10 }, { loss: squared, penalty: lasso, lambdas: 30, lambdaMinRatio: 1e-12, tolerance: 1e-9 });
  t.true(path.reason.every((reason) => reason === null || reason === 'STALLED'));
  t.true(path.reason.includes('STALLED') && path.reason[0] === null);
  t.true(path.sweeps < 30 * 30, `${path.sweeps} sweeps`);
});

test('events tell of every pass and every value, in order', async (t) => {
  const random = new Random(20);
  const dense = Array.from({ length: 4 }, () => random.normals(100));
  const y = classes(random, dense[0]!);
  const events: FitEvent[] = [];
  const path = await fitPath(source({ y, dense }), { loss: logistic, penalty: lasso, lambdas: 7 }, inOrder, { onEvent: (event) => events.push(event) });
  const values = events.filter((event) => event.type === 'valueDone');
  t.deepEqual(values.map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6]);
  values.forEach((event, k) => {
    t.is(event.lambda, path.lambda[k]!);
    t.is(event.nonzero, path.nonzero[k]!);
    t.is(event.converged, path.converged[k]!);
    t.is(event.devianceRatio, path.devianceRatio[k]!);
  });
  const begun = events.filter((event) => event.type === 'passBegun');
  t.is(begun.length, events.filter((event) => event.type === 'passDone').length);
  // One read of the rows is that of the moments.
  t.is(path.sweeps, begun.length + 1);
  t.true(path.columnPasses > 0 && path.columnPasses <= path.sweeps);
  t.true(path.sweeps < 7 * 6, `${path.sweeps} sweeps`);
});

test('a signal given beforehand reaches the source and ends the fit', async (t) => {
  const rows = source({ y: [0, 1, 1], dense: [[1, 2, 4]] });
  const signal = AbortSignal.abort();
  const seen: (AbortSignal | undefined)[] = [];
  const watched = { ...rows, moments: ((request, options) => (seen.push(options?.signal), rows.moments(request, options))) as typeof rows.moments };
  await t.throwsAsync(fitPath(watched, { loss: squared, penalty: lasso }, inOrder, { signal }), { is: signal.reason, any: true });
  t.deepEqual(seen, [signal]);
});

test('wrong requests are refused with their codes', async (t) => {
  const data: ArrayData = { y: [0, 1, 1, 0], dense: [[1, 2, 4, 3], [0, 1, 0, 1]] };
  const good: PathProblem = { loss: logistic, penalty: lasso };
  const wrong: readonly (readonly [string, Partial<PathProblem>])[] = [
    ['BAD_TOLERANCE', { tolerance: 0 }],
    ['BAD_TOLERANCE', { tolerance: 1 }],
    ['BAD_TOLERANCE', { tolerance: NaN }],
    ['BAD_MAX_PASSES', { maxPasses: 0 }],
    ['BAD_MAX_PASSES', { maxPasses: 1.5 }],
    ['BAD_LAMBDA', { lambda: [] }],
    ['BAD_LAMBDA', { lambda: [0.1, -1e-9] }],
    ['BAD_LAMBDA', { lambda: [Infinity] }],
    ['BAD_LAMBDA', { lambda: [NaN] }],
    ['BAD_GRID', { lambdas: 0 }],
    ['BAD_GRID', { lambdas: 2.5 }],
    ['BAD_GRID', { lambdaMinRatio: 0 }],
    ['BAD_GRID', { lambdaMinRatio: 1 }],
    ['BAD_PENALTY_FACTOR', { penaltyFactors: Float64Array.of(1) }],
    ['BAD_PENALTY_FACTOR', { penaltyFactors: Float64Array.of(1, -1) }],
    ['BAD_PENALTY_FACTOR', { penaltyFactors: Float64Array.of(1, Infinity) }],
    ['UNKNOWN_LOSS', { loss: { name: 'probit', parameters: {} } }],
    ['BAD_L1_RATIO', { penalty: { name: 'elastic-net', l1Ratio: 1.5 } }],
  ];
  for (const [code, change] of wrong) t.is(codeOf(await t.throwsAsync(fit(data, { ...good, ...change }))), code, JSON.stringify(change));
});

test('with many more features than rows a ridge path forms few Hessians, and keeps them by what its steps say', async (t) => {
  const random = new Random(61);
  const n = 50;
  const dense = Array.from({ length: 300 }, () => random.normals(n));
  const y = classes(random, dense[0]!.map((value, i) => 2 * value - dense[1]![i]!));
  const problem: PathProblem = { loss: logistic, penalty: ridge, lambdas: 20 };
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

test('least squares with more features than moments take forms few Hessians: they do not change', async (t) => {
  const random = new Random(63);
  const n = 30;
  const dense = Array.from({ length: 2100 }, () => random.normals(n));
  const y = dense[0]!.map((value, i) => 2 * value - dense[1]![i]! + 0.3 * random.normal());
  const path = await fit({ y, dense }, { loss: squared, penalty: ridge, lambdas: 6 });
  t.true(path.converged.every(Boolean));
  t.true(path.grams <= 2, `${path.grams} Grams in ${path.sweeps} sweeps`);
});
