/** Rows that only nodes read: the coordinator has none, and need not have the files; the bits and the errors are those of one process. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { resumeJob, runJob } from '@scalemix/coordinator';
import type { ClusterRequest, DataRequest, JobEvent, JobRequest } from '@scalemix/coordinator';
import { BLOCK_ROWS } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import { HeldRows, LocalFiles, loadRows, mergeFacts, openTable, outlinedRows, readLocal, scanRows } from '@scalemix/worker';
import type { LoadOptions, NodeServer } from '@scalemix/worker';
import { temporaryFolder } from '../support/commandLine.ts';
import { parquetFile } from '../support/dataFiles.ts';
import { addressesOf, killWorkers, otherTokenFile, startNode, startWorker, tokenFile } from '../support/nodes.ts';

const context = { teardown: () => {} } as unknown as Parameters<typeof parquetFile>[0];

/** Files of a folder of their own. */
async function parquetIn(folder: string, name: string, select: string): Promise<string> {
  copyFileSync(await parquetFile(context, select, name, ', ROW_GROUP_SIZE 20000'), join(folder, name));
  return join(folder, name);
}

const ROWS = 20 * BLOCK_ROWS + 1234;

/** Rows of which the first 100 do not show all levels. */
const select = (rows: number, seed: number): string =>
  `SELECT CASE WHEN (i * 7919 + ${seed}) % 10 < 4 THEN 'yes' ELSE 'no' END AS late, (i * 31 % 1000) / 250.0 + ${seed} AS x, CASE WHEN i % 501 = 3 THEN NULL ELSE (i % 13) / 3.0 END AS holes, CASE WHEN i % 60001 = 60000 THEN 'rare' ELSE 'v' || (i * i % 11) END AS c, 1.0 + (i % 3) / 8.0 AS w, 'f' || (i % 3) AS fold FROM range(${rows}) t(i)`;

/** data/p-1.parquet and data/p-2.parquet under a folder. */
async function makeRoot(): Promise<string> {
  const root = temporaryFolder();
  mkdirSync(join(root, 'data'));
  await parquetIn(join(root, 'data'), 'p-1.parquet', select(ROWS - 40_000, 1));
  await parquetIn(join(root, 'data'), 'p-2.parquet', select(40_000, 2));
  return root;
}

const made = makeRoot();

function job(inputs: readonly string[], data: Partial<DataRequest> = {}, more: Partial<JobRequest> = {}): JobRequest {
  return {
    data: { inputs, response: 'late', columns: ['x', 'c'], ...data },
    problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 3 },
    machine: { threads: 1 },
    ...more,
  };
}

function answer({ timing: _timing, ...rest }: ModelDocument): unknown {
  return rest;
}

interface Run {
  readonly model: unknown;
  readonly events: JobEvent[];
}

async function onNodes(request: JobRequest, cluster: Partial<ClusterRequest>, roots: readonly (string | undefined)[], onEvent: (event: JobEvent, nodes: readonly NodeServer[]) => void = () => {}): Promise<Run> {
  const nodes = await Promise.all(roots.map((dataRoot) => startNode({ dataRoot })));
  const events: JobEvent[] = [];
  const { nodes: also, ...rest } = cluster;
  try {
    const model = await runJob(request, {
      cluster: { nodes: [addressesOf(nodes), also].filter(Boolean).join(','), tokenFile, ...rest },
      onEvent: (event) => {
        events.push(event);
        onEvent(event, nodes);
      },
    });
    return { model: answer(model), events };
  } finally {
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
}

const count = (events: readonly JobEvent[], type: JobEvent['type']): number => events.filter((event) => event.type === type).length;
const loadedOf = (events: readonly JobEvent[]): unknown => events.find(({ type }) => type === 'loaded');

test.serial('facts of ranges, merged in the tree, make the description and the plan of all rows', async (t) => {
  const root = await made;
  const table = await openTable(['data/p-1.parquet', 'data/p-2.parquet'].map((path) => join(root, path)));
  for (const options of [
    { response: 'late', responseKind: 'probability', missing: 'mean', columns: ['x', 'holes', 'c'], foldColumn: 'fold' },
    { response: 'late', responseKind: 'probability', missing: 'indicator', weights: 'w', columns: ['x', 'holes'], precision: 'f32' },
    { response: 'x', responseKind: 'numeric', missing: 'drop', weights: 'w', columns: ['holes', 'c'], categorical: ['w'].slice(1) },
  ] satisfies LoadOptions[]) {
    const whole = await loadRows(table, options);
    const at = (first: number, end: number) => ({ first: first * BLOCK_ROWS, end: Math.min(end * BLOCK_ROWS, ROWS) });
    const first = await scanRows(table, at(0, 8), options, null);
    const second = await scanRows(table, at(8, 16), options, first.centres);
    const third = await scanRows(table, at(16, 24), options, first.centres);
    const facts = mergeFacts(mergeFacts(first.facts, second.facts), third.facts);
    const outlined = outlinedRows(table, options, facts, first.centres);
    t.deepEqual(outlined.description, whole.description);
    t.deepEqual(outlined.plan, whole.plan);
    t.deepEqual(outlined.handle.store.layout, whole.handle.store.layout);
    whole.close();
  }
  await table.close();
});

for (const [name, data, more] of [
  ['a column of folds, rows with weights', { weights: 'w' }, { folds: { by: 'column', column: 'fold' } }],
  ['missing numbers filled, rows with weights', { weights: 'w', columns: ['x', 'holes'], missing: 'mean' }, {}],
  ['missing values marked, float32, shuffled folds', { columns: ['holes', 'c'], missing: 'indicator' }, { folds: { by: 'shuffle', count: 3, seed: 5 }, machine: { threads: 1, precision: 'f32' } }],
] as const) {
  test.serial(`${name}: a pattern that only nodes know, own threads beside nodes, and one process give the same bits`, async (t) => {
    const root = await made;
    const elsewhere = await onNodes(job(['data/*.parquet'], data, more as Partial<JobRequest>), { data: 'local' }, [root, root, root]);
    const request = job([join(root, 'data', '*.parquet')], data, more as Partial<JobRequest>);
    const expected = answer(await runJob(request));
    t.deepEqual(elsewhere.model, expected);
    t.like(loadedOf(elsewhere.events), { held: 'nodes', rows: ROWS });
    const beside = await onNodes(request, { nodes: 'local' }, [root]);
    t.deepEqual(beside.model, expected);
    t.is(count(beside.events, 'rowsSent'), 0);
    t.like(loadedOf(beside.events), { held: 'nodes' });
  });
}

test.serial('auto: nodes that have the files read them, one that has not is left aside; where nobody has them both sides are named', async (t) => {
  const root = await made;
  const request = job(['data/p-1.parquet', 'data/p-2.parquet']);
  const { model, events } = await onNodes(request, {}, [root, undefined, temporaryFolder()]);
  t.deepEqual(model, answer(await runJob(job(['data/p-1.parquet', 'data/p-2.parquet'].map((path) => join(root, path))))));
  t.is(count(events, 'nodeJoined'), 1);
  t.is(count(events, 'nodeRefused'), 2);
  const error = await t.throwsAsync(onNodes(request, {}, [temporaryFolder()]), { code: 'FILE_NOT_FOUND' });
  t.regex(error?.message ?? '', /data\/p-1\.parquet: no such file.*Nor does a node have it.*127\.0\.0\.1/s);
  await t.throwsAsync(onNodes(request, { data: 'push' }, [root]), { code: 'FILE_NOT_FOUND' });
  await t.throwsAsync(onNodes(request, { data: 'local' }, [root, undefined]), { code: 'NO_DATA_ROOT', message: /^Node 127/ });
  await t.throwsAsync(onNodes(request, { nodes: 'local' }, [root]), { code: 'FILE_NOT_FOUND' });
  await t.throwsAsync(onNodes(request, { tokenFile: otherTokenFile }, [root]), { code: 'WRONG_TOKEN' });
  await t.throwsAsync(onNodes(job(['../data/*.parquet']), { data: 'local' }, [join(root, 'data')]), { code: 'FILE_NOT_FOUND' });
});

test.serial('what cannot be read in parts is refused before any node is asked', async (t) => {
  for (const [inputs, data] of [[['rows.csv'], {}], [['rows.parquet'], { query: 'select * from data' }], [['-'], {}]] as const) {
    const folder = temporaryFolder({ 'rows.csv': 'late,x,c\n1,2,a\n0,1,b\n' });
    const paths = inputs.map((input) => (input === 'rows.csv' ? join(folder, input) : input));
    await t.throwsAsync(onNodes(job(paths, data), { data: 'local' }, [folder]), { code: 'INAPPLICABLE_OPTION', message: /--data push/ });
  }
});

/** Of a column two values of different ranges beyond the first are bad: the earlier one is named. */
function bad(column: string): string {
  const value = (name: string, good: string, wrong: string): string => (name === column ? `CASE WHEN i IN (90000, 150001) THEN ${wrong} ELSE ${good} END AS ${name}` : `${good} AS ${name}`);
  return `SELECT ${value('y', '(i % 2)::DOUBLE', '3.5')}, ${value('x', '(i % 7 + 0.5)::DOUBLE', "'inf'::DOUBLE")}, ${value('w', '1.0::DOUBLE', '-1.0')}, CASE WHEN i < 150000 THEN 'a' ELSE 'b' || (i % 2) END AS c, 1 AS only FROM range(${ROWS}) t(i)`;
}

test.serial('what is wrong with rows is said as one process says it, of the first row that is', async (t) => {
  const root = temporaryFolder();
  for (const [column, data] of [
    ['x', { response: 'y' }],
    ['y', { response: 'y' }],
    ['w', { response: 'y', weights: 'w' }],
    ['none', { response: 'only' }],
    ['none', { response: 'c' }],
    ['none', { response: 'c', positive: 'z' }],
    ['none', { response: 'absent' }],
    ['none', { response: 'y', weights: 'c' }],
  ] as const) {
    const path = await parquetIn(root, 'bad.parquet', bad(column));
    const request = job([path], { columns: ['x'], ...data });
    const expected = await t.throwsAsync(runJob(request));
    const { code } = expected as Error & { code: string };
    t.not(code, undefined);
    await t.throwsAsync(onNodes(request, { data: 'local' }, [root, root]), { message: expected!.message, code });
    if (column !== 'none') t.regex(expected!.message, /row 90001/);
  }
  const holes = job([join(await made, 'data', 'p-1.parquet')], { columns: ['x', 'holes'] });
  const expected = await t.throwsAsync(runJob(holes), { code: 'MISSING_VALUES' });
  await t.throwsAsync(onNodes(holes, { data: 'local' }, [await made]), { message: expected!.message, code: 'MISSING_VALUES' });
});

test.serial('nodes are free at once where a job ends before it computes', async (t) => {
  const root = await made;
  const nodes = await Promise.all([root, root].map((dataRoot) => startNode({ dataRoot })));
  const cluster: ClusterRequest = { nodes: addressesOf(nodes), tokenFile, data: 'local' };
  const leased = (): boolean => nodes.some((node) => node.state.leased);
  try {
    const holes = job(['data/*.parquet'], { columns: ['x', 'holes'] });
    await t.throwsAsync(runJob(holes, { cluster }), { code: 'MISSING_VALUES' });
    t.false(leased());
    await t.throwsAsync(runJob(job(['nowhere.parquet']), { cluster }), { code: 'FILE_NOT_FOUND' });
    t.false(leased());
    await t.throwsAsync(runJob(job(['nowhere.parquet']), { cluster: { ...cluster, data: 'auto' } }), { code: 'FILE_NOT_FOUND' });
    t.false(leased());
    const factors = job(['data/*.parquet']);
    await t.throwsAsync(runJob({ ...factors, problem: { ...factors.problem, penaltyFactors: new Map([['none', 2]]) } }, { cluster }), { code: 'UNKNOWN_COLUMN' });
    t.false(leased());
    const without = await startNode({ dataRoot: temporaryFolder() });
    nodes.push(without);
    await t.throwsAsync(runJob(factors, { cluster: { ...cluster, nodes: addressesOf(nodes) } }), { code: 'FILE_NOT_FOUND', message: /^Node 127\S+ data\/\*\.parquet: no such file under the data root of the node/ });
    t.false(leased(), 'who refuses is free too');
    for (const when of ['reading', 'loaded', 'nodeJoined', 'rowsRead']) {
      const controller = new AbortController();
      await t.throwsAsync(runJob(factors, { cluster, signal: controller.signal, onEvent: ({ type }) => (type === when ? controller.abort(new Error('enough')) : undefined) }), { message: 'enough' });
      t.false(leased(), when);
    }
  } finally {
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
});

test.serial('a node that comes during the look and has other files is left aside', async (t) => {
  const root = await made;
  const other = temporaryFolder();
  mkdirSync(join(other, 'data'));
  await parquetIn(join(other, 'data'), 'p-1.parquet', select(ROWS - 40_000, 3));
  copyFileSync(join(root, 'data', 'p-2.parquet'), join(other, 'data', 'p-2.parquet'));
  const list = join(temporaryFolder(), 'nodes');
  const good = await startWorker(['--data-root', root]);
  const stranger = await startNode({
    dataRoot: other,
    // Whatever the stranger said or was told, the look may go on.
    onNote: (note) => void (/attached/.test(note) || good.child.kill('SIGCONT')),
  });
  writeFileSync(list, `${good.address}\n`);
  const events: JobEvent[] = [];
  let held = false;
  try {
    const model = await runJob(job(['data/*.parquet']), {
      cluster: { nodes: `@${list}`, tokenFile, data: 'local', suspectAfter: 60 },
      onEvent: (event) => {
        events.push(event);
        if (event.type !== 'reading' || held) return;
        held = true;
        good.child.kill('SIGSTOP');
        writeFileSync(list, `${good.address}\n${addressesOf([stranger])}\n`);
      },
    });
    t.true(held);
    t.deepEqual(answer(model), answer(await runJob(job([join(root, 'data', '*.parquet')]))));
    t.like(events.find(({ type }) => type === 'nodeRefused'), { code: 'DATA_DIFFERS' });
    t.is(count(events, 'nodeJoined'), 1);
  } finally {
    good.child.kill('SIGCONT');
    await killWorkers([good]);
    await stranger.stop(0);
  }
});

test.serial('the most frequent level of weighted rows needs all rows in one place', async (t) => {
  const root = temporaryFolder();
  const path = await parquetIn(root, 'gaps.parquet', `SELECT i % 2 AS y, CASE WHEN i % 9 = 0 THEN NULL ELSE 'v' || (i % 4) END AS c, 1.0 + (i % 3) / 8.0 AS w FROM range(${ROWS}) t(i)`);
  const request = job([path], { response: 'y', columns: ['c'], weights: 'w', missing: 'mean' });
  await t.throwsAsync(onNodes(request, { data: 'local' }, [root]), { code: 'INAPPLICABLE_OPTION', message: /"c".*--data push/ });
  const { model, events } = await onNodes(request, {}, [root]);
  t.deepEqual(model, answer(await runJob(request)));
  t.like(loadedOf(events), { held: 'here' });
});

for (const [when, is] of [
  ['while rows are looked at', (event: JobEvent) => event.type === 'reading'],
  ['between the look and the load', (event: JobEvent) => event.type === 'loaded'],
  ['while rows are loaded', (event: JobEvent) => event.type === 'rowsRead'],
] as const) {
  test.serial(`a node that ends ${when} takes nothing with it`, async (t) => {
    const root = await made;
    let stopped = false;
    const { model, events } = await onNodes(job(['data/*.parquet']), { data: 'local', suspectAfter: 2 }, [root, root, root], (event, nodes) => {
      if (stopped || !is(event)) return;
      stopped = true;
      void nodes[0]!.stop(0);
    });
    t.true(stopped);
    t.deepEqual(model, answer(await runJob(job([join(root, 'data', '*.parquet')]))));
    t.is(count(events, 'rowsSent'), 0);
  });
}

test.serial('a node whose file differs in one row group is refused by name', async (t) => {
  const root = await made;
  const other = temporaryFolder();
  mkdirSync(join(other, 'data'));
  copyFileSync(join(root, 'data', 'p-2.parquet'), join(other, 'data', 'p-2.parquet'));
  await parquetIn(join(other, 'data'), 'p-1.parquet', `SELECT * REPLACE (CASE WHEN x = 1.5 AND w = 1 THEN x + 1 ELSE x END AS x) FROM (${select(ROWS - 40_000, 1)})`);
  for (const inputs of [['data/p-1.parquet', 'data/p-2.parquet'], ['data/p-1.parquet', 'data/p-2.parquet'].map((path) => join(root, path))]) {
    const error = await t.throwsAsync(onNodes(job(inputs), { data: 'local' }, [root, other]), { code: inputs[0]!.startsWith('/') ? 'OUTSIDE_DATA_ROOT' : 'DATA_DIFFERS' });
    t.regex(error?.message ?? '', /^Node 127/);
  }
});

test.serial('a file that is damaged where no sample lies is named with the node that has it', async (t) => {
  const root = temporaryFolder();
  const path = await parquetIn(root, 'a.parquet', select(ROWS, 3));
  const damaged = readFileSync(path);
  // Between the ends and the samples of the fingerprint, far into the rows.
  damaged.fill(255, Math.floor(damaged.length * 0.7), Math.floor(damaged.length * 0.7) + 3000);
  writeFileSync(path, damaged);
  const code = ((await t.throwsAsync(runJob(job([path])))) as Error & { code: string }).code;
  const error = await t.throwsAsync(onNodes(job(['a.parquet']), { data: 'local' }, [root, root]), { code });
  t.is(code, 'CORRUPT_FILE');
  t.regex(error?.message ?? '', /^Node 127\S+ a\.parquet: the file is damaged/);
});

test.serial('a block that is not what was looked at is never stored, whoever reads it', async (t) => {
  const root = await made;
  const roles = { response: 'late', responseKind: 'probability', columns: ['x', 'c'] } as const;
  const table = await openTable(join(root, 'data', 'p-1.parquet'));
  const { hash: fingerprint } = await table.fingerprint!();
  const rows = await loadRows(table, roles);
  const { store } = rows.handle;
  const { digests } = await scanRows(table, { first: 0, end: store.rows }, roles, null);
  const limits = { threads: 1, memoryLimit: 1e9 };
  const shelf = new LocalFiles(root, limits);
  const described = { files: ['data/p-1.parquet'], format: null, na: [], fingerprint, roles, plan: rows.plan };
  const opened = await shelf.table(JSON.stringify(described));
  const shape = { rows: store.rows, layout: store.layout, features: store.features, responseCentre: store.responseCentre };
  const signal = new AbortController().signal;
  const held = new HeldRows(shape, limits);
  // Reading begins anywhere: levels are numbered otherwise there.
  await readLocal(opened, held, { first: 5, hashes: digests.slice(5, 9), scanned: true }, signal);
  await readLocal(opened, held, { first: 0, hashes: digests.slice(0, 5), scanned: true }, signal);
  t.is(held.hashes.size, 9);
  held.close();
  await t.throwsAsync(readLocal(opened, held, { first: 9, hashes: digests.slice(9, 11), scanned: true }, signal), { code: 'ROWS_ABSENT' });
  for (const layout of [{ ...store.layout, weights: !store.layout.weights }, { ...store.layout, offset: true }]) {
    await t.throwsAsync(readLocal(opened, new HeldRows({ ...shape, layout }, limits), { first: 5, hashes: digests.slice(5, 9), scanned: true }, signal), { code: 'BAD_MESSAGE', message: /bytes/ });
  }
  const other = await openTable(await parquetFile(context, `SELECT * REPLACE (CASE WHEN x = 1.5 AND w = 1 THEN x + 1 ELSE x END AS x) FROM (${select(ROWS - 40_000, 1)})`));
  await t.throwsAsync(readLocal({ table: other, local: opened.local }, new HeldRows(shape, limits), { first: 5, hashes: digests.slice(5, 9), scanned: true }, signal), { code: 'DATA_DIFFERS' });
  await t.throwsAsync(readLocal(opened, new HeldRows(shape, limits), { first: 4, hashes: digests.slice(5, 9), scanned: true }, signal), { code: 'DATA_DIFFERS' });
  await Promise.all([table.close(), other.close(), shelf.close()]);
  rows.close();
});

test.serial('a log of a job whose files only nodes have goes on there, and nowhere else', async (t) => {
  const root = await made;
  const request = job(['data/*.parquet']);
  const expected = answer(await runJob(job([join(root, 'data', '*.parquet')])));
  const log = join(temporaryFolder(), 'job.log');
  const nodes = await Promise.all([root, root].map((dataRoot) => startNode({ dataRoot })));
  const cluster: ClusterRequest = { nodes: addressesOf(nodes), tokenFile, data: 'local' };
  try {
    t.deepEqual(answer(await runJob(request, { cluster, checkpoint: { path: log, command: 'path' } })), expected);
    const whole = readFileSync(log);
    writeFileSync(log, whole.subarray(0, Math.floor(whole.length * 0.6)));
    const { model } = await resumeJob(log, { cluster });
    t.deepEqual(answer(model), expected);
    await t.throwsAsync(resumeJob(log), { code: 'FILE_NOT_FOUND' });
  } finally {
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
});

test.serial('the coordinator takes no more memory for eight times the rows', async (t) => {
  const root = temporaryFolder();
  const columns = Array.from({ length: 12 }, (_, j) => `hash(i * 16 + ${j})::DOUBLE / 1e19 AS x${j}`).join(', ');
  for (const [name, rows] of [['small', 250_000], ['large', 2_000_000]] as const) await parquetIn(root, `${name}.parquet`, `SELECT hash(i)::DOUBLE / 1e19 AS y, ${columns} FROM range(${rows}) t(i)`);
  const worker = await startWorker(['--data-root', root]);
  const probe = new URL('../support/coordinatorProbe.ts', import.meta.url).pathname;
  const peak = async (data: string, input: string): Promise<number> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', probe, worker.address, tokenFile, data, input]);
    return (JSON.parse(stdout) as { peak: number }).peak;
  };
  try {
    const small = await peak('local', 'small.parquet');
    const large = await peak('local', 'large.parquet');
    const grown = 1_750_000 * 13 * 8;
    t.log(`peak ${Math.round(small / 2 ** 20)} MiB, then ${Math.round(large / 2 ** 20)} MiB; ${Math.round(grown / 2 ** 20)} MiB more rows`);
    t.true(large - small < grown / 4, `${small} ${large}`);
  } finally {
    await killWorkers([worker]);
  }
});
