import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { ReplayLog, inlineRowSource, inlineStatistics, loggedStatistics, rowSource } from '@scalemix/coordinator';
import type { Statistics } from '@scalemix/coordinator';
import { chooseKernels, kernelIdText } from '@scalemix/core';
import type { RowSource } from '@scalemix/core';
import { allBits, bitsOf } from '../support/allBits.ts';
import { recordStarts } from '../support/logRecords.ts';
import { mixedRows, momentsRequest, passRequest } from '../support/mixedRows.ts';

const kernels = chooseKernels({ wide: false });
const rows = mixedRows();
const expected = rows.then((loaded) => allBits(inlineRowSource(loaded, kernels)));
const header = { kernel: kernelIdText(kernels.id), version: '1.2.3', job: { data: ['flights.csv'], fingerprint: { bytes: 12 } } };
/** Reads that allBits makes: moments, two passes, three over chosen rows, a gathering, and two reads of the sample. */
const READS = 9;

async function inFolder(use: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-test-'));
  try {
    await use(join(folder, 'job.log'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Statistics that count the reads they make. */
function counted(inner: Statistics, counter: { reads: number }): Statistics {
  return {
    ...inner,
    collect: (request, options) => (counter.reads++, inner.collect(request, options)),
    gather: (selector, options) => (counter.reads++, inner.gather(selector, options)),
    over: (gathered) => counted(inner.over(gathered), counter),
  };
}

async function withLog(log: ReplayLog, use: (source: RowSource, counter: { reads: number }) => Promise<unknown>): Promise<void> {
  const counter = { reads: 0 };
  try {
    await use(rowSource(loggedStatistics(counted(inlineStatistics(await rows, kernels), counter), log)), counter);
  } finally {
    log.close();
  }
}

async function record(path: string): Promise<void> {
  await withLog(ReplayLog.create(path, header), async (source) => allBits(source));
}

test('a log answers all that was asked, with the same bits and without a read', async (t) => {
  await inFolder(async (path) => {
    await withLog(ReplayLog.create(path, header), async (source, counter) => {
      t.deepEqual(await allBits(source), await expected);
      t.is(counter.reads, READS);
    });
    const log = ReplayLog.open(path);
    t.deepEqual(log.header, header);
    t.is(log.replies, READS);
    await withLog(log, async (source, counter) => {
      t.deepEqual(await allBits(source), await expected);
      t.is(counter.reads, 0);
      await source.moments({ ...momentsRequest, gram: false });
      t.is(counter.reads, 1, 'then the rows answer');
    });
    t.is(repliesIn(path), READS + 1, 'and their answers are appended');
  });
});

test('wherever a log was cut off, the job goes on from there with the same bits', async (t) => {
  await inFolder(async (path) => {
    await record(path);
    const whole = readFileSync(path);
    const starts = recordStarts(whole);
    t.is(starts.length, READS + 1);
    const cuts = [starts[1]!, starts[1]! + 13, starts[2]! + 1, starts[3]!, starts[4]! + 11, starts[5]! + 500, whole.length - 1];
    for (const cut of cuts) {
      writeFileSync(path, whole.subarray(0, cut));
      const kept = starts.filter((start) => start < cut).length - 1 - (starts.includes(cut) ? 0 : 1);
      await withLog(ReplayLog.open(path), async (source, counter) => {
        t.deepEqual(await allBits(source), await expected);
        t.is(counter.reads, READS - kept, `cut at ${cut}`);
      });
      t.deepEqual(readFileSync(path), whole, 'the log is the one of an uninterrupted job');
    }
  });
});

test('a hole that a crash left at the end is dropped, and so is a last record that did not reach the disk whole', async (t) => {
  await inFolder(async (path) => {
    await record(path);
    appendFileSync(path, Buffer.alloc(100_000));
    t.is(repliesIn(path), READS);
    const whole = readFileSync(path);
    whole.fill(0, whole.length - 20);
    writeFileSync(path, whole);
    t.is(repliesIn(path), READS - 1);
  });
});

test('a log damaged anywhere else is refused', async (t) => {
  await inFolder(async (path) => {
    await record(path);
    const whole = readFileSync(path);
    const starts = recordStarts(whole);
    const places = [0, 5, ...starts.slice(0, -1).flatMap((start) => [start, start + 3, start + 4, start + 9, start + 12, start + 40])];
    for (const at of places) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 0x10;
      writeFileSync(path, damaged);
      t.throws(() => ReplayLog.open(path), { code: 'LOG_CORRUPT', message: /job\.log .*Start the job anew/ }, `byte ${at}`);
      t.is(statSync(path).size, whole.length, 'and left as it is');
    }
    writeFileSync(path, whole.subarray(0, starts[0]! + 5));
    t.throws(() => ReplayLog.open(path), { code: 'LOG_CORRUPT', message: /has no header/ });
    truncateSync(path, 0);
    t.throws(() => ReplayLog.open(path), { code: 'LOG_CORRUPT' });
  });
});

test('a log of another kernel is refused, naming both', async (t) => {
  await inFolder(async (path) => {
    const log = ReplayLog.create(path, { ...header, kernel: 'scalar/f64/k1/abc' });
    const error = await t.throwsAsync(withLog(log, async () => {}), { code: 'KERNEL_MISMATCH' });
    t.true(error.message.includes('scalar/f64/k1/abc') && error.message.includes(header.kernel));
  });
});

test('a request that is not the logged one is refused', async (t) => {
  await inFolder(async (path) => {
    await record(path);
    const log = ReplayLog.open(path);
    await withLog(log, async (source) => {
      const features = source.describe().features.length;
      const pass = passRequest(features);
      pass.coefficients[0]! += 0.5;
      await t.throwsAsync(source.evaluate(pass), { code: 'LOG_MISMATCH', message: /^Reply 1 of the log/ });
    });
  });
});

test('replies to requests made at once stand in the order of the requests', async (t) => {
  await inFolder(async (path) => {
    const inner = inlineStatistics(await rows, kernels);
    const first = Promise.withResolvers<void>();
    const slowFirst: Statistics = { ...inner, collect: async (request, options) => (request.kind === 'moments' ? first.promise.then(() => inner.collect(request, options)) : inner.collect(request, options)) };
    const log = ReplayLog.create(path, header);
    const source = rowSource(loggedStatistics(slowFirst, log));
    const pass = passRequest(source.describe().features.length);
    const both = [source.moments(momentsRequest), source.evaluate(pass)];
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.resolve();
    const live = await Promise.all(both);
    log.close();
    await withLog(ReplayLog.open(path), async (replayed, counter) => {
      t.is(bitsOf(await Promise.all([replayed.moments(momentsRequest), replayed.evaluate(pass)])), bitsOf(live));
      t.is(counter.reads, 0);
    });
  });
});

test('a read that failed is not in the log, nor what came after it', async (t) => {
  await inFolder(async (path) => {
    await withLog(ReplayLog.create(path, header), async (source) => {
      await t.throwsAsync(source.moments({ ...momentsRequest, loss: { name: 'none such', parameters: {} } }), { code: 'UNKNOWN_LOSS' });
      await t.throwsAsync(source.moments(momentsRequest));
    });
    t.is(repliesIn(path), 0);
  });
});

test('a log has one writer at a time, from its creation on; another leaves it as it is', async (t) => {
  await inFolder(async (path) => {
    const first = ReplayLog.create(path, header);
    first.append(Buffer.alloc(40, 7));
    // As if the writer were in the middle of a record.
    appendFileSync(path, Buffer.alloc(5, 1));
    const before = readFileSync(path);
    t.throws(() => ReplayLog.open(path), { code: 'LOG_IN_USE', message: /job\.log is being written by another run/ });
    t.deepEqual(readFileSync(path), before);
    t.deepEqual(ReplayLog.header(path), header, 'its header may be read all the same');
    first.close();
    const second = ReplayLog.open(path);
    t.is(second.replies, 1);
    t.throws(() => ReplayLog.open(path), { code: 'LOG_IN_USE' });
    second.close();
    t.deepEqual(readdirSync(dirname(path)), ['job.log'], 'and nothing is left of the lock');
  });
});

test('an existing log is not overwritten', async (t) => {
  await inFolder(async (path) => {
    writeFileSync(path, 'mine');
    t.throws(() => ReplayLog.create(path, header), { code: 'CHECKPOINT_EXISTS' });
    t.is(readFileSync(path, 'utf8'), 'mine');
  });
});

function repliesIn(path: string): number {
  const log = ReplayLog.open(path);
  log.close();
  return log.replies;
}
