/** Rows gathered in parts become blocks: each row whole and in its place, wherever parts and blocks begin. */
import test from 'ava';
import { BLOCK_ROWS } from '@scalemix/core';
import type { Description, FeatureMap, GatheredRows, RowLayout } from '@scalemix/core';
import { loadGathered, placeGathered } from '@scalemix/worker';
import type { LoadedRows } from '@scalemix/worker';
import { blockParts } from '../../packages/worker/src/rows/blockParts.ts';
import { rowsHandle } from '../../packages/worker/src/rows/handle.ts';
import { segmentLayout } from '../../packages/worker/src/rows/segments.ts';

const everything: RowLayout = { dense: 3, denseType: 'f64', codes: 2, sparse: true, folds: true, weights: false, offset: true };

function originOf(layout: RowLayout, capacity: number): LoadedRows {
  const features: FeatureMap = { count: 0, dense: new Int32Array(0), codes: [], sparse: new Int32Array(0) };
  const segments = segmentLayout({ threads: 1, reserved: 65536, width: 1, scratchBytes: 64, capacity });
  return {
    handle: rowsHandle({ layout, features, blocks: [], rows: 0, responseCentre: 0 }, segments, [], null),
    description: { rows: 1e6 } as Description,
    plan: {} as LoadedRows['plan'],
    close: () => {},
  };
}

/** Rows whose numbers all tell which row of all it is: row i has i mod 3 sparse entries. */
function partOf(layout: RowLayout, first: number, rows: number): GatheredRows {
  const numbers = Array.from({ length: rows }, (_, r) => first + r);
  const entries = numbers.flatMap((i) => Array.from({ length: i % 3 }, (_, e) => ({ index: (i + e) % 11, value: i + e / 4 })));
  const indptr = new Uint32Array(layout.sparse ? rows + 1 : 0);
  if (layout.sparse) numbers.forEach((i, r) => (indptr[r + 1] = indptr[r]! + (i % 3)));
  const dense = numbers.flatMap((i) => Array.from({ length: layout.dense }, (_, c) => i + c / 4));
  return {
    rows,
    dense: layout.denseType === 'f64' ? Float64Array.from(dense) : Float32Array.from(dense),
    codes: Array.from({ length: layout.codes }, (_, c) => Uint32Array.from(numbers, (i) => (i + c) % 7)),
    indptr,
    indices: layout.sparse ? Uint32Array.from(entries, ({ index }) => index) : new Uint32Array(0),
    values: layout.sparse ? Float64Array.from(entries, ({ value }) => value) : new Float64Array(0),
    response: Float64Array.from(numbers, (i) => -i),
    weights: Float64Array.from(numbers, (i) => i + 0.5),
    offset: layout.offset ? Float64Array.from(numbers, (i) => 2 * i) : null,
  };
}

const layouts: Readonly<Record<string, RowLayout>> = {
  'everything': everything,
  'float32': { ...everything, denseType: 'f32' },
  'dense columns alone': { ...everything, codes: 0, sparse: false, offset: false },
  'no dense columns': { ...everything, dense: 0 },
};

for (const [name, layout] of Object.entries(layouts)) {
  for (const capacity of [2 ** 26, 2 ** 19 + 2 ** 18]) {
    test(`${name}, in segments of ${capacity} bytes`, (t) => {
      const sizes = [5000, 0, 4000, 2 * BLOCK_ROWS, 1];
      let first = 0;
      const parts = sizes.map((rows) => partOf(layout, (first += rows) - rows, rows));
      const { handle, description } = loadGathered(parts, originOf(layout, capacity));
      t.is(description.rows, first);
      t.is(handle.store.rows, first);
      t.is(capacity === 2 ** 26, handle.memories.length === 1);
      t.deepEqual(handle.store.blocks.map(({ rows }) => rows), [6346, 6346, 6346, 6347], 'as many blocks as these rows take, alike');
      let from = 0;
      handle.store.blocks.forEach((block) => {
        const got = blockParts(handle.memories[block.segment]!.buffer, block.base, handle.store.layout, block.rows, block.entries);
        const expected = partOf(layout, from, block.rows);
        from += block.rows;
        t.deepEqual(got.dense ?? expected.dense.slice(0, 0), expected.dense);
        t.deepEqual(got.codes, expected.codes);
        t.deepEqual([got.indptr ?? expected.indptr, got.indices ?? expected.indices, got.values ?? expected.values], [expected.indptr, expected.indices, expected.values]);
        t.deepEqual([got.response, got.weights, got.offset, got.folds], [expected.response, expected.weights, expected.offset, null]);
      });
    });
  }
}

test('no rows are an error', (t) => {
  t.throws(() => placeGathered([partOf(everything, 0, 0)], originOf(everything, 2 ** 26)), { code: 'EMPTY_SAMPLE' });
});
