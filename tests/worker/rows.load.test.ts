import test from 'ava';
import { BLOCK_ROWS } from '@scalemix/core';
import { loadRows } from '../../packages/worker/src/rows/load.ts';
import type { LoadOptions } from '../../packages/worker/src/rows/options.ts';
import { memoryTable } from '../support/memoryTable.ts';
import { originalRows, storedRows } from '../support/storedRows.ts';

const SEGMENTS = { capacity: 64 * 2 ** 20, scratchBytes: 2 ** 20 };
const numeric = (options: Partial<LoadOptions> = {}): LoadOptions => ({ response: 'y', responseKind: 'numeric', segments: SEGMENTS, ...options });
const binary = (options: Partial<LoadOptions> = {}): LoadOptions => numeric({ responseKind: 'probability', ...options });
const code = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
  return 'no error';
};

test('numbers are stored less the mean of the first rows', async (t) => {
  const loaded = await loadRows(memoryTable({ y: [1, 2, 3, 6], a: [10, 20, 30, 40], b: [5, 5, 5, 5] }), numeric());
  const { description } = loaded;
  t.deepEqual(description.features, ['a', 'b']);
  t.deepEqual([...description.centres], [25, 5]);
  t.is(description.responseCentre, 3);
  t.deepEqual(description.response, { name: 'y', kind: 'numeric', positive: null, negative: null, trials: null });
  t.deepEqual(storedRows(loaded).map((row) => row.features), [[-15, 0], [-5, 0], [5, 0], [15, 0]]);
  t.deepEqual(storedRows(loaded).map((row) => row.response), [1, 2, 3, 6]);
  t.false(loaded.handle.store.layout.weights);
});

test('a constant column is stored as exact zeros, whatever its value', async (t) => {
  const loaded = await loadRows(memoryTable({ y: [1, 2, 3], a: [0.1, 0.1, 0.1] }), numeric());
  t.deepEqual(storedRows(loaded).map((row) => row.features[0]), [0, 0, 0]);
});

test('categories are indicators of their levels in byte order, the first one dropped', async (t) => {
  const city = ['Zürich', 'aarau', 'Bern', 'Éze', 'Bern', 'aarau'];
  const loaded = await loadRows(memoryTable({ y: [1, 2, 3, 4, 5, 6], city, x: [1, 2, 3, 4, 5, 6] }, 2), numeric());
  t.deepEqual(loaded.description.columns[0]!.levels, ['Bern', 'Zürich', 'aarau', 'Éze']);
  t.deepEqual(loaded.description.columns[0]!.features, [0, 3]);
  t.deepEqual(loaded.description.features, ['city=Zürich', 'city=aarau', 'city=Éze', 'x']);
  t.deepEqual(storedRows(loaded).map((row) => row.features.slice(0, 3)), [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0], [0, 1, 0]]);
});

test('drop none gives each level a feature', async (t) => {
  const loaded = await loadRows(memoryTable({ y: [1, 2, 3], c: ['b', 'a', 'b'] }), numeric({ drop: 'none' }));
  t.deepEqual(loaded.description.features, ['c=a', 'c=b']);
  t.false(loaded.description.columns[0]!.dropFirst);
  t.deepEqual(storedRows(loaded).map((row) => row.features), [[0, 1], [1, 0], [0, 1]]);
});

test('a column may be called what objects have by themselves', async (t) => {
  const load = async (text: string, number: string) =>
    storedRows(await loadRows(memoryTable({ y: [1, 2, 3, 4], [text]: ['b', 'a', 'c', 'b'], [number]: [1, null, 4, 7] }), numeric({ missing: 'mean' }))).map((row) => row.features);
  const expected = await load('c', 'x');
  for (const name of ['__proto__', 'constructor', 'toString']) {
    t.deepEqual(await load(name, 'x'), expected);
    t.deepEqual(await load('c', name), expected);
  }
});

test('numeric and boolean columns can be taken as categories; booleans are numbers otherwise', async (t) => {
  const table = memoryTable({ y: [1, 2, 3], hour: [10, 9, 10], flag: [true, false, true], other: [false, true, true] });
  const loaded = await loadRows(table, numeric({ categorical: ['hour', 'flag'] }));
  t.deepEqual(loaded.description.features, ['hour=9', 'flag=true', 'other']);
  t.deepEqual(originalRows(loaded).map((row) => row.features.map((x) => Math.round(x * 1e9) / 1e9)), [[0, 1, 0], [1, 0, 1], [0, 1, 1]]);
});

test('sparse rows keep their entries', async (t) => {
  const x = { width: 4, rows: [[[0, 1.5], [3, 2]], [], [[1, -1]]] } as const;
  const loaded = await loadRows(memoryTable({ y: [1, 2, 3], x, z: [1, 2, 3] }, 2), numeric());
  t.deepEqual(loaded.description.features, ['1', '2', '3', '4', 'z']);
  t.deepEqual(storedRows(loaded).map((row) => row.features), [[1.5, 0, 0, 2, -1], [0, 0, 0, 0, 0], [0, -1, 0, 0, 1]]);
});

test('rows of many blocks come back as they were, whatever the batches, segments, precision or spill file', async (t) => {
  const n = 3 * BLOCK_ROWS + 777;
  const a = Float64Array.from({ length: n }, (_, i) => Math.sin(i) * 100 + 1000);
  const b = Float64Array.from({ length: n }, (_, i) => (i * 7) % 13);
  const c = Array.from({ length: n }, (_, i) => (i % 11 === 0 ? null : `level${(i * i) % 17}`));
  const sparse = { width: 9, rows: Array.from({ length: n }, (_, i) => (i % 3 === 0 ? [] : [[i % 9, i] as const])) };
  const y = Float64Array.from({ length: n }, (_, i) => i);
  const w = Float64Array.from({ length: n }, (_, i) => i % 5);
  const o = Float64Array.from({ length: n }, (_, i) => i / 10);
  const block = BLOCK_ROWS * 8 * 8;
  const variants: { name: string; options: Partial<LoadOptions>; batch: number; sparse?: boolean }[] = [
    { name: 'one segment', options: {}, batch: 1000 },
    { name: 'large batches', options: {}, batch: 20000 },
    { name: 'a segment a block', options: { segments: { capacity: 2 ** 20, scratchBytes: 2 ** 16 } }, batch: 2048 },
    { name: 'spill from the second block', options: { memoryLimit: block }, batch: 2048 },
    { name: 'all spilled', options: { memoryLimit: 0 }, batch: 5000 },
    { name: 'sparse', options: {}, batch: 2048, sparse: true },
    { name: 'sparse spilled', options: { memoryLimit: block }, batch: 2048, sparse: true },
    { name: 'float32', options: { precision: 'f32' }, batch: 2048 },
  ];
  for (const variant of variants) {
    const columns = { a, y, c, w, ...(variant.sparse ? { s: sparse } : {}), b, o };
    const loaded = await loadRows(memoryTable(columns, variant.batch), numeric({ weights: 'w', offset: 'o', missing: 'indicator', ...variant.options }));
    const { features, columns: described } = loaded.description;
    t.is(loaded.handle.store.rows, n);
    t.is(loaded.handle.store.blocks.length, 4);
    t.is(described[1]!.missing.indicator, true);
    const rows = originalRows(loaded);
    const fill = described[1]!.missing.fill;
    const wrong = rows.findIndex((row, i) => {
      const expected: Record<string, number> = {};
      if (w[i]! > 0) {
        expected['a'] = a[i]!;
        expected['b'] = b[i]!;
        expected[`c=${c[i] ?? fill}`] = 1;
        if (c[i] === null) expected['c=missing'] = 1;
        if (variant.sparse) for (const [index, value] of sparse.rows[i]!) expected[String(index + 1)] = value;
      }
      const tolerance = variant.options.precision === 'f32' ? 1e-5 : 1e-12;
      const same = features.every((name, j) => Math.abs(row.features[j]! - (expected[name] ?? 0)) <= tolerance * 1000);
      return !(same && row.response === (w[i] === 0 ? 0 : i) && row.weight === w[i] && row.offset === (w[i] === 0 ? 0 : o[i]));
    });
    t.is(wrong, -1, `${variant.name}: row ${wrong} ${JSON.stringify(rows[wrong])}`);
    if (variant.name.includes('spill')) t.true(loaded.handle.store.blocks.some((stored) => stored.segment === -1));
    if (variant.name === 'a segment a block') t.is(loaded.handle.memories.length, 4);
    loaded.close();
  }
});

test('missing values are one error that names columns, counts and remedies', async (t) => {
  const table = (): ReturnType<typeof memoryTable> => memoryTable({ y: [1, null, 3], a: [1, null, null], b: ['x', null, 'y'], c: [1, 2, 3] });
  const message = await code(loadRows(table(), numeric()));
  t.regex(message, /^MISSING_VALUES: 3 columns have missing values among 3 rows: "y" \(response\) 1, "a" 2, "b" 1\..*--missing drop/);
  t.regex(await code(loadRows(table(), numeric({ missing: 'mean' }))), /^MISSING_VALUES: 1 column has .*"y" \(response\) 1\. Leave such rows out with --missing drop\.$/);
  t.regex(await code(loadRows(table(), numeric({ response: 'c', exclude: ['y'] }))), /--missing mean.*--exclude a,b/);
});

test('drop keeps the row and its number with weight zero and zeros', async (t) => {
  const loaded = await loadRows(memoryTable({ y: [1, null, 3, 4, 5], a: [1, 2, null, 4, 5], c: ['u', 'v', 'w', 'u', 'u'] }), numeric({ missing: 'drop' }));
  t.is(loaded.description.rows, 5);
  t.is(loaded.description.dropped, 2);
  t.deepEqual(storedRows(loaded).map((row) => row.weight), [1, 0, 0, 1, 1]);
  t.deepEqual(storedRows(loaded)[1], { features: [0], response: 0, weight: 0, offset: 0, fold: null });
  t.deepEqual(loaded.description.features, ['a'], 'levels of dropped rows do not count');
  t.is(loaded.description.columns[0]!.missing.count, 1);
});

test('drop without a missing value stores no weights', async (t) => {
  const loaded = await loadRows(memoryTable({ y: [1, 2], a: [1, 2] }), numeric({ missing: 'drop' }));
  t.false(loaded.handle.store.layout.weights);
});

test('weights of 1 are not stored, beside an offset they may be', async (t) => {
  const columns = { y: [1, 2], a: [1, 2], w: [1, 1], o: [0.5, 0.25] };
  t.false((await loadRows(memoryTable(columns), numeric({ weights: 'w', exclude: ['o'] }))).handle.store.layout.weights);
  const both = await loadRows(memoryTable(columns), numeric({ weights: 'w', offset: 'o' }));
  t.deepEqual(storedRows(both).map(({ weight, offset }) => [weight, offset]), [[1, 0.5], [1, 0.25]]);
});

test('mean fills numbers with the weighted mean and categories with the level of the greatest weight', async (t) => {
  const columns = { y: [1, 2, 3, 4], a: [1, null, 5, null], c: ['v', 'u', null, 'v'], w: [1, 4, 3, 1] };
  const loaded = await loadRows(memoryTable(columns), numeric({ missing: 'mean', weights: 'w' }));
  t.deepEqual(loaded.description.features, ['a', 'c=v']);
  t.deepEqual(originalRows(loaded).map((row) => row.features), [[1, 1], [4, 0], [5, 0], [4, 1]]);
  t.deepEqual(loaded.description.columns.map((column) => column.missing), [{ count: 2, indicator: false, fill: 4 }, { count: 1, indicator: false, fill: 'u' }]);
});

test('indicator marks missing values in a feature of its own, only of columns that have any', async (t) => {
  const columns = { y: [1, 2, 3, 4], a: [1, null, 5, 3], b: [1, 2, 3, 4], c: ['v', 'u', null, 'v'] };
  const loaded = await loadRows(memoryTable(columns), numeric({ missing: 'indicator' }));
  t.deepEqual(loaded.description.features, ['a', 'a=missing', 'b', 'c=v', 'c=missing']);
  t.deepEqual(loaded.description.columns.map((column) => column.features), [[0, 2], [2, 1], [3, 2]]);
  t.deepEqual(originalRows(loaded).map((row) => row.features), [[1, 0, 1, 1, 0], [3, 1, 2, 0, 0], [5, 0, 3, 1, 1], [3, 0, 4, 1, 0]]);
});

test('a row of weight zero is not looked at', async (t) => {
  const columns = { y: [1, 9, 0], a: [1, Infinity, 3], c: ['u', 'only here', 'v'], w: [1, 0, 2] };
  const loaded = await loadRows(memoryTable(columns), binary({ weights: 'w' }));
  t.deepEqual(loaded.description.features, ['a', 'c=v']);
  t.deepEqual([...loaded.description.centres], [2, 0]);
  t.deepEqual(storedRows(loaded)[1], { features: [0, 0], response: 0, weight: 0, offset: 0, fold: null });
});

test('a sparse value missing drops its row, and is an error with mean', async (t) => {
  const table = (): ReturnType<typeof memoryTable> => memoryTable({ y: [1, 2], x: { width: 2, rows: [[[0, NaN]], [[1, 1]]] } });
  t.is((await loadRows(table(), numeric({ missing: 'drop' }))).description.dropped, 1);
  t.regex(await code(loadRows(table(), numeric({ missing: 'mean' }))), /^MISSING_SPARSE: /);
  t.regex(await code(loadRows(table(), numeric())), /^MISSING_VALUES: /);
});

const y = [1, 2, 3];
const errors: { name: string; columns: Parameters<typeof memoryTable>[0]; options: LoadOptions; message: RegExp }[] = [
  { name: 'no rows', columns: { y: [], a: [] }, options: numeric(), message: /^NO_ROWS: There are no rows in memory/ },
  { name: 'unknown response', columns: { late: y, a: y }, options: numeric({ response: 'Lte' }), message: /^UNKNOWN_COLUMN: Column "Lte" \(--response\) is not in memory\. Did you mean "late"\?/ },
  { name: 'unknown predictor', columns: { y, distance: y }, options: numeric({ columns: ['distence'] }), message: /^UNKNOWN_COLUMN: .*"distance"/ },
  { name: 'nothing near', columns: { y, a: y }, options: numeric({ exclude: ['completely different'] }), message: /^UNKNOWN_COLUMN: .*There are 2 columns: "y", "a"/ },
  { name: 'two roles', columns: { y, w: y }, options: numeric({ weights: 'w', offset: 'w' }), message: /^COLUMN_ROLES: Column "w" is named both as --weights and as --offset/ },
  { name: 'in and out', columns: { y, w: y }, options: numeric({ columns: ['w'], exclude: ['w'] }), message: /^COLUMN_ROLES/ },
  { name: 'the response among the predictors', columns: { y, a: y }, options: numeric({ columns: ['a', 'y'] }), message: /^COLUMN_ROLES: Column "y" is named both as --columns and as --response/ },
  { name: 'categorical weights', columns: { y, w: y }, options: numeric({ weights: 'w', categorical: ['w'] }), message: /^COLUMN_ROLES/ },
  { name: 'text weights', columns: { y, w: ['a', 'b', 'c'] }, options: numeric({ weights: 'w' }), message: /^NOT_NUMERIC: Column "w" \(--weights\) holds text/ },
  { name: 'text response', columns: { y: ['a', 'b', 'a'], a: y }, options: numeric(), message: /^TEXT_RESPONSE: Response "y" holds text/ },
  { name: 'negative weight', columns: { y, w: [1, -2, 1] }, options: numeric({ weights: 'w' }), message: /^BAD_WEIGHT: Column "w" \(--weights\) is -2 in row 2 of memory/ },
  { name: 'missing weight', columns: { y, w: [1, null, 1] }, options: numeric({ weights: 'w' }), message: /^BAD_WEIGHT: .* is missing in row 2 .*--missing drop/ },
  { name: 'infinite weight', columns: { y, w: [1, 1, Infinity] }, options: numeric({ weights: 'w' }), message: /^BAD_WEIGHT: .* is Infinity in row 3/ },
  { name: 'all weights zero', columns: { y, w: [0, 0, 0] }, options: numeric({ weights: 'w' }), message: /^ALL_WEIGHTS_ZERO: The weights of all 3 rows/ },
  { name: 'all dropped', columns: { y, a: [null, null, null] }, options: numeric({ missing: 'drop' }), message: /^ALL_ROWS_DROPPED: .* 3 of 3/ },
  { name: 'infinite value', columns: { y, a: [1, -Infinity, 2] }, options: numeric(), message: /^NON_FINITE_VALUE: Column "a" is -Infinity in row 2 of memory/ },
  { name: 'infinite response', columns: { y: [1, Infinity, 2], a: y }, options: numeric(), message: /^NON_FINITE_VALUE: Column "y" is Infinity in row 2/ },
  { name: 'infinite offset', columns: { y, o: [1, Infinity, 2] }, options: numeric({ offset: 'o' }), message: /^NON_FINITE_VALUE: Column "o"/ },
  { name: 'too large for float32', columns: { y, a: [1, 1e300, 2] }, options: numeric({ precision: 'f32' }), message: /^NON_FINITE_VALUE: Column "a" is 1 in row 1 of memory: too far from the column's mean.*--precision f64/ },
  { name: 'out of range', columns: { y, a: y }, options: binary(), message: /^RESPONSE_OUT_OF_RANGE: Response "y" is 2 in row 2 of memory; .*--positive/ },
  { name: 'one class', columns: { y: [1, 1, 1], a: y }, options: binary(), message: /^ONE_CLASS_RESPONSE: Response "y" has one class only: "1"/ },
  { name: 'one class with weights', columns: { y: [1, 0, 1], w: [1, 0, 1] }, options: binary({ weights: 'w' }), message: /^ONE_CLASS_RESPONSE/ },
  { name: 'one text class', columns: { y: ['a', 'a', 'a'], a: y }, options: binary(), message: /^ONE_CLASS_RESPONSE/ },
  { name: 'three classes', columns: { y: ['a', 'b', 'c'], a: y }, options: binary(), message: /^MANY_CLASSES: Response "y" has 3 classes: "a", "b", "c"/ },
  { name: 'unknown class', columns: { y: ['a', 'b', 'c'], a: y }, options: binary({ positive: 'd' }), message: /^UNKNOWN_CLASS: .*"d".*"a", "b", "c"/ },
  { name: 'unknown number', columns: { y, a: y }, options: binary({ positive: '7' }), message: /^UNKNOWN_CLASS: .*"1", "2", "3"/ },
  { name: 'positive with a loss of numbers', columns: { y, a: y }, options: numeric({ positive: '1' }), message: /^INAPPLICABLE_OPTION: --positive/ },
  { name: 'more successes than trials', columns: { y, t: [1, 1, 5] }, options: binary({ trials: 't' }), message: /^RESPONSE_OUT_OF_RANGE: .*2 of 1 trials.*row 2/ },
  { name: 'negative trials', columns: { y, t: [1, -1, 5] }, options: binary({ trials: 't' }), message: /^BAD_TRIALS: Column "t" \(--trials\) is -1 in row 2/ },
  { name: 'too wide', columns: { y, a: y, b: y }, options: numeric({ segments: { capacity: 3 * 65536, scratchBytes: 65536 } }), message: /^TOO_WIDE: A block of 8192 rows takes .*--exclude/ },
  { name: 'no room in a segment', columns: { y }, options: numeric({ segments: { capacity: 2 ** 20, scratchBytes: 2 ** 20 } }), message: /^SEGMENT_LAYOUT/ },
  { name: 'spill directory missing', columns: { y, a: y }, options: numeric({ memoryLimit: 0, spillDirectory: '/nonexistent/folder' }), message: /^SPILL_FILE: The spill file in \/nonexistent\/folder cannot be opened/ },
];

for (const { name, columns, options, message } of errors) {
  test(`error: ${name}`, async (t) => {
    t.regex(await code(loadRows(memoryTable(columns), options)), message);
  });
}

const responses: { name: string; y: Parameters<typeof memoryTable>[0][string]; options?: Partial<LoadOptions>; stored: number[]; kind: string; positive: string | null; negative: string | null }[] = [
  { name: 'zeros and ones', y: [0, 1, 1], stored: [0, 1, 1], kind: 'classes', positive: '1', negative: '0' },
  { name: 'zeros and ones turned round', y: [0, 1, 1], options: { positive: '0' }, stored: [1, 0, 0], kind: 'classes', positive: '0', negative: '1' },
  { name: 'fractions', y: [0, 0.25, 1], stored: [0, 0.25, 1], kind: 'numeric', positive: null, negative: null },
  { name: 'booleans', y: [true, false, true], stored: [1, 0, 1], kind: 'classes', positive: 'true', negative: 'false' },
  { name: 'booleans turned round', y: [true, false, true], options: { positive: 'false' }, stored: [0, 1, 0], kind: 'classes', positive: 'false', negative: 'true' },
  { name: 'the later text', y: ['no', 'yes', 'no'], stored: [0, 1, 0], kind: 'classes', positive: 'yes', negative: 'no' },
  { name: 'the named text', y: ['no', 'yes', 'no'], options: { positive: 'no' }, stored: [1, 0, 1], kind: 'classes', positive: 'no', negative: 'yes' },
  { name: 'one text against the rest', y: ['a', 'b', 'c'], options: { positive: 'b' }, stored: [0, 1, 0], kind: 'classes', positive: 'b', negative: null },
  { name: 'numbers as classes, by value', y: [1, 2, 2], options: { positive: '2.0' }, stored: [0, 1, 1], kind: 'classes', positive: '2', negative: '1' },
  { name: 'numbers as text', y: [1, 2, 2], options: { categorical: ['y'] }, stored: [0, 1, 1], kind: 'classes', positive: '2', negative: '1' },
];

for (const { name, y: values, options, stored, kind, positive, negative } of responses) {
  test(`response: ${name}`, async (t) => {
    const loaded = await loadRows(memoryTable({ y: values, a: [1, 2, 3] }), binary(options));
    t.deepEqual(storedRows(loaded).map((row) => row.response), stored);
    t.deepEqual(loaded.description.response, { name: 'y', kind, positive, negative, trials: null } as typeof loaded.description.response);
    t.is(loaded.description.responseCentre, 0);
    t.deepEqual(loaded.description.features, ['a']);
  });
}

test('trials make a share of successes and multiply the weight; no trials is no row', async (t) => {
  const loaded = await loadRows(memoryTable({ y: [1, 3, 0], n: [2, 4, 0], w: [1, 0.5, 1] }), binary({ trials: 'n', weights: 'w' }));
  t.deepEqual(storedRows(loaded).map(({ response, weight }) => [response, weight]), [[0.5, 2], [0.75, 2], [0, 0]]);
  t.is(loaded.description.response.trials, 'n');
  t.deepEqual(loaded.description.features, []);
});

test('loading can be cancelled and tells how far it is', async (t) => {
  const controller = new AbortController();
  const seen: [rows: number, numbers: number][] = [];
  const column = Float64Array.from({ length: 5000 });
  const loading = loadRows(memoryTable({ y: column, a: column, b: Array.from(column, String), c: column }), numeric({
    signal: controller.signal,
    onProgress: (rows, numbers) => {
      seen.push([rows, numbers]);
      if (rows === 3000) controller.abort();
    },
  }));
  await t.throwsAsync(loading, { name: 'AbortError' });
  t.deepEqual(seen, [[1000, 3000], [2000, 6000], [3000, 9000]]);
});
