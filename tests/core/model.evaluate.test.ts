import test from 'ava';
import { Evaluation, ResponseReader, losses } from '@scalemix/core';
import type { EvaluationReport, Rows, RowsColumn } from '@scalemix/core';
import { sampleModel } from '../support/sampleModel.ts';

const logistic = losses['logistic']!;
const squared = losses['squared']!;
const vector = (...values: number[]): Float64Array => Float64Array.from(values);

function evaluated(loss: typeof logistic, y: number[], psi: number[], w: number[] = y.map(() => 1), offset: number[] | null = null, intercept = true): EvaluationReport {
  const evaluation = new Evaluation(loss, intercept, offset !== null);
  evaluation.add(vector(...y), vector(...w), vector(...psi), offset === null ? null : vector(...offset));
  return evaluation.report();
}

test('the area under the curve counts a tie as half', (t) => {
  t.is(evaluated(logistic, [0, 1, 0, 1], [1, 2, 2, 3]).classification!.auc, 3.5 / 4);
});

test('the area under the curve is null with one class', (t) => {
  t.is(evaluated(logistic, [1, 1], [1, 2]).classification!.auc, null);
});

test('weight two is the row twice, and weight zero the row absent', (t) => {
  const twice = evaluated(logistic, [0, 1, 1, 0, 1, 1], [1, 2, 2, 2.5, -1, -1]);
  const weighted = evaluated(logistic, [0, 1, 0, 1, 0], [1, 2, 2.5, -1, 9], [1, 2, 1, 2, 0]);
  t.is(weighted.weightSum, 6);
  for (const key of ['deviance', 'nullDeviance', 'devianceRatio'] as const) t.true(Math.abs(weighted[key]! - twice[key]!) < 1e-14, key);
  for (const key of ['auc', 'accuracy', 'brier', 'logLoss'] as const) t.true(Math.abs(weighted.classification![key]! - twice.classification![key]!) < 1e-14, key);
  t.deepEqual(weighted.classification!.confusion, twice.classification!.confusion);
});

test('a fractional response counts as both classes', (t) => {
  const parts = evaluated(logistic, [1, 0, 0, 1], [2, 2, 2, -1], [1, 1, 1, 1]);
  const fraction = evaluated(logistic, [1 / 3, 1], [2, -1], [3, 1]);
  t.true(Math.abs(parts.classification!.auc! - fraction.classification!.auc!) < 1e-15);
  t.true(Math.abs(parts.classification!.accuracy - fraction.classification!.accuracy) < 1e-15);
});

test('accuracy and confusion are taken at probability one half', (t) => {
  const { accuracy, confusion } = evaluated(logistic, [1, 1, 0, 0, 0], [3, -3, 3, -3, -1]).classification!;
  t.is(accuracy, 3 / 5);
  t.deepEqual(confusion, { truePositive: 1, falsePositive: 1, trueNegative: 2, falseNegative: 1 });
});

test('the deviance ratio of least squares is R2', (t) => {
  const { regression, devianceRatio, deviance } = evaluated(squared, [1, 2, 3, 4], [1, 2, 3, 6]);
  t.is(deviance, 1);
  t.is(regression!.r2, 1 - 4 / 5);
  t.is(devianceRatio, regression!.r2);
  t.is(regression!.rmse, 1);
  t.is(regression!.mae, 0.5);
});

test('the null model of least squares with an offset is the mean of what the offset leaves', (t) => {
  // y - offset = 1, 3: constant 2, residuals -1, 1.
  t.true(Math.abs(evaluated(squared, [11, 23], [11, 23], [1, 1], [10, 20]).nullDeviance - 1) < 1e-12);
});

test('the null model of logistic loss with an offset makes the residuals sum to zero', (t) => {
  const y = [0, 1, 1, 0, 1];
  const offset = [2, -1, 0.5, 5, -3];
  const found = evaluated(logistic, y, y.map(() => 0), y.map(() => 1), offset).nullDeviance;
  let best = Infinity;
  for (let c = -5; c <= 5; c += 1e-3) best = Math.min(best, y.reduce((sum, value, i) => sum + (2 / 5) * logistic.value(value, c + offset[i]!), 0));
  t.true(found <= best + 1e-12 && found > best - 1e-5);
});

test('without an intercept the null model is the offset alone', (t) => {
  t.is(evaluated(squared, [1, 3], [0, 0], [1, 1], null, false).nullDeviance, 5);
});

test('rows without a prediction or a response are counted and left out', (t) => {
  const report = evaluated(squared, [1, NaN, 3, 5], [1, 1, NaN, 5]);
  t.is(report.rows, 2);
  t.is(report.dropped, 2);
  t.is(report.deviance, 0);
});

const rows = (...columns: RowsColumn[]): Rows => ({ firstRow: 10, rows: 2, columns });
const numbers = (...values: number[]): RowsColumn => ({ kind: 'numeric', values: vector(...values) });
const coded = (levels: string[], ...codes: number[]): RowsColumn => ({ kind: 'text', codes: Int32Array.from(codes), levels });

test('classes are read by name', (t) => {
  const reader = new ResponseReader(sampleModel(), logistic);
  t.deepEqual([...reader.asText], ['y']);
  const columns = [coded(['yes', 'no'], 1, 0)];
  t.deepEqual([...reader.read(rows(...columns), columns).y], [0, 1]);
});

test('a class the model does not know is an error that names the row', (t) => {
  const columns = [coded(['yes', 'perhaps'], 0, 1)];
  t.throws(() => new ResponseReader(sampleModel(), logistic).read(rows(...columns), columns), { code: 'RESPONSE_INVALID', message: /"perhaps".*row 12/ });
});

test('one class against the rest takes every other name as the rest', (t) => {
  const model = sampleModel({ response: { name: 'y', kind: 'classes', positive: 'yes', negative: null, trials: null } });
  const columns = [coded(['yes', 'perhaps'], 0, 1)];
  t.deepEqual([...new ResponseReader(model, logistic).read(rows(...columns), columns).y], [1, 0]);
});

test('trials divide the successes and multiply the weights', (t) => {
  const model = sampleModel({ response: { name: 'y', kind: 'numeric', positive: null, negative: null, trials: 'n' }, weights: 'w' });
  const reader = new ResponseReader(model, logistic);
  t.deepEqual(reader.columns, ['y', 'n', 'w']);
  const columns = [numbers(1, 3), numbers(4, 3), numbers(2, 5)];
  const { y, w } = reader.read(rows(...columns), columns);
  t.deepEqual([[...y], [...w]], [[0.25, 1], [8, 15]]);
});

const badResponses: readonly [what: string, columns: RowsColumn[], code: string][] = [
  ['more successes than trials', [numbers(5, 1), numbers(4, 3), numbers(1, 1)], 'TRIALS_INVALID'],
  ['a negative weight', [numbers(1, 1), numbers(4, 3), numbers(-1, 1)], 'WEIGHTS_INVALID'],
  ['an infinite weight', [numbers(1, 1), numbers(4, 3), numbers(1, Infinity)], 'WEIGHTS_INVALID'],
  ['a missing response', [numbers(1, NaN), numbers(4, 3), numbers(1, 1)], 'MISSING_VALUES'],
  ['a missing weight', [numbers(1, 1), numbers(4, 3), numbers(1, NaN)], 'MISSING_VALUES'],
  ['a negative response', [numbers(-1, 1), numbers(4, 3), numbers(1, 1)], 'RESPONSE_INVALID'],
];

for (const [what, columns, code] of badResponses) {
  test(`${what} is refused with ${code}`, (t) => {
    const model = sampleModel({ response: { name: 'y', kind: 'numeric', positive: null, negative: null, trials: 'n' }, weights: 'w' });
    t.throws(() => new ResponseReader(model, logistic).read(rows(...columns), columns), { code });
  });
}
