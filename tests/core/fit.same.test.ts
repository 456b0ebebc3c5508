/** What must not change an answer: how rows and columns are written down. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { PathProblem, PathResult } from '@scalemix/core';
import type { ArrayData } from '../support/arraySource.ts';
import { elasticNet, fit, lasso, logistic, none, ridge, squared } from '../support/engine.ts';
import { Random } from '../support/random.ts';

const N = 150;

interface Rows {
  readonly dense: readonly Float64Array[];
  readonly levels: Int32Array;
  readonly y: Float64Array;
  readonly w: Float64Array;
  readonly offset: Float64Array;
}

function makeRows(loss: typeof squared, seed: number): Rows {
  const random = new Random(seed);
  const dense = Array.from({ length: 5 }, (_, j) => random.normals(N).map((value) => value * (1 + j)));
  const levels = Int32Array.from({ length: N }, () => random.integer(4));
  const y = Float64Array.from({ length: N }, (_, i) => {
    const eta = dense[0]![i]! - 0.3 * dense[3]![i]! + levels[i]! / 3;
    return loss === squared ? eta + random.normal() : random.chance(1 / (1 + Math.exp(-eta))) ? 1 : 0;
  });
  const w = Float64Array.from({ length: N }, () => random.pick([0, 1, 1, 2, 3]));
  return { dense, levels, y, w, offset: random.normals(N).map((value) => value / 2) };
}

const dataOf = ({ dense, levels, y, w, offset }: Rows): ArrayData => ({ dense, codes: [{ values: levels, levels: 4 }], y, weights: w, offset });

/** Rows listed once, twice, ... or not at all, as their weights say. */
function listed({ dense, levels, y, w, offset }: Rows, shuffle: Random | null = null): ArrayData {
  const rows = Array.from(w, (weight, i) => Array.from({ length: weight }, () => i)).flat();
  const chosen = shuffle === null ? rows : shuffle.shuffled(rows);
  const pick = (values: ArrayLike<number>): Float64Array => Float64Array.from(chosen, (i) => values[i]!);
  return { dense: dense.map(pick), codes: [{ values: Int32Array.from(chosen, (i) => levels[i]!), levels: 4 }], y: pick(y), offset: pick(offset) };
}

/** Compares paths; `column` says where feature j of the first stands in the second, `factor` by what its coefficient is multiplied. */
function same(t: ExecutionContext, what: string, one: PathResult, other: PathResult, column = (j: number): number => j, factor = (_j: number): number => 1, tolerance = 1e-8): void {
  one.lambda.forEach((lambda, k) => {
    t.true(one.converged[k]! && other.converged[k]!, `${what}, value ${k}`);
    t.true(Math.abs(other.lambda[k]! / lambda - 1) < 1e-11 || lambda === 0, `${what}, lambda ${k}: ${lambda}, ${other.lambda[k]}`);
    t.true(Math.abs(one.objective[k]! - other.objective[k]!) <= 1e-11 * (1 + one.objective[k]!), `${what}, objective ${k}: ${one.objective[k]}, ${other.objective[k]}`);
    const largest = Math.max(1e-3, ...one.coefficients[k]!.map(Math.abs));
    one.coefficients[k]!.forEach((b, j) => {
      const there = other.coefficients[k]![column(j)]! * factor(j);
      t.true(Math.abs(b - there) <= tolerance * largest, `${what}, value ${k}, coefficient ${j}: ${b}, ${there}`);
    });
  });
  t.true(Math.abs(one.nullLoss - other.nullLoss) <= 1e-11 * (1 + one.nullLoss));
}

const PROBLEMS: readonly PathProblem[] = [squared, logistic].flatMap((loss) =>
  [ridge, lasso, elasticNet(0.4), none].flatMap((penalty) => [true, false].map((standardize) => ({ loss, penalty, standardize, intercept: standardize, lambdas: 5, lambdaMinRatio: 0.01, tolerance: 1e-10 }))));
const named = ({ loss, penalty, standardize }: PathProblem): string => `${loss.name}, ${penalty.name}, ${standardize ? 'standardized' : 'as it is, no intercept'}`;

for (const problem of PROBLEMS) {
  const rows = makeRows(problem.loss, 7);
  const data = dataOf(rows);

  test(`${named(problem)}: weight 2 is the row twice, weight 0 the row absent, in whatever order`, async (t) => {
    const path = await fit(data, problem);
    same(t, 'rows listed', path, await fit(listed(rows), problem));
    same(t, 'rows shuffled', path, await fit(listed(rows, new Random(3)), problem));
    t.is(path.rows, rows.w.filter((w) => w > 0).length);
    t.is(path.weightSum, rows.w.reduce((a, b) => a + b));
    // What a row of weight 0 holds does not matter, however large.
    const at = rows.w.indexOf(0);
    const other = dataOf({ ...rows, dense: rows.dense.map((column) => column.map((x, i) => (i === at ? 1e6 : x))), offset: rows.offset.map((o, i) => (i === at ? 1e6 : o)) });
    same(t, 'row of weight 0', path, await fit(other, problem), undefined, undefined, 1e-7);
  });

  test(`${named(problem)}: weights count relative to each other`, async (t) => {
    const path = await fit(data, problem);
    for (const factor of [1e-6, 1024, 1e9]) same(t, `weights times ${factor}`, path, await fit({ ...data, weights: rows.w.map((w) => w * factor) }, problem));
  });

  test(`${named(problem)}: columns in another order, a constant and an all-zero column change nothing else`, async (t) => {
    const path = await fit(data, problem);
    const order = [3, 0, 4, 1, 2];
    same(t, 'reordered', path, await fit({ ...data, dense: order.map((j) => rows.dense[j]!) }, problem), (j) => (j < 5 ? order.indexOf(j) : j));
    const zero = await fit({ ...data, dense: [new Float64Array(N), ...rows.dense, new Float64Array(N)] }, problem);
    same(t, 'all-zero columns', path, zero, (j) => (j < 5 ? j + 1 : j + 2));
    for (const b of zero.coefficients) t.true(b[0] === 0 && b[6] === 0);
    if (problem.intercept === false && problem.standardize === false) return;
    // Constant to rounding is constant.
    const nearly = Float64Array.from({ length: N }, (_, i) => (i % 2 === 0 ? 0.3 : 0.1 + 0.2));
    const rounded = await fit({ ...data, dense: [...rows.dense, nearly] }, problem);
    same(t, 'nearly constant column', path, rounded, (j) => (j < 5 ? j : j + 1));
    for (const b of rounded.coefficients) t.is(b[5], 0);
    for (const value of [1, -7.3, 1e9, 0.1]) {
      const constant = await fit({ ...data, dense: [...rows.dense, new Float64Array(N).fill(value)] }, problem);
      same(t, `column of ${value}`, path, constant, (j) => (j < 5 ? j : j + 1));
      for (const b of constant.coefficients) t.is(b[5], 0);
    }
  });

  test(`${named(problem)}: a category is its indicator columns, a sparse column its dense one`, async (t) => {
    const path = await fit(data, problem);
    const indicators = [1, 2, 3].map((level) => Float64Array.from(rows.levels, (value) => (value === level ? 1 : 0)));
    same(t, 'indicators', path, await fit({ ...data, dense: [...rows.dense, ...indicators], codes: [] }, problem));
    const all = [...rows.dense, ...indicators];
    const sparse = { width: 8, indptr: [0], indices: [] as number[], values: [] as number[] };
    for (let i = 0; i < N; i++) {
      all.forEach((column, j) => {
        if (column[i] === 0) return;
        sparse.indices.push(j);
        sparse.values.push(column[i]!);
      });
      sparse.indptr.push(sparse.indices.length);
    }
    same(t, 'sparse', path, await fit({ y: rows.y, weights: rows.w, offset: rows.offset, sparse }, problem));
  });

  test(`${named(problem)}: columns far from zero lose no digits`, async (t) => {
    if (problem.intercept === false) {
      t.pass();
      return;
    }
    // Multiples of 2^-20, so that 2^30 can be added exactly.
    const coarse = rows.dense.map((column) => column.map((x) => Math.round(x * 2 ** 20) / 2 ** 20));
    const near = await fit({ ...data, dense: coarse }, problem);
    const far = await fit({ ...data, dense: coarse.map((column, j) => column.map((x) => x + [2 ** 30, -(2 ** 29), 0, 1e6, 2 ** 31][j]!)) }, problem);
    same(t, 'far from zero', near, far, undefined, undefined, 1e-7);
  });
}

for (const problem of PROBLEMS.filter((each) => each.standardize === true || each.penalty === none)) {
  test(`${named(problem)}: columns of scales 2^-27 to 2^27 lose no digits`, async (t) => {
    const rows = makeRows(problem.loss, 8);
    const path = await fit(dataOf(rows), problem);
    const scales = [2 ** 27, 2 ** -27, 1, 2 ** 13, 2 ** -20];
    const scaled = await fit(dataOf({ ...rows, dense: rows.dense.map((column, j) => column.map((x) => x * scales[j]!)) }), problem);
    same(t, 'scaled', path, scaled, undefined, (j) => (j < 5 ? scales[j]! : 1));
  });
}

test('without an intercept a standardized constant column has no coefficient, and one as it is stands for the intercept', async (t) => {
  const rows = makeRows(logistic, 14);
  const constant = { ...dataOf(rows), dense: [...rows.dense, new Float64Array(N).fill(4)] };
  const problem: PathProblem = { loss: logistic, penalty: lasso, intercept: false, lambdas: 4, lambdaMinRatio: 0.01, tolerance: 1e-10 };
  same(t, 'standardized', await fit(dataOf(rows), problem), await fit(constant, problem), (j) => (j < 5 ? j : j + 1));
  const free = { ...problem, standardize: false, penaltyFactors: Float64Array.from({ length: 9 }, (_, j) => (j === 5 ? 0 : 1)) };
  const withIntercept = await fit(dataOf(rows), { ...problem, standardize: false, intercept: true });
  const standing = await fit(constant, free);
  withIntercept.lambda.forEach((lambda, k) => {
    t.true(Math.abs(standing.lambda[k]! / lambda - 1) < 1e-9);
    t.true(Math.abs(standing.coefficients[k]![5]! * 4 - withIntercept.intercept[k]!) < 1e-6);
    t.is(standing.intercept[k], 0);
  });
});

test('without standardization a column times c, its factor times c, is the same lasso', async (t) => {
  const rows = makeRows(logistic, 9);
  const problem: PathProblem = { loss: logistic, penalty: lasso, standardize: false, lambdas: 5, lambdaMinRatio: 0.01, tolerance: 1e-10 };
  const path = await fit(dataOf(rows), problem);
  const scales = [2 ** 20, 2 ** -20, 1, 2 ** 10, 2 ** -10];
  const factors = Float64Array.from({ length: 8 }, (_, j) => scales[j] ?? 1);
  const scaled = await fit(dataOf({ ...rows, dense: rows.dense.map((column, j) => column.map((x) => x * scales[j]!)) }), { ...problem, penaltyFactors: factors });
  same(t, 'scaled', path, scaled, undefined, (j) => scales[j] ?? 1);
});

test('least squares scales with the response, and shifts with it', async (t) => {
  const rows = makeRows(squared, 10);
  const problem: PathProblem = { loss: squared, penalty: elasticNet(0.5), lambdas: 5, lambdaMinRatio: 0.01, tolerance: 1e-10 };
  const path = await fit(dataOf(rows), problem);
  for (const scale of [2 ** -20, 2 ** 20]) {
    const scaled = await fit({ ...dataOf(rows), y: rows.y.map((y) => scale * y), offset: rows.offset.map((o) => scale * o) }, { ...problem, penalty: lasso });
    const lassoPath = await fit(dataOf(rows), { ...problem, penalty: lasso });
    lassoPath.lambda.forEach((lambda, k) => {
      t.true(Math.abs(scaled.lambda[k]! / (scale * lambda) - 1) < 1e-12);
      t.true(Math.abs(scaled.objective[k]! / (scale * scale * lassoPath.objective[k]!) - 1) < 1e-11);
    });
  }
  const shifted = await fit({ ...dataOf(rows), y: rows.y.map((y) => y + 1000), responseCentre: 1000 }, problem);
  path.lambda.forEach((_, k) => {
    t.true(Math.abs(shifted.objective[k]! - path.objective[k]!) < 1e-10);
    t.true(Math.abs(shifted.intercept[k]! - path.intercept[k]! - 1000) < 1e-8);
  });
});

test('logistic: the other class is the same fit with the signs turned', async (t) => {
  const rows = makeRows(logistic, 11);
  const problem: PathProblem = { loss: logistic, penalty: elasticNet(0.5), lambdas: 5, lambdaMinRatio: 0.01, tolerance: 1e-10 };
  const path = await fit(dataOf(rows), problem);
  const turned = await fit(dataOf({ ...rows, y: rows.y.map((y) => 1 - y), offset: rows.offset.map((o) => -o) }), problem);
  same(t, 'turned', path, turned, undefined, () => -1);
});

test('successes of trials are the rows they count', async (t) => {
  const random = new Random(12);
  const n = 40;
  const x = random.normals(n);
  const trials = Float64Array.from({ length: n }, () => 1 + random.integer(5));
  const successes = trials.map((count, i) => Array.from({ length: count }, () => random.chance(1 / (1 + Math.exp(-x[i]!)))).filter(Boolean).length);
  const problem: PathProblem = { loss: logistic, penalty: lasso, lambdas: 4, lambdaMinRatio: 0.01, tolerance: 1e-10 };
  const shares = await fit({ y: successes.map((count, i) => count / trials[i]!), weights: trials, dense: [x] }, problem);
  const rows = Array.from(trials, (count, i) => Array.from({ length: count }, (_, k) => [x[i]!, k < successes[i]! ? 1 : 0] as const)).flat();
  const single = await fit({ y: rows.map(([, y]) => y), dense: [Float64Array.from(rows, ([value]) => value)] }, problem);
  shares.lambda.forEach((lambda, k) => {
    t.true(Math.abs(single.lambda[k]! / lambda - 1) < 1e-12);
    t.true(Math.abs(shares.coefficients[k]![0]! - single.coefficients[k]![0]!) < 1e-8);
    t.true(Math.abs(shares.objective[k]! - single.objective[k]!) < 1e-12);
  });
});

test('float32 storage is float64 storage of the rounded columns', async (t) => {
  const rows = makeRows(logistic, 13);
  const rounded = rows.dense.map((column) => column.map(Math.fround));
  const problem: PathProblem = { loss: logistic, penalty: lasso, lambdas: 5, lambdaMinRatio: 0.01, tolerance: 1e-10 };
  // Without centres the stored numbers are the rounded ones exactly.
  const single = await fit({ ...dataOf({ ...rows, dense: rounded }), denseType: 'f32', centre: false }, problem);
  same(t, 'float32', await fit({ ...dataOf({ ...rows, dense: rounded }), centre: false }, problem), single, undefined, undefined, 1e-11);
  // And where a column is far from zero its centre keeps the digits of its spread.
  const far = rows.dense.map((column) => column.map((x) => x + 1e5));
  const path = await fit(dataOf({ ...rows, dense: far }), problem);
  const stored = await fit({ ...dataOf({ ...rows, dense: far }), denseType: 'f32' }, { ...problem, lambda: [...path.lambda] });
  path.coefficients.forEach((coefficients, k) => {
    t.true(Math.abs(stored.objective[k]! - path.objective[k]!) < 1e-8);
    coefficients.forEach((b, j) => t.true(Math.abs(b - stored.coefficients[k]![j]!) < 1e-6));
  });
});
