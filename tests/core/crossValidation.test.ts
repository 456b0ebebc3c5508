import test from 'ava';
import { createKernels, fitCrossValidation, fitPath, foldNumbering, inOrder } from '@scalemix/core';
import type { CrossValidationProblem, FitEvent, FoldSpec } from '@scalemix/core';
import { arraySource } from '../support/arraySource.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { expandColumns } from '../support/explicitProblem.ts';
import { Random } from '../support/random.ts';

interface Shape {
  readonly rows: number;
  readonly dense: number;
  readonly loss: 'squared' | 'logistic';
  readonly plain?: boolean;
}

/** Correlated columns far from zero, a category, weights (some 0) and an offset; or columns alone. */
function makeData({ rows, dense, loss, plain }: Shape): ArrayData {
  const random = new Random(rows + dense);
  const columns = Array.from({ length: dense }, () => new Float64Array(rows));
  const level = new Uint32Array(rows);
  const offset = new Float64Array(rows);
  const y = Float64Array.from({ length: rows }, (_, i) => {
    let before = 0;
    let psi = -0.3;
    columns.forEach((column, j) => {
      before = 0.5 * before + random.normal();
      column[i] = 20 * j + (j + 1) * before;
      if (j % 3 === 0) psi += 0.6 * before;
    });
    level[i] = random.integer(4);
    offset[i] = plain ? 0 : random.normal() / 3;
    psi += plain ? 0 : level[i]! / 3 + offset[i]!;
    if (loss === 'squared') return psi + random.normal();
    return random.uniform() < 1 / (1 + Math.exp(-psi)) ? 1 : 0;
  });
  if (plain) return { y, dense: columns };
  const weights = Float64Array.from({ length: rows }, () => (random.uniform() < 0.1 ? 0 : 0.5 + random.uniform()));
  return { y, dense: columns, codes: [{ values: level, levels: 4 }], weights, offset };
}

const source = (data: ArrayData): ReturnType<typeof arraySource> => arraySource(data, (memory) => createKernels(memory, { family: 'wasm' }));

/** The definition: a fit of the other rows alone, to a fine tolerance, and the mean deviance of the fold's rows under it. */
async function byDefinition(data: ArrayData, problem: CrossValidationProblem, lambda: Float64Array, foldOf: (row: number) => number, fold: number): Promise<{ deviance: number[]; weight: number }> {
  const n = data.y.length;
  const kept = Array.from({ length: n }, (_, i) => i).filter((i) => foldOf(i) !== fold);
  const pick = (values: ArrayLike<number>): Float64Array => Float64Array.from(kept, (i) => values[i]!);
  const { folds: _folds, foldTolerance: _tolerance, ...rest } = problem;
  const training: ArrayData = {
    y: pick(data.y),
    dense: data.dense!.map(pick),
    ...(data.codes && { codes: data.codes.map((code) => ({ levels: code.levels, values: pick(code.values) })) }),
    ...(data.weights && { weights: pick(data.weights) }),
    ...(data.offset && { offset: pick(data.offset) }),
  };
  const path = await fitPath(source(training), { ...rest, lambda: [...lambda], tolerance: 1e-9 }, inOrder);
  const x = expandColumns(data);
  let weight = 0;
  const deviance = path.coefficients.map((b, k) => {
    let sum = 0;
    weight = 0;
    for (let i = 0; i < n; i++) {
      const w = data.weights?.[i] ?? 1;
      if (foldOf(i) !== fold || w === 0) continue;
      let psi = (data.offset?.[i] ?? 0) + path.intercept[k]!;
      b.forEach((value, j) => (psi += value * x[j]![i]!));
      weight += w;
      const y = data.y[i]!;
      sum += w * (problem.loss.name === 'squared' ? (y - psi) ** 2 : 2 * (Math.log1p(Math.exp(-Math.abs(psi))) + Math.max(psi, 0) - y * psi));
    }
    return sum / weight;
  });
  return { deviance, weight };
}

const modulo: FoldSpec = { count: 4, by: 'modulo', seed: 0 };
const CASES: readonly (readonly [string, Shape, Omit<CrossValidationProblem, 'folds' | 'loss'>])[] = [
  ['least squares, from moments', { rows: 600, dense: 6, loss: 'squared' }, { penalty: { name: 'lasso', l1Ratio: 1 } }],
  ['least squares without intercept', { rows: 400, dense: 5, loss: 'squared', plain: true }, { penalty: { name: 'elastic-net', l1Ratio: 0.4 }, intercept: false }],
  ['logistic lasso, columns together', { rows: 900, dense: 8, loss: 'logistic' }, { penalty: { name: 'lasso', l1Ratio: 1 } }],
  ['logistic ridge, columns together', { rows: 900, dense: 8, loss: 'logistic' }, { penalty: { name: 'ridge', l1Ratio: 0 } }],
  ['logistic lasso, not standardized, few rows a feature', { rows: 200, dense: 40, loss: 'logistic' }, { penalty: { name: 'lasso', l1Ratio: 1 }, standardize: false }],
  ['logistic lasso from a sample', { rows: 45_000, dense: 5, loss: 'logistic' }, { penalty: { name: 'lasso', l1Ratio: 1 } }],
];

for (const [name, shape, rest] of CASES) {
  test(`each fold's deviance is that of a fit of the other rows: ${name}`, async (t) => {
    const data = makeData(shape);
    const by: FoldSpec = shape.rows === 900 ? { count: 3, by: 'shuffle', seed: 5 } : modulo;
    const problem: CrossValidationProblem = { ...rest, loss: { name: shape.loss, parameters: {} }, lambdas: 12, lambdaMinRatio: 1e-3, folds: by };
    const result = await fitCrossValidation(source(data), problem, inOrder);
    const K = result.path.lambda.length;
    t.true(result.converged.every(Boolean));
    t.is(result.converged.length, by.count * K);
    t.true(result.gaps.every((gap) => gap <= 1e-4));
    const foldOf = foldNumbering(by, shape.rows);
    for (let fold = 0; fold < by.count; fold++) {
      const { deviance, weight } = await byDefinition(data, problem, result.path.lambda, foldOf, fold);
      t.true(Math.abs(result.foldWeights[fold]! - weight) < 1e-9 * weight);
      deviance.forEach((expected, k) => {
        const difference = Math.abs(result.deviance[fold * K + k]! - expected) / expected;
        t.true(difference < 1e-3, `fold ${fold}, value ${k}: ${difference}`);
      });
    }
  });
}

test('however coarse the tolerance, no fold is judged by a fit that has seen its rows', async (t) => {
  const shape: Shape = { rows: 900, dense: 30, loss: 'logistic' };
  const problem: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 12, lambdaMinRatio: 1e-3, folds: modulo, foldTolerance: 0.5 };
  const result = await fitCrossValidation(source(makeData(shape)), problem, inOrder);
  const { deviance } = await byDefinition(makeData(shape), problem, result.path.lambda, (i) => i % 4, 0);
  deviance.forEach((expected, k) => t.true(Math.abs(result.deviance[k]! - expected) < 1.8e-2 * expected, `value ${k}: ${Math.abs(result.deviance[k]! - expected) / expected}`));
});

test('the path of a cross-validation is the path of all rows', async (t) => {
  for (const loss of ['squared', 'logistic'] as const) {
    const data = makeData({ rows: 500, dense: 5, loss });
    const problem = { loss: { name: loss, parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 8 } as const;
    const { path } = await fitCrossValidation(source(data), { ...problem, folds: modulo }, inOrder);
    const alone = await fitPath(source(data), problem, inOrder);
    alone.objective.forEach((objective, k) => t.true(Math.abs(path.objective[k]! - objective) < 2e-6 * objective));
    t.true(path.converged.every(Boolean));
  }
});

test('least squares reads the rows once, path and folds together', async (t) => {
  const { path } = await fitCrossValidation(source(makeData({ rows: 500, dense: 5, loss: 'squared' })), { loss: { name: 'squared', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, folds: modulo }, inOrder);
  t.is(path.sweeps, 1);
});

test('a feature that is constant without some fold has no coefficient there', async (t) => {
  // Beside a centre that is no power of two the others' variance is rounding, not zero.
  for (const [level, size] of [[0, 1], [0, 0.3], [3.7, 0.3], [0, 1e5]] as const) {
    for (const loss of ['squared', 'logistic'] as const) {
      for (const way of [{}, { intercept: false }, { intercept: false, standardize: false }]) {
        const data = makeData({ rows: 400, dense: 4, loss, plain: true });
        const rare = Float64Array.from(data.y, (y, i) => (i % 4 === 1 && i % 8 === 1 && y > 0 ? level + size * (1 + (i % 3)) : level));
        const wide: ArrayData = { ...data, dense: [...data.dense!, rare] };
        const problem: CrossValidationProblem = { loss: { name: loss, parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 10, lambdaMinRatio: 1e-3, folds: modulo, ...way };
        const result = await fitCrossValidation(source(wide), problem, inOrder);
        const K = result.path.lambda.length;
        t.true(result.path.coefficients.at(-1)![4] !== 0, 'it has one on all rows');
        const { deviance } = await byDefinition(wide, problem, result.path.lambda, (i) => i % 4, 1);
        deviance.forEach((expected, k) => t.true(Math.abs(result.deviance[K + k]! - expected) < 5e-3 * expected, `${loss}, ${level} and ${size}, ${JSON.stringify(way)}, value ${k}: ${result.deviance[K + k]}, not ${expected}`));
      }
    }
  }
});

test('so it is where folds are fitted one after the other', async (t) => {
  const data = makeData({ rows: 200, dense: 30, loss: 'logistic', plain: true });
  const rare = Float64Array.from(data.y, (y, i) => (i % 8 === 1 && y > 0 ? 1 : 0));
  const wide: ArrayData = { ...data, dense: [...data.dense!, rare] };
  const problem: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambda: [0.02, 0.01], folds: modulo, foldTolerance: 1e-6 };
  const events: FitEvent[] = [];
  const result = await fitCrossValidation(source(wide), problem, inOrder, { onEvent: (event) => events.push(event) });
  t.is(events.find((event) => event.type === 'foldsBegun')!.way, 'apart');
  t.true(result.path.coefficients[0]![30]! !== 0, 'it has one on all rows');
  t.deepEqual(result.reason, result.reason.map(() => null));
  const { deviance } = await byDefinition(wide, problem, result.path.lambda, (i) => i % 4, 1);
  deviance.forEach((expected, k) => t.true(Math.abs(result.deviance[2 + k]! - expected) < 1e-3 * expected, `value ${k}: ${result.deviance[2 + k]}, by definition ${expected}`));
});

test('folds that are fitted one after the other start from what the other rows say', async (t) => {
  const data = makeData({ rows: 200, dense: 40, loss: 'logistic', plain: true });
  // So coarse that the start is the answer.
  const problem: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambda: [0.05, 0.01], folds: modulo, foldTolerance: 0.999 };
  const result = await fitCrossValidation(source(data), problem, inOrder);
  t.true(result.path.nonzero[0]! > 0);
  const share = (keep: (row: number) => boolean): number => {
    const kept = Array.from(data.y).filter((_, i) => keep(i));
    return kept.reduce((sum, y) => sum + y, 0) / kept.length;
  };
  for (let fold = 0; fold < 4; fold++) {
    const mean = share((i) => i % 4 !== fold);
    const own = share((i) => i % 4 === fold);
    const expected = -2 * (own * Math.log(mean) + (1 - own) * Math.log(1 - mean));
    for (let k = 0; k < 2; k++) t.true(Math.abs(result.deviance[fold * 2 + k]! - expected) < 1e-12, `fold ${fold}: ${result.deviance[fold * 2 + k]}, the constant's ${expected}`);
  }
});

test('a feature that only some folds want comes into the Hessians they share', async (t) => {
  const rows = 1200;
  const random = new Random(17);
  const [x, turning] = [random.normals(rows), random.normals(rows)];
  // Without the first of three folds it has a slope that all rows together have not.
  const y = Float64Array.from(x, (value, i) => (random.chance(1 / (1 + Math.exp(-value - (i % 3 === 0 ? 1.2 : -0.6) * turning[i]!))) ? 1 : 0));
  const data: ArrayData = { y, dense: [x, turning, random.normals(rows)] };
  const folds: FoldSpec = { count: 3, by: 'modulo', seed: 0 };
  const problem: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 6, lambdaMinRatio: 0.3, folds };
  const events: FitEvent[] = [];
  const result = await fitCrossValidation(source(data), problem, inOrder, { onEvent: (event) => events.push(event) });
  t.true(result.path.coefficients.every((b) => b[1] === 0), 'all rows do not want it');
  const passes = events.slice(events.findIndex((event) => event.type === 'foldsBegun')).flatMap((event) => (event.type === 'passBegun' ? [event] : []));
  t.deepEqual(passes.slice(0, 2).map(({ gramFeatures }) => gramFeatures), [1, 2]);
  t.true(result.converged.every(Boolean));
  for (let fold = 0; fold < 3; fold++) {
    const { deviance } = await byDefinition(data, problem, result.path.lambda, (i) => i % 3, fold);
    deviance.forEach((expected, k) => t.true(Math.abs(result.deviance[fold * 6 + k]! - expected) < 1e-3 * expected, `fold ${fold}, value ${k}`));
  }
});

test('classes that unpenalised features separate without one fold only have no fit there, however coarse the tolerance', async (t) => {
  for (const [rows, dense, way] of [[400, 3, 'together'], [120, 12, 'apart']] as const) {
    const data = makeData({ rows, dense, loss: 'logistic', plain: true });
    // Six rows of a rare level: one positive and one negative in the first fold, positives alone in the others.
    const rare = new Map([[0, 1], [4, 0], [1, 1], [2, 1], [3, 1], [5, 1]]);
    const y = Float64Array.from(data.y, (value, i) => rare.get(i) ?? value);
    const level = Float64Array.from(y, (_, i) => (rare.has(i) ? 1 : 0));
    const free = Float64Array.from({ length: dense + 1 }, (_, j) => (j === dense ? 0 : 1));
    for (const foldTolerance of [0.1, 1e-4, 1e-8]) {
      const events: FitEvent[] = [];
      const problem: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, penaltyFactors: free, lambda: [0.1, 0.03], folds: modulo, foldTolerance };
      const result = await fitCrossValidation(source({ y, dense: [...data.dense!, level] }), problem, inOrder, { onEvent: (event) => events.push(event) });
      t.is(events.find((event) => event.type === 'foldsBegun')!.way, way);
      t.deepEqual([...result.path.reason], [null, null]);
      t.deepEqual([...result.reason], ['SEPARABLE', 'SEPARABLE', null, null, null, null, null, null], `${way}, ${foldTolerance}`);
      t.deepEqual(result.converged.filter((_, at) => at < 2), [false, false]);
    }
    // And with no penalty at all.
    const none: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'none', l1Ratio: 0 }, folds: modulo, foldTolerance: 0.1 };
    const result = await fitCrossValidation(source({ y, dense: [data.dense![0]!, level] }), none, inOrder);
    t.deepEqual([...result.path.reason, ...result.reason], [null, 'SEPARABLE', null, null, null]);
    const beside = await fitCrossValidation(source({ y, dense: [...data.dense!.slice(0, 2), level] }), { ...none, penalty: { name: 'lasso', l1Ratio: 1 }, lambda: [0, 0.1] }, inOrder);
    t.deepEqual([...beside.path.reason], [null, null]);
    t.deepEqual([...beside.reason], ['SEPARABLE', null, null, null, null, null, null, null]);
  }
});

test('classes that unpenalised features separate are separated without each fold too', async (t) => {
  const data = makeData({ rows: 400, dense: 3, loss: 'logistic', plain: true });
  const wide: ArrayData = { ...data, dense: [...data.dense!, Float64Array.from(data.y, (y, i) => y - 0.5 + (y > 0.5 ? 1 : -1) * (i % 3))] };
  const problem: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, penaltyFactors: Float64Array.of(1, 1, 1, 0), lambdas: 3, folds: modulo };
  const result = await fitCrossValidation(source(wide), problem, inOrder);
  t.deepEqual([...result.path.reason], ['SEPARABLE', 'SEPARABLE', 'SEPARABLE']);
  t.true(result.reason.every((reason) => reason === 'SEPARABLE'), String(result.reason));
  t.true(result.converged.every((converged) => !converged));
});

test('given lambdas keep their order', async (t) => {
  const data = makeData({ rows: 300, dense: 4, loss: 'logistic' });
  const problem: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, folds: modulo };
  const up = await fitCrossValidation(source(data), { ...problem, lambda: [0.001, 0.01, 0.1] }, inOrder);
  const down = await fitCrossValidation(source(data), { ...problem, lambda: [0.1, 0.01, 0.001] }, inOrder);
  for (let fold = 0; fold < 4; fold++) for (let k = 0; k < 3; k++) t.is(up.deviance[fold * 3 + k], down.deviance[fold * 3 + 2 - k]);
});

test('folds that cannot be fitted are named', async (t) => {
  const problem: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, folds: modulo };
  const data = makeData({ rows: 300, dense: 3, loss: 'logistic', plain: true });
  const oneClass: ArrayData = { ...data, y: Float64Array.from({ length: 300 }, (_, i) => (i % 4 === 2 && i % 8 === 2 ? 1 : 0)) };
  const one = arraySource(oneClass, (memory) => createKernels(memory, { family: 'wasm' }));
  const classes = { ...one, describe: () => ({ ...one.describe(), response: { ...one.describe().response, kind: 'classes' as const } }) };
  await t.throwsAsync(fitCrossValidation(classes, problem, inOrder), { code: 'ONE_CLASS_FOLD', message: /fold 3 of 4/ });
  const empty: ArrayData = { ...data, weights: Float64Array.from({ length: 300 }, (_, i) => (i % 4 === 1 ? 0 : 1)) };
  await t.throwsAsync(fitCrossValidation(source(empty), problem, inOrder), { code: 'EMPTY_FOLD', message: /fold 2 of 4/ });
  await t.throwsAsync(fitCrossValidation(source(data), { ...problem, folds: { ...modulo, count: 1 } }, inOrder), { code: 'BAD_FOLDS' });
  await t.throwsAsync(fitCrossValidation(source(data), { ...problem, folds: { ...modulo, by: 'column' } }, inOrder), { code: 'NO_FOLDS' });
});

test('progress counts the values of all folds', async (t) => {
  const events: FitEvent[] = [];
  const problem: CrossValidationProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'ridge', l1Ratio: 0 }, lambdas: 6, folds: modulo };
  await fitCrossValidation(source(makeData({ rows: 600, dense: 4, loss: 'logistic' })), problem, inOrder, { onEvent: (event) => events.push(event) });
  const progress = events.filter((event) => event.type === 'foldsProgress');
  t.deepEqual(progress.at(-1), { type: 'foldsProgress', done: 24, columns: 24 });
});
