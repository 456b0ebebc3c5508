/** A job with a log, cut off and gone on with. */
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { crc32 } from 'node:zlib';
import test from 'ava';
import { ReplayLog, resumeJob, runJob } from '@scalemix/coordinator';
import type { JobEvent, JobRequest } from '@scalemix/coordinator';
import { ScalemixError } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import { sampleCsv, temporaryFolder } from '../support/commandLine.ts';
import { memoryTable } from '../support/memoryTable.ts';
import { Random } from '../support/random.ts';

const folder = temporaryFolder({ 'small.csv': sampleCsv(2000), 'other.csv': sampleCsv(2000, 2), 'large.csv': sampleCsv(140000) });
const file = (name: string): string => join(folder, name);

const logistic: JobRequest = {
  data: { inputs: [file('small.csv')], response: 'late', columns: ['x', 'z', 'c'] },
  problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'elastic-net', l1Ratio: 0.5 }, lambdas: 6, penaltyFactors: new Map([['x', 0.5]]) },
  machine: { threads: 1 },
};
const requests: Readonly<Record<string, JobRequest>> = {
  'value by value': logistic,
  'in lockstep on a sample, on threads': { ...logistic, data: { ...logistic.data, inputs: [file('large.csv')] }, machine: { threads: 2 } },
  'from moments': { ...logistic, data: { ...logistic.data, response: 'y', columns: ['x', 'z'] }, problem: { ...logistic.problem, loss: { name: 'squared', parameters: {} } } },
};

let logs = 0;
const newPath = (): string => file(`${logs++}.log`);

/** All of a model that an interruption must not change. */
function answer({ timing: _timing, environment: { threads: _threads, ...environment }, ...rest }: ModelDocument): unknown {
  return { ...rest, environment };
}

/** Where each record begins, the end included. */
function recordEnds(log: Buffer): number[] {
  const ends: number[] = [];
  for (let at = log.indexOf('\n') + 1; at < log.length; ends.push(at)) at += 12 + log.readUInt32LE(at);
  return ends;
}

async function record(request: JobRequest): Promise<{ path: string; model: ModelDocument }> {
  const path = newPath();
  return { path, model: await runJob(request, { checkpoint: { path, command: 'path' } }) };
}

for (const [name, request] of Object.entries(requests)) {
  test(`${name}: a job with a log gives the same answer, and so does one that goes on from any part of it`, async (t) => {
    const plain = answer(await runJob(request));
    const { path, model } = await record(request);
    t.deepEqual(answer(model), plain);
    const whole = readFileSync(path);
    const ends = recordEnds(whole);
    t.true(ends.length > 1);
    for (const share of [0, 0.2, 0.5, 0.9, 1]) {
      const end = ends[Math.floor(share * (ends.length - 1))]!;
      for (const cut of new Set([end, Math.min(end + 20, whole.length)])) {
        writeFileSync(path, whole.subarray(0, cut));
        const events: JobEvent[] = [];
        const resumed = await resumeJob(path, { machine: { threads: 1 }, onEvent: (event) => events.push(event) });
        t.is(resumed.command, 'path');
        t.deepEqual(answer(resumed.model), plain, `cut at ${cut} of ${whole.length}`);
        t.deepEqual(events[0], { type: 'resumed', replies: ends.indexOf(end) });
        t.true(readFileSync(path).equals(whole), 'the log is that of an uninterrupted job');
      }
    }
  });
}

test('a job that is aborted leaves a log to go on with', async (t) => {
  const path = newPath();
  const controller = new AbortController();
  let passes = 0;
  const onEvent = (event: JobEvent): void => {
    if (event.type === 'passBegun' && ++passes === 5) controller.abort(new Error('enough'));
  };
  await t.throwsAsync(runJob(logistic, { signal: controller.signal, onEvent, checkpoint: { path, command: 'path' } }), { message: 'enough' });
  const log = ReplayLog.open(path);
  t.true(log.replies >= 3);
  log.close();
  t.deepEqual(answer((await resumeJob(path)).model), answer(await runJob(logistic)));
});

test('a job that fails before its rows are there leaves no log', async (t) => {
  const path = newPath();
  await t.throwsAsync(runJob({ ...logistic, data: { ...logistic.data, response: 'none' } }, { checkpoint: { path, command: 'path' } }), { code: 'UNKNOWN_COLUMN' });
  t.false(existsSync(path));
  await t.throwsAsync(resumeJob(path), { code: 'FILE_NOT_FOUND', message: /start the job anew/ });
});

test('a checkpoint is not written over, and not for data that cannot be read again', async (t) => {
  const { path } = await record(logistic);
  const before = readFileSync(path);
  await t.throwsAsync(runJob(logistic, { checkpoint: { path, command: 'path' } }), { code: 'CHECKPOINT_EXISTS', message: /scalemix resume/ });
  t.true(readFileSync(path).equals(before));
  const table = memoryTable({ late: [0, 1, 0, 1], x: [1, 2, 3, 4] });
  await t.throwsAsync(runJob({ ...logistic, data: { inputs: table, response: 'late' } }, { checkpoint: { path: newPath(), command: 'path' } }), { code: 'INAPPLICABLE_OPTION', message: /in memory/ });
});

test('data that have changed are refused, before they are read or after', async (t) => {
  const data = file('changing.csv');
  copyFileSync(file('small.csv'), data);
  const { path } = await record({ ...logistic, data: { ...logistic.data, inputs: [data] } });
  copyFileSync(file('other.csv'), data);
  await t.throwsAsync(resumeJob(path), { code: 'LOG_MISMATCH', message: /the files have changed/ });
  copyFileSync(file('small.csv'), data);
  // A change that a fingerprint of samples could miss: the digest of the rows tells it.
  rewriteHeader(path, (header) => ((header.job as { rows: string }).rows = '0'.repeat(64)));
  await t.throwsAsync(resumeJob(path), { code: 'LOG_MISMATCH', message: /the rows that are read from them have changed/ });
});

test('a query is not run because a log says so', async (t) => {
  const query = 'select late, x, z from data order by x';
  const request = { ...logistic, data: { inputs: [file('small.csv')], response: 'late', query }, problem: { ...logistic.problem, penaltyFactors: new Map() } };
  const { path, model } = await record(request);
  await t.throwsAsync(resumeJob(path), { code: 'QUERY_NEEDED', message: /--query "select late/ });
  await t.throwsAsync(resumeJob(path, { query: 'select 1' }), { code: 'QUERY_NEEDED' });
  t.deepEqual(answer((await resumeJob(path, { query })).model), answer(model));
  const { path: other } = await record(logistic);
  await t.throwsAsync(resumeJob(other, { query }), { code: 'INAPPLICABLE_OPTION' });
});

test('a log of another version or kernel is refused, naming both', async (t) => {
  const { path } = await record(logistic);
  rewriteHeader(path, (header) => (header.version = '99.0.0'));
  await t.throwsAsync(resumeJob(path), { code: 'LOG_VERSION', message: /99\.0\.0/ });
  const { path: other } = await record(logistic);
  rewriteHeader(other, (header) => (header.kernel = 'native/f64/k1/abc'));
  await t.throwsAsync(resumeJob(other), { code: 'KERNEL_MISMATCH', message: /native\/f64/ });
});

type Changeable = { kernel: string; version: string; job: Record<string, unknown> };

/** Changes the header of a log, checksums included. */
function rewriteHeader(path: string, change: (header: Changeable) => unknown): void {
  const whole = readFileSync(path);
  const start = whole.indexOf('\n') + 1;
  const length = whole.readUInt32LE(start);
  const header = JSON.parse(whole.subarray(start + 12, start + 12 + length).toString('utf8')) as Changeable;
  change(header);
  writeFileSync(path, Buffer.concat([whole.subarray(0, start), recordOf(Buffer.from(JSON.stringify(header))), whole.subarray(start + 12 + length)]));
}

function recordOf(payload: Buffer): Buffer {
  return Buffer.concat([headOf(payload.length, crc32(payload)), payload]);
}

/** The head of a record, with a checksum of its own that is right. */
function headOf(length: number, sum = 0): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(length, 0);
  head.writeUInt32LE(sum, 4);
  head.writeUInt32LE(crc32(head.subarray(0, 8)), 8);
  return head;
}

type Saved = { data: Record<string, unknown>; problem: Record<string, unknown>; machine: Record<string, unknown>; folds?: unknown };

const damages: readonly [what: string, change: (request: Saved, job: Record<string, unknown>) => unknown][] = [
  ['no request', (_, job) => delete job['request']],
  ['a request of another type', (_, job) => (job['request'] = [])],
  ['a command that fits nothing', (_, job) => (job['command'] = 'predict')],
  ['no digest of the rows', (_, job) => (job['rows'] = 5)],
  ['inputs that are no list', ({ data }) => (data['inputs'] = 'a.csv')],
  ['no inputs', ({ data }) => (data['inputs'] = [])],
  ['a response that is no text', ({ data }) => (data['response'] = { length: 1e9 })],
  ['a format that is none', ({ data }) => (data['format'] = 'exe')],
  ['an unknown field', ({ data }) => (data['script'] = 'x')],
  ['a loss that is none', ({ problem }) => (problem['loss'] = { name: 'toString', parameters: {} })],
  ['a penalty without its ratio', ({ problem }) => (problem['penalty'] = { name: 'lasso' })],
  ['factors that are no pairs', ({ problem }) => (problem['penaltyFactors'] = [['x']])],
  ['endlessly many values', ({ problem }) => (problem['lambdas'] = 1e12)],
  ['a fraction of values', ({ problem }) => (problem['lambdas'] = 2.5)],
  ['folds that no command path has', (request) => (request['folds'] = { by: 'modulo', count: 3 })],
  ['a cross-validation without folds', (_, job) => (job['command'] = 'cv')],
  ['folds made in an unknown way', (request, job) => ((job['command'] = 'cv'), (request['folds'] = { by: 'toString' }))],
  ['a seed where nothing is shuffled', (request, job) => ((job['command'] = 'cv'), (request['folds'] = { by: 'modulo', seed: 3 }))],
  ['a seed beyond 32 bits', (request, job) => ((job['command'] = 'cv'), (request['folds'] = { by: 'shuffle', seed: 2 ** 32 }))],
  ['folds of a column without its name', (request, job) => ((job['command'] = 'cv'), (request['folds'] = { by: 'column' }))],
  ['endlessly many threads', ({ machine }) => (machine['threads'] = 1e9)],
  ['negative memory', ({ machine }) => (machine['memory'] = -1)],
];

for (const [what, change] of damages) {
  test(`a header with ${what} is refused`, async (t) => {
    const path = newPath();
    copyFileSync((await small).path, path);
    rewriteHeader(path, ({ job }) => change(job['request'] as Saved, job));
    await t.throwsAsync(resumeJob(path), { code: 'LOG_CORRUPT' });
  });
}
const small = record(logistic);

test('a log that claims records beyond all measure is refused, and takes no memory for them', async (t) => {
  const { path: from } = await small;
  const whole = readFileSync(from);
  const start = whole.indexOf('\n') + 1;
  const path = newPath();
  for (const bytes of [Buffer.concat([whole.subarray(0, start), headOf(2 ** 31)]), Buffer.concat([whole, headOf(2 ** 32 - 1)]), Buffer.concat([whole, recordOf(Buffer.alloc(3)), whole])]) {
    writeFileSync(path, bytes);
    // A file with holes: gigabytes by its size, nothing on the disk.
    truncateSync(path, 6e9);
    const before = process.memoryUsage().rss;
    await t.throwsAsync(resumeJob(path), { code: 'LOG_CORRUPT', message: /which no record has/ });
    t.true(process.memoryUsage().rss < before + 5e8);
  }
});

test('whatever bytes stand in a log, it is refused or gives the right answer', async (t) => {
  const { path: from, model } = await small;
  const whole = readFileSync(from);
  const random = new Random(7);
  const path = newPath();
  const outcomes = new Set<string>();
  const attempt = async (bytes: Buffer): Promise<void> => {
    writeFileSync(path, bytes);
    try {
      t.deepEqual(answer((await resumeJob(path)).model), answer(model));
      outcomes.add('right');
    } catch (error) {
      if (!(error instanceof ScalemixError)) throw error;
      outcomes.add(error.code);
    }
  };
  for (let trial = 0; trial < 40; trial++) {
    const bytes = Buffer.from(whole);
    for (let change = 0; change <= trial % 3; change++) bytes[random.integer(bytes.length)] = random.integer(256);
    await attempt(bytes);
  }
  for (let trial = 0; trial < 10; trial++) {
    const bytes = Buffer.from(Array.from({ length: 1 + random.integer(5000) }, () => random.integer(256)));
    await attempt(bytes);
    await attempt(Buffer.concat([whole.subarray(0, recordEnds(whole)[trial % 4]), bytes]));
    // Replies with a good checksum that are none.
    await attempt(Buffer.concat([whole.subarray(0, recordEnds(whole)[trial % 4]), recordOf(bytes)]));
  }
  t.deepEqual([...outcomes].filter((code) => !['right', 'LOG_CORRUPT', 'LOG_MISMATCH'].includes(code)), []);
  t.true(outcomes.has('LOG_CORRUPT'));
});
