/** What the commands do when all is well. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseModel } from '@scalemix/core';
import type { EvaluationReport, ModelDocument } from '@scalemix/core';
import { sampleCsv, scalemix, temporaryFolder } from '../support/commandLine.ts';
import { fieldNames } from '../support/fieldNames.ts';

const folder = temporaryFolder({ 'train.csv': sampleCsv(400), 'some.csv': 'x,z,c\n0.5,101,a\n,103,b\n-1,104,q\n' });
const inFolder = (name: string): string => join(folder, name);
const logistic = ['train.csv', '--response', 'late', '--loss', 'logistic', '--columns', 'x,z,c'];

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await scalemix(args, { cwd: folder });
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return stdout;
}

async function model(...args: string[]): Promise<ModelDocument> {
  return parseModel(await run(...args, '--json'));
}

test('path --json prints the document that -o writes', async (t) => {
  const printed = await run('path', ...logistic, '--lambdas', '10', '--json', '-o', 'path.json');
  t.is(printed, readFileSync(inFolder('path.json'), 'utf8'));
  const found = parseModel(printed);
  t.is(found.lambda.length, 10);
  t.true(found.converged.every(Boolean));
  t.deepEqual(found.features, ['x', 'z', 'c=b', 'c=d']);
  t.deepEqual(found.classes, ['no', 'yes']);
  t.is(found.response.positive, 'yes');
  t.is(found.rows, 400);
});

test('path shows a table, plots and how sure the answer is', async (t) => {
  const shown = await run('path', ...logistic, '--lambdas', '30');
  t.regex(shown, /index +lambda +nonzero +deviance ratio +relative gap/);
  t.regex(shown, /values between are not shown/);
  t.regex(shown, /coefficients x standard deviation/);
  t.regex(shown, /All 30 values are certified/);
  const whole = await run('path', ...logistic, '--lambdas', '30', '--all');
  t.is(whole.match(/^ +\d+ +\d\S* +\d+ +\d\.\d{4} /gm)?.length, 30);
});

test('fit shows the coefficients by size, levels under their column', async (t) => {
  const shown = await run('fit', ...logistic, '--lambda', '0.001');
  t.regex(shown, /\(intercept\)[\s\S]*\bx +[\s\S]*\bc: \d of 2 levels/);
  t.regex(shown, /The answer is certified/);
});

test('predict on the training file, evaluated, gives the deviance ratio that is stored', async (t) => {
  for (const args of [logistic, ['train.csv', '--response', 'y', '--columns', 'x,z,c', '--weights', 'w'], ['train.csv', '--response', 'k', '--trials', 'n', '--loss', 'logistic', '--columns', 'x,z,c']]) {
    const name = `${args[2]}.json`;
    const stored = await model('fit', ...args, '--lambda', '0.01', '-o', name);
    const report = JSON.parse(await run('evaluate', name, 'train.csv', '--json')) as EvaluationReport;
    t.true(Math.abs(report.devianceRatio! - stored.devianceRatio[0]!) < 1e-12, `${args[2]}: ${report.devianceRatio} and ${stored.devianceRatio[0]}`);
    t.is(report.weightSum.toPrecision(12), stored.weightSum.toPrecision(12));
  }
});

test('predictions are the same in CSV, in Parquet and on standard output', async (t) => {
  await run('fit', ...logistic, '--lambda', '0.01', '-o', 'same.json');
  const printed = await run('predict', 'same.json', 'train.csv');
  await run('predict', 'same.json', 'train.csv', '-o', 'same.csv');
  await run('predict', 'same.json', 'train.csv', '-o', 'same.parquet');
  t.is(readFileSync(inFolder('same.csv'), 'utf8'), printed);
  const [header, ...lines] = printed.trimEnd().split('\n');
  t.is(header, 'psi,mean');
  t.is(lines.length, 400);
  const columns = JSON.parse(await run('describe', 'same.parquet', '--json')) as { rows: number; columns: { name: string; min: number; max: number }[] };
  const psi = lines.map((line) => Number(line.split(',')[0]));
  t.is(columns.rows, 400);
  t.deepEqual(columns.columns.map(({ name }) => name), ['psi', 'mean']);
  t.is(columns.columns[0]!.min, Math.min(...psi));
  t.is(columns.columns[0]!.max, Math.max(...psi));
  const json = JSON.parse(await run('predict', 'same.json', 'train.csv', '--json')) as { index: number; lambda: number; psi: number[]; mean: number[] };
  t.deepEqual(json.psi, psi);
  t.is(json.lambda, 0.01);
});

test('rows without a prediction have empty cells, unseen levels count as the base where that is asked', async (t) => {
  await run('fit', ...logistic, '--missing', 'drop', '--lambda', '0.01', '-o', 'drop.json');
  const lines = (await run('predict', 'drop.json', 'some.csv', '--unseen', 'base')).trimEnd().split('\n');
  t.is(lines[2], ',');
  t.regex(lines[1]!, /^-?\d/);
  t.regex(lines[3]!, /^-?\d/);
});

test('a value of a path is taken by index and by lambda', async (t) => {
  const path = await model('path', ...logistic, '--lambdas', '6', '-o', 'choose.json');
  const byIndex = await run('predict', 'choose.json', 'train.csv', '--at', '3');
  t.is(await run('predict', 'choose.json', 'train.csv', '--at', String(path.lambda[3])), byIndex);
  t.is(await run('predict', 'choose.json', 'train.csv', '--at', path.lambda[3]!.toPrecision(4)), byIndex);
  t.not(await run('predict', 'choose.json', 'train.csv', '--at', '4'), byIndex);
});

test('every option of the model is heeded', async (t) => {
  const base = ['train.csv', '--response', 'y', '--columns', 'x,z,c'];
  t.deepEqual((await model('path', ...base, '--lambda', '0.5,0.1,0.2')).lambda, [0.5, 0.1, 0.2]);
  const few = await model('path', ...base, '--lambdas', '5', '--lambda-min-ratio', '0.1');
  t.true(Math.abs(few.lambda[4]! / few.lambda[0]! - 0.1) < 1e-12);
  const none = await model('path', ...base, '--penalty', 'none');
  t.deepEqual(none.lambda, [0]);
  const free = await model('fit', ...base, '--lambda', '100', '--penalty-factors', 'c=0,x=1');
  t.deepEqual(free.penaltyFactors, [1, 1, 0, 0]);
  t.true(free.coefficients[0]![0] === 0 && free.coefficients[0]![2] !== 0);
  const raw = await model('fit', ...base, '--lambda', '0.1', '--no-standardize', '--no-intercept', '--penalty', 'elastic-net', '--l1-ratio', '0.25');
  t.deepEqual([raw.standardize, raw.interceptFitted, raw.intercept[0], raw.penalty.l1Ratio], [false, false, 0, 0.25]);
  const all = await model('fit', 'train.csv', '--response', 'y', '--lambda', '0.1', '--drop', 'none', '--exclude', 'z,w,k,late', '--categorical', 'n');
  t.deepEqual(all.features, ['x', 'c=a', 'c=b', 'c=d', 'n=1', 'n=2', 'n=3', 'n=4', 'n=5']);
  const narrow = await model('fit', ...base, '--lambda', '0.1', '--precision', 'f32', '--kernel', 'scalar', '--threads', '1');
  t.regex(narrow.environment.kernel, /^scalar\/f32/);
  t.is(narrow.environment.threads, 1);
  const sql = await model('fit', 'train.csv', '--query', 'select y, x, x * x as square from data where c = \'a\'', '--response', 'y', '--lambda', '0.1');
  t.deepEqual(sql.features, ['x', 'square']);
  t.true(sql.rows < 400);
});

test('an answer that has not converged is written, marked, and ends with 4', async (t) => {
  const { code, stderr } = await scalemix(['path', ...logistic, '--tolerance', '1e-14', '--max-passes', '1', '--lambdas', '4', '-o', 'loose.json'], { cwd: folder });
  t.is(code, 4, stderr);
  const loose = parseModel(readFileSync(inFolder('loose.json'), 'utf8'));
  t.false(loose.converged.every(Boolean));
  t.true(loose.reason.some((reason) => reason === 'MAX_PASSES'));
});

test('standard input is data', async (t) => {
  const { code, stdout, stderr } = await scalemix(['fit', '-', '--response', 'y', '--columns', 'x', '--lambda', '0.1', '--json'], { input: sampleCsv(400) });
  t.is(code, 0, stderr);
  t.is(parseModel(stdout).coefficients[0]![0], (await model('fit', 'train.csv', '--response', 'y', '--columns', 'x', '--lambda', '0.1')).coefficients[0]![0]);
});

test('describe shows types, missing values, ranges and levels', async (t) => {
  const shown = await run('describe', 'some.csv');
  t.regex(shown, /3 rows, 3 columns/);
  t.regex(shown, /x +number +1 \(33\.3 %\) +-1 to 0\.5/);
  t.regex(shown, /c +text +3 levels/);
});

test('doctor says which kernels are used and why', async (t) => {
  const shown = await run('doctor');
  t.regex(shown, /kernels +(wasm-fma|wasm-separate|scalar)\/f64/);
  t.regex(shown, /DuckDB v\d/);
  t.regex(shown, /OpenBLAS +not needed/);
  const report = JSON.parse(await run('doctor', '--json')) as { kernel: { id: string; reason: string } };
  t.true(report.kernel.reason.length > 0);
});

test('doctor ends with 1 where something is not as it should be, in words and as JSON', async (t) => {
  const hook = "import { registerHooks } from 'node:module'; registerHooks({ resolve(name, context, next) { if (name === '@duckdb/node-api') throw new Error('not installed'); return next(name, context); } });";
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hook)}` };
  const words = await scalemix(['doctor'], { env });
  t.is(words.code, 1, words.stderr);
  t.regex(words.stdout.replaceAll(/\s+/g, ' '), /!! Parquet, SQL DuckDB does not start: not installed/);
  const { code, stdout } = await scalemix(['doctor', '--json'], { env });
  t.is(code, 1);
  t.deepEqual((JSON.parse(stdout) as { duckdb: unknown }).duckdb, { version: null, problem: 'not installed' });
});

test('docs/command-line.md has every field that commands print with --json', async (t) => {
  const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
  await run('fit', ...logistic, '--lambda', '0.01', '-o', 'fields-late.json');
  await run('fit', 'train.csv', '--response', 'y', '--columns', 'x', '--lambda', '0.01', '-o', 'fields-y.json');
  for (const [command, ...args] of [['evaluate', 'fields-late.json', 'train.csv'], ['evaluate', 'fields-y.json', 'train.csv'], ['predict', 'fields-y.json', 'train.csv'], ['describe', 'train.csv'], ['describe', 'some.csv'], ['doctor'], ['certs', '-o', 'certs']] as const) {
    const start = page.indexOf(`\n## ${command}\n`);
    const section = page.slice(start, page.indexOf('\n## ', start + 1));
    const printed = [...new Set(fieldNames(JSON.parse(await run(command, ...args, '--json'))))];
    t.true(printed.length > 2);
    t.deepEqual(printed.filter((name) => !section.includes(`\`${name}\``)), [], command);
  }
});

test('a second run over the same output replaces it, and leaves nothing beside it', async (t) => {
  writeFileSync(inFolder('again.json'), 'old');
  await run('fit', ...logistic, '--lambda', '0.01', '-o', 'again.json');
  t.notThrows(() => parseModel(readFileSync(inFolder('again.json'), 'utf8')));
  t.deepEqual(readdirSync(folder).filter((name) => name.includes('partial')), []);
});
