/** A run that is killed, and resume. */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseModel } from '@scalemix/core';
import { atPoint } from '../support/atPoint.ts';
import { sampleCsv, scalemix, temporaryFolder } from '../support/commandLine.ts';
import type { Run } from '../support/commandLine.ts';
import { recordStarts } from '../support/logRecords.ts';
import { until } from '../support/processes.ts';

const folder = temporaryFolder({
  // So many that threads compute.
  'rows.csv': sampleCsv(140000),
  'few.csv': sampleCsv(200),
});
const run = ['path', 'rows.csv', '--response', 'late', '--loss', 'logistic', '--columns', 'x,z,c', '--lambdas', '30', '--threads', '2'];

/** All that an interruption must not change. */
function answer(document: string): unknown {
  const { timing: _timing, ...rest } = parseModel(document);
  return rest;
}

/** Bytes of a file, 0 where there is none. */
function size(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

test('a run killed at any point is gone on with, to the same document', async (t) => {
  const plain = await scalemix([...run, '--json'], { cwd: folder });
  t.is(plain.code, 0, plain.stderr);
  const whole = join(folder, 'whole.log');
  t.is((await scalemix([...run, '--checkpoint', whole, '--quiet', '-o', 'whole.json'], { cwd: folder })).code, 0);
  t.deepEqual(answer(readFileSync(join(folder, 'whole.json'), 'utf8')), answer(plain.stdout));
  const bytes = size(whole);
  const records = recordStarts(readFileSync(whole));
  const log = join(folder, 'killed.log');
  for (const share of [0, 0.1, 0.5, 1]) {
    const record = Math.round(share * (records.length - 2)) + 1;
    rmSync(log, { force: true });
    const killed = await scalemix([...run, '--checkpoint', 'killed.log', '-o', 'killed.json'], { cwd: folder, env: atPoint({ file: 'killed.log', after: records[record]!, signal: 'SIGKILL' }) });
    t.is(killed.code, null, `killed at ${share}`);
    t.false(existsSync(join(folder, 'killed.json')));
    t.true(size(log) > records[record]! && size(log) < bytes, `${size(log)} of ${bytes}`);
    // Twice in a row: the second goes on from what the first has appended.
    if (share === 0.5) {
      const again = await scalemix(['resume', 'killed.log', '--quiet'], { cwd: folder, env: atPoint({ file: 'killed.log', after: records.at(-2)!, signal: 'SIGKILL' }) });
      t.is(again.code, null);
      t.true(size(log) > records.at(-2)! && size(log) < bytes, `${size(log)} of ${bytes}`);
    }
    const resumed = await scalemix(['resume', 'killed.log', '-o', 'resumed.json'], { cwd: folder });
    t.is(resumed.code, 0, resumed.stderr);
    t.regex(resumed.stderr, /The log holds [\d,]+ repl/);
    t.regex(resumed.stdout, /Logistic lasso path of late/);
    t.deepEqual(answer(readFileSync(join(folder, 'resumed.json'), 'utf8')), answer(plain.stdout));
    t.true(readFileSync(log).equals(readFileSync(whole)));
  }
});

test('an interrupted run says how to go on', async (t) => {
  const interrupted = await scalemix([...run, '--tolerance', '1e-12', '--checkpoint', 'interrupted.log'], { cwd: folder, env: atPoint({ file: 'interrupted.log', after: 10_000, signal: 'SIGTERM' }) });
  t.is(interrupted.code, 143);
  t.regex(interrupted.stderr, /scalemix resume interrupted\.log goes on from there/);
  t.is((await scalemix(['resume', 'interrupted.log'], { cwd: folder })).code, 0);
});

test('a log that a run is writing is refused, and free as soon as that run is killed', async (t) => {
  const log = join(folder, 'used.log');
  const refusals: Run[] = [];
  let untouched = false;
  const told = join(folder, 'used.stopped');
  const tryStopped = async (): Promise<void> => {
    // It writes no more and is there all the same.
    await until('the writer has stopped', () => existsSync(told));
    const before = readFileSync(log);
    refusals.push(await scalemix(['resume', 'used.log'], { cwd: folder }));
    untouched = readFileSync(log).equals(before);
  };
  let trying = Promise.resolve();
  const writer = await scalemix([...run, '--checkpoint', 'used.log'], {
    cwd: folder,
    env: atPoint({ file: 'used.log', after: 10_000, signal: 'SIGSTOP', told }),
    meanwhile: (child) => {
      trying = tryStopped().finally(() => child.kill('SIGKILL'));
    },
  });
  await trying;
  t.is(writer.code, null, 'it was in the middle of its work');
  const [refused] = refusals;
  t.true(untouched);
  t.is(refused!.code, 1);
  t.regex(refused!.stderr, /^scalemix: LOG_IN_USE: The log used\.log is being written by another run\. .*\n$/);
  const resumed = await scalemix(['resume', 'used.log', '--quiet'], { cwd: folder });
  t.is(resumed.code, 0, resumed.stderr);
});

test('of two runs that begin with one checkpoint at once, one goes on and the other is refused', async (t) => {
  const runs = await Promise.all([1, 2].map(() => scalemix([...run, '--checkpoint', 'raced.log', '--quiet'], { cwd: folder })));
  t.deepEqual(runs.map(({ code }) => code).sort(), [0, 2]);
  t.regex(runs.find(({ code }) => code === 2)!.stderr, /CHECKPOINT_EXISTS/);
  t.is((await scalemix(['resume', 'raced.log', '--quiet'], { cwd: folder })).code, 0);
});

test('resume prints what the command of the run prints', async (t) => {
  const fit = ['fit', 'few.csv', '--response', 'y', '--lambda', '0.1', '--columns', 'x,z'];
  const first = await scalemix([...fit, '--checkpoint', 'fit.log'], { cwd: folder });
  const again = await scalemix(['resume', 'fit.log'], { cwd: folder });
  const table = (text: string): string => text.slice(0, text.indexOf('read in'));
  t.is(table(again.stdout), table(first.stdout));
});

const few = ['path', 'few.csv', '--response', 'y', '--columns', 'x'];
const refused: readonly [args: string[], code: string, exit: number, words: RegExp][] = [
  [[...few, '--checkpoint', 'mine.txt'], 'CHECKPOINT_EXISTS', 2, /scalemix resume mine\.txt/],
  [[...few, '--checkpoint', 'none/a.log'], 'BAD_OUTPUT', 2, /--checkpoint/],
  [[...few, '--checkpoint', 'a.log', '-o', 'a.log'], 'BAD_OUTPUT', 2, /--output and --checkpoint both name a\.log/],
  [['path', '-', '--response', 'y', '--checkpoint', 'a.log'], 'INAPPLICABLE_OPTION', 2, /standard input/],
  [['resume', 'none.log'], 'FILE_NOT_FOUND', 3, /no log none\.log/],
  [['resume', 'mine.txt'], 'LOG_CORRUPT', 3, /is not a log/],
  [['resume', '.'], 'FILE_NOT_READABLE', 3, /cannot be opened/],
  [['resume', 'mine.txt', '-o', 'mine.txt'], 'BAD_OUTPUT', 2, /mine\.txt/],
  [['resume', 'mine.txt', '--response', 'y'], 'INAPPLICABLE_OPTION', 2, /does not apply to resume/],
  [['resume'], 'MISSING_ARGUMENT', 2, /scalemix resume LOG/],
  [['describe', 'few.csv', '--checkpoint', 'a.log'], 'INAPPLICABLE_OPTION', 2, /belongs to path, fit/],
];

for (const [args, code, exit, words] of refused) {
  test(`${args.join(' ')}: ${code}`, async (t) => {
    writeFileSync(join(folder, 'mine.txt'), 'not a log');
    const { code: found, stderr } = await scalemix(args, { cwd: folder, input: 'y,x\n1,2\n' });
    t.is(found, exit, stderr);
    t.true(stderr.includes(code), stderr);
    t.regex(stderr, words);
    t.is(readFileSync(join(folder, 'mine.txt'), 'utf8'), 'not a log');
    t.false(existsSync(join(folder, 'a.log')));
  });
}
