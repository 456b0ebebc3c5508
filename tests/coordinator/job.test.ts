/** From a request to a model. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { evaluateTable, predictTable, resolvePenaltyFactors, runJob } from '@scalemix/coordinator';
import type { JobEvent, JobRequest } from '@scalemix/coordinator';
import type { Table } from '@scalemix/worker';
import { memoryTable } from '../support/memoryTable.ts';
import { sampleColumns } from '../support/sampleModel.ts';
import { temporaryFolder } from '../support/commandLine.ts';

/** Rows with y = 2 x - 3 [c = b] + small noise, some x missing where `holes`. */
function columns(rows: number, holes = false): { y: number[]; x: (number | null)[]; c: string[]; w: number[] } {
  const wave = (i: number, k: number): number => Math.sin(i * k + k);
  const x = Array.from({ length: rows }, (_, i) => (holes && i % 7 === 3 ? null : 5 + wave(i, 1.7)));
  const c = Array.from({ length: rows }, (_, i) => 'abd'[i % 3]!);
  const w = Array.from({ length: rows }, (_, i) => 1 + (i % 4));
  const y = x.map((value, i) => 2 * (value ?? 5) - (c[i] === 'b' ? 3 : 0) + 0.1 * wave(i, 9.1));
  return { y, x, c, w };
}

function request(table: Table, changes: Partial<JobRequest['data']> = {}, problem: Partial<JobRequest['problem']> = {}): JobRequest {
  return {
    data: { inputs: table, response: 'y', weights: 'w', ...changes },
    problem: { loss: { name: 'squared', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 5, ...problem },
    machine: { threads: 1 },
  };
}

test('a job reads the rows, fits the path and says what it did', async (t) => {
  const events: JobEvent[] = [];
  const model = await runJob(request(memoryTable(columns(300))), { onEvent: (event) => events.push(event) });
  t.is(model.lambda.length, 5);
  t.true(model.converged.every(Boolean));
  t.is(model.rows, 300);
  t.is(model.weightSum, columns(300).w.reduce((sum, weight) => sum + weight, 0));
  t.deepEqual([model.weights, model.offset, model.missing, model.query], ['w', null, 'error', null]);
  const types = events.map(({ type }) => type);
  t.is(types[0], 'reading');
  t.is(types.filter((type) => type === 'loaded').length, 1);
  t.is(types.filter((type) => type === 'valueDone').length, 5);
  t.is(types.at(-1), 'done');
});

test('the threads that are reported are those that computed: few rows start none', async (t) => {
  for (const [rows, used] of [[300, 1], [180_000, 2]] as const) {
    const events: JobEvent[] = [];
    const model = await runJob({ ...request(memoryTable(columns(rows))), machine: { threads: 2 } }, { onEvent: (event) => events.push(event) });
    t.is(model.environment.threads, used);
    t.like(events.find(({ type }) => type === 'loaded'), { threads: used });
  }
});

test('the model holds the weighted mean and deviation of each feature', async (t) => {
  const data = columns(300);
  const model = await runJob(request(memoryTable(data)));
  const { w } = data;
  const moments = (values: number[]): [number, number] => {
    const total = w.reduce((sum, weight) => sum + weight, 0);
    const mean = values.reduce((sum, value, i) => sum + w[i]! * value, 0) / total;
    return [mean, Math.sqrt(values.reduce((sum, value, i) => sum + w[i]! * (value - mean) ** 2, 0) / total)];
  };
  const expected = [data.x as number[], ...['b', 'd'].map((level) => data.c.map((c) => (c === level ? 1 : 0)))].map(moments);
  expected.forEach(([mean, scale], j) => {
    t.true(Math.abs(model.featureMeans[j]! - mean) < 1e-12 * Math.max(1, mean), model.features[j]);
    t.true(Math.abs(model.featureScales[j]! - scale) < 1e-10, model.features[j]);
  });
});

test('evaluated on the rows of the fit, a model has the deviance ratio it was stored with', async (t) => {
  for (const [missing, holes] of [['error', false], ['drop', true], ['mean', true], ['indicator', true]] as const) {
    const table = memoryTable(columns(300, holes), 64);
    const model = await runJob(request(table, { missing }));
    for (const index of [0, 2, 4]) {
      const report = await evaluateTable({ model, index, data: { inputs: table } });
      t.true(Math.abs(report.devianceRatio! - model.devianceRatio[index]!) < 1e-12, `${missing}, value ${index}: ${report.devianceRatio} and ${model.devianceRatio[index]}`);
      t.is(report.rows, model.rows, missing);
      t.is(report.dropped, 300 - model.rows, missing);
    }
  }
});

test('the null model of an evaluation is the constant alone, as at the fit, also where some columns are not penalised', async (t) => {
  const table = memoryTable(columns(300), 64);
  const model = await runJob(request(table, {}, { penaltyFactors: new Map([['x', 0]]) }));
  const unpenalised = model.devianceRatio[0]!;
  t.true(unpenalised > 0.1, 'the largest lambda explains what the free column explains');
  for (const index of [0, 4]) {
    const report = await evaluateTable({ model, index, data: { inputs: table } });
    t.true(Math.abs(report.devianceRatio! - model.devianceRatio[index]!) < 1e-12, `value ${index}: ${report.devianceRatio} and ${model.devianceRatio[index]}`);
  }
});

test('a model with an offset needs it at prediction, and evaluates to what was stored', async (t) => {
  const data = { ...columns(200), o: Array.from({ length: 200 }, (_, i) => Math.cos(i)) };
  const table = memoryTable(data);
  const model = await runJob(request(table, { offset: 'o' }));
  const report = await evaluateTable({ model, index: 4, data: { inputs: table } });
  t.true(Math.abs(report.devianceRatio! - model.devianceRatio[4]!) < 1e-12);
  await t.throwsAsync(predictTable({ model, index: 4, data: { inputs: memoryTable(columns(10)) } }, () => {}), { code: 'UNKNOWN_COLUMN', message: /"o"/ });
});

test('predictions come in the order of the rows, batch by batch', async (t) => {
  const table = memoryTable(columns(300), 64);
  const model = await runJob(request(table));
  const starts: number[] = [];
  const found = await predictTable({ model, index: 4, data: { inputs: table } }, async ({ firstRow, psi, mean }) => {
    starts.push(firstRow);
    t.deepEqual([...psi], [...mean]);
    await null;
  });
  t.deepEqual(starts, [0, 64, 128, 192, 256]);
  t.deepEqual(found, { rows: 300, without: 0 });
});

test('the rows that few columns lack are told by column and row', async (t) => {
  const model = await runJob(request(memoryTable(columns(100))));
  await t.throwsAsync(predictTable({ model, index: 0, data: { inputs: memoryTable(columns(100, true)) } }, () => {}), { code: 'MISSING_VALUES', message: /"x".*row 4/ });
});

test('an aborted job ends with the reason of its signal', async (t) => {
  const table = memoryTable(columns(300));
  const reason = new Error('enough');
  for (const when of ['reading', 'loaded', 'passBegun'] as const) {
    const controller = new AbortController();
    const stop = (event: JobEvent): void => {
      if (event.type === when) controller.abort(reason);
    };
    const problem = { loss: { name: 'logistic', parameters: {} } };
    const classes = { ...columns(300), y: columns(300).y.map((y, i) => (y + Math.sin(i) > 9 ? 1 : 0)) };
    await t.throwsAsync(runJob(request(memoryTable(classes), {}, problem), { signal: controller.signal, onEvent: stop }), { is: reason }, when);
  }
  const aborted = AbortSignal.abort(reason);
  await t.throwsAsync(runJob(request(table), { signal: aborted }), { is: reason });
});

test('a job closes what it opened, and leaves an open table open', async (t) => {
  let closed = 0;
  const table = { ...memoryTable(columns(50)), close: async () => void closed++ };
  await runJob(request(table));
  t.is(closed, 0);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.csv'), 'y,x,w\n1,2,1\n2,3,1\n4,4,1\n');
  const model = await runJob({ ...request(table), data: { inputs: [join(folder, 'a.csv')], response: 'y' } });
  t.is(model.rows, 3);
  t.truthy(model.fingerprint);
});

test('the same request gives the same bits with one thread and with several', async (t) => {
  const data = columns(300000);
  const found = [];
  for (const threads of [1, 2, 3]) found.push(await runJob({ ...request(memoryTable(data, 10000)), machine: { threads } }));
  const [one, ...others] = found.map(({ coefficients, intercept, objective, gap }) => JSON.stringify({ coefficients, intercept, objective, gap }));
  for (const other of others) t.is(other, one!);
});

const description = { columns: sampleColumns, features: ['x', 'c=b', 'c=d'] };

test('the factor of a column is for all its features, the factor of a feature for that one', (t) => {
  const factors = resolvePenaltyFactors(new Map([['c=d', 3], ['c', 2]]), description);
  t.deepEqual([...factors], [1, 2, 3]);
});

for (const [name, why] of [['q', /no predictor/], ['c=q', /not a level/], ['c=a', /base level/]] as const) {
  test(`a penalty factor for ${name} is refused, saying why`, (t) => {
    t.throws(() => resolvePenaltyFactors(new Map([[name, 1]]), description), { code: 'UNKNOWN_COLUMN', message: why });
  });
}
