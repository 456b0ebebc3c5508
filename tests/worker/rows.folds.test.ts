import test from 'ava';
import { BLOCK_ROWS } from '@scalemix/core';
import { loadRows } from '../../packages/worker/src/rows/load.ts';
import type { LoadOptions } from '../../packages/worker/src/rows/options.ts';
import { memoryTable } from '../support/memoryTable.ts';
import { storedRows } from '../support/storedRows.ts';

const SEGMENTS = { capacity: 64 * 2 ** 20, scratchBytes: 2 ** 20 };
const options = (changes: Partial<LoadOptions> = {}): LoadOptions => ({ response: 'y', responseKind: 'numeric', segments: SEGMENTS, foldColumn: 'f', ...changes });

async function load(columns: Parameters<typeof memoryTable>[0], changes: Partial<LoadOptions> = {}): Promise<{ folds: (number | null)[]; values: readonly string[] | null; features: readonly string[] }> {
  const loaded = await loadRows(memoryTable(columns, 2), options(changes));
  return { folds: storedRows(loaded).map((row) => row.fold), values: loaded.description.folds?.values ?? null, features: loaded.description.features };
}

test('numbers of a fold column are folds in ascending order', async (t) => {
  const { folds, values, features } = await load({ y: [1, 2, 3, 4, 5], x: [1, 2, 3, 5, 4], f: [10, 2, -1.5, 10, 2] });
  t.deepEqual(values, ['-1.5', '2', '10']);
  t.deepEqual(folds, [2, 1, 0, 2, 1]);
  t.deepEqual(features, ['x']);
});

test('texts of a fold column are folds in byte order, booleans false first', async (t) => {
  const text = await load({ y: [1, 2, 3, 4, 5], x: [1, 2, 3, 5, 4], f: ['b', 'É', 'a', 'B', 'b'] });
  t.deepEqual(text.values, ['B', 'a', 'b', 'É']);
  t.deepEqual(text.folds, [2, 3, 1, 0, 2]);
  const flags = await load({ y: [1, 2, 3], x: [1, 2, 3], f: [true, false, true] });
  t.deepEqual(flags.values, ['false', 'true']);
  t.deepEqual(flags.folds, [1, 0, 1]);
});

test('only rows that count have a say in which folds there are', async (t) => {
  const { folds, values } = await load({ y: [1, 2, 3, 4], x: [1, 2, 3, 4], w: [1, 0, 1, 0], f: [7, 5, 6, null] }, { weights: 'w' });
  t.deepEqual(values, ['6', '7']);
  t.deepEqual(folds, [1, 0, 0, 0]);
});

test('without a fold column no room is taken', async (t) => {
  const loaded = await loadRows(memoryTable({ y: [1, 2], x: [1, 2] }), { response: 'y', responseKind: 'numeric', segments: SEGMENTS });
  t.is(loaded.description.folds, null);
  t.false(loaded.handle.store.layout.folds);
});

test('a missing fold is an error, or drops the row', async (t) => {
  const columns = { y: [1, 2, 3], x: [1, 2, 3], f: ['a', null, 'b'] };
  await t.throwsAsync(load(columns), { code: 'MISSING_VALUES', message: /"f" \(fold-column\) 1/ });
  const { folds, values } = await load(columns, { missing: 'drop' });
  t.deepEqual(values, ['a', 'b']);
  t.deepEqual(folds, [0, 0, 1]);
});

test('columns that cannot be folds are refused', async (t) => {
  await t.throwsAsync(load({ y: [1, 2], x: [1, 2], f: [3, 3] }), { code: 'FOLD_COLUMN', message: /one value only, "3"/ });
  await t.throwsAsync(load({ y: Array.from({ length: 1001 }, (_, i) => i), x: Array.from({ length: 1001 }, (_, i) => -i), f: Array.from({ length: 1001 }, (_, i) => i / 2) }), { code: 'FOLD_COLUMN', message: /more than 1000 values/ });
  await t.throwsAsync(load({ y: [1, 2], x: [1, 2], f: { width: 2, rows: [[], []] } }), { code: 'FOLD_COLUMN', message: /sparse/ });
  await t.throwsAsync(load({ y: [1, 2], x: [1, 2] }), { code: 'UNKNOWN_COLUMN', message: /"f" \(--fold-column\)/ });
  await t.throwsAsync(load({ y: [1, 2], f: [1, 2] }, { weights: 'f' }), { code: 'COLUMN_ROLES', message: /--weights and as --fold-column/ });
});

test('weights that turn out to be 1 are forgotten, folds are not', async (t) => {
  const f = Array.from({ length: 50 }, (_, i) => i % 3);
  const loaded = await loadRows(memoryTable({ y: f, x: f.map((value) => -value), w: f.map(() => 1), f }), options({ weights: 'w' }));
  t.false(loaded.handle.store.layout.weights);
  t.deepEqual(storedRows(loaded).map((row) => row.fold), f);
});

test('folds stand beside their rows in memory, in the spill file and between other parts', async (t) => {
  const n = 2 * BLOCK_ROWS + 333;
  const f = Array.from({ length: n }, (_, i) => (i * i) % 7);
  const columns = {
    y: Float64Array.from({ length: n }, (_, i) => i),
    x: Float64Array.from({ length: n }, (_, i) => Math.sin(i)),
    w: Float64Array.from({ length: n }, (_, i) => 1 + (i % 3)),
    s: { width: 5, rows: Array.from({ length: n }, (_, i) => [[i % 5, i] as const]) },
    f,
  };
  const order = [0, 1, 2, 4];
  for (const memoryLimit of [Infinity, 0]) {
    for (const weights of [undefined, 'w']) {
      const loaded = await loadRows(memoryTable(columns), options({ memoryLimit, segments: { capacity: 4 * 2 ** 20, scratchBytes: 2 ** 16 }, ...(weights === undefined ? { exclude: ['w'] } : { weights }) }));
      const rows = storedRows(loaded);
      t.deepEqual(rows.map((row) => row.fold), f.map((value) => order.indexOf(value)));
      t.deepEqual(rows.map((row) => row.response), [...columns.y]);
      t.deepEqual(rows.map((row) => row.weight), weights === undefined ? f.map(() => 1) : [...columns.w]);
      loaded.close();
    }
  }
});
