/** How the command line behaves beside its answers. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { FailureError, parseModel } from '@scalemix/core';
import { errorText, tell } from '../../packages/cli/src/failure.ts';
import { needs } from '../support/needs.ts';
import { bin, sampleCsv, scalemix, temporaryFolder } from '../support/commandLine.ts';

const folder = temporaryFolder({
  'train.csv': sampleCsv(300),
  'big.csv': sampleCsv(120000),
  'fit.config.json': JSON.stringify({ response: 'y', columns: ['x', 'z'], lambda: 0.5, standardize: false, penaltyFactors: { x: 0 } }),
});
const commands = ['path', 'fit', 'plan', 'resume', 'predict', 'evaluate', 'describe', 'doctor'];

test('scalemix alone prints its help, with the commands', async (t) => {
  const { code, stdout } = await scalemix([]);
  t.is(code, 0);
  for (const command of commands) t.true(stdout.includes(`scalemix ${command}`), command);
});

for (const command of commands) {
  test(`${command} --help has examples and says what its options do`, async (t) => {
    const { code, stdout } = await scalemix([command, '--help']);
    t.is(code, 0);
    t.regex(stdout, new RegExp(`Examples:[^]*scalemix ${command}`));
    t.regex(stdout, /--json +\S/);
    t.false(stdout.includes('[string]'));
    t.deepEqual(stdout.split('\n').filter((line) => line.length > 100), []);
  });
}

test('--version is that of the package', async (t) => {
  const manifest = JSON.parse(readFileSync(new URL('../../packages/cli/package.json', import.meta.url), 'utf8')) as { version: string };
  t.is((await scalemix(['--version'])).stdout.trim(), manifest.version);
});

test('with --quiet standard error is empty', async (t) => {
  const loud = await scalemix(['path', 'train.csv', '--response', 'y', '-o', 'quiet.json'], { cwd: folder });
  t.regex(loud.stderr, /^Read 300 rows[\s\S]*Wrote quiet\.json\.\n$/);
  const quiet = await scalemix(['path', 'train.csv', '--response', 'y', '-o', 'quiet.json', '--quiet'], { cwd: folder });
  t.is(quiet.stderr, '');
  t.is(quiet.code, 0);
});

test('without a terminal there are no colours and no cursor movements', async (t) => {
  const { stdout, stderr } = await scalemix(['path', 'train.csv', '--response', 'y'], { cwd: folder });
  t.false(`${stdout}${stderr}`.includes('\u001b'));
  t.false(stderr.includes('\r'));
});

test('a config file gives options, and the command line wins', async (t) => {
  const configured = await scalemix(['fit', 'train.csv', '--config', 'fit.config.json', '--json'], { cwd: folder });
  t.is(configured.code, 0, configured.stderr);
  const model = parseModel(configured.stdout);
  t.deepEqual([model.lambda, model.features, model.standardize, model.penaltyFactors], [[0.5], ['x', 'z'], false, [0, 1]]);
  const overridden = await scalemix(['fit', 'train.csv', '--config', 'fit.config.json', '--json', '--lambda', '0.25', '--standardize'], { cwd: folder });
  const other = parseModel(overridden.stdout);
  t.deepEqual([other.lambda, other.features, other.standardize], [[0.25], ['x', 'z'], true]);
});

test('--events writes one JSON line an event, in order', async (t) => {
  const { code } = await scalemix(['path', 'train.csv', '--response', 'late', '--loss', 'logistic', '--columns', 'x,z', '--lambdas', '5', '--events', 'events.jsonl'], { cwd: folder });
  t.is(code, 0);
  const events = readFileSync(join(folder, 'events.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; time: string });
  const types = events.map(({ type }) => type);
  t.true(types.indexOf('loaded') < types.indexOf('passBegun'));
  t.is(types.filter((type) => type === 'valueDone').length, 5);
  t.is(types.filter((type) => type === 'passBegun').length, types.filter((type) => type === 'passDone').length);
  t.is(types.at(-1), 'done');
  t.true(events.every(({ time }) => !Number.isNaN(Date.parse(time))));
});

const hasBegun = /Read 120,000 rows/;

for (const [signal, exit] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
  test(`${signal} ends with ${exit} and writes nothing`, async (t) => {
    const output = `${signal}.json`;
    const run = await scalemix(['path', 'big.csv', '--response', 'late', '--loss', 'logistic', '--lambdas', '100', '--tolerance', '1e-12', '-o', output], {
      cwd: folder,
      meanwhile: (child) => {
        child.stderr!.on('data', (text: string) => {
          if (hasBegun.test(text)) child.kill(signal);
        });
      },
    });
    t.is(run.code, exit, run.stderr);
    t.regex(run.stderr, /INTERRUPTED/);
    t.is(run.stdout, '');
    t.deepEqual(readdirSync(folder).filter((name) => name.includes(signal) || name.includes('partial')), []);
  });
}

test('a reader that goes away early is no error', async (t) => {
  const fit = await scalemix(['fit', 'big.csv', '--response', 'y', '--columns', 'x,z', '--lambda', '0.1', '-o', 'pipe.json', '--quiet'], { cwd: folder });
  t.is(fit.code, 0, fit.stderr);
  const run = await scalemix(['predict', 'pipe.json', 'big.csv'], {
    cwd: folder,
    meanwhile: (child) => {
      child.stdout!.once('data', () => child.stdout!.destroy());
    },
  });
  t.is(run.code, 0);
  t.is(run.stderr, '');
});

needs([{ file: '/dev/full' }])('where standard output cannot be written, that is said in a line', (t) => {
  const full = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(full));
  for (const [args, shown] of [[[], /^scalemix: CANNOT_WRITE: Standard output cannot be written: ENOSPC: .*\.\n$/], [['--json'], /^\{"error":\{"code":"CANNOT_WRITE",.*\}\}\n$/]] as const) {
    const { status, stderr } = spawnSync(process.execPath, [bin, 'describe', 'big.csv', ...args], { cwd: folder, stdio: ['ignore', full, 'pipe'], encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' });
    t.is(status, 1);
    t.regex(stderr, shown);
  }
});

test('started as a package script, relative paths mean the folder of its user', async (t) => {
  const root = new URL('../..', import.meta.url).pathname;
  const env = { npm_lifecycle_event: 'scalemix', npm_package_json: join(root, 'package.json'), INIT_CWD: folder };
  const { code, stdout, stderr } = await scalemix(['describe', 'train.csv'], { cwd: root, env });
  t.is(code, 0, stderr);
  t.regex(stdout, /300 rows/);
});

test('inside another program that a package script started, they mean its own folder', async (t) => {
  const root = new URL('../..', import.meta.url).pathname;
  const env = { npm_lifecycle_event: 'test', npm_package_json: join(root, 'package.json'), INIT_CWD: root };
  const { code, stderr } = await scalemix(['describe', 'train.csv'], { cwd: folder, env });
  t.is(code, 0, stderr);
});

const completions: readonly [words: string[], includes: string[], excludes: string[]][] = [
  [['scalemix', ''], ['path', 'doctor'], ['--loss']],
  [['scalemix', 'pre'], ['predict'], ['path']],
  [['scalemix', 'path', '--l'], ['--loss', '--lambdas'], ['--at']],
  [['scalemix', 'fit', '--no'], ['--no-intercept'], ['--no-json']],
  [['scalemix', 'path', '--loss', ''], ['squared', 'logistic'], ['--json']],
  [['scalemix', 'path', '--loss', 'lo'], ['logistic'], ['squared']],
  [['scalemix', 'path', ''], [], ['--loss', 'predict']],
  [['scalemix', 'path', 'a.csv', '--response', ''], [], ['--loss', 'predict']],
];

for (const [words, includes, excludes] of completions) {
  test(`after ${JSON.stringify(words.join(' '))} completion offers ${includes.join(', ') || 'files'}`, async (t) => {
    const offered = (await scalemix(['--get-yargs-completions', ...words])).stdout.split('\n').filter((line) => line !== '');
    for (const word of includes) t.true(offered.includes(word), offered.join(' '));
    for (const word of excludes) t.false(offered.includes(word), offered.join(' '));
    if (includes.length === 0) t.deepEqual(offered, []);
  });
}

test('an error is one line, whatever another program has said in it', (t) => {
  const told = tell(new FailureError('ENGINE_REFUSED', 'sbatch ended with 1: sbatch: error: one\n  sbatch: fatal: two.'), new AbortController().signal);
  t.is(errorText(told, false, (_, text) => text), 'scalemix: ENGINE_REFUSED: sbatch ended with 1: sbatch: error: one | sbatch: fatal: two.\n');
});

test('submit says where the command that it shall run stands', async (t) => {
  const { stderr } = await scalemix(['submit', '--engine', 'slurm', 'path', 'a.parquet', '--response', 'y']);
  t.regex(stderr, /^scalemix: UNEXPECTED_ARGUMENT: submit does not know what to do with "path"\. The command that it shall run stands after --, such as scalemix submit .* -- path .*\n$/);
});

test('completion prints a script for the shell', async (t) => {
  t.regex((await scalemix(['completion'], { env: { SHELL: '/bin/bash' } })).stdout, /complete -o bashdefault -o default/);
});

for (const extra of ['bash', '--quiet']) {
  test(`completion ${extra} is an error: it takes nothing`, async (t) => {
    const { code, stdout, stderr } = await scalemix(['completion', extra]);
    t.deepEqual([code, stdout], [2, '']);
    t.regex(stderr, new RegExp(`^scalemix: UNEXPECTED_ARGUMENT: completion .*"${extra}"`));
  });
}
