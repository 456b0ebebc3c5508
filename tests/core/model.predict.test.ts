import test from 'ava';
import { DataError, Predictor, UsageError, chooseValue } from '@scalemix/core';
import type { ModelDocument, Rows, RowsColumn } from '@scalemix/core';
import { sampleColumns, sampleCv, sampleModel } from '../support/sampleModel.ts';

const numbers = (...values: number[]): RowsColumn => ({ kind: 'numeric', values: Float64Array.from(values) });
const coded = (levels: string[], ...codes: number[]): RowsColumn => ({ kind: 'text', codes: Int32Array.from(codes), levels });
const rows = (...columns: RowsColumn[]): Rows => {
  const [first] = columns;
  return { firstRow: 0, rows: first!.kind === 'numeric' ? first!.values.length : first!.kind === 'text' ? first!.codes.length : first!.indptr.length - 1, columns };
};
const predicted = (model: ModelDocument, data: Rows, unseen: 'error' | 'base' = 'error'): number[] => [...new Predictor(model, 1, { unseen }).predict(data)];
const code = (run: () => unknown): string | undefined => (thrown(run) as DataError | undefined)?.code;

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('levels are mapped by name, whatever their codes in the new data', (t) => {
  t.deepEqual(predicted(sampleModel(), rows(numbers(1, 2, 3), coded(['d', 'a', 'b'], 0, 1, 2))), [1 / 3 + 1 - 0.5, 1 / 3 + 2, 1 / 3 + 3]);
});

test('a dictionary that grows between batches is followed', (t) => {
  const predictor = new Predictor(sampleModel(), 1);
  const levels = ['a'];
  t.deepEqual([...predictor.predict(rows(numbers(0), coded(levels, 0)))], [1 / 3]);
  levels.push('d');
  t.deepEqual([...predictor.predict(rows(numbers(0), coded(levels, 1)))], [1 / 3 - 0.5]);
});

test('an unseen level is an error that names column, row and value', (t) => {
  const error = t.throws(() => predicted(sampleModel(), rows(numbers(1, 1), coded(['a', 'zebra'], 0, 1))), { instanceOf: DataError });
  t.is(error.code, 'UNSEEN_LEVEL');
  t.regex(error.message, /"c".*"zebra".*row 2/);
});

test('with unseen: base an unseen level counts as the base level', (t) => {
  t.deepEqual(predicted(sampleModel(), rows(numbers(1), coded(['zebra'], 0)), 'base'), [1 / 3 + 1]);
});

test('a missing value is an error where the fit had no way to treat it', (t) => {
  t.is(code(() => predicted(sampleModel(), rows(numbers(NaN), coded(['a'], 0)))), 'MISSING_VALUES');
  t.is(code(() => predicted(sampleModel(), rows(numbers(1), coded([], -1)))), 'MISSING_VALUES');
});

test('a missing value leaves the row without a prediction where the fit dropped such rows', (t) => {
  t.deepEqual(predicted(sampleModel({ missing: 'drop' }), rows(numbers(NaN, 1), coded(['a'], 0, -1))), [NaN, NaN]);
});

test('a missing value is filled and marked as at the fit', (t) => {
  const columns = [
    { ...sampleColumns[0]!, missing: { count: 3, fill: 2.5, indicator: true }, features: [0, 2] as const },
    { ...sampleColumns[1]!, missing: { count: 1, fill: 'd', indicator: true }, features: [2, 3] as const },
  ];
  const model = sampleModel({ missing: 'indicator', columns, features: ['x', 'x=missing', 'c=b', 'c=d', 'c=missing'], featureMeans: [0, 0, 0, 0, 0], coefficients: [[], [2, 10, 1, 3, 100], []] });
  t.deepEqual(predicted(model, rows(numbers(NaN, 1), coded(['b'], 0, -1))), [1 / 3 + (5 + 10) + 1, 1 / 3 + 2 + 103]);
});

test('a column complete at the fit is filled with its mean or commonest level', (t) => {
  const model = sampleModel({ missing: 'mean' });
  t.deepEqual(predicted(model, rows(numbers(NaN), coded(['b'], 0))), [1 / 3 + 0.5]);
  // Shares: a 0.5, b 0.2, d 0.3.
  t.deepEqual(predicted(model, rows(numbers(0), coded([], -1))), [1 / 3]);
});

test('an infinite value is an error', (t) => {
  t.is(code(() => predicted(sampleModel(), rows(numbers(-Infinity), coded(['a'], 0)))), 'NON_FINITE_VALUE');
});

test('text for a number, and numbers for a category, are errors', (t) => {
  t.is(code(() => predicted(sampleModel(), rows(coded(['1'], 0), coded(['a'], 0)))), 'COLUMN_TYPE');
  t.is(code(() => predicted(sampleModel(), rows(numbers(1), numbers(1)))), 'COLUMN_TYPE');
});

test('the offset is added, and is asked for after the predictors', (t) => {
  const predictor = new Predictor(sampleModel({ offset: 'exposure' }), 1);
  t.deepEqual(predictor.columns, ['x', 'c', 'exposure']);
  t.deepEqual([...predictor.predict(rows(numbers(1), coded(['a'], 0), numbers(10)))], [1 / 3 + 1 + 10]);
});

test('a row of weight zero may hold anything', (t) => {
  const data = rows(numbers(NaN, Infinity, 1, 1), coded(['a', 'zebra'], 0, 0, 1, 0));
  const psi = new Predictor(sampleModel(), 1).predict(data, Float64Array.of(0, 0, 0, 1));
  t.deepEqual([...psi], [NaN, NaN, NaN, 1 / 3 + 1]);
});

test('sparse features are taken by their index', (t) => {
  const columns = [{ name: 'features', type: 'sparse', levels: null, dropFirst: false, missing: { count: 0, fill: null, indicator: false }, features: [0, 3] }] as const;
  const model = sampleModel({ columns, features: ['1', '2', '3'] });
  const data = (index: number): Rows => rows({ kind: 'sparse', indptr: Uint32Array.of(0, 2), indices: Uint32Array.of(0, index), values: Float64Array.of(2, 4) });
  t.deepEqual(predicted(model, data(2)), [1 / 3 + 2 - 2]);
  t.is(code(() => predicted(model, data(3))), 'UNSEEN_LEVEL');
  t.deepEqual(predicted(model, data(3), 'base'), [1 / 3 + 2]);
});

test('without --at the only value is taken, and of several none', (t) => {
  t.is(chooseValue({ lambda: [0.3], cv: null }), 0);
  t.is(chooseValue(sampleModel({ cv: sampleCv() })), 2, 'the best of a cross-validation');
  const error = t.throws(() => chooseValue(sampleModel()), { instanceOf: UsageError });
  t.is(error.code, 'AT_NEEDED');
  t.regex(error.message, /0: 0\.5, 1: 0\.1, 2: 0\.02/);
});

test('a value is named by index, by lambda, or by lambda as it was printed', (t) => {
  const model = { lambda: [1 / 3, 0.0123456, 0.0123999, 0], cv: null };
  t.is(chooseValue(model, '2'), 2);
  t.is(chooseValue(model, '0.3333'), 0);
  t.is(chooseValue(model, '0.01235'), 1);
  t.is(chooseValue(model, '1.23999e-2'), 2);
  t.is(chooseValue(model, '0.0'), 3);
  t.is(chooseValue(model, '1'), 1, 'a whole number is an index');
});

const badChoices: readonly [at: string, code: string][] = [
  ['7', 'AT_UNKNOWN'],
  ['0.7', 'AT_UNKNOWN'],
  ['-1', 'AT_UNKNOWN'],
  ['', 'AT_UNKNOWN'],
  ['NaN', 'AT_UNKNOWN'],
  ['first', 'AT_UNKNOWN'],
  ['0.012', 'AT_AMBIGUOUS'],
  ['2', 'AT_AMBIGUOUS'],
  ['best', 'AT_NEEDS_CV'],
  ['1se', 'AT_NEEDS_CV'],
];

for (const [at, expected] of badChoices) {
  test(`--at ${JSON.stringify(at)} is refused with ${expected}`, (t) => {
    const error = t.throws(() => chooseValue({ lambda: [2, 0.0123, 0.0124], cv: null }, at), { instanceOf: UsageError });
    t.is(error.code, expected);
  });
}
