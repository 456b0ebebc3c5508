/** Whatever is wrong: one error with its code and its exit status, and nothing half-written. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { saveModel } from '@scalemix/core';
import { sampleModel } from '../support/sampleModel.ts';
import { sampleCsv, scalemix, temporaryFolder } from '../support/commandLine.ts';

const good = sampleCsv(60);
const row = (...cells: string[]): string => `y,late,x,c,w,n,k\n0.5,yes,1,a,1,2,1\n${cells.join(',')}\n1,no,2,b,1,3,2\n`;
const modelText = saveModel(sampleModel());
const fitted = saveModel(sampleModel({ lambda: [0.1], intercept: [0], coefficients: [[1, 2, 3]], objective: [1], gap: [0], stationarity: [0], nonzero: [3], devianceRatio: [0.5], converged: [true], reason: [null] }));
const folder = temporaryFolder({
  'good.csv': good,
  'empty.csv': '',
  'header.csv': 'y,x\n',
  'ragged.csv': 'y,x\n1,2\n3\n4,5\n',
  'text.csv': row('0.5', 'yes', 'oops', 'a', '1', '2', '1'),
  'twice.csv': 'y,x,x\n1,2,3\n4,5,6\n',
  'oneClass.csv': 'y,x\nyes,1\nyes,2\n',
  'manyClasses.csv': 'y,x\nyes,1\nno,2\nmaybe,3\n',
  'missing.csv': row('0.5', 'yes', '', 'a', '1', '2', '1'),
  'infinite.csv': row('0.5', 'yes', 'inf', 'a', '1', '2', '1'),
  'negativeWeight.csv': row('0.5', 'yes', '1', 'a', '-1', '2', '1'),
  'zeroWeights.csv': 'y,x,w\n1,2,0\n2,3,0\n',
  'manySuccesses.csv': row('0.5', 'yes', '1', 'a', '1', '2', '5'),
  'notBytes.bin': 'hello',
  'broken.parquet': 'PAR1 and then nothing',
  'new.csv': 'x,c\n1,a\n2,zebra\n',
  'narrow.csv': 'c\na\n',
  'model.json': modelText,
  'fit.json': fitted,
  'cut.json': modelText.slice(0, 700),
  'later.json': modelText.replace('scalemix.model/1', 'scalemix.model/9'),
  'other.json': '{"a": 1}',
  'bytes.json': '\u0000\u0001\ufffd',
  'config.json': '{"lambdaMinRatio": 0.1, "colour": "red"}',
  'broken.config.json': '{"response": ',
  'factors.json': '{"x": -1}',
});

interface Case {
  readonly what: string;
  readonly args: string;
  readonly code: string;
  readonly exit: number;
}

/** Arguments are split at spaces; ~ stands for a space inside one. */
const cases: readonly Case[] = [
  // The command line itself.
  { what: 'an unknown command', args: 'pth good.csv', code: 'UNKNOWN_COMMAND', exit: 2 },
  { what: 'submit without a command', args: 'submit --engine slurm', code: 'MISSING_ARGUMENT', exit: 2 },
  { what: 'submit without an engine', args: 'submit -- path good.csv --response y', code: 'MISSING_OPTION', exit: 2 },
  { what: 'submit of a command without the dashes', args: 'submit --engine slurm path good.csv --response y', code: 'UNEXPECTED_ARGUMENT', exit: 2 },
  { what: 'submit of what is no job', args: 'submit --engine slurm -- doctor', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'submit with a slip in the command', args: 'submit --engine slurm -- path good.csv --respons y', code: 'UNKNOWN_OPTION', exit: 2 },
  { what: 'submit of a path without a response', args: 'submit --engine slurm -- path good.csv', code: 'MISSING_OPTION', exit: 2 },
  { what: 'submit with standard input', args: 'submit --engine slurm -- path - --response y', code: 'UNEXPECTED_ARGUMENT', exit: 2 },
  { what: 'submit with a checkpoint of its own', args: 'submit --engine slurm -- path good.csv --response y --checkpoint c', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'submit of a path without data', args: 'submit --engine slurm -- path', code: 'MISSING_ARGUMENT', exit: 2 },
  { what: 'submit of folds that say nothing', args: 'submit --engine slurm -- cv good.csv --response y --seed 4', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'a data root that is a file', args: 'worker --listen 127.0.0.1:0 --insecure --data-root good.csv', code: 'BAD_DATA_ROOT', exit: 2 },
  { what: 'a certificate that is none', args: 'worker --listen 127.0.0.1:0 --insecure --tls-ca good.csv --tls-cert good.csv --tls-key good.csv', code: 'BAD_TLS', exit: 2 },
  { what: 'an address that is none, before the data are looked at', args: 'path nowhere.csv --response y --cluster nohost --insecure', code: 'BAD_ADDRESS', exit: 2 },
  { what: 'hosts for Slurm', args: 'submit --engine slurm --hosts h -- path good.csv --response y', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'an engine that does not exist', args: 'submit --engine pbs -- path good.csv --response y', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'ssh without hosts', args: 'submit --engine ssh -- path good.csv --response y', code: 'MISSING_OPTION', exit: 2 },
  { what: 'ssh with hosts that are not there', args: 'submit --engine ssh --hosts nowhere -- path good.csv --response y', code: 'BAD_HOSTS', exit: 2 },
  { what: 'Kubernetes without an image', args: 'submit --engine kubernetes -- path good.csv --response y', code: 'MISSING_OPTION', exit: 2 },
  { what: 'a volume without a folder', args: 'submit --engine kubernetes --image i --volume data -- path good.csv --response y', code: 'BAD_VOLUME', exit: 2 },
  { what: 'a job that nobody submitted', args: 'status nobody', code: 'UNKNOWN_JOB', exit: 2 },
  { what: 'supervise outside Slurm, of no job', args: 'supervise .', code: 'JOB_CORRUPT', exit: 3 },
  { what: 'no data', args: 'path --response y', code: 'MISSING_ARGUMENT', exit: 2 },
  { what: 'an unknown option', args: 'path good.csv --respons y', code: 'UNKNOWN_OPTION', exit: 2 },
  { what: 'an option of another command', args: 'predict model.json good.csv --lambdas 4', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'an output where there is none', args: 'describe good.csv -o model.json', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'an option of a later release', args: 'path good.csv --response y --groups 5', code: 'NOT_AVAILABLE', exit: 2 },
  { what: 'a loss of a later release', args: 'path good.csv --response y --loss poisson', code: 'NOT_AVAILABLE', exit: 2 },
  { what: 'a penalty that does not exist', args: 'path good.csv --response y --penalty lazo', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'an option without its value', args: 'path good.csv --response', code: 'MISSING_VALUE', exit: 2 },
  { what: 'an option twice', args: 'path good.csv --response y --response x', code: 'DUPLICATE_OPTION', exit: 2 },
  { what: 'no response', args: 'path good.csv', code: 'MISSING_OPTION', exit: 2 },
  { what: 'fit without lambda', args: 'fit good.csv --response y', code: 'MISSING_OPTION', exit: 2 },
  { what: 'fit with two values of lambda', args: 'fit good.csv --response y --lambda 0.1,0.2', code: 'FIT_ONE_LAMBDA', exit: 2 },
  { what: 'a negative lambda', args: 'fit good.csv --response y --lambda -0.1', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'a lambda that is not a number', args: 'fit good.csv --response y --lambda NaN', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'an infinite lambda', args: 'path good.csv --response y --lambda 1,Infinity', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'a lambda twice', args: 'path good.csv --response y --lambda 1,0.1,1', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'a grid of no values', args: 'path good.csv --response y --lambdas 0', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'a grid beside a list', args: 'path good.csv --response y --lambda 0.1 --lambda-min-ratio 0.01', code: 'CONTRADICTORY_OPTIONS', exit: 2 },
  { what: 'a switch both ways', args: 'path good.csv --response y --intercept --no-intercept', code: 'CONTRADICTORY_OPTIONS', exit: 2 },
  { what: 'an l1 ratio with the lasso', args: 'path good.csv --response y --l1-ratio 0.5', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'an l1 ratio above 1', args: 'path good.csv --response y --penalty elastic-net --l1-ratio 1.5', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'trials with least squares', args: 'path good.csv --response k --trials n', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'a positive class with least squares', args: 'path good.csv --response y --positive 1', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'penalty factors without a penalty', args: 'fit good.csv --response y --penalty none --penalty-factors x=0', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'a penalty factor for no column', args: 'fit good.csv --response y --lambda 1 --penalty-factors q=0', code: 'UNKNOWN_COLUMN', exit: 2 },
  { what: 'a negative penalty factor in a file', args: 'fit good.csv --response y --lambda 1 --penalty-factors factors.json', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'a delimiter where nothing is delimited', args: 'path broken.parquet --response y --delimiter ;', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'the whole table beside the document', args: 'path good.csv --response y --all --json', code: 'INAPPLICABLE_OPTION', exit: 2 },
  { what: 'no threads', args: 'path good.csv --response y --threads 0', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'a memory without a size', args: 'path good.csv --response y --memory lots', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'a tolerance of zero', args: 'path good.csv --response y --tolerance 0', code: 'BAD_OPTION_VALUE', exit: 2 },
  { what: 'a config file with an unknown key', args: 'path good.csv --response y --config config.json', code: 'UNKNOWN_OPTION', exit: 2 },
  { what: 'a config file that is not JSON', args: 'path good.csv --response y --config broken.config.json', code: 'BAD_CONFIG', exit: 2 },
  { what: 'no such config file', args: 'path good.csv --response y --config nowhere.json', code: 'BAD_CONFIG', exit: 2 },
  { what: 'an output in no folder', args: 'path good.csv --response y -o nowhere/m.json', code: 'BAD_OUTPUT', exit: 2 },
  { what: 'an output over its input', args: 'path good.csv --response y -o good.csv', code: 'BAD_OUTPUT', exit: 2 },
  // The data.
  { what: 'no such file', args: 'path nowhere.csv --response y', code: 'FILE_NOT_FOUND', exit: 3 },
  { what: 'a glob without a file', args: 'path nowhere*.csv --response y', code: 'FILE_NOT_FOUND', exit: 3 },
  { what: 'a folder', args: 'path . --response y', code: 'IS_DIRECTORY', exit: 3 },
  { what: 'an extension nobody knows', args: 'path notBytes.bin --response y', code: 'UNKNOWN_FORMAT', exit: 3 },
  { what: 'an empty file', args: 'path empty.csv --response y', code: 'EMPTY_FILE', exit: 3 },
  { what: 'a header and no rows', args: 'path header.csv --response y', code: 'EMPTY_FILE', exit: 3 },
  { what: 'a column name twice', args: 'path twice.csv --response y', code: 'DUPLICATE_COLUMN', exit: 3 },
  { what: 'an unknown response', args: 'path good.csv --response q', code: 'UNKNOWN_COLUMN', exit: 2 },
  { what: 'an unknown predictor', args: 'path good.csv --response y --columns x,q', code: 'UNKNOWN_COLUMN', exit: 2 },
  { what: 'a text response with least squares', args: 'path good.csv --response late', code: 'TEXT_RESPONSE', exit: 3 },
  { what: 'a response of one class', args: 'path oneClass.csv --response y --loss logistic', code: 'ONE_CLASS_RESPONSE', exit: 3 },
  { what: 'a response of three classes', args: 'path manyClasses.csv --response y --loss logistic', code: 'MANY_CLASSES', exit: 3 },
  { what: 'a positive class that is not there', args: 'path good.csv --response late --loss logistic --positive perhaps', code: 'UNKNOWN_CLASS', exit: 2 },
  { what: 'a missing value', args: 'path missing.csv --response y --exclude late', code: 'MISSING_VALUES', exit: 3 },
  { what: 'an infinite value', args: 'path infinite.csv --response y --exclude late', code: 'NON_FINITE_VALUE', exit: 3 },
  { what: 'a negative weight', args: 'path negativeWeight.csv --response y --weights w', code: 'BAD_WEIGHT', exit: 3 },
  { what: 'weights that are all zero', args: 'path zeroWeights.csv --response y --weights w', code: 'ALL_WEIGHTS_ZERO', exit: 3 },
  { what: 'more successes than trials', args: 'path manySuccesses.csv --response k --trials n --loss logistic', code: 'RESPONSE_OUT_OF_RANGE', exit: 3 },
  { what: 'a query with a slip', args: 'path good.csv --response y --query selct~1', code: 'BAD_QUERY', exit: 2 },
  { what: 'a query that fails on the data', args: "path good.csv --response y --query select~y,error('no')~as~x~from~data", code: 'BAD_QUERY', exit: 3 },
  { what: 'a list without commas', args: 'path good.csv --response y --columns x z', code: 'FILE_NOT_FOUND', exit: 3 },
  { what: 'more values than anyone looks at', args: 'path good.csv --response y --lambdas 1e9', code: 'BAD_OPTION_VALUE', exit: 2 },
  // Models.
  { what: 'no such model', args: 'predict nowhere.json good.csv', code: 'FILE_NOT_FOUND', exit: 3 },
  { what: 'a model cut off', args: 'predict cut.json new.csv', code: 'MODEL_CORRUPT', exit: 3 },
  { what: 'a JSON file that is no model', args: 'evaluate other.json good.csv', code: 'MODEL_CORRUPT', exit: 3 },
  { what: 'a model of bytes', args: 'predict bytes.json new.csv', code: 'MODEL_CORRUPT', exit: 3 },
  { what: 'a model of a later release', args: 'predict later.json new.csv', code: 'MODEL_VERSION', exit: 3 },
  { what: 'a path without --at', args: 'predict model.json new.csv', code: 'AT_NEEDED', exit: 2 },
  { what: 'a lambda the path does not have', args: 'predict model.json new.csv --at 0.77', code: 'AT_UNKNOWN', exit: 2 },
  { what: 'the best value of a path that was not cross-validated', args: 'predict model.json new.csv --at best', code: 'AT_NEEDS_CV', exit: 2 },
  { what: 'a level that the fit never met', args: 'predict fit.json new.csv', code: 'UNSEEN_LEVEL', exit: 3 },
  { what: 'data that lack a column of the model', args: 'predict fit.json narrow.csv', code: 'UNKNOWN_COLUMN', exit: 3 },
  { what: 'data that lack the response', args: 'evaluate fit.json new.csv --unseen base', code: 'UNKNOWN_COLUMN', exit: 3 },
  { what: 'predictions in a format nobody writes', args: 'predict fit.json new.csv --unseen base -o p.xlsx', code: 'BAD_OUTPUT', exit: 2 },
];

const before = readdirSync(folder).toSorted();

for (const [index, { what, args, code, exit }] of cases.entries()) {
  test(`${what}: ${code}, exit ${exit}`, async (t) => {
    const words = args.split(' ').map((word) => word.replaceAll('~', ' '));
    const takesOutput = ['fit', 'path', 'predict'].includes(words[0]!) && !words.includes('-o');
    const output = words[0] === 'predict' ? `${index}.csv` : `${index}.json`;
    const run = await scalemix([...words, ...(takesOutput ? ['-o', output] : [])], { cwd: folder });
    t.is(run.code, exit, run.stderr);
    t.is(run.stdout, '', 'standard output carries results only');
    if (words.includes('--json')) return t.is((JSON.parse(run.stderr) as { error: { code: string } }).error.code, code);
    const told = run.stderr.split('\n').filter((line) => line.startsWith('scalemix: '));
    t.is(told.length, 1, run.stderr);
    t.true(told[0]!.startsWith(`scalemix: ${code}: `), run.stderr);
  });
}

for (const { args, code } of cases.filter(({ what }) => ['an unknown option', 'no such file', 'a model cut off'].includes(what))) {
  test(`with --json the error ${code} is a JSON document on standard error`, async (t) => {
    const run = await scalemix([...args.split(' '), '--json'], { cwd: folder });
    const { error } = JSON.parse(run.stderr) as { error: { code: string; message: string } };
    t.is(error.code, code);
    t.true(error.message.length > 20);
    t.is(run.stdout, '');
  });
}

const ragged: readonly [what: string, args: string, place: RegExp][] = [
  ['a ragged row', 'path ragged.csv --response y', /ragged\.csv.*\b[23]\b/],
  ['text in a column of numbers', 'path text.csv --response y --exclude late', /text\.csv/],
];

for (const [what, args, place] of ragged) {
  test(`${what} is told with its file`, async (t) => {
    const run = await scalemix(args.split(' '), { cwd: folder });
    t.is(run.code, 3, run.stderr);
    t.regex(run.stderr, place);
  });
}

test.after('nothing was written', (t) => {
  t.deepEqual(readdirSync(folder).toSorted(), before, join(folder, '*'));
});
