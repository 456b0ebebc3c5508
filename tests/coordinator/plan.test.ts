/** What a job would take, said beforehand. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { planJob, runJob } from '@scalemix/coordinator';
import type { JobEvent, JobRequest } from '@scalemix/coordinator';
import { estimate } from '../../packages/coordinator/src/plan/estimate.ts';
import type { Sizes } from '../../packages/coordinator/src/plan/estimate.ts';
import { sampleCsv, temporaryFolder } from '../support/commandLine.ts';

const folder = temporaryFolder({ 'tiny.csv': sampleCsv(70), 'few.csv': sampleCsv(500), 'many.csv': sampleCsv(150000) });
const file = (name: string): string => join(folder, name);
writeFileSync(file('many.csv.gz'), gzipSync(readFileSync(file('many.csv'))));
const wide = Array.from({ length: 40 }, (_, i) => [i % 3 === 0 ? 1 : 0, ...Array.from({ length: 60 }, (_value, j) => Math.sin(i * (j + 1)).toFixed(3))].join(','));
writeFileSync(file('wide.csv'), `late,${Array.from({ length: 60 }, (_, j) => `x${j}`).join(',')}\n${wide.join('\n')}\n`);
const lines = readFileSync(file('many.csv'), 'utf8').trimEnd().split('\n').slice(1);
writeFileSync(file('sorted.csv'), `late,x,c,w\n${Array.from({ length: 200000 }, (_, i) => `${i < 140000 ? 'no' : 'yes'},${i % 7},${'abd'[i % 3]},2`).join('\n')}\n`);

function request(name: string, data: Partial<JobRequest['data']> = {}, problem: Partial<JobRequest['problem']> = {}): JobRequest {
  return {
    data: { inputs: [file(name)], response: 'late', columns: ['x', 'z', 'c'], ...data },
    problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 10, ...problem },
    machine: { threads: 2 },
  };
}

const asked: Readonly<Record<string, JobRequest>> = {
  'few rows': request('few.csv'),
  'many rows': request('many.csv'),
  'one value': request('many.csv', {}, { lambda: [0.01] }),
  'a value without a penalty': request('many.csv', {}, { lambda: [0.1, 0] }),
  'a factor of 0': request('many.csv', {}, { penaltyFactors: new Map([['x', 0]]) }),
  'no penalty': request('few.csv', {}, { penalty: { name: 'none', l1Ratio: 0 }, lambda: [0] }),
  'least squares': request('many.csv', { response: 'y' }, { loss: { name: 'squared', parameters: {} } }),
  'folds of many rows': { ...request('many.csv'), folds: { by: 'modulo', count: 3 } },
  'folds of few rows': { ...request('tiny.csv', {}, { lambdas: 4 }), folds: { by: 'shuffle', count: 4 } },
  'folds by a column': { ...request('few.csv', { response: 'y' }, { loss: { name: 'squared', parameters: {} } }), folds: { by: 'column', column: 'n' } },
  'ridge with fewer rows than features': { ...request('wide.csv', {}, { penalty: { name: 'ridge', l1Ratio: 0 } }), data: { inputs: [file('wide.csv')], response: 'late' } },
  'lasso with fewer rows than features': { ...request('wide.csv'), data: { inputs: [file('wide.csv')], response: 'late' } },
  'folds of fewer rows than features': { ...request('wide.csv', {}, { penalty: { name: 'ridge', l1Ratio: 0 } }), data: { inputs: [file('wide.csv')], response: 'late' }, folds: { by: 'modulo', count: 4 } },
  'all levels, weights, an offset': request('few.csv', { drop: 'none', weights: 'w', offset: 'n' }),
};

for (const [what, job] of Object.entries(asked)) {
  test(`${what}: the plan is what the job does`, async (t) => {
    const plan = await planJob(job);
    const events: JobEvent[] = [];
    const model = await runJob(job, { onEvent: (event) => events.push(event) });
    const loaded = events.find((event) => event.type === 'loaded')!;
    const { road, why, sampleRows, sampleInPlace, fullAnchors } = plan.way;
    t.like(events.find((event) => event.type === 'roadChosen'), { road, why, sampleRows, sampleInPlace, fullAnchors });
    const folds = events.find((event) => event.type === 'foldsBegun');
    t.deepEqual([plan.foldsWay, plan.folds], [folds?.way ?? null, folds?.folds ?? 0]);
    t.is(plan.features, model.features.length);
    t.is(plan.columns, model.columns.length);
    t.is(plan.values, model.lambda.length);
    t.is(plan.threads, model.environment.threads);
    t.true(Math.abs(plan.rows / loaded.rows - 1) < 0.02, `${plan.rows} rows`);
    t.true(Math.abs(plan.memory.rows / loaded.bytes - 1) < 0.03, `${plan.memory.rows} and ${loaded.bytes} bytes`);
    t.true(plan.sweeps > model.sweeps / 3 && plan.sweeps < model.sweeps * 3, `${plan.sweeps} and ${model.sweeps} sweeps`);
    t.true(plan.seconds > 0 && plan.readSeconds > 0);
  });
}

test('rows are counted where that is cheap, and estimated where not', async (t) => {
  const few = await planJob(request('few.csv'));
  t.deepEqual([few.rows, few.rowsExact], [500, true]);
  for (const name of ['many.csv', 'many.csv.gz']) {
    const many = await planJob(request(name));
    t.false(many.rowsExact);
    t.true(Math.abs(many.rows / 150000 - 1) < 0.02, `${name}: ${many.rows}`);
    t.true(many.rowsTried < 150000);
  }
  const query = await planJob(request('many.csv', { query: 'select late, x, z, c from data where x > 0', inputs: [file('many.csv')] }));
  t.true(query.rowsExact);
  t.is(query.rows, lines.filter((line) => Number(line.split(',')[2]) > 0).length);
});

test('sorted data, whose first rows hold one class, can be planned', async (t) => {
  const plan = await planJob(request('sorted.csv', { columns: ['x', 'c'], positive: 'yes', weights: 'w' }));
  t.false(plan.responseTried);
  t.is(plan.features, 3);
  t.is(plan.way.road, 'lockstep');
  t.true((await planJob(request('many.csv'))).responseTried);
  const query = await planJob(request('sorted.csv', { columns: ['x', 'c'], query: 'select * from data' }));
  t.deepEqual([query.responseTried, query.rows, query.features], [false, 200000, 3]);
});

test('what is wrong with the request is said by the plan already', async (t) => {
  await t.throwsAsync(planJob(request('few.csv', { response: 'lat' })), { code: 'UNKNOWN_COLUMN' });
  await t.throwsAsync(planJob(request('few.csv', { positive: 'maybe' })), { code: 'UNKNOWN_CLASS' });
  await t.throwsAsync(planJob(request('few.csv', { response: 'c', columns: ['x', 'z'] })), { code: 'MANY_CLASSES' });
});

test('levels that still come at the end of the first rows are told', async (t) => {
  const rows = Array.from({ length: 140000 }, (_, i) => `${i % 2},${i % 7},l${Math.floor(i / 1000)}`);
  writeFileSync(file('levels.csv'), `late,x,c\n${rows.join('\n')}\n`);
  const plan = await planJob(request('levels.csv', { columns: ['x', 'c'] }));
  t.deepEqual(plan.moreLevels, ['c']);
});

const sizes: Sizes = { rows: 1e6, features: 100, bytesPerRow: 808, width: 100, values: 100, folds: 0, quadratic: false, provable: true, penalised: true, sparse: true, memoryLimit: 1e12, threads: 4 };
const speeds = { single: 1e-7, many: 5e-6, gram: 5e-7 };

test('an estimate: each way costs what it is made of', (t) => {
  const lockstep = estimate(sizes, speeds);
  t.is(lockstep.way.road, 'lockstep');
  t.is(lockstep.memory.rows, 808e6);
  t.is(lockstep.memory.sample, 20000 * 808 + 160000 * 12);
  t.is(lockstep.swept, lockstep.sweeps * 808e6);
  const values = estimate({ ...sizes, provable: false }, speeds);
  t.is(values.way.road, 'values');
  t.true(values.seconds > 2 * lockstep.seconds, 'that is why values advance together');
  t.is(values.grams, 300);
  const fewer: Sizes = { ...sizes, rows: 500, features: 2000, width: 2000, bytesPerRow: 16008, sparse: false };
  const space = estimate(fewer, { ...speeds, gram: 1e-3 });
  t.deepEqual([space.way.road, space.sweeps, space.grams, space.columnPasses], ['rowSpace', 3, 0, 1]);
  t.is(space.memory.sample, 500 * (16008 + 16000));
  t.is(space.memory.matrices, 2 * 8 * 500 * 500);
  t.true(space.seconds < estimate({ ...fewer, provable: false }, { ...speeds, gram: 1e-3 }).seconds / 10);
  const moments = estimate({ ...sizes, quadratic: true }, speeds);
  t.deepEqual([moments.sweeps, moments.grams, moments.columnPasses], [1, 1, 0]);
  t.true(moments.seconds < lockstep.seconds);
  const twice = estimate({ ...sizes, rows: 2e6, threads: 8 }, speeds);
  t.true(Math.abs(twice.seconds / lockstep.seconds - 1) < 0.25, 'twice the rows on twice the threads');
});

test('an estimate: folds cost a few sweeps where they go together, and as much as the path each where not', (t) => {
  const alone = estimate(sizes, speeds);
  const together = estimate({ ...sizes, folds: 5 }, speeds);
  t.is(together.foldsWay, 'together');
  t.true(together.seconds > alone.seconds && together.seconds < 6 * alone.seconds);
  const few = { ...sizes, rows: 1000 };
  const apart = estimate({ ...few, folds: 5 }, speeds);
  t.is(apart.foldsWay, 'apart');
  t.true(apart.sweeps > 5 * estimate(few, speeds).sweeps);
  const moments = estimate({ ...sizes, quadratic: true, folds: 5 }, speeds);
  t.deepEqual([moments.foldsWay, moments.sweeps], ['moments', 1]);
});

test('an estimate: a lasso of few rows and many features steps on few of them', (t) => {
  const wide = { ...sizes, rows: 300, features: 784, width: 784 };
  const lasso = estimate(wide, speeds);
  t.is(lasso.way.road, 'values');
  t.true(lasso.seconds < 1, `${lasso.seconds} s`);
  t.true(lasso.gramShare < 0.01 && estimate({ ...wide, rows: 10_000 }, speeds).gramShare > 0.1);
});

test('an estimate: rows beyond the memory go to disk', (t) => {
  const found = estimate({ ...sizes, memoryLimit: 500e6 }, speeds);
  t.is(found.memory.rows, 500e6);
  t.is(found.spilled, 308e6);
  t.is(estimate(sizes, speeds).spilled, 0);
});
