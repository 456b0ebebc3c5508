import test from 'ava';
import { createKernels, foldNumbering } from '@scalemix/core';
import type { FoldSpec, MomentsRequest, PassRequest, RowSource } from '@scalemix/core';
import { arraySource } from '../support/arraySource.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { Random } from '../support/random.ts';

const N = 20000;
const FOLDS = 5;

function data(denseType: 'f64' | 'f32'): ArrayData {
  const random = new Random(7);
  const column = (of: () => number): Float64Array => Float64Array.from({ length: N }, of);
  const indptr = [0];
  const indices: number[] = [];
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < 3; j++) if (random.uniform() < 0.4) indices.push(j);
    indptr.push(indices.length);
  }
  return {
    y: column(() => (random.uniform() < 0.4 ? 1 : 0)),
    dense: Array.from({ length: 3 }, () => column(() => Math.fround(random.normal()))),
    codes: [{ values: column(() => Math.floor(random.uniform() * 4)), levels: 4 }],
    sparse: { width: 3, indptr, indices, values: indices.map(() => random.normal()) },
    weights: column(() => (random.uniform() < 0.1 ? 0 : random.uniform())),
    offset: column(() => random.normal() / 3),
    denseType,
    centre: false,
  };
}

/** The same rows, those for which `out` holds at weight 0. */
function without(rows: ArrayData, out: (row: number) => boolean): ArrayData {
  return { ...rows, weights: Float64Array.from({ length: N }, (_, i) => (out(i) ? 0 : rows.weights![i]!)) };
}

const source = (rows: ArrayData): RowSource => arraySource(rows, (memory) => createKernels(memory, { family: 'scalar' }));

function close(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  let size = 1;
  for (let i = 0; i < expected.length; i++) size = Math.max(size, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  return worst / size;
}

const kinds: readonly FoldSpec[] = [
  { count: FOLDS, by: 'modulo', seed: 0 },
  { count: FOLDS, by: 'shuffle', seed: 3 },
  { count: FOLDS, by: 'column', seed: 0 },
];

for (const by of kinds) {
  for (const denseType of ['f64', 'f32'] as const) {
    test(`sums by fold are those of the rows of each fold: ${by.by}, ${denseType}`, async (t) => {
      const random = new Random(11);
      const stored = Uint32Array.from({ length: N }, () => Math.floor(random.uniform() * FOLDS));
      const rows: ArrayData = { ...data(denseType), ...(by.by === 'column' && { folds: stored }) };
      const foldOf = by.by === 'column' ? (i: number) => stored[i]! : foldNumbering(by, N);
      const p = source(rows).describe().features.length;
      const K = 3;
      const request: PassRequest = {
        kind: 'pass', loss: { name: 'logistic', parameters: {} }, columns: K, coefficients: Float64Array.from({ length: K * p }, () => random.normal() / 4),
        intercepts: Float64Array.of(0.1, -0.3, 0.2), features: null, grams: [{ column: 1, features: null }],
      };
      const byFold = await source(rows).evaluate({ ...request, folds: { by, heldOut: null } });
      const wide: PassRequest = { ...request, columns: K * FOLDS, coefficients: new Float64Array(K * FOLDS * p), intercepts: new Float64Array(K * FOLDS), grams: [{ column: 1 * FOLDS + 2, features: null }] };
      const heldOut = new Int32Array(K * FOLDS);
      for (let k = 0; k < K; k++) {
        for (let f = 0; f < FOLDS; f++) {
          wide.coefficients.set(request.coefficients.subarray(k * p, (k + 1) * p), (k * FOLDS + f) * p);
          wide.intercepts[k * FOLDS + f] = request.intercepts[k]!;
          heldOut[k * FOLDS + f] = f;
        }
      }
      const leftOut = await source(rows).evaluate({ ...wide, folds: { by, heldOut } });
      const sums = byFold.sums.length / (K * FOLDS);
      for (let f = 0; f < FOLDS; f++) {
        const only = await source(without(rows, (i) => foldOf(i) !== f)).evaluate(request);
        const training = await source(without(rows, (i) => foldOf(i) === f)).evaluate(request);
        for (let k = 0; k < K; k++) {
          const at = k * FOLDS + f;
          t.true(close(byFold.sums.subarray(at * sums, (at + 1) * sums), only.sums.subarray(k * sums, (k + 1) * sums)) < 1e-11);
          t.true(close(byFold.gradient.subarray(at * p, (at + 1) * p), only.gradient.subarray(k * p, (k + 1) * p)) < 1e-11);
          t.true(close(leftOut.sums.subarray(at * sums, (at + 1) * sums), training.sums.subarray(k * sums, (k + 1) * sums)) < 1e-11);
          t.true(close(leftOut.gradient.subarray(at * p, (at + 1) * p), training.gradient.subarray(k * p, (k + 1) * p)) < 1e-11);
          t.true(close([leftOut.heldOutLoss[at]!], [only.sums[k * sums]!]) < 1e-11);
        }
        if (f === 2) t.true(close(leftOut.grams[0]!.packed, training.grams[0]!.packed) < 1e-11);
      }
      const whole = await source(rows).evaluate(request);
      t.true(close(byFold.grams[0]!.packed, whole.grams[0]!.packed) < 1e-11);
      t.true(close([byFold.grams[0]!.total], [whole.grams[0]!.total]) < 1e-12);
    });
  }

  test(`moments by fold are those of the rows of each fold: ${by.by}`, async (t) => {
    const random = new Random(13);
    const stored = Uint32Array.from({ length: N }, () => Math.floor(random.uniform() * FOLDS));
    const rows: ArrayData = { ...data('f64'), ...(by.by === 'column' && { folds: stored }) };
    const foldOf = by.by === 'column' ? (i: number) => stored[i]! : foldNumbering(by, N);
    for (const gram of [true, false]) {
      const request: MomentsRequest = { kind: 'moments', loss: { name: 'squared', parameters: {} }, gram };
      const moments = await source(rows).moments({ ...request, folds: by });
      const compare = (actual: typeof moments, expected: typeof moments): void => {
        t.is(actual.rows, expected.rows);
        for (const name of ['weightSum', 'responseMean', 'responseVariance', 'offsetMean', 'saturatedLoss'] as const) t.true(close([actual[name]], [expected[name]]) < 1e-11, name);
        for (const name of ['mean', 'variance', 'cross'] as const) t.true(close(actual[name], expected[name]) < 1e-11, name);
        if (gram) t.true(close(actual.gram!, expected.gram!) < 1e-11);
      };
      compare(moments, await source(rows).moments(request));
      for (let f = 0; f < FOLDS; f++) {
        compare(moments.folds![f]!.training, await source(without(rows, (i) => foldOf(i) === f)).moments(request));
        compare(moments.folds![f]!.heldOut, await source(without(rows, (i) => foldOf(i) !== f)).moments(request));
      }
    }
  });
}

test('a shuffle is a permutation: folds differ by at most one row, and the seed decides', (t) => {
  for (const rows of [1, 2, 3, 5, 64, 65, 1000, 4097]) {
    for (const seed of [0, 1, 4294967295]) {
      const foldOf = foldNumbering({ count: 3, by: 'shuffle', seed }, rows);
      const sizes = [0, 0, 0];
      for (let i = 0; i < rows; i++) sizes[foldOf(i)]!++;
      t.true(Math.max(...sizes) - Math.min(...sizes) <= 1, `${rows} rows, seed ${seed}: ${sizes}`);
    }
  }
  const of = (seed: number): number[] => {
    const foldOf = foldNumbering({ count: 5, by: 'shuffle', seed }, 1000);
    return Array.from({ length: 1000 }, (_, i) => foldOf(i));
  };
  t.deepEqual(of(1), of(1));
  const same = of(1).filter((fold, i) => fold === of(2)[i]).length;
  t.true(same > 120 && same < 280, `${same} of 1000 rows in the same fold under two seeds`);
  const natural = of(1).filter((fold, i) => fold === i % 5).length;
  t.true(natural > 120 && natural < 280, `${natural} of 1000 rows in fold i mod 5`);
});
