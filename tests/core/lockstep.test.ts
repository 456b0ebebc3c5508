import test from 'ava';
import { chance, createKernels, fitPath, inOrder } from '@scalemix/core';
import type { FitEvent, PathProblem, PathResult } from '@scalemix/core';
import { arraySource } from '../support/arraySource.ts';
import type { ArrayData } from '../support/arraySource.ts';

/** Enough rows that the path starts from a sample. */
const ROWS = 48_000;

/** A stream of numbers in (0, 1), the same every time. */
function stream(seed: number): () => number {
  let row = 0;
  return () => Math.max(1e-12, chance(row++, seed));
}

/** Correlated dense columns, a category with a rare level, classes with some overlap. */
function makeData(seed: number, rows = ROWS): ArrayData & { readonly y: Float64Array } {
  const next = stream(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  const dense = Array.from({ length: 6 }, () => new Float64Array(rows));
  const level = new Uint32Array(rows);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let before = 0;
    let psi = -1;
    dense.forEach((column, j) => {
      before = 0.6 * before + 0.8 * normal();
      column[i] = before;
      if (j % 2 === 0) psi += 0.8 * before;
    });
    const u = next();
    level[i] = u < 0.001 ? 3 : u < 0.3 ? 2 : u < 0.6 ? 1 : 0;
    psi += [0, 0.5, -0.4, 2][level[i]!]!;
    y[i] = next() < 1 / (1 + Math.exp(-psi)) ? 1 : 0;
  }
  return { y, dense, codes: [{ values: level, levels: 4 }] };
}

const data = makeData(1);

async function fit(rows: ArrayData, problem: Omit<PathProblem, 'loss'>, events: FitEvent[] = []): Promise<PathResult> {
  const source = arraySource(rows, (memory) => createKernels(memory, { family: 'wasm' }));
  return fitPath(source, { loss: { name: 'logistic', parameters: {} }, ...problem }, inOrder, { onEvent: (event) => events.push(event) });
}

/** The same problem one value at a time: a single value of lambda 0 in the list keeps the path off the sample. */
async function valueByValue(rows: ArrayData, problem: Omit<PathProblem, 'loss'>, lambda: ArrayLike<number>): Promise<PathResult> {
  return fit(rows, { ...problem, lambda: [...Array.from(lambda), 0] });
}

const PENALTIES: readonly PathProblem['penalty'][] = [
  { name: 'lasso', l1Ratio: 1 },
  { name: 'ridge', l1Ratio: 0 },
  { name: 'elastic-net', l1Ratio: 0.5 },
];

for (const penalty of PENALTIES) {
  test(`a ${penalty.name} path in lockstep has the objectives and coefficients of one fitted value by value`, async (t) => {
    const events: FitEvent[] = [];
    const path = await fit(data, { penalty, lambdas: 20 }, events);
    t.true(events.some((event) => event.type === 'roadChosen' && event.road === 'lockstep'));
    t.true(path.converged.every(Boolean));
    const slow = await valueByValue(data, { penalty }, path.lambda);
    path.lambda.forEach((_, k) => {
      t.true(path.objective[k]! <= slow.objective[k]! * (1 + 1e-8), `objective ${k}`);
      t.true(path.objective[k]! >= slow.objective[k]! - slow.gap[k]! - 1e-12, `objective ${k} is not below the bound`);
      // At the largest lambda coefficients are rounding.
      const largest = Math.max(1e-6, ...slow.coefficients[k]!.map(Math.abs));
      path.coefficients[k]!.forEach((b, j) => t.true(Math.abs(b - slow.coefficients[k]![j]!) <= 1e-4 * largest, `coefficient ${j} of value ${k}`));
    });
  });
}

test('weights, an offset and no intercept go through the sample', async (t) => {
  const next = stream(2);
  const weights = Float64Array.from({ length: ROWS }, () => (next() < 0.1 ? 0 : 0.2 + 3 * next()));
  const offset = Float64Array.from({ length: ROWS }, () => next() - 0.5);
  const rows = { ...data, weights, offset };
  for (const intercept of [true, false]) {
    const problem = { penalty: PENALTIES[0]!, intercept };
    const path = await fit(rows, { ...problem, lambdas: 8 });
    t.true(path.converged.every(Boolean));
    const slow = await valueByValue(rows, problem, path.lambda);
    path.lambda.forEach((_, k) => t.true(Math.abs(path.objective[k]! - slow.objective[k]!) <= 1e-6 * slow.objective[k]!));
  }
});

test('with rows enough a larger sample comes between, and the objectives are the same', async (t) => {
  const rows = makeData(3, 130_000);
  for (const penalty of [PENALTIES[0]!, PENALTIES[1]!]) {
    const events: FitEvent[] = [];
    const path = await fit(rows, { penalty, lambdas: 8 }, events);
    const sampled = events.find((event) => event.type === 'sampled')!;
    t.true(sampled.larger !== null && sampled.larger > 1.8 * sampled.rows, `${sampled.rows} rows of ${sampled.larger}`);
    t.true(path.converged.every(Boolean));
    const slow = await valueByValue(rows, { penalty }, path.lambda);
    path.lambda.forEach((_, k) => {
      t.true(path.objective[k]! <= slow.objective[k]! * (1 + 1e-8), `objective ${k}`);
      t.true(path.objective[k]! >= slow.objective[k]! - slow.gap[k]! - 1e-12, `objective ${k} is not below the bound`);
    });
  }
});

test('a path of fifty values takes few sweeps, and fewer column passes than sweeps', async (t) => {
  const path = await fit(data, { penalty: PENALTIES[0]!, lambdas: 50 });
  t.true(path.sweeps <= 12, `${path.sweeps} sweeps`);
  t.true(path.columnPasses < path.sweeps);
});

test('each value is reported once, as soon as it is certified', async (t) => {
  const events: FitEvent[] = [];
  const path = await fit(data, { penalty: PENALTIES[0]!, lambdas: 20 }, events);
  const reported = events.flatMap((event) => (event.type === 'valueDone' ? [event.index] : []));
  t.deepEqual(reported.toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, k) => k));
  const first = events.findIndex((event) => event.type === 'valueDone');
  const lastPass = events.findLastIndex((event) => event.type === 'passBegun');
  t.true(first < lastPass, 'some are done while passes go on');
  for (const event of events) if (event.type === 'valueDone') t.is(event.lambda, path.lambda[event.index]!);
});

test('the sample is drawn by row number and seed alone', (t) => {
  const drawn = Array.from({ length: 20_000 }, (_, row) => chance(row, 0));
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  t.true(Math.abs(mean - 0.5) < 0.01);
  t.true(drawn.every((value) => value >= 0 && value < 1));
  t.is(chance(12345, 7), chance(12345, 7));
  t.not(chance(12345, 7), chance(12345, 8));
  t.not(chance(2 ** 33 + 5, 0), chance(5, 0));
});

test('what the engine chose is told while it works', async (t) => {
  const events: FitEvent[] = [];
  const path = await fit(data, { penalty: PENALTIES[0]!, lambdas: 8 }, events);
  const types = events.map(({ type }) => type);
  const at = (type: string): number => types.indexOf(type as (typeof types)[number]);
  t.true(at('roadChosen') < at('sampled') && at('sampled') < at('sampleSolved') && at('sampleSolved') < at('lockstepEnded'), types.join(' '));
  const road = events.find((event) => event.type === 'roadChosen')!;
  t.deepEqual([road.road, road.why, road.values, road.rows], ['lockstep', 'manyRows', 8, path.rows]);
  const sampled = events.find((event) => event.type === 'sampled')!;
  t.true(sampled.rows > 0.9 * road.sampleRows && sampled.rows < 1.1 * road.sampleRows, `${sampled.rows} of ${road.sampleRows}`);
  const solved = events.find((event) => event.type === 'sampleSolved')!;
  const formed = events.flatMap((event) => (event.type === 'passBegun' && event.columns > 1 ? [event] : []));
  t.is(formed[1]!.grams, solved.fullAnchors);
  t.is(formed[1]!.gramFeatures, road.usable);
  t.is(events.filter((event) => event.type === 'passBegun').length + 2, path.sweeps, 'beside the moments and the sample');
});

test('a sample within a larger one is the sample that would have been drawn alone, and weighs what all rows do', async (t) => {
  const source = arraySource({ ...data, weights: new Float64Array(ROWS).fill(1) }, (memory) => createKernels(memory, { family: 'wasm' }));
  const features = source.describe().features.length;
  // Leverage decides: row i has |x|^2 by its rare level, which counts 1000 times as much.
  const inverseSquare = new Float64Array(features);
  inverseSquare[features - 1] = 1000;
  const selector = { kind: 'sample', seed: 0, classRate: [1, 1], reference: new Float64Array(features), inverseSquare, working: 1, within: null } as const;
  const request = { kind: 'moments', loss: { name: 'logistic', parameters: {} }, gram: false } as const;
  const rare = data.codes![0]!.values as Uint32Array;
  for (const rate of [0.5, 0.05]) {
    const expected = rare.reduce((sum, level) => sum + Math.min(1, rate * (level === 3 ? 800.2 : 0.2)), 0);
    const inPlace = await source.choose({ ...selector, rate }).moments(request);
    const gathered = await (await source.gather({ ...selector, rate })).moments(request);
    for (const { rows, weightSum } of [inPlace, gathered]) {
      t.true(Math.abs(rows - expected) < 4 * Math.sqrt(expected), `${rows} rows, about ${expected} expected`);
      t.true(Math.abs(weightSum - ROWS) < 0.25 * ROWS, `weights of ${weightSum}`);
    }
    t.is(inPlace.rows, gathered.rows);
    for (const [j, mean] of inPlace.mean.entries()) t.true(Math.abs(mean - gathered.mean[j]!) < 1e-12 * (1 + Math.abs(mean)));
  }
});
