import test from 'ava';
import fc from 'fast-check';
import { DataError, buildModel, describeCrossValidation, hasConverged, parseModel, relativeGap, saveModel } from '@scalemix/core';
import type { Description, ModelDocument, PathResult } from '@scalemix/core';
import { sampleColumns, sampleCv, sampleModel } from '../support/sampleModel.ts';

const refusal = (text: string): DataError | null => {
  try {
    parseModel(text, 'm.json');
    return null;
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
};

test('a saved model reads back the same, to the last bit', (t) => {
  const model = sampleModel();
  t.deepEqual(parseModel(saveModel(model)), model);
});

test('a cross-validated model reads back the same', (t) => {
  for (const cv of [sampleCv(), sampleCv({ by: 'shuffle', seed: 7 }), sampleCv({ by: 'column', column: 'year', values: ['2012', '2013'], converged: [[true, true, true], [true, false, true]], reason: [[null, null, null], [null, 'MAX_PASSES', null]] })]) {
    const model = sampleModel({ cv });
    t.deepEqual(parseModel(saveModel(model)), model);
  }
});

test('a model has converged when its values have, and those of every fold', (t) => {
  const converged = [true, true, true];
  t.true(hasConverged(sampleModel({ converged })));
  t.false(hasConverged(sampleModel()));
  t.true(hasConverged(sampleModel({ converged, cv: sampleCv() })));
  t.false(hasConverged(sampleModel({ converged, cv: sampleCv({ converged: [converged, [true, false, true]] }) })));
});

test('what the folds have found is laid out by fold, with its mean, standard error and choice', (t) => {
  const folds = { by: 'column', count: 2, seed: 0 } as const;
  const path = { lambda: Float64Array.of(0.5, 0.1, 0.02) } as PathResult;
  const cv = describeCrossValidation(folds, 1e-4, { column: 'year', values: ['2012', '2013'] }, {
    path,
    foldWeights: Float64Array.of(1, 3),
    deviance: Float64Array.of(2, 1, 0.5, 2, 1, 1.5),
    converged: [true, true, true, true, true, false],
    reason: [null, null, null, null, null, 'MAX_PASSES'],
    gaps: Float64Array.of(0, 1e-5, NaN, 0, 2e-5, 1),
  });
  t.deepEqual(cv, {
    folds: 2, by: 'column', seed: null, column: 'year', values: ['2012', '2013'], tolerance: 1e-4,
    weights: [1, 3], mean: [2, 1, 1.25], standardError: [0, 0, Math.sqrt((0.75 ** 2 + 3 * 0.25 ** 2) / 4)], best: 1, oneStandardError: 1,
    deviance: [[2, 1, 0.5], [2, 1, 1.5]], relativeGap: [[0, 1e-5, null], [0, 2e-5, 1]],
    converged: [[true, true, true], [true, true, false]], reason: [[null, null, null], [null, null, 'MAX_PASSES']],
  });
  t.deepEqual(parseModel(saveModel(sampleModel({ cv }))).cv, cv);
  t.like(describeCrossValidation({ by: 'shuffle', count: 2, seed: 9 }, 1e-4, null, { path, foldWeights: Float64Array.of(1, 1), deviance: new Float64Array(6), converged: new Array<boolean>(6).fill(true), reason: new Array<null>(6).fill(null), gaps: new Float64Array(6) }), { by: 'shuffle', seed: 9, column: null, values: null });
});

test('any finite double survives saving', (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }), (values) => {
      const model = sampleModel({ coefficients: [values, values, values], intercept: values });
      const back = parseModel(saveModel(model));
      // JSON has no negative zero: it comes back as zero, the same number.
      return back.coefficients[1]!.every((value, j) => value === values[j]);
    }),
    { seed: 1 },
  );
  t.pass();
});

test('a model cut off at any place is refused as corrupt', (t) => {
  const text = saveModel(sampleModel()).trimEnd();
  for (let length = 0; length < text.length; length += 7) t.is(refusal(text.slice(0, length))?.code, 'MODEL_CORRUPT', `at ${length}`);
});

test('a model with bytes changed at random is either refused as corrupt or still a whole model', (t) => {
  const text = saveModel(sampleModel());
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 })), { minLength: 1, maxLength: 4 }), (changes) => {
      const letters = [...text];
      for (const [at, code] of changes) letters[at] = String.fromCharCode(code);
      const error = refusal(letters.join(''));
      return error === null || error.code === 'MODEL_CORRUPT' || error.code === 'MODEL_VERSION';
    }),
    { numRuns: 500, seed: 1 },
  );
  t.pass();
});

test('any JSON value with the right format name is refused or a whole model', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(sampleModel())), fc.jsonValue()), (fields) => {
      const error = refusal(JSON.stringify({ ...sampleModel(), ...fields, format: 'scalemix.model/1' }));
      return error === null || error.code === 'MODEL_CORRUPT';
    }),
    { numRuns: 500, seed: 1 },
  );
  t.pass();
});

test('a model of another version says which release reads what', (t) => {
  const error = refusal(JSON.stringify({ ...sampleModel(), format: 'scalemix.model/2' }));
  t.is(error?.code, 'MODEL_VERSION');
  t.regex(error!.message, /scalemix\.model\/2.*scalemix\.model\/1/);
});

const damages: readonly [what: string, change: (model: ModelDocument) => unknown][] = [
  ['no format', ({ format: _format, ...rest }) => rest],
  ['an array', () => []],
  ['null', () => null],
  ['a vector of coefficients too short', (model) => ({ ...model, coefficients: [[1], [1, 2, 3], [1, 2, 3]] })],
  ['a value of lambda without an objective', (model) => ({ ...model, objective: [1, 2] })],
  ['no value of lambda at all', (model) => ({ ...model, lambda: [] })],
  ['text for a number', (model) => ({ ...model, intercept: ['1', 2, 3] })],
  ['a number that is not finite', (model) => ({ ...model, intercept: [null, 2, 3] })],
  ['a loss that does not exist', (model) => ({ ...model, loss: { name: '__proto__', parameters: {} } })],
  ['feature ranges that overlap', (model) => ({ ...model, columns: model.columns.map((column) => ({ ...column, features: [0, column.features[1]] })) })],
  ['feature ranges beyond the features', (model) => ({ ...model, features: ['x'] })],
  ['a huge count of features', (model) => ({ ...model, columns: model.columns.map((column) => ({ ...column, features: [column.features[0], 1e15] })) })],
  ['a level twice', (model) => ({ ...model, columns: [model.columns[0], { ...model.columns[1], levels: ['a', 'b', 'b'] }] })],
  ['classes without a positive one', (model) => ({ ...model, response: { ...model.response, positive: null } })],
  ['folds that are one', (model) => ({ ...model, cv: sampleCv({ folds: 1 }) })],
  ['a best value beyond the path', (model) => ({ ...model, cv: sampleCv({ best: 3 }) })],
  ['a fold without all values', (model) => ({ ...model, cv: sampleCv({ deviance: [[1, 2, 3], [1, 2]] }) })],
  ['a shuffle without its seed', (model) => ({ ...model, cv: sampleCv({ by: 'shuffle' }) })],
  ['folds of no column', (model) => ({ ...model, cv: sampleCv({ by: 'column' }) })],
  ['more fold values than folds', (model) => ({ ...model, cv: sampleCv({ by: 'column', column: 'year', values: ['1', '2', '3'] }) })],
  ['a mean that is null', (model) => ({ ...model, cv: { ...sampleCv(), mean: [1, null, 2] } })],
  ['a fill that is no level', (model) => ({ ...model, columns: [model.columns[0], { ...model.columns[1], missing: { count: 1, fill: 'q', indicator: false } }] })],
];

for (const [what, change] of damages) {
  test(`a model with ${what} is refused as corrupt, by the name of the file`, (t) => {
    const error = refusal(JSON.stringify(change(sampleModel())));
    t.is(error?.code, 'MODEL_CORRUPT');
    t.regex(error!.message, /^m\.json/);
  });
}

test('an unknown field is left behind', (t) => {
  t.deepEqual(parseModel(JSON.stringify({ ...sampleModel(), later: 1 })), sampleModel());
});

test('a document is built with null where no gap is proven', (t) => {
  const path: PathResult = {
    lambda: Float64Array.of(0.1),
    intercept: Float64Array.of(1),
    coefficients: [Float64Array.of(1, 2, 3)],
    objective: Float64Array.of(0.5),
    gap: Float64Array.of(NaN),
    stationarity: Float64Array.of(1e-9),
    nonzero: Int32Array.of(3),
    devianceRatio: Float64Array.of(0.2),
    converged: [true],
    reason: [null],
    saturatedLoss: 0,
    nullLoss: 0.6,
    weightSum: 10,
    rows: 10,
    sweeps: 2,
    columnPasses: 2,
    grams: 1,
  };
  const description: Description = {
    rows: 10,
    leafRows: 8192,
    columns: sampleColumns,
    features: ['x', 'c=b', 'c=d'],
    centres: new Float64Array(3),
    response: sampleModel().response,
    responseCentre: 0,
    hasOffset: false,
    folds: null,
    dropped: 0,
    kernel: 'scalar',
  };
  const { weights, offset, missing, na, query, fingerprint, timing, environment } = sampleModel();
  const model = buildModel({ loss: { name: 'logistic', parameters: {} }, penalty: { name: 'ridge', l1Ratio: 0 } }, description, path, {
    weights, offset, missing, na, query, fingerprint, timing, environment,
    featureMeans: new Float64Array(3), featureScales: new Float64Array(3),
  });
  t.deepEqual(model.gap, [null]);
  t.deepEqual(model.classes, ['no', 'yes']);
  t.deepEqual(parseModel(saveModel(model)), model);
});

test('the relative gap is the gap over the objective above its floor', (t) => {
  const model = sampleModel({ saturatedLoss: 0.1 });
  t.is(relativeGap(model, 0), 1e-9 / (0.69 - 0.1));
  t.is(relativeGap(model, 1), null);
  t.is(relativeGap(sampleModel({ objective: [0, 0, 0] }), 0), 0);
});
