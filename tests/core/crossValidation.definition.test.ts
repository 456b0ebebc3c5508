/** Cross-validation against its definition: a path on each training set by itself, and its predictions of the rows left out. */
import test from 'ava';
import { createKernels, fitCrossValidation, fitPath, foldNumbering, inOrder, lossBySpec } from '@scalemix/core';
import type { CrossValidationResult, FoldSpec, PathProblem, RowSource } from '@scalemix/core';
import { arraySource } from '../support/arraySource.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { expandColumns } from '../support/explicitProblem.ts';
import { Random } from '../support/random.ts';

const source = (data: ArrayData): RowSource => arraySource(data, (memory) => createKernels(memory, {}));

interface Shape {
  readonly rows: number;
  readonly loss: 'squared' | 'logistic';
  readonly weights?: boolean;
  readonly offset?: boolean;
  readonly sparse?: boolean;
}

/** Four correlated dense columns far from zero, a category of four levels, perhaps a sparse part; column and category decide y. */
function dataOf({ rows, loss, weights = false, offset = false, sparse = false }: Shape, seed = 5): ArrayData {
  const random = new Random(seed);
  const column = (of: (i: number) => number): Float64Array => Float64Array.from({ length: rows }, (_, i) => of(i));
  const common = column(() => random.normal());
  const dense = Array.from({ length: 4 }, (_, j) => column((i) => 10 * j + (j + 1) * (common[i]! + random.normal())));
  const codes = [{ values: column(() => random.integer(4)), levels: 4 }];
  const o = column(() => random.normal());
  const indptr = [0];
  const indices: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 2; j++) if (random.chance(0.3)) indices.push(j);
    indptr.push(indices.length);
  }
  const psi = column((i) => 0.8 * (dense[0]![i]! - dense[1]![i]! / 2 + 5) + (codes[0]!.values[i] === 2 ? 1.2 : 0) + (offset ? o[i]! : 0));
  const y = column((i) => (loss === 'squared' ? psi[i]! + 2 * random.normal() : random.uniform() < 1 / (1 + Math.exp(-psi[i]!)) ? 1 : 0));
  return {
    y,
    dense,
    codes,
    ...(sparse && { sparse: { width: 2, indptr, indices, values: indices.map(() => random.normal()) } }),
    ...(weights && { weights: column(() => (random.chance(0.1) ? 0 : 0.2 + random.uniform())) }),
    ...(offset && { offset: o }),
    ...(loss === 'squared' && { responseCentre: 1.5 }),
  };
}

/** The data of the rows for which `keep` holds. */
function subset(data: ArrayData, keep: (row: number) => boolean): ArrayData {
  const kept = Array.from({ length: data.y.length }, (_, i) => i).filter(keep);
  const pick = (values: ArrayLike<number>): Float64Array => Float64Array.from(kept, (i) => values[i]!);
  const entries = data.sparse === undefined ? [] : kept.map((i) => Array.from({ length: data.sparse!.indptr[i + 1]! - data.sparse!.indptr[i]! }, (_, e) => data.sparse!.indptr[i]! + e));
  return {
    y: pick(data.y),
    dense: data.dense!.map(pick),
    codes: data.codes!.map(({ values, levels }) => ({ values: pick(values), levels })),
    ...(data.sparse && {
      sparse: {
        width: data.sparse.width,
        indptr: entries.reduce((ends, row) => [...ends, ends.at(-1)! + row.length], [0]),
        indices: entries.flat().map((e) => data.sparse!.indices[e]!),
        values: entries.flat().map((e) => data.sparse!.values[e]!),
      },
    }),
    ...(data.weights && { weights: pick(data.weights) }),
    ...(data.offset && { offset: pick(data.offset) }),
    ...(data.responseCentre !== undefined && { responseCentre: data.responseCentre }),
  };
}

interface Slow {
  readonly weights: number[];
  /** [F][K] */
  readonly deviance: number[][];
}

async function bySubsets(data: ArrayData, problem: PathProblem, foldOf: (row: number) => number, folds: number, lambda: readonly number[]): Promise<Slow> {
  const loss = lossBySpec(problem.loss);
  const x = expandColumns(data);
  const weight = (i: number): number => data.weights?.[i] ?? 1;
  const weights: number[] = [];
  const deviance: number[][] = [];
  for (let f = 0; f < folds; f++) {
    const path = await fitPath(source(subset(data, (i) => foldOf(i) !== f)), { ...problem, lambda, tolerance: 1e-10 }, inOrder);
    const rows = Array.from({ length: data.y.length }, (_, i) => i).filter((i) => foldOf(i) === f && weight(i) > 0);
    const psi = (k: number, i: number): number => path.coefficients[k]!.reduce((sum, b, j) => sum + b * x[j]![i]!, path.intercept[k]! + (data.offset?.[i] ?? 0));
    const total = rows.reduce((sum, i) => sum + weight(i), 0);
    weights.push(total);
    deviance.push(lambda.map((_, k) => {
      const term = (i: number): number => 2 * (loss.value(data.y[i]!, psi(k, i)) - loss.saturated(data.y[i]!));
      return rows.reduce((sum, i) => sum + weight(i) * term(i), 0) / total;
    }));
  }
  return { weights, deviance };
}

const problemOf = (loss: 'squared' | 'logistic', changes: Partial<PathProblem> = {}): PathProblem => ({
  loss: { name: loss, parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 12, lambdaMinRatio: 1e-3, ...changes,
});

function worstDifference(found: CrossValidationResult, slow: Slow): number {
  const K = found.path.lambda.length;
  return Math.max(...slow.deviance.flatMap((row, f) => row.map((value, k) => Math.abs(found.deviance[f * K + k]! - value) / value)));
}

const cases: readonly { name: string; shape: Shape; problem: PathProblem; folds: FoldSpec; }[] = [
  { name: 'least squares, lasso, row numbers', shape: { rows: 400, loss: 'squared' }, problem: problemOf('squared'), folds: { by: 'modulo', count: 5, seed: 0 } },
  { name: 'least squares, ridge, weights and offset, shuffled', shape: { rows: 500, loss: 'squared', weights: true, offset: true }, problem: problemOf('squared', { penalty: { name: 'ridge', l1Ratio: 0 } }), folds: { by: 'shuffle', count: 3, seed: 9 } },
  { name: 'least squares, elastic net, a sparse part, no standardization', shape: { rows: 400, loss: 'squared', sparse: true }, problem: problemOf('squared', { penalty: { name: 'elastic-net', l1Ratio: 0.5 }, standardize: false }), folds: { by: 'modulo', count: 4, seed: 0 } },
  { name: 'logistic, lasso, row numbers', shape: { rows: 600, loss: 'logistic' }, problem: problemOf('logistic'), folds: { by: 'modulo', count: 5, seed: 0 } },
  { name: 'logistic, ridge, weights, offset and a sparse part, shuffled', shape: { rows: 600, loss: 'logistic', weights: true, offset: true, sparse: true }, problem: problemOf('logistic', { penalty: { name: 'ridge', l1Ratio: 0 } }), folds: { by: 'shuffle', count: 4, seed: 2 } },
  { name: 'logistic, lasso without intercept, two folds', shape: { rows: 500, loss: 'logistic', offset: true }, problem: problemOf('logistic', { intercept: false }), folds: { by: 'modulo', count: 2, seed: 0 } },
  { name: 'logistic, penalty factors, a column unpenalised', shape: { rows: 500, loss: 'logistic' }, problem: problemOf('logistic', { penaltyFactors: Float64Array.of(1, 0, 2, 1, 1, 1, 0.5) }), folds: { by: 'modulo', count: 3, seed: 0 } },
  { name: 'logistic, many rows', shape: { rows: 12_000, loss: 'logistic', weights: true }, problem: problemOf('logistic', { lambdas: 8 }), folds: { by: 'shuffle', count: 3, seed: 1 } },
  { name: 'logistic, no penalty', shape: { rows: 500, loss: 'logistic' }, problem: problemOf('logistic', { penalty: { name: 'none', l1Ratio: 0 }, lambda: [0] }), folds: { by: 'modulo', count: 3, seed: 0 } },
];

for (const { name, shape, problem, folds } of cases) {
  test(`deviances of rows held out are those of fits to the other rows: ${name}`, async (t) => {
    const data = dataOf(shape);
    const lambda = Array.from((await fitPath(source(data), problem, inOrder)).lambda);
    const slow = await bySubsets(data, problem, foldNumbering(folds, shape.rows), folds.count, lambda);
    // The default tolerance of folds, and one at which only rounding is left.
    for (const [foldTolerance, allowed] of [[undefined, 1e-3], [1e-9, 1e-6]] as const) {
      const found = await fitCrossValidation(source(data), { ...problem, lambda, folds, ...(foldTolerance !== undefined && { foldTolerance }) }, inOrder, {});
      t.true(found.converged.every(Boolean), found.reason.filter((reason) => reason !== null).join(' '));
      slow.weights.forEach((weight, f) => t.true(Math.abs(found.foldWeights[f]! - weight) < 1e-9 * weight));
      const worst = worstDifference(found, slow);
      t.log(`${foldTolerance ?? 'default'}: ${worst}`);
      t.true(worst < allowed, `tolerance ${foldTolerance}: deviances differ by ${worst}`);
    }
  });
}

test('a column of folds that says what row numbers say gives the same', async (t) => {
  for (const loss of ['squared', 'logistic'] as const) {
    const data = dataOf({ rows: 300, loss });
    const by: FoldSpec = { by: 'shuffle', count: 4, seed: 3 };
    const numbering = foldNumbering(by, 300);
    const column = { ...data, folds: Uint32Array.from({ length: 300 }, (_, i) => numbering(i)) };
    const fromNumbers = await fitCrossValidation(source(data), { ...problemOf(loss), folds: by }, inOrder, {});
    const fromColumn = await fitCrossValidation(source(column), { ...problemOf(loss), folds: { by: 'column', count: 4, seed: 0 } }, inOrder, {});
    t.deepEqual(fromColumn, fromNumbers);
  }
});

test('a fold that has not converged is reported with its reason, whatever the path', async (t) => {
  const data = dataOf({ rows: 600, loss: 'logistic' });
  const found = await fitCrossValidation(source(data), { ...problemOf('logistic'), maxPasses: 1, foldTolerance: 1e-12, folds: { by: 'modulo', count: 3, seed: 0 } }, inOrder, {});
  t.is(found.converged.length, 36);
  t.true(found.converged.some((done) => !done));
  found.converged.forEach((done, at) => t.is(found.reason[at] === null, done));
});

test('least squares: the folds are as precise as they are asked to be, however coarse the path', async (t) => {
  const data = dataOf({ rows: 300, loss: 'squared' });
  const run = (tolerance: number, foldTolerance: number): Promise<CrossValidationResult> =>
    fitCrossValidation(source(data), { ...problemOf('squared'), tolerance, foldTolerance, folds: { by: 'modulo', count: 3, seed: 0 } }, inOrder, {});
  const coarse = await run(0.3, 0.3);
  const fine = await run(0.3, 1e-10);
  t.true(coarse.gaps.some((gap) => gap > 1e-3));
  t.true(fine.gaps.every((gap) => gap <= 1e-10));
  t.true(fine.converged.every(Boolean));
});

test('an empty fold is refused by name', async (t) => {
  const data = dataOf({ rows: 40, loss: 'squared' });
  const run = (changed: ArrayData, folds: FoldSpec): Promise<unknown> => fitCrossValidation(source(changed), { ...problemOf('squared'), folds }, inOrder, {});
  await t.throwsAsync(run(data, { by: 'modulo', count: 41, seed: 0 }), { code: 'EMPTY_FOLD', message: /fold 41 of 41 \(data rows 41, 82, \.\.\.\)/ });
  const weights = Float64Array.from({ length: 40 }, (_, i) => (i % 4 === 2 ? 0 : 1));
  await t.throwsAsync(run({ ...data, weights }, { by: 'modulo', count: 4, seed: 0 }), { code: 'EMPTY_FOLD', message: /fold 3 of 4/ });
  await t.throwsAsync(run({ ...data, weights: weights.map((_, i) => (i % 4 === 2 ? 1 : 0)) }, { by: 'modulo', count: 4, seed: 0 }), { code: 'EMPTY_FOLD' });
  await t.throwsAsync(run(data, { by: 'modulo', count: 1, seed: 0 }), { code: 'BAD_FOLDS' });
});

test('a training set of one class is refused, naming the fold by its value', async (t) => {
  const data = dataOf({ rows: 60, loss: 'logistic', offset: true });
  const folds = Uint32Array.from({ length: 60 }, (_, i) => i % 3);
  for (const only of [0, 1]) {
    const y = Float64Array.from({ length: 60 }, (_, i) => (i % 3 === 1 && i < 30 ? 1 - only : only));
    await t.throwsAsync(
      fitCrossValidation(source({ ...data, y, folds }), { ...problemOf('logistic'), folds: { by: 'column', count: 3, seed: 0 } }, inOrder, {}),
      { code: 'ONE_CLASS_FOLD', message: /Without fold "1" \(column "fold"\)/ },
    );
  }
});
