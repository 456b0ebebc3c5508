/** The library on arrays, as a program uses it. */
import { join } from 'node:path';
import test from 'ava';
import { FittedPath, crossValidate, elasticNet, fitPath, lasso, logistic, none, parseModel, resumePath, ridge, squared } from 'scalemix';
import type { ArrayData, CrossValidateOptions, FitPathOptions } from 'scalemix';
import { sampleCsv, temporaryFolder } from '../support/commandLine.ts';

const n = 400;
/** A number in [-1, 1) that looks like chance. */
const chance = (i: number): number => (Math.imul(i + 1, 0x9e3779b1) ^ (Math.imul(i + 7, 0x85ebca6b) >>> 13)) / 2 ** 31;
const x = Float64Array.from({ length: n * 3 }, (_, index) => chance(index));
const y = Float64Array.from({ length: n }, (_, i) => (2 * x[3 * i]! - x[3 * i + 1]! + chance(i + 5000) > 0 ? 1 : 0));

test('ten lines fit a logistic lasso path, read its coefficients and predict', async (t) => {
  const path = await fitPath({ x, columns: 3, y }, { loss: logistic(), penalty: lasso(), lambdas: 20 });
  t.true(path.converged);
  t.is(path.lambda.length, 20);
  const value = path.at(path.lambda[12]);
  t.deepEqual(Object.keys(value.coefficients), ['x1', 'x2', 'x3']);
  t.true(value.coefficients['x1']! > 0 && value.coefficients['x2']! < 0);
  t.true(value.relativeGap! <= 1e-6);
  const { psi, mean } = value.predict({ x, columns: 3 });
  t.is(mean.length, n);
  t.true(Math.abs(psi[5]! - (value.intercept + ['x1', 'x2', 'x3'].reduce((sum, name, j) => sum + value.coefficients[name]! * x[15 + j]!, 0))) < 1e-12);
  t.true(Math.abs(mean[5]! - 1 / (1 + Math.exp(-psi[5]!))) < 1e-15);
});

test('a matrix by rows, columns by name and a file give the same path, bit for bit', async (t) => {
  const names = ['a', 'b', 'c'];
  const columns = Object.fromEntries(names.map((name, j) => [name, Float64Array.from({ length: n }, (_, i) => x[3 * i + j]!)]));
  const csv = [`y,${names.join(',')}`, ...Array.from({ length: n }, (_, i) => [y[i], ...names.map((name) => columns[name]![i])].join(','))].join('\n');
  const folder = temporaryFolder({ 'data.csv': `${csv}\n` });
  const options: FitPathOptions = { loss: logistic(), lambdas: 6 };
  const bits = (path: FittedPath): string => JSON.stringify([path.toJSON().coefficients, path.toJSON().intercept, path.toJSON().gap]);
  const matrix = await fitPath({ x, columns: names, y }, options);
  t.is(bits(await fitPath({ x: columns, y }, options)), bits(matrix));
  t.is(bits(await fitPath({ files: join(folder, 'data.csv'), response: 'y' }, options)), bits(matrix));
});

test('texts are categories, and classes may be texts or booleans', async (t) => {
  const where = Array.from({ length: n }, (_, i) => ['north', 'south', 'west'][i % 3]!);
  const path = await fitPath({ x: { where, a: Array.from(y) }, y: Array.from(y, (value, i) => (value === 1 || i % 5 === 0 ? 'yes' : 'no')) }, { loss: logistic(), penalty: ridge(), lambda: [0.1], positive: 'yes' });
  t.deepEqual(Object.keys(path.at().coefficients), ['where=south', 'where=west', 'a']);
  t.is(path.toJSON().response.positive, 'yes');
  t.throws(() => path.predict({ x: { where: ['east'], a: [1] } }), { code: 'UNSEEN_LEVEL' });
  t.is(path.predict({ x: { where: ['east'], a: [1] } }, { unseen: 'base' }).psi[0], path.at().intercept + path.at().coefficients['a']!);
  const boolean = await fitPath({ x: { a: Array.from(x.subarray(0, n)) }, y: Array.from(y, (value) => value === 1) }, { loss: logistic(), lambda: [0.01] });
  t.is(boolean.toJSON().response.positive, 'true');
});

test('weights, trials, offset, factors and missing values are heeded', async (t) => {
  const a = Array.from(x.subarray(0, n));
  const weighted = await fitPath({ x: { a }, y, weights: Float64Array.from(y, () => 2), offset: Float64Array.from(y, () => 0.5) }, { loss: squared(), penalty: none() });
  t.is(weighted.toJSON().weightSum, 2 * n);
  t.is(weighted.toJSON().offset, 'offset');
  t.is(weighted.predict({ x: { a }, offset: Float64Array.from(y, () => 0.5) }).psi.length, n);
  t.throws(() => weighted.predict({ x: { a } }), { code: 'UNKNOWN_COLUMN' });
  const trials = await fitPath({ x: { a }, y: Array.from(y, (value) => value * 2), trials: Array.from(y, () => 3) }, { loss: logistic(), lambda: [0.01] });
  t.is(trials.toJSON().weightSum, 3 * n);
  const holes = await fitPath({ x: { a: a.map((value, i) => (i % 10 === 0 ? NaN : value)), b: a.toReversed() }, y }, { missing: 'indicator', lambda: [0.01], penaltyFactors: { b: 0 } });
  t.deepEqual(Object.keys(holes.at().coefficients), ['a', 'a=missing', 'b']);
  t.deepEqual(holes.toJSON().penaltyFactors, [1, 1, 0]);
});

test('a path survives its text, and predicts the same afterwards', async (t) => {
  const path = await fitPath({ x, columns: 3, y }, { penalty: elasticNet({ l1Ratio: 0.3 }), lambdas: 5 });
  const again = new FittedPath(parseModel(String(path)));
  t.deepEqual(again.toJSON(), path.toJSON());
  t.deepEqual(parseModel(JSON.stringify(path)), path.toJSON());
  t.deepEqual(again.values[3]!.predict({ x, columns: 3 }).psi, path.values[3]!.predict({ x, columns: 3 }).psi);
});

test('a path is cross-validated, and predicts by its best value unless told otherwise', async (t) => {
  const path = await crossValidate({ x, columns: 3, y }, { loss: logistic(), lambdas: 12, folds: 4 });
  t.true(path.converged);
  t.is(path.cv!.folds, 4);
  t.is(path.at('best').index, path.cv!.best);
  t.is(path.at('1se').index, path.cv!.oneStandardError);
  t.is(path.at(), path.at('best'));
  t.deepEqual(path.predict({ x, columns: 3 }).psi, path.values[path.cv!.best]!.predict({ x, columns: 3 }).psi);
  t.deepEqual(path.predict({ x, columns: 3 }, { lambda: '1se' }).psi, path.at('1se').predict({ x, columns: 3 }).psi);
  const again = new FittedPath(parseModel(String(path)));
  t.deepEqual(again.cv, path.cv);
  t.is((await fitPath({ x, columns: 3, y }, { lambdas: 3 })).cv, null);
});

test('folds are an array beside the data, a column of a file, or drawn by a seed', async (t) => {
  const options: CrossValidateOptions = { loss: logistic(), lambdas: 4 };
  const part = Array.from({ length: n }, (_, i) => ['u', 'v', 'w'][(i * i) % 3]!);
  const inMemory = await crossValidate({ x, columns: ['a', 'b', 'c'], y, folds: part }, options);
  t.like(inMemory.cv, { folds: 2, by: 'column', column: 'folds', values: ['u', 'v'] });
  t.deepEqual(inMemory.toJSON().features, ['a', 'b', 'c']);
  const csv = ['y,a,b,c,part', ...Array.from({ length: n }, (_, i) => [y[i], ...x.subarray(3 * i, 3 * i + 3), part[i]].join(','))].join('\n');
  const folder = temporaryFolder({ 'data.csv': `${csv}\n` });
  const fromFile = await crossValidate({ files: join(folder, 'data.csv'), response: 'y', foldColumn: 'part' }, options);
  t.deepEqual(fromFile.cv!.deviance, inMemory.cv!.deviance);
  const drawn = await crossValidate({ x, columns: 3, y }, { ...options, foldShuffle: true, seed: 8, foldTolerance: 1e-6 });
  t.like(drawn.cv, { by: 'shuffle', seed: 8, tolerance: 1e-6 });
  t.is((await crossValidate({ x, columns: 3, y }, { ...options, tolerance: 1e-2 })).cv!.tolerance, 1e-2, 'a coarser path has no finer folds');
});

test('a signal ends a fit', async (t) => {
  const reason = new Error('enough');
  await t.throwsAsync(fitPath({ x, columns: 3, y }, { signal: AbortSignal.abort(reason) }), { is: reason });
});

const wrong: readonly [what: string, run: () => Promise<unknown> | unknown, code: string][] = [
  ['an unknown option', () => fitPath({ x, columns: 3, y }, { lamda: 1 } as FitPathOptions), 'UNKNOWN_OPTION'],
  ['an unknown option of a cross-validation', () => crossValidate({ x, columns: 3, y }, { fold: 3 } as CrossValidateOptions), 'UNKNOWN_OPTION'],
  ['one fold', () => crossValidate({ x, columns: 3, y }, { folds: 1 }), 'BAD_FOLDS'],
  ['a number of folds beside a column of them', () => crossValidate({ x, columns: 3, y, folds: y }, { folds: 3 }), 'CONTRADICTORY_OPTIONS'],
  ['a shuffle beside a column of folds', () => crossValidate({ x, columns: 3, y, folds: y }, { foldShuffle: true }), 'CONTRADICTORY_OPTIONS'],
  ['a seed without a shuffle', () => crossValidate({ x, columns: 3, y }, { seed: 3 }), 'INAPPLICABLE_OPTION'],
  ['a seed that is none', () => crossValidate({ x, columns: 3, y }, { foldShuffle: true, seed: 0.5 }), 'BAD_FOLDS'],
  ['a tolerance of folds that is none', () => crossValidate({ x, columns: 3, y }, { foldTolerance: 2 }), 'BAD_TOLERANCE'],
  ['folds of one value', () => crossValidate({ x, columns: 3, y, folds: y.map(() => 1) }), 'FOLD_COLUMN'],
  ['folds without a cross-validation', () => fitPath({ x, columns: 3, y, folds: y }), 'INAPPLICABLE_OPTION'],
  ['the best value of a path alone', async () => (await fitPath({ x, columns: 3, y }, { lambdas: 3 })).at('best'), 'AT_NEEDS_CV'],
  ['a list beside a grid', () => fitPath({ x, columns: 3, y }, { lambda: [1], lambdas: 4 }), 'CONTRADICTORY_OPTIONS'],
  ['a matrix without its number of columns', () => fitPath({ x, y }), 'BAD_ARRAY'],
  ['a matrix of a part of a row', () => fitPath({ x, columns: 7, y }), 'BAD_ARRAY'],
  ['columns of several lengths', () => fitPath({ x: { a: [1, 2, 3] }, y: [1, 2] }), 'BAD_ARRAY'],
  ['a column of numbers and texts', () => fitPath({ x: { a: [1, 'b'] as unknown as number[] }, y: [1, 2] }), 'BAD_ARRAY'],
  ['a column of objects', () => fitPath({ x: { a: [{}, {}] as unknown as number[] }, y: [1, 2] }), 'BAD_ARRAY'],
  ['no predictors', () => fitPath({ x: {}, y: [1, 2] }), 'BAD_ARRAY'],
  ['no response', () => fitPath({ x: { a: [1, 2] } } as unknown as ArrayData), 'BAD_ARRAY'],
  ['a predictor called y', () => fitPath({ x: { y: [1, 2] }, y: [1, 2] }), 'COLUMN_ROLES'],
  ['one class', () => fitPath({ x: { a: [1, 2] }, y: [1, 1] }, { loss: logistic() }), 'ONE_CLASS_RESPONSE'],
  ['an l1 ratio of 2', () => elasticNet({ l1Ratio: 2 }), 'BAD_L1_RATIO'],
  ['a negative lambda', () => fitPath({ x, columns: 3, y }, { lambda: [-1] }), 'BAD_LAMBDA'],
  ['a path without its lambda', async () => (await fitPath({ x, columns: 3, y }, { lambdas: 3 })).predict({ x, columns: 3 }), 'AT_NEEDED'],
  ['a file that is not there', () => fitPath({ files: 'nowhere.csv', response: 'y' }), 'FILE_NOT_FOUND'],
];

for (const [what, run, code] of wrong) {
  test(`${what} is refused with ${code}`, async (t) => {
    await t.throwsAsync(async () => run(), { code });
  });
}

test('a file on the command line and in the library gives the same model', async (t) => {
  const folder = temporaryFolder({ 'train.csv': sampleCsv(200) });
  const path = await fitPath({ files: [join(folder, 'train.csv')], response: 'late', columns: ['x', 'c'] }, { loss: logistic(), lambdas: 4 });
  t.deepEqual(path.toJSON().features, ['x', 'c=b', 'c=d']);
});

/** All of a path that an interruption must not change. */
function answer(path: FittedPath): unknown {
  const { timing: _timing, ...rest } = path.toJSON();
  return rest;
}

const checkpointed = temporaryFolder({ 'data.csv': sampleCsv(600) });
const fileData = { files: join(checkpointed, 'data.csv'), response: 'late', columns: ['x', 'z', 'c'] };
const fits = {
  fitPath: (options: FitPathOptions) => fitPath(fileData, { loss: logistic(), lambdas: 8, threads: 1, ...options }),
  crossValidate: (options: FitPathOptions) => crossValidate(fileData, { loss: logistic(), lambdas: 8, threads: 1, folds: 3, foldShuffle: true, seed: 4, ...options }),
};

for (const [name, run] of Object.entries(fits)) {
  test(`${name} with a checkpoint that is cut off is gone on with by resumePath, to the same answer`, async (t) => {
    const plain = answer(await run({}));
    const checkpoint = join(checkpointed, `${name}.log`);
    const controller = new AbortController();
    let passes = 0;
    const cut = run({ checkpoint, signal: controller.signal, onEvent: ({ type }) => type === 'passBegun' && ++passes === 6 && controller.abort(new Error('enough')) });
    await t.throwsAsync(cut, { message: 'enough' });
    await t.throwsAsync(run({ checkpoint }), { code: 'CHECKPOINT_EXISTS' });
    const replies: number[] = [];
    const resumed = await resumePath(checkpoint, { threads: 1, onEvent: (event) => event.type === 'resumed' && replies.push(event.replies) });
    t.true(replies[0]! >= 4);
    t.deepEqual(answer(resumed), plain);
    t.is(resumed.cv === null, name === 'fitPath');
  });
}

test('a checkpoint of data in memory, and options that resumePath does not have, are refused', async (t) => {
  await t.throwsAsync(fitPath({ x, columns: 3, y }, { checkpoint: join(checkpointed, 'memory.log') }), { code: 'INAPPLICABLE_OPTION', message: /in memory/ });
  await t.throwsAsync(resumePath(join(checkpointed, 'none.log'), { lambdas: 3 } as never), { code: 'UNKNOWN_OPTION', message: /resumePath has no option "lambdas"/ });
  await t.throwsAsync(resumePath(join(checkpointed, 'none.log')), { code: 'FILE_NOT_FOUND' });
});
