/** scalemix cv, and what predict and evaluate make of its models. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseModel } from '@scalemix/core';
import type { EvaluationReport, ModelDocument } from '@scalemix/core';
import { sampleCsv, scalemix, temporaryFolder } from '../support/commandLine.ts';

const ROWS = 400;
const [header, ...lines] = sampleCsv(ROWS).trimEnd().split('\n');
const csv = (rows: readonly string[], head = header!): string => `${[head, ...rows].join('\n')}\n`;
const inFold = (fold: number, of: number): string[] => lines.filter((_, i) => i % of === fold);
const folder = temporaryFolder({
  'all.csv': csv(lines),
  'folds.csv': csv(lines.map((line, i) => `${line},${['b', 'a', 'd', 'c'][i % 4]}`), `${header},part`),
  'without.csv': csv(lines.filter((_, i) => i % 4 !== 1)),
  'heldOut.csv': csv(inFold(1, 4)),
  'oneClass.csv': 'y,x,g\nno,1,a\nno,2,a\nno,3,b\nyes,4,b\nno,5,b\nyes,6,b\n',
});
const logistic = (file: string): string[] => [file, '--response', 'late', '--loss', 'logistic', '--columns', 'x,z,c'];

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await scalemix(args, { cwd: folder });
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return stdout;
}

async function model(...args: string[]): Promise<ModelDocument> {
  return parseModel(await run(...args, '--json'));
}

test('cv --json prints the document that -o writes, five folds by row number unless told otherwise', async (t) => {
  const printed = await run('cv', ...logistic('all.csv'), '--lambdas', '10', '--json', '-o', 'cv.json');
  t.is(printed, readFileSync(join(folder, 'cv.json'), 'utf8'));
  const { cv, lambda, converged } = parseModel(printed);
  t.like(cv, { folds: 5, by: 'modulo', seed: null, column: null, values: null, tolerance: 1e-4, weights: [80, 80, 80, 80, 80] });
  t.true(converged.every(Boolean) && cv!.converged.flat().every(Boolean));
  t.true(lambda[cv!.oneStandardError]! >= lambda[cv!.best]!);
  t.is(cv!.mean[cv!.best], Math.min(...cv!.mean));
});

test('the deviance of a fold is what evaluate says of its rows under a path of the others', async (t) => {
  const { cv, lambda } = await model('cv', ...logistic('all.csv'), '--folds', '4', '--lambdas', '6', '--fold-tolerance', '1e-8');
  await run('path', ...logistic('without.csv'), '--lambda', lambda.join(','), '-o', 'without.json');
  for (const k of [0, 3, 5]) {
    const report = JSON.parse(await run('evaluate', 'without.json', 'heldOut.csv', '--at', String(k), '--json')) as EvaluationReport;
    t.true(Math.abs(report.deviance - cv!.deviance[1]![k]!) < 1e-5, `value ${k}: ${report.deviance} and ${cv!.deviance[1]![k]}`);
  }
});

test('folds of a column are named by its values, and are those of the row numbers where it says the same', async (t) => {
  const byColumn = await model('cv', ...logistic('folds.csv'), '--fold-column', 'part', '--lambdas', '6');
  t.like(byColumn.cv, { folds: 4, by: 'column', column: 'part', values: ['a', 'b', 'c', 'd'] });
  t.deepEqual(byColumn.features, ['x', 'z', 'c=b', 'c=d']);
  const byNumber = await model('cv', ...logistic('all.csv'), '--folds', '4', '--lambdas', '6');
  // Fold a holds rows 1, 5, ..., fold b rows 0, 4, ..., and so on; the sums are added in another order.
  [1, 0, 3, 2].forEach((number, named) => byColumn.cv!.deviance[named]!.forEach((value, k) => t.true(Math.abs(value - byNumber.cv!.deviance[number]![k]!) < 1e-3 * value)));
});

test('a column of folds is no predictor, whether or not predictors are listed', async (t) => {
  const { features } = await model('cv', 'folds.csv', '--response', 'y', '--fold-column', 'part', '--exclude', 'late,c', '--lambdas', '3');
  t.deepEqual(features, ['x', 'z', 'w', 'n', 'k']);
});

test('a shuffle depends on its seed, which the model tells', async (t) => {
  const [one, same, other] = await Promise.all(['3', '3', '4'].map((seed) => model('cv', 'all.csv', '--response', 'y', '--columns', 'x', '--fold-shuffle', '--seed', seed, '--lambdas', '4')));
  t.like(one!.cv, { by: 'shuffle', seed: 3 });
  t.deepEqual(one!.cv, same!.cv);
  t.notDeepEqual(one!.cv!.deviance, other!.cv!.deviance);
});

test('cv shows the table, the plot, the choice and what is certified', async (t) => {
  const shown = await run('cv', ...logistic('all.csv'), '--lambdas', '30', '--fold-shuffle');
  t.regex(shown, /5 folds of shuffled rows, seed 0/);
  t.regex(shown, /held-out deviance +std\. error/);
  t.regex(shown, /^ +\d+ .* best$/m);
  t.regex(shown, /^ +\d+ .* 1se$/m);
  t.regex(shown, /held-out deviance, with one standard error/);
  t.regex(shown, /^best: lambda .*\n1se: {2}lambda /m);
  t.regex(shown, /All 30 values are certified.*\nAll 150 values fitted without one of 5 folds are certified/);
  const whole = await run('cv', ...logistic('all.csv'), '--lambdas', '30', '--all');
  t.is(whole.match(/^ +\d+ +\d\S* +\d+ +\d\.\d{4} /gm)?.length, 30);
});

test('predict and evaluate take the best value, or as told 1se or another', async (t) => {
  const { cv, lambda } = await model('cv', ...logistic('all.csv'), '--lambdas', '20', '-o', 'choose.json');
  const best = await run('predict', 'choose.json', 'all.csv');
  t.is(await run('predict', 'choose.json', 'all.csv', '--at', 'best'), best);
  t.is(await run('predict', 'choose.json', 'all.csv', '--at', String(cv!.best)), best);
  const simple = await run('predict', 'choose.json', 'all.csv', '--at', '1se');
  t.is(await run('predict', 'choose.json', 'all.csv', '--at', String(lambda[cv!.oneStandardError])), simple);
  t.not(simple, best);
  t.is((JSON.parse(await run('evaluate', 'choose.json', 'all.csv', '--at', '1se', '--json')) as { index: number }).index, cv!.oneStandardError);
});

test('a fold that has not converged is written, marked, and ends with 4', async (t) => {
  const { code, stdout, stderr } = await scalemix(['cv', ...logistic('all.csv'), '--tolerance', '0.01', '--fold-tolerance', '1e-12', '--max-passes', '5', '--lambdas', '5', '-o', 'loose.json'], { cwd: folder });
  t.is(code, 4, stderr);
  const loose = parseModel(readFileSync(join(folder, 'loose.json'), 'utf8'));
  t.true(loose.converged.every(Boolean), 'the path itself has');
  t.true(loose.cv!.converged.flat().some((done) => !done));
  t.regex(stdout, /NOT CONVERGED \(in \d folds?\)/);
  t.regex(stdout, /values fitted without one of 5 folds have NOT converged/);
});

test('cross-validation is resumed from its checkpoint', async (t) => {
  const args = [...logistic('all.csv'), '--lambdas', '5', '--folds', '3', '--fold-shuffle', '--seed', '2', '--quiet'];
  const expected = await model('cv', ...args);
  await run('cv', ...args, '--checkpoint', 'cv.log');
  const log = readFileSync(join(folder, 'cv.log'));
  writeFileSync(join(folder, 'cv.log'), log.subarray(0, Math.floor(log.length / 2)));
  const resumed = parseModel(await run('resume', 'cv.log', '--json'));
  t.deepEqual(resumed.cv, expected.cv);
  t.deepEqual(resumed.coefficients, expected.coefficients);
  t.regex(await run('resume', 'cv.log'), /3 folds of shuffled rows, seed 2/);
});

const wrong: readonly [args: string, code: string, exit: number, says: RegExp][] = [
  ['cv all.csv --response y --folds 1', 'BAD_OPTION_VALUE', 2, /from 2 to 1000/],
  ['cv all.csv --response y --folds 2.5', 'BAD_OPTION_VALUE', 2, /--folds/],
  ['cv all.csv --response y --folds five', 'BAD_OPTION_VALUE', 2, /--folds/],
  ['cv all.csv --response y --fold-tolerance 0', 'BAD_OPTION_VALUE', 2, /--fold-tolerance/],
  ['cv all.csv --response y --fold-shuffle --seed -1', 'BAD_OPTION_VALUE', 2, /--seed/],
  ['cv all.csv --response y --seed 3', 'INAPPLICABLE_OPTION', 2, /--seed .*--fold-shuffle/],
  ['cv folds.csv --response y --folds 4 --fold-column part', 'CONTRADICTORY_OPTIONS', 2, /--folds and --fold-column/],
  ['cv folds.csv --response y --fold-shuffle --fold-column part', 'CONTRADICTORY_OPTIONS', 2, /--fold-shuffle and --fold-column/],
  ['cv folds.csv --response y --fold-column prt', 'UNKNOWN_COLUMN', 2, /"prt" \(--fold-column\).*"part"/],
  ['cv folds.csv --response y --fold-column y', 'COLUMN_ROLES', 2, /--response and as --fold-column/],
  ['cv all.csv --columns x', 'MISSING_OPTION', 2, /cv needs --response/],
  ['path all.csv --response y --folds 3', 'INAPPLICABLE_OPTION', 2, /belongs to cv/],
  ['cv all.csv --response y --columns x --folds 401', 'EMPTY_FOLD', 3, /fold 401 of 401/],
  ['cv oneClass.csv --response y --loss logistic --fold-column g', 'ONE_CLASS_FOLD', 3, /Without fold "b" \(column "g"\)/],
  ['cv oneClass.csv --response x --fold-column x', 'COLUMN_ROLES', 2, /"x"/],
];

for (const [args, code, exit, says] of wrong) {
  test(`${args} is refused with ${code}`, async (t) => {
    const { code: found, stdout, stderr } = await scalemix(args.split(' '), { cwd: folder });
    t.is(found, exit, stderr);
    t.is(stdout, '');
    t.true(stderr.includes(`${code}: `), stderr);
    t.regex(stderr, says);
  });
}
