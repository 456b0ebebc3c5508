/** Every kind of fit against a slow solver of the definition (support/explicitProblem.ts), which shares nothing with the engine. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { PathProblem, PathResult } from '@scalemix/core';
import type { ArrayData } from '../support/arraySource.ts';
import { elasticNet, fit, lasso, logistic, none, ridge, squared } from '../support/engine.ts';
import { explicitProblem, linearPredictor, meanLoss, objective, solveSlowly } from '../support/explicitProblem.ts';
import { Random } from '../support/random.ts';
import { randomProblem } from '../support/randomProblem.ts';

interface Expectations {
  /** Of the objective, above its slow value. */
  readonly objective?: number;
  /** Of coefficients, as a share of the largest effect. */
  readonly coefficients?: number;
}

function agree(t: ExecutionContext, what: string, data: ArrayData, problem: PathProblem, path: PathResult, expected: Expectations = {}): void {
  path.lambda.forEach((lambda, k) => {
    const explicit = explicitProblem(data, problem, lambda);
    const slow = solveSlowly(explicit);
    const own = { b: path.coefficients[k]!, b0: path.intercept[k]! };
    const least = objective(explicit, slow);
    const rounding = 1e-12 * (1 + least);
    t.true(path.converged[k]!, `${what}, value ${k}: ${path.reason[k]}`);
    t.true(Math.abs(path.objective[k]! - objective(explicit, own)) <= rounding, `${what}, value ${k}: the objective reported is that of the coefficients`);
    t.true(path.objective[k]! >= least - rounding, `${what}, value ${k}: ${path.objective[k]} is below ${least}`);
    t.true(path.objective[k]! <= least + (expected.objective ?? 1e-9) * (least - path.saturatedLoss) + rounding, `${what}, value ${k}: ${path.objective[k]} is above ${least}`);
    // What a coefficient does: its size times the column's spread.
    const effects = slow.b.map((b, j) => b * (explicit.s[j]! > 0 ? spread(explicit.x[j]!) : 0));
    const largest = Math.max(1e-3, ...effects.map(Math.abs));
    own.b.forEach((b, j) => {
      const off = Math.abs(b - slow.b[j]!) * spread(explicit.x[j]!);
      t.true(off <= (expected.coefficients ?? 1e-4) * largest, `${what}, value ${k}: coefficient ${j} is ${b}, not ${slow.b[j]}`);
      if (explicit.s[j] === 0) t.is(b, 0);
    });
  });
}

function spread(column: Float64Array): number {
  const largest = column.reduce((most, value) => Math.max(most, value), -Infinity);
  const least = column.reduce((most, value) => Math.min(most, value), Infinity);
  return (largest - least) / 3;
}

test('random problems of every kind agree with the slow solver, down to lambda 0', async (t) => {
  for (let seed = 1000; seed < 1060; seed++) {
    const { data, problem, largest } = randomProblem(seed);
    // Where lambda is 0 logistic fits may have no optimum.
    const shares = problem.loss === squared ? [0.9, 0.2, 0.01, 0] : [0.9, 0.2, 0.03];
    const asked = { ...problem, lambda: shares.map((share) => share * largest), tolerance: 1e-9 };
    agree(t, `seed ${seed}`, data, asked, await fit(data, asked));
  }
});

for (const loss of [squared, logistic]) {
  for (const penalty of [ridge, lasso, elasticNet(0.3), none]) {
    for (const standardize of [true, false]) {
      for (const intercept of [true, false]) {
        test(`${loss.name}, ${penalty.name}, ${standardize ? '' : 'not '}standardized, ${intercept ? 'with' : 'without'} intercept: a path is that of the slow solver`, async (t) => {
          const random = new Random(42);
          const n = 80;
          const dense = [1, 4, 0.3].map((scale, j) => random.normals(n).map((value) => scale * (value + j)));
          const levels = Int32Array.from({ length: n }, () => random.integer(3));
          const y = Float64Array.from({ length: n }, (_, i) => {
            const eta = dense[0]![i]! - 0.2 * dense[1]![i]! + [0, 0.8, -0.5][levels[i]!]!;
            return loss === squared ? 3 + eta + 0.7 * random.normal() : random.chance(1 / (1 + Math.exp(-eta))) ? 1 : 0;
          });
          const weights = Float64Array.from({ length: n }, () => random.pick([0, 0.5, 1, 3]));
          const data: ArrayData = { y, dense, codes: [{ values: levels, levels: 3 }], weights };
          const problem: PathProblem = { loss, penalty, standardize, intercept, lambdas: 6, lambdaMinRatio: 1e-3, tolerance: 1e-9 };
          const path = await fit(data, problem);
          t.is(path.lambda.length, penalty === none ? 1 : 6);
          agree(t, 'path', data, problem, path);
          // At the tolerance a user gets as well.
          const usual = await fit(data, { ...problem, tolerance: 1e-6 });
          agree(t, 'usual tolerance', data, problem, usual, { objective: 1e-6 });
        });
      }
    }
  }
}

test('penalty factors weigh the penalty, and a factor 0 leaves a feature free', async (t) => {
  const random = new Random(43);
  const n = 90;
  const dense = Array.from({ length: 4 }, () => random.normals(n));
  for (const loss of [squared, logistic]) {
    const y = Float64Array.from({ length: n }, (_, i) => (loss === squared ? dense[0]![i]! + random.normal() : random.chance(1 / (1 + Math.exp(-dense[0]![i]!))) ? 1 : 0));
    for (const penalty of [lasso, ridge, elasticNet(0.5)]) {
      for (const factors of [[0, 1, 1, 1], [0, 0, 0.2, 5], [2, 2, 2, 2]]) {
        const problem: PathProblem = { loss, penalty, penaltyFactors: Float64Array.from(factors), lambdas: 5, lambdaMinRatio: 1e-2, tolerance: 1e-9 };
        const path = await fit({ y, dense }, problem);
        agree(t, `${loss.name}, ${penalty.name}, factors ${factors}`, { y, dense }, problem, path);
        if (factors[0] === 0) t.true(path.coefficients.every((b) => b[0] !== 0));
        // The largest lambda is the least that leaves penalised features out.
        if (penalty === lasso) path.coefficients[0]!.forEach((b, j) => t.true(factors[j] === 0 || Math.abs(b) < 1e-7));
        if (penalty === lasso) t.true(path.coefficients[1]!.some((b, j) => factors[j] !== 0 && b !== 0));
      }
    }
    // All of them free: every lambda is the unpenalised fit.
    const free = await fit({ y, dense }, { loss, penalty: lasso, penaltyFactors: new Float64Array(4), lambda: [1, 0.1] });
    const unpenalised = await fit({ y, dense }, { loss, penalty: none });
    t.deepEqual(free.reason, [null, null]);
    for (const b of free.coefficients) b.forEach((value, j) => t.true(Math.abs(value - unpenalised.coefficients[0]![j]!) < 1e-6));
  }
});

test('a factor doubled is lambda doubled for that feature', async (t) => {
  const { data, problem, largest } = randomProblem(1003);
  const p = explicitProblem(data, problem, 0).x.length;
  const one = await fit(data, { ...problem, penaltyFactors: new Float64Array(p).fill(2), lambda: [0.1 * largest], tolerance: 1e-9 });
  const other = await fit(data, { ...problem, penaltyFactors: new Float64Array(p).fill(1), lambda: [0.2 * largest], tolerance: 1e-9 });
  one.coefficients[0]!.forEach((b, j) => t.true(Math.abs(b - other.coefficients[0]![j]!) <= 1e-7 * (1 + Math.abs(b))));
});

test('an offset that pulls the mean response out of [0, 1] is no trouble', async (t) => {
  const random = new Random(44);
  const n = 100;
  const dense = [random.normals(n), random.normals(n)];
  for (const centre of [-30, -4, 0, 4, 30]) {
    const offset = Float64Array.from({ length: n }, () => centre + random.normal());
    const y = Float64Array.from({ length: n }, (_, i) => (random.chance(1 / (1 + Math.exp(-dense[0]![i]! - offset[i]! + centre))) ? 1 : 0));
    const data: ArrayData = { y, dense, offset };
    const problem: PathProblem = { loss: logistic, penalty: lasso, lambdas: 4, lambdaMinRatio: 0.01, tolerance: 1e-9 };
    agree(t, `offset near ${centre}`, data, problem, await fit(data, problem));
  }
});

test('the null model takes offset, intercept and free features', async (t) => {
  const random = new Random(45);
  const n = 70;
  const dense = [random.normals(n), random.normals(n)];
  const offset = random.normals(n);
  const y = Float64Array.from({ length: n }, (_, i) => (random.chance(1 / (1 + Math.exp(-offset[i]! - 0.5))) ? 1 : 0));
  const data: ArrayData = { y, dense, offset };
  for (const intercept of [true, false]) {
    const path = await fit(data, { loss: logistic, penalty: lasso, intercept, lambdas: 3 });
    const alone = explicitProblem({ ...data, dense: [] }, { loss: logistic, penalty: none, intercept }, 0);
    const slow = solveSlowly(alone);
    t.true(Math.abs(path.nullLoss - meanLoss(alone, slow)) < 1e-12);
    t.true(Math.abs(path.devianceRatio[0]!) < 1e-9);
    const whole = explicitProblem(data, { loss: logistic, penalty: lasso, intercept }, 0);
    const psi = linearPredictor(whole, { b: path.coefficients[2]!, b0: path.intercept[2]! });
    const deviance = psi.reduce((total, value, i) => total + Math.log1p(Math.exp(y[i] === 1 ? -value : value)), 0) / n;
    t.true(Math.abs(path.devianceRatio[2]! - (1 - deviance / path.nullLoss)) < 1e-12);
  }
});

test('the grid starts where the first feature enters', async (t) => {
  const { data, problem } = randomProblem(1007);
  for (const penalty of [lasso, elasticNet(0.5)]) {
    const asked: PathProblem = { ...problem, penalty, lambdas: 8, lambdaMinRatio: 0.05, tolerance: 1e-9 };
    const path = await fit(data, asked);
    t.true(Math.abs(path.lambda[7]! / path.lambda[0]! - 0.05) < 1e-12);
    for (let k = 1; k < 7; k++) t.true(Math.abs(path.lambda[k]! ** 2 / (path.lambda[k - 1]! * path.lambda[k + 1]!) - 1) < 1e-12);
    const above = await fit(data, { ...asked, lambda: [path.lambda[0]! * 1.000001, path.lambda[0]! * 0.999] });
    t.is(above.nonzero[0], 0);
    t.true(above.nonzero[1]! > 0);
  }
});

test('values of lambda are answered in the order they are given', async (t) => {
  const { data, problem, largest } = randomProblem(1011);
  const shares = [0.1, 0.9, 0.01, 0.3, 0.3];
  const lambda = shares.map((share) => share * largest);
  const path = await fit(data, { ...problem, lambda, tolerance: 1e-9 });
  t.deepEqual([...path.lambda], lambda);
  agree(t, 'given order', data, problem, path);
  const sorted = await fit(data, { ...problem, lambda: lambda.toSorted((a, b) => b - a), tolerance: 1e-9 });
  [3, 0, 4, 1, 2].forEach((place, k) => t.true(Math.abs(path.objective[k]! - sorted.objective[place]!) < 1e-12 || shares[k] === 0.3));
  t.is(path.objective[3], path.objective[4]);
});
