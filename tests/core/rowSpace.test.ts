/** Ridge with fewer rows than features: the answers of the features' own road, which the same rows repeated take. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { fitPath, inOrder } from '@scalemix/core';
import type { FitEvent, PathProblem, PathResult, RowSource, TakenRows } from '@scalemix/core';
import { LinearAlgebra } from '../../packages/core/src/solve/algebra.ts';
import { rowProducts, rowStep } from '../../packages/core/src/solve/rowProducts.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { elasticNet, fit, logistic, ridge, source, squared } from '../support/engine.ts';
import { explicitProblem, lossGradient } from '../support/explicitProblem.ts';
import { Random, classes } from '../support/random.ts';

const N = 40;
const DENSE = 70;

interface Kind {
  readonly weights?: boolean;
  readonly offset?: boolean;
  readonly codes?: boolean;
  readonly sparse?: boolean;
  readonly float32?: boolean;
  /** Every row twice, and a column that does not vary. */
  readonly degenerate?: boolean;
}

function makeData(loss: typeof squared, seed: number, kind: Kind): ArrayData {
  const random = new Random(seed);
  const half = N / 2;
  const row = (i: number): number => (kind.degenerate ? i % half : i);
  const column = (scale: number, shift: number): Float64Array => {
    const values = random.normals(N).map((value) => Math.fround(scale * (value + shift)));
    return values.map((_, i) => values[row(i)]!);
  };
  const dense = Array.from({ length: DENSE }, (_, j) => (kind.degenerate && j === 5 ? new Float64Array(N).fill(3) : column(random.pick([1, 1, 30, 0.01]), random.pick([0, 2, -20]))));
  const eta = Float64Array.from({ length: N }, (_, i) => dense.slice(0, 3).reduce((sum, x) => sum + (x[i]! - x[0]!) / (Math.abs(x[1]! - x[0]!) + 1), 0) / 2);
  const y = loss === squared ? eta.map((value) => 7 + 5 * value + random.normal()) : classes(random, eta.map((value) => value - eta[0]!));
  if (loss === logistic) y.set([0, 1]);
  const indices = Array.from({ length: N }, () => Array.from({ length: 30 }, (_, c) => c).filter(() => random.chance(0.2)));
  return {
    y,
    dense,
    ...(kind.codes && { codes: [{ levels: 5, values: Int32Array.from({ length: N }, () => random.integer(5)) }] }),
    ...(kind.sparse && { sparse: { width: 30, indptr: indices.reduce((all, row) => [...all, all.at(-1)! + row.length], [0]), indices: indices.flat(), values: indices.flat().map(() => random.normal()) } }),
    ...(kind.weights && { weights: Float64Array.from({ length: N }, (_, i) => (i > 1 && random.chance(0.1) ? 0 : 10 ** (random.uniform() * 2 - 1))) }),
    ...(kind.offset && { offset: random.normals(N) }),
    ...(kind.float32 && { denseType: 'f32' as const }),
    ...(loss === squared && { responseCentre: 7 }),
  };
}

/** Every row so many times: another number of rows, the same problem. */
function repeated(data: ArrayData, times: number): ArrayData {
  const n = data.y.length;
  const repeat = (values: ArrayLike<number>): Float64Array => Float64Array.from({ length: times * n }, (_, i) => values[i % n]!);
  const { sparse } = data;
  const entries = sparse?.indices.length ?? 0;
  return {
    ...data,
    y: repeat(data.y),
    dense: data.dense!.map(repeat),
    ...(data.codes && { codes: data.codes.map(({ levels, values }) => ({ levels, values: repeat(values) })) }),
    ...(sparse && {
      sparse: {
        width: sparse.width,
        indptr: Array.from({ length: times * n + 1 }, (_, i) => Math.floor(i / n) * entries + sparse.indptr[i % n]!),
        indices: Array.from({ length: times * entries }, (_, e) => sparse.indices[e % entries]!),
        values: Array.from({ length: times * entries }, (_, e) => sparse.values[e % entries]!),
      },
    }),
    ...(data.weights && { weights: repeat(data.weights) }),
    ...(data.offset && { offset: repeat(data.offset) }),
  };
}

/** `passes`: vectors of coefficients in each pass once the road is chosen. */
async function withRoad(from: RowSource, problem: PathProblem): Promise<{ path: PathResult; road: string; passes: number[] }> {
  let road = '';
  const passes: number[] = [];
  const onEvent = (event: FitEvent): void => {
    if (event.type === 'roadChosen') road = event.road;
    if (event.type === 'passBegun' && road !== '') passes.push(event.columns);
  };
  return { path: await fitPath(from, problem, inOrder, { onEvent }), road, passes };
}

function same(t: ExecutionContext, path: PathResult, other: PathResult): void {
  path.lambda.forEach((_, k) => {
    const excess = path.objective[k]! - path.saturatedLoss;
    t.true(Math.abs(path.objective[k]! - other.objective[k]!) <= 1e-8 * excess, `objective ${k}: ${path.objective[k]}, ${other.objective[k]}`);
    const largest = path.coefficients[k]!.reduce((most, b) => Math.max(most, Math.abs(b)), 0);
    path.coefficients[k]!.forEach((b, j) => t.true(Math.abs(b - other.coefficients[k]![j]!) <= 1e-6 * largest, `value ${k}, coefficient ${j}: ${b}, ${other.coefficients[k]![j]}`));
    t.true(Math.abs(path.intercept[k]! - other.intercept[k]!) <= 1e-6 * (Math.abs(path.intercept[k]!) + 20 * largest), `intercept ${k}`);
  });
}

/** By the definition, on plain arrays: the objective's derivatives are 0. */
function stationary(t: ExecutionContext, data: ArrayData, problem: PathProblem, path: PathResult): void {
  path.lambda.forEach((lambda, k) => {
    const explicit = explicitProblem(data, problem, lambda);
    const b = path.coefficients[k]!;
    const { gradient, intercept } = lossGradient(explicit, { b, b0: path.intercept[k]! });
    const zero = lossGradient(explicit, { b: new Float64Array(b.length), b0: path.intercept[k]! });
    if (explicit.intercept) t.true(Math.abs(intercept) < 1e-7, `value ${k}, intercept: ${intercept}`);
    gradient.forEach((g, j) => {
      const size = Math.abs(zero.gradient[j]!) + Math.sqrt(explicit.x[j]!.reduce((sum, x) => sum + x * x, 0) / N);
      if (explicit.s[j]! > 0) t.true(Math.abs(g + lambda * explicit.v[j]! * explicit.s[j]! ** 2 * b[j]!) <= 1e-6 * size, `value ${k}, feature ${j}: ${g}, ${b[j]}`);
    });
  });
}

const kinds: Readonly<Record<string, [kind: Kind, problem?: Partial<PathProblem>]>> = {
  'numbers': [{}],
  'a small lambda': [{}, { lambda: [1, 1e-2, 1e-4, 1e-5] }],
  'one value, and none in order': [{}, { lambda: [0.01, 1, 0.1] }],
  'weights, some 0': [{ weights: true }],
  'an offset': [{ offset: true }],
  'no intercept': [{ weights: true }, { intercept: false }],
  'not standardized': [{}, { standardize: false }],
  'not standardized, no intercept, an offset': [{ offset: true }, { standardize: false, intercept: false }],
  'penalty factors': [{}, { penaltyFactors: Float64Array.from({ length: DENSE }, (_, j) => 0.3 + (j % 4)) }],
  'a category': [{ codes: true, weights: true }],
  'sparse columns and a category': [{ codes: true, sparse: true, offset: true }],
  'float32': [{ float32: true, weights: true }],
  'rows that are alike, a column that does not vary': [{ degenerate: true }],
};

for (const loss of [squared, logistic]) {
  for (const [what, [kind, more]] of Object.entries(kinds)) {
    test(`${loss.name}, ${what}: objectives and coefficients are those of the features' own road`, async (t) => {
      const data = makeData(loss, 11, kind);
      const problem: PathProblem = { loss, penalty: ridge, lambdas: 8, lambdaMinRatio: 1e-4, ...more };
      const { path, road, passes } = await withRoad(source(data), problem);
      t.is(road, 'rowSpace');
      t.true(path.converged.every(Boolean), String(path.reason));
      t.deepEqual(passes, [path.lambda.length], 'one pass over all rows');
      path.gap.forEach((gap, k) => t.true(gap <= 1e-6 * (path.objective[k]! - path.saturatedLoss)));
      stationary(t, data, problem, path);
      const other = await withRoad(source(repeated(data, 4)), { ...problem, lambda: [...path.lambda], tolerance: 1e-13 });
      t.not(other.road, 'rowSpace');
      same(t, path, other.path);
    });
  }
}

test('an elastic net without its lasso part is ridge; with it, or with something that is not penalised, the path stays on the features', async (t) => {
  const data = makeData(logistic, 3, {});
  const roadOf = async (problem: Partial<PathProblem>): Promise<string> => (await withRoad(source(data), { loss: logistic, penalty: ridge, lambda: [0.1], ...problem })).road;
  t.is(await roadOf({ penalty: elasticNet(0) }), 'rowSpace');
  t.is(await roadOf({ penalty: elasticNet(0.01) }), 'values');
  t.is(await roadOf({ lambda: [0.1, 0] }), 'values');
  t.is(await roadOf({ penaltyFactors: Float64Array.from({ length: DENSE }, (_, j) => (j === 3 ? 0 : 1)) }), 'values');
});

test('one class only: no value has a finite optimum, and what is said is what the other road says', async (t) => {
  const data = { ...makeData(logistic, 3, {}), y: new Float64Array(N).fill(1) };
  const problem: PathProblem = { loss: logistic, penalty: ridge, lambdas: 3 };
  const { path, road } = await withRoad(source(data), problem);
  t.is(road, 'rowSpace');
  t.deepEqual(path.converged, [false, false, false]);
  t.deepEqual(path.reason, (await fit(repeated(data, 4), problem)).reason);
});

test('what the rows that were brought say is not believed: values that the pass over all rows does not certify are finished on the features', async (t) => {
  for (const loss of [squared, logistic]) {
    const data = makeData(loss, 11, {});
    const problem: PathProblem = { loss, penalty: ridge, lambdas: 5 };
    const sound = await fit(data, problem);
    const faults: readonly ((taken: TakenRows) => TakenRows)[] = [
      ({ rows, map }) => ({ rows: { ...rows, response: rows.response.toReversed() }, map }),
      ({ rows, map }) => ({ rows: { ...rows, dense: rows.dense.map((value, i) => (i % 7 === 0 ? value + 1 : value)) }, map }),
      ({ rows, map }) => ({ rows: { ...rows, dense: rows.dense.map(() => NaN) }, map }),
    ];
    for (const [f, fault] of faults.entries()) {
      const inner = source(data);
      const { path } = await withRoad({ ...inner, take: async (selector) => fault(await inner.take(selector)) }, problem);
      t.true(path.converged.every(Boolean), `fault ${f}: ${path.reason}`);
      t.true(path.sweeps > sound.sweeps + 5, `fault ${f}: ${path.sweeps} sweeps`);
      path.objective.forEach((value, k) => t.true(Math.abs(value - sound.objective[k]!) <= 2e-6 * value, `fault ${f}, value ${k}`));
    }
  }
});

test('a signal ends the fit between two steps', async (t) => {
  const controller = new AbortController();
  let steps = 0;
  const executor: typeof inOrder = {
    map: (work, shared, items) => {
      if (work === 'rowStep' && ++steps === 3) controller.abort(new Error('enough'));
      return inOrder.map(work, shared, items);
    },
  };
  await t.throwsAsync(fitPath(source(makeData(logistic, 3, {})), { loss: logistic, penalty: ridge }, executor, { signal: controller.signal }), { message: 'enough' });
  t.is(steps, 3);
});

test('K is the sum of products, and a step solves its equations, where there are fewer columns than rows too', (t) => {
  const random = new Random(9);
  for (const [n, q] of [[1, 3], [7, 3], [13, 200], [50, 401]] as const) {
    const algebra = new LinearAlgebra();
    const columns = random.normals(n * q);
    const products = rowProducts({ columns, rows: n }, algebra)!;
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < n; k++) {
        let sum = 0;
        for (let j = 0; j < q; j++) sum += columns[j * n + i]! * columns[j * n + k]!;
        t.true(Math.abs(products[i * n + k]! - sum) < 1e-11 * q, `${i}, ${k}`);
      }
    }
    const root = Float64Array.from({ length: n }, (_, i) => (i === 3 ? 0 : random.uniform()));
    const right = random.normals(n);
    for (const level of [null, 0.3]) {
      const { along, intercept } = rowStep(products, { root, right, level, lambda: 0.2 }, algebra)!;
      const weighted = along.map((e, i) => e * root[i]!);
      right.forEach((r, i) => {
        const found = root[i]! * weighted.reduce((sum, e, k) => sum + e * products[i * n + k]!, 0) + 0.2 * along[i]! + root[i]! * intercept;
        t.true(Math.abs(found - r) < 1e-10 * q, `row ${i}: ${found}, ${r}`);
      });
      if (level === null) t.is(intercept, 0);
      else t.true(Math.abs(weighted.reduce((sum, e) => sum + e, 0) - level) < 1e-10);
    }
  }
});
