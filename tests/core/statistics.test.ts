import test from 'ava';
import type { ExecutionContext } from 'ava';
import { Matrix } from 'ml-matrix';
import { LOSS_SUMS, createAccumulator, finishStatistic, lossBySpec, mergeStatistics, statisticSize } from '@scalemix/core';
import type { GramResult, Kernels, LossSpec, MomentsRequest, PassRequest, PassResult } from '@scalemix/core';
import { bestKernels, logistic, scalarKernels, squared } from '../support/engine.ts';
import { Random } from '../support/random.ts';
import { smallStore } from '../support/smallStore.ts';
import type { SmallShape, SmallStore } from '../support/smallStore.ts';

/** One block after the other, in three memories; some leaves end in the middle of a kernel's tile. */
const BLOCKS: SmallShape['blocks'] = [[131, 0], [200, 0], [1, 2], [97, 1], [64, 0]];
const plain: SmallShape = { dense: 0, codes: [], sparse: null, weights: false, offset: false, denseType: 'f64', blocks: BLOCKS, shuffled: false, probabilities: true };

/** Tiny matrices of every kind and mixture, as tabmat's tests have them. */
const SHAPES: Readonly<Record<string, SmallShape>> = {
  'one dense column': { ...plain, dense: 1 },
  'dense': { ...plain, dense: 5 },
  'dense, more columns than a tile': { ...plain, dense: 35 },
  'dense, weights and offset': { ...plain, dense: 6, weights: true, offset: true },
  'dense float32': { ...plain, dense: 7, weights: true, denseType: 'f32' },
  'one category': { ...plain, codes: [3] },
  'two categories': { ...plain, codes: [4, 2], offset: true },
  'a category without features': { ...plain, dense: 2, codes: [0, 3], weights: true },
  'sparse': { ...plain, sparse: 9 },
  'dense and categories': { ...plain, dense: 4, codes: [3, 5], weights: true },
  'dense float32, category and sparse, in another order': { ...plain, dense: 3, codes: [4], sparse: 6, denseType: 'f32', weights: true, offset: true, shuffled: true },
  'everything, in another order': { ...plain, dense: 9, codes: [2, 6], sparse: 5, weights: true, offset: true, shuffled: true },
  'everything, one block': { ...plain, dense: 3, codes: [2], sparse: 3, weights: true, blocks: [[70, 0]] },
  'one row': { ...plain, dense: 2, codes: [1], sparse: 2, blocks: [[1, 0]] },
  'no features': { ...plain, weights: true },
};

function close(t: ExecutionContext, got: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  t.is(got.length, expected.length, what);
  let largest = 0;
  let error = 0;
  for (let i = 0; i < got.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    error = Math.max(error, Number.isFinite(got[i]!) ? Math.abs(got[i]! - expected[i]!) : Infinity);
  }
  t.true(error <= 3e-14 * (1 + 10 * largest), `${what}: off by ${error} of ${largest}`);
}

const diagonal = (values: ArrayLike<number>): Matrix => Matrix.diag(Array.from(values));
/** Upper triangle by columns. */
const packed = (square: Matrix): number[] => {
  const out: number[] = [];
  for (let j = 0; j < square.columns; j++) for (let i = 0; i <= j; i++) out.push(square.get(i, j));
  return out;
};
const columnsOf = (x: Matrix, features: Int32Array | null): Matrix =>
  features === null ? x : features.length === 0 ? new Matrix(x.rows, 0) : x.subMatrixColumn(Array.from(features));

function coefficients(random: Random, p: number, columns: number, support: number): { B: Matrix; flat: Float64Array } {
  const flat = new Float64Array(columns * p);
  const B = p === 0 ? new Matrix(0, columns) : Matrix.zeros(p, columns);
  for (let k = 0; k < columns; k++) {
    for (let j = 0; j < p; j++) {
      if ((j * 7 + 3) % p >= support) continue;
      flat[k * p + j] = random.normal();
      B.set(j, k, flat[k * p + j]!);
    }
  }
  return { B, flat };
}

/** Supports as along a path, each within the next, in no order of the features; the last has all. */
function nested(random: Random, p: number, columns: number): { flat: Float64Array } {
  const rank = random.shuffled(Array.from({ length: p }, (_, j) => j));
  return { flat: Float64Array.from({ length: columns * p }, (_, at) => (rank[at % p]! < ((Math.floor(at / p) + 1) / columns) * p ? random.normal() : 0)) };
}

/** What a pass must return, from dense matrices. */
function naivePass(small: SmallStore, request: PassRequest, B: Matrix): { sums: number[]; gradient: number[]; grams: { packed: number[]; cross: number[]; total: number }[] } {
  const { x, y, w, offset } = small;
  const loss = lossBySpec(request.loss);
  const n = y.length;
  const linear = x.columns === 0 ? Matrix.zeros(n, request.columns) : x.mmul(B);
  const psi = (i: number, k: number): number => linear.get(i, k) + request.intercepts[k]! + offset[i]!;
  const sums: number[] = [];
  const gradient: number[] = [];
  for (let k = 0; k < request.columns; k++) {
    const terms = LOSS_SUMS.map(() => 0);
    const residual = new Array<number>(n).fill(0);
    for (let i = 0; i < n; i++) {
      if (w[i] === 0) continue;
      const a = loss.derivative(y[i]!, psi(i, k));
      const c = loss.curvature(y[i]!, psi(i, k));
      const t = psi(i, k) - offset[i]!;
      [loss.value(y[i]!, psi(i, k)), a, a * t, c, c * t, (a * a) / c, c * c].forEach((term, s) => (terms[s]! += w[i]! * term));
      residual[i] = w[i]! * a;
    }
    sums.push(...terms);
    const columns = columnsOf(x, request.features);
    if (columns.columns > 0) gradient.push(...columns.transpose().mmul(Matrix.columnVector(residual)).getColumn(0));
  }
  const grams = request.grams.map(({ column, features }) => {
    const u = Array.from({ length: n }, (_, i) => w[i]! * loss.curvature(y[i]!, psi(i, column)));
    const columns = columnsOf(x, features);
    const total = u.reduce((a, b) => a + b, 0);
    if (columns.columns === 0) return { packed: [], cross: [], total };
    const weighted = columns.transpose().mmul(diagonal(u));
    return { packed: packed(weighted.mmul(columns)), cross: weighted.mmul(Matrix.ones(n, 1)).getColumn(0), total };
  });
  return { sums, gradient, grams };
}

/** Some ascending features: every second, or none where there are none. */
const some = (p: number, from: number): Int32Array => Int32Array.from({ length: p }, (_, j) => j).filter((j) => (j + from) % 2 === 0);

const KERNELS: Readonly<Record<string, (memory: WebAssembly.Memory) => Kernels>> = { WebAssembly: bestKernels, scalar: scalarKernels };

for (const [family, kernels] of Object.entries(KERNELS)) {
  for (const [name, shape] of Object.entries(SHAPES)) {
    test(`${family} kernels, ${name}: a pass gives the sums of the dense matrices`, (t) => {
      const random = new Random(5);
      const small = smallStore(shape, 11, kernels);
      const p = small.store.features.count;
      for (const loss of [logistic, squared]) {
        for (const columns of [1, 2, 8, 13]) {
          // A quarter of the features in use (they are then gathered), or all.
          for (const support of [Math.ceil(p / 4), p]) {
            const { B, flat } = coefficients(random, p, columns, support);
            const last = columns - 1;
            const variants: Pick<PassRequest, 'features' | 'grams'>[] = [
              { features: null, grams: [] },
              { features: some(p, 1), grams: [{ column: last, features: null }] },
              { features: null, grams: [{ column: 0, features: some(p, 0) }, { column: last, features: null }, { column: last, features: some(p, 1) }, { column: 0, features: new Int32Array(0) }] },
              { features: null, grams: [{ column: 0, features: some(p, 1) }, { column: last, features: some(p, 1) }, { column: last, features: some(p, 0) }, { column: 0, features: some(p, 1) }] },
            ];
            for (const variant of variants) {
              const request: PassRequest = { kind: 'pass', loss, columns, coefficients: flat, intercepts: random.normals(columns), ...variant };
              const accumulator = createAccumulator(small.arenas, small.store, request);
              t.is(accumulator.size, statisticSize(request, p));
              const result = finishStatistic(request, p, accumulator.leaf(small.blocks, 0));
              const expected = naivePass(small, request, B);
              const what = `${loss.name}, ${columns} columns, ${support} features in use, ${variant.grams.length} Grams`;
              close(t, result.sums, expected.sums, `${what}: sums`);
              close(t, result.gradient, expected.gradient, `${what}: gradient`);
              t.is(result.grams.length, expected.grams.length);
              expected.grams.forEach((gram, g) => {
                close(t, result.grams[g]!.packed, gram.packed, `${what}: Gram ${g}`);
                close(t, result.grams[g]!.cross, gram.cross, `${what}: X'u ${g}`);
                close(t, [result.grams[g]!.total], [gram.total], `${what}: sum of u ${g}`);
              });
            }
          }
        }
      }
    });

    test(`${family} kernels, ${name}: moments are those of the dense matrices`, (t) => {
      const small = smallStore({ ...shape, probabilities: false }, 12, kernels);
      const { x, y, w, offset, store } = small;
      const p = store.features.count;
      const W = w.reduce((a, b) => a + b, 0);
      const z = Matrix.columnVector(Array.from(y, (value, i) => value - store.responseCentre - offset[i]!));
      const weights = diagonal(w);
      const zMean = weights.mmul(z).sum() / W;
      const zSquare = z.transpose().mmul(weights).mmul(z).get(0, 0) / W;
      for (const gram of [false, true]) {
        const request: MomentsRequest = { kind: 'moments', loss: squared, gram };
        const accumulator = createAccumulator(small.arenas, store, request);
        t.is(accumulator.size, statisticSize(request, p));
        const moments = finishStatistic(request, p, accumulator.leaf(small.blocks, 0));
        t.is(moments.rows, w.filter((weight) => weight > 0).length);
        close(t, [moments.weightSum, moments.responseMean, moments.responseVariance], [W, zMean, zSquare - zMean * zMean], 'totals');
        t.is(moments.saturatedLoss, 0);
        t.is(moments.gram === null, !gram);
        if (p === 0) continue;
        const weighted = x.transpose().mmul(weights);
        const mean = weighted.mmul(Matrix.ones(y.length, 1)).div(W);
        const covariance = weighted.mmul(x).div(W).sub(mean.mmul(mean.transpose()));
        close(t, moments.mean, mean.getColumn(0), 'means');
        close(t, moments.variance, covariance.diagonal(), 'variances');
        close(t, moments.cross, weighted.mmul(z).div(W).sub(Matrix.mul(mean, zMean)).getColumn(0), 'cross moments');
        if (moments.gram !== null) close(t, moments.gram, packed(covariance), 'Gram');
      }
    });
  }
}

for (const [family, kernels] of Object.entries(KERNELS)) {
  test(`${family} kernels: a coarse Gram has the digits of float32 where dense columns meet, and all digits elsewhere`, (t) => {
    const shape: SmallShape = { ...SHAPES['dense float32, category and sparse, in another order']!, dense: 19 };
    const grams = (small: SmallStore, columns: number, features: Int32Array | null, coarse: boolean): GramResult => {
      const p = small.store.features.count;
      const { flat } = nested(new Random(5), p, columns);
      const request: PassRequest = { kind: 'pass', loss: logistic, columns, coefficients: flat, intercepts: new Float64Array(columns), features: null, grams: [{ column: columns - 1, features, coarse }] };
      return finishStatistic(request, p, createAccumulator(small.arenas, small.store, request).leaf(small.blocks, 0)).grams[0]!;
    };
    /** All features, or those given; how many products of dense columns are rounded. */
    const compare = (small: SmallStore, columns: number, features: Int32Array | null): number => {
      const [coarse, fine] = [grams(small, columns, features, true), grams(small, columns, features, false)];
      t.deepEqual(coarse.cross, fine.cross);
      t.is(coarse.total, fine.total);
      const dense = new Set(small.store.features.dense);
      const chosen = features ?? Int32Array.from({ length: small.store.features.count }, (_, j) => j);
      let at = 0;
      let rounded = 0;
      for (let j = 0; j < chosen.length; j++) {
        for (let i = 0; i <= j; i++, at++) {
          const scale = Math.sqrt(fine.packed[(i * (i + 3)) / 2]! * fine.packed[(j * (j + 3)) / 2]!);
          if (dense.has(chosen[i]!) && dense.has(chosen[j]!)) {
            t.true(Math.abs(coarse.packed[at]! - fine.packed[at]!) <= 1e-6 * scale);
            if (coarse.packed[at] !== fine.packed[at]) rounded++;
          } else t.is(coarse.packed[at], fine.packed[at]);
        }
      }
      return rounded;
    };
    // Of 40 columns the dense features are multiplied in another order.
    for (const columns of [1, 3, 40]) {
      const small = smallStore(shape, 11, kernels);
      t.true(compare(small, columns, null) > 100, 'products of dense columns are in float32');
      t.true(compare(small, columns, some(small.store.features.count, 0)) > 20, 'of some columns');
      t.true(compare(smallStore({ ...shape, denseType: 'f64' }, 11, kernels), columns, null) > 100, 'stored in float64');
    }
    // So many features that the rows come in tiles of the Gram's own length, and all sums in another order.
    for (const denseType of ['f32', 'f64'] as const) {
      const small = smallStore({ ...plain, dense: 130, blocks: [[200, 0], [5, 1]], denseType }, 11, kernels);
      const [coarse, fine] = [grams(small, 1, null, true), grams(small, 1, null, false)];
      close(t, coarse.cross, fine.cross, 'cross');
      close(t, [coarse.total], [fine.total], 'total');
      const largest = fine.packed.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (const [i, value] of fine.packed.entries()) t.true(Math.abs(coarse.packed[i]! - value) <= 1e-6 * largest);
    }
  });
}

for (const [family, kernels] of Object.entries(KERNELS)) {
  for (const [name, shape] of Object.entries({
    'dense': { ...plain, dense: 35, offset: true },
    'dense float32': { ...plain, dense: 35, denseType: 'f32' },
    'everything': { ...plain, dense: 21, codes: [6, 3], sparse: 9, weights: true, offset: true, shuffled: true },
    'everything in float32': { ...plain, dense: 21, codes: [6, 3], sparse: 9, weights: true, denseType: 'f32', shuffled: true },
  } satisfies Record<string, SmallShape>)) {
    test(`${family} kernels, ${name}: columns of a path in one pass have the sums of passes of their own`, (t) => {
      const small = smallStore(shape, 31, kernels);
      const p = small.store.features.count;
      const columns = 27;
      const random = new Random(6);
      const whole = nested(random, p, columns).flat;
      // Supports that end with all features, or before; in descending order too.
      for (const flat of [whole, whole.map((b, at) => ((at % p) % 3 === 0 ? 0 : b)), Float64Array.from({ length: columns * p }, (_, at) => whole[(columns - 1 - Math.floor(at / p)) * p + (at % p)]!)]) {
        const intercepts = random.normals(columns);
        const ask = (coefficients: Float64Array, own: Float64Array, column: number): PassRequest => ({ kind: 'pass', loss: logistic, columns: own.length, coefficients, intercepts: own, features: null, grams: [{ column, features: null }, { column, features: some(p, 1) }] });
        const run = (request: PassRequest): PassResult => finishStatistic(request, p, createAccumulator(small.arenas, small.store, request).leaf(small.blocks, 0));
        const together = run(ask(flat, intercepts, 20));
        for (let k = 0; k < columns; k++) {
          const alone = run(ask(flat.slice(k * p, (k + 1) * p), intercepts.slice(k, k + 1), 0));
          close(t, together.sums.subarray(k * LOSS_SUMS.length, (k + 1) * LOSS_SUMS.length), alone.sums, `sums of column ${k}`);
          close(t, together.gradient.subarray(k * p, (k + 1) * p), alone.gradient, `gradient of column ${k}`);
          if (k !== 20) continue;
          alone.grams.forEach((gram, g) => {
            close(t, together.grams[g]!.packed, gram.packed, `Gram ${g}`);
            close(t, together.grams[g]!.cross, gram.cross, `X'u ${g}`);
          });
        }
      }
    });
  }
}

test('a leaf has the same bits in one memory and spread over three', (t) => {
  const shape: SmallShape = { ...SHAPES['everything, in another order']! };
  const spread = smallStore(shape, 21, bestKernels);
  const together = smallStore({ ...shape, blocks: BLOCKS.map(([rows]) => [rows, 0] as const) }, 21, bestKernels);
  const p = spread.store.features.count;
  const { flat } = coefficients(new Random(1), p, 9, p);
  const requests = [
    { kind: 'moments', loss: logistic, gram: true },
    { kind: 'pass', loss: logistic, columns: 9, coefficients: flat, intercepts: new Float64Array(9), features: null, grams: [{ column: 4, features: some(p, 0) }] },
    { kind: 'pass', loss: logistic, columns: 1, coefficients: flat.slice(0, p), intercepts: new Float64Array(1), features: null, grams: [{ column: 0, features: null }] },
  ] as const;
  for (const request of requests) {
    t.deepEqual(createAccumulator(spread.arenas, spread.store, request).leaf(spread.blocks, 0), createAccumulator(together.arenas, together.store, request).leaf(together.blocks, 0));
  }
});

test('an accumulator keeps nothing of the leaf before', (t) => {
  const small = smallStore(SHAPES['everything, in another order']!, 22, bestKernels);
  const p = small.store.features.count;
  const { flat } = coefficients(new Random(1), p, 2, p);
  const requests = [
    { kind: 'moments', loss: logistic, gram: true },
    { kind: 'pass', loss: logistic, columns: 2, coefficients: flat, intercepts: Float64Array.of(0.5, -1), features: null, grams: [{ column: 1, features: null }] },
  ] as const;
  for (const request of requests) {
    const first = createAccumulator(small.arenas, small.store, request);
    const leaves = [small.blocks.slice(0, 2), small.blocks.slice(2, 4), small.blocks.slice(4)];
    first.leaf(leaves[0]!, 0);
    const after = first.leaf(leaves[1]!, 0);
    t.deepEqual(after, createAccumulator(small.arenas, small.store, request).leaf(leaves[1]!, 0));
    // And the sums of the leaves are those of the whole.
    const fresh = createAccumulator(small.arenas, small.store, request);
    const merged = leaves.map((blocks) => fresh.leaf(blocks, 0)).reduce((left, right) => mergeStatistics(left, right, new Float64Array(left.length)));
    close(t, merged, fresh.leaf(small.blocks, 0), request.kind);
  }
});

test('rows of weight zero add nothing, whatever they hold', (t) => {
  const small = smallStore({ ...plain, dense: 3, weights: true }, 23, bestKernels);
  const request: PassRequest = { kind: 'pass', loss: logistic, columns: 2, coefficients: new Float64Array(6).fill(0.3), intercepts: new Float64Array(2), features: null, grams: [{ column: 0, features: null }] };
  const moments: MomentsRequest = { kind: 'moments', loss: squared, gram: true };
  const before = [request, moments].map((asked) => createAccumulator(small.arenas, small.store, asked).leaf(small.blocks, 0));
  // Row 1 of the first block has weight 0: give it a response that would show.
  const { block, base } = small.blocks[0]!;
  const f64 = new Float64Array(small.arenas[0]!.kernels.memory.buffer);
  t.is(small.w[1], 0);
  f64[(base + block.rows * 3 * 8 + (block.rows % 2 === 1 ? 8 : 0)) / 8 + 1] = 1e200;
  const after = [request, moments].map((asked) => createAccumulator(small.arenas, small.store, asked).leaf(small.blocks, 0));
  t.deepEqual(after, before);
});

test('a leaf without blocks is the zero statistic', (t) => {
  const small = smallStore({ ...plain, dense: 3 }, 24, bestKernels);
  const request: MomentsRequest = { kind: 'moments', loss: squared, gram: true };
  const accumulator = createAccumulator(small.arenas, small.store, request);
  accumulator.leaf(small.blocks, 0);
  t.true(accumulator.leaf([], 0).every((value) => value === 0));
});

test('the mean saturated loss of fractional responses is their entropy', (t) => {
  const small = smallStore({ ...plain, dense: 1, weights: true }, 25, bestKernels);
  const request: MomentsRequest = { kind: 'moments', loss: logistic as LossSpec, gram: false };
  const moments = finishStatistic(request, 1, createAccumulator(small.arenas, small.store, request).leaf(small.blocks, 0));
  const entropy = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
  let expected = 0;
  small.y.forEach((y, i) => (expected += y === 0.25 ? (small.w[i]! * entropy) / moments.weightSum : 0));
  t.true(Math.abs(moments.saturatedLoss - expected) < 1e-14);
});
