/** Rows that nodes read from their own files, or are sent: the same bits, and never other data. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test from 'ava';
import { runJob } from '@scalemix/coordinator';
import type { ClusterRequest, DataRequest, JobEvent, JobRequest } from '@scalemix/coordinator';
import type { ModelDocument } from '@scalemix/core';
import { HeldRows, LocalFiles, loadRows, openTable, readLocal, readStoredBlock } from '@scalemix/worker';
import type { LoadedRows } from '@scalemix/worker';
import { temporaryFolder } from '../support/commandLine.ts';
import { arrowWriter, parquetFile, readAll } from '../support/dataFiles.ts';
import { addressesOf, startNode, tokenFile } from '../support/nodes.ts';

const SELECT = (rows: number, seed: number): string =>
  `SELECT CASE WHEN (i * 7919 + ${seed}) % 10 < 4 THEN 'yes' ELSE 'no' END AS late, (i * 31 % 1000) / 250.0 + ${seed} AS x, ((i * 17) % 977)::INTEGER AS z, 'v' || (i * i % 11) AS c, 1 AS one, (i % 4)::DOUBLE AS w, CASE WHEN i % 501 = 3 THEN NULL ELSE (i % 13) / 3.0 END AS holes, CASE WHEN i % 401 = 7 THEN NULL ELSE 'g' || (i % 3) END AS gaps FROM range(${rows}) t(i)`;

interface Files {
  readonly folder: string;
  readonly parquet: readonly string[];
  readonly arrow: string;
}

/** 70,000 rows: in two Parquet files of small row groups, and in an Arrow file of several batches. */
async function makeFiles(): Promise<Files> {
  const folder = temporaryFolder();
  const context = { teardown: () => {} } as unknown as Parameters<typeof parquetFile>[0];
  const parquet = [join(folder, 'a.parquet'), join(folder, 'b.parquet')];
  copyFileSync(await parquetFile(context, SELECT(30_001, 1), 'a.parquet', ', ROW_GROUP_SIZE 5000'), parquet[0]!);
  copyFileSync(await parquetFile(context, SELECT(39_999, 2), 'b.parquet', ', ROW_GROUP_SIZE 5000'), parquet[1]!);
  const table = await openTable(parquet);
  const cells = await readAll(table);
  await table.close();
  const arrow = join(folder, 'all.arrow');
  writeFileSync(arrow, arrowWriter.tableToIPC(arrowWriter.tableFromArrays(cells, { maxBatchRows: 9000 }), { format: 'file' }));
  return { folder, parquet, arrow };
}

const made = makeFiles();

function job(inputs: readonly string[], data: Partial<DataRequest> = {}): JobRequest {
  return {
    data: { inputs, response: 'late', columns: ['x', 'z', 'c'], ...data },
    problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 4 },
    machine: { threads: 1 },
  };
}

function answer({ timing: _timing, ...rest }: ModelDocument): unknown {
  return rest;
}

async function onNodes(request: JobRequest, cluster: Partial<ClusterRequest>, roots: readonly (string | undefined)[]): Promise<{ model: unknown; events: JobEvent[] }> {
  const nodes = await Promise.all(roots.map((dataRoot) => startNode({ dataRoot })));
  const events: JobEvent[] = [];
  try {
    const model = await runJob(request, { cluster: { nodes: addressesOf(nodes), tokenFile, ...cluster }, onEvent: (event) => events.push(event) });
    return { model: answer(model), events };
  } finally {
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
}

const count = (events: readonly JobEvent[], type: JobEvent['type']): number => events.filter((event) => event.type === type).length;

for (const [name, of, data] of [
  ['two Parquet files', (files: Files) => files.parquet, {}],
  ['an Arrow file', (files: Files) => [files.arrow], {}],
  ['a weight, with rows of weight 0', (files: Files) => files.parquet, { weights: 'w' }],
  ['weights of 1 that are forgotten', (files: Files) => files.parquet, { weights: 'one' }],
  ['rows dropped for missing values', (files: Files) => files.parquet, { columns: ['x', 'holes', 'c'], missing: 'drop' }],
  ['nothing to drop', (files: Files) => files.parquet, { missing: 'drop' }],
  ['missing values filled with the mean', (files: Files) => files.parquet, { columns: ['x', 'holes', 'c'], missing: 'mean' }],
  ['missing values marked', (files: Files) => [files.arrow], { columns: ['x', 'holes', 'gaps'], missing: 'indicator' }],
  ['categories of numbers, all levels kept, an offset', (files: Files) => files.parquet, { columns: ['x', 'z'], categorical: ['z'], drop: 'none', offset: 'w', positive: 'no' }],
] as const) {
  test.serial(`${name}: read by the nodes, or sent to them, the same bits`, async (t) => {
    const files = await made;
    const request = job(of(files), data as Partial<DataRequest>);
    const expected = answer(await runJob(request));
    const local = await onNodes(request, { data: 'local' }, [files.folder, files.folder]);
    t.deepEqual(local.model, expected);
    t.true(count(local.events, 'rowsRead') >= 2);
    t.is(count(local.events, 'rowsSent'), 0);
    t.like(local.events.find(({ type }) => type === 'loaded'), { held: 'nodes', spilled: 0 });
    // The coordinator has no such files: they are where the nodes look for them.
    const elsewhere = await onNodes({ ...request, data: { ...request.data, inputs: of(files).map((path) => basename(path)) } }, { data: 'local' }, [files.folder, files.folder]);
    t.deepEqual(elsewhere.model, expected);
    const pushed = await onNodes(request, { data: 'push' }, [files.folder, files.folder]);
    t.deepEqual(pushed.model, expected);
    t.is(count(pushed.events, 'rowsRead'), 0);
    t.true(count(pushed.events, 'rowsSent') >= 2);
  });
}

test.serial('auto: who has the files reads them, who has not is sent the rows', async (t) => {
  const files = await made;
  const request = job(files.parquet);
  const { model, events } = await onNodes(request, {}, [files.folder, undefined]);
  t.deepEqual(model, answer(await runJob(request)));
  t.true(count(events, 'rowsRead') > 0);
  t.is(count(events, 'rowsSent'), 1);
  t.like(events.find(({ type }) => type === 'rowsDiffer'), { code: 'NO_DATA_ROOT' });
});

test.serial('files of other contents are never computed on', async (t) => {
  const files = await made;
  const rows = await loadedRows(files.parquet);
  const { store } = rows.handle;
  const hashes = store.blocks.map((_, block) => createHash('sha256').update(readStoredBlock(rows.handle, block)).digest());
  const table = await openTable(files.parquet);
  const { hash: fingerprint } = await table.fingerprint!();
  await table.close();
  const described = { files: ['a.parquet', 'b.parquet'], format: null, na: [], fingerprint, roles: { response: 'late', responseKind: 'probability', columns: ['x', 'z', 'c'] }, plan: rows.plan };
  const limits = { threads: 1, memoryLimit: 1e9 };
  const held = (): HeldRows => new HeldRows({ rows: store.rows, layout: store.layout, features: store.features, responseCentre: store.responseCentre }, limits);
  const { signal } = new AbortController();

  const shelf = new LocalFiles(files.folder, limits);
  const same = await shelf.table(JSON.stringify(described));
  const stored = (first: number, announced: readonly Uint8Array[]) => ({ first, hashes: announced, scanned: false });
  const all = held();
  await readLocal(same, all, stored(0, hashes), signal);
  t.is(all.hashes.size, store.blocks.length);
  // The same files by another plan, or other blocks than were announced.
  await t.throwsAsync(readLocal(same, held(), stored(0, hashes.toReversed()), signal), { code: 'DATA_DIFFERS' });
  await t.throwsAsync(readLocal(same, held(), stored(1, hashes.slice(0, 2)), signal), { code: 'DATA_DIFFERS' });
  await t.throwsAsync(readLocal({ ...same, local: { ...same.local, plan: { ...rows.plan, centres: { x: 0, z: 0 } } } }, held(), stored(0, hashes), signal), { code: 'DATA_DIFFERS' });
  await shelf.close();

  const other = temporaryFolder();
  for (const name of described.files) copyFileSync(join(files.folder, name), join(other, name));
  const bytes = readFileSync(join(other, 'b.parquet'));
  bytes[Math.floor(bytes.length / 3)]! ^= 1;
  writeFileSync(join(other, 'b.parquet'), bytes);
  await t.throwsAsync(new LocalFiles(other, limits).table(JSON.stringify(described)), { code: 'DATA_DIFFERS' });
  for (const text of ['', '{}', 'null', JSON.stringify({ ...described, files: ['-'] }), JSON.stringify({ ...described, files: [7] }), JSON.stringify({ ...described, roles: { ...described.roles, segments: {} } })]) {
    await t.throwsAsync(new LocalFiles(files.folder, limits).table(text), { code: 'BAD_MESSAGE' });
  }
  rows.close();
});

async function loadedRows(parquet: readonly string[]): Promise<LoadedRows> {
  const table = await openTable(parquet);
  try {
    return await loadRows(table, { response: 'late', responseKind: 'probability', columns: ['x', 'z', 'c'] });
  } finally {
    await table.close();
  }
}

test.serial('a node without the files says so, on both sides', async (t) => {
  const files = await made;
  const error = await t.throwsAsync(onNodes(job(files.parquet), { data: 'local' }, [temporaryFolder()]), { code: 'OUTSIDE_DATA_ROOT' });
  t.regex(error?.message ?? '', /^Node 127/);
  const { model, events } = await onNodes(job(files.parquet), {}, [temporaryFolder()]);
  t.deepEqual(model, answer(await runJob(job(files.parquet))));
  t.is(count(events, 'rowsRead'), 0);
});

test.serial('a link out of the data root, and a way up, lead nowhere', async (t) => {
  const files = await made;
  const root = temporaryFolder();
  mkdirSync(join(root, 'inner'));
  symlinkSync(files.parquet[0]!, join(root, 'inner', 'link.parquet'));
  for (const path of [join(root, 'inner', 'link.parquet'), join(root, 'inner', '..', '..', files.folder.slice(files.folder.lastIndexOf('/') + 1), 'a.parquet')]) {
    const request = job([path]);
    await t.throwsAsync(onNodes(request, { data: 'local' }, [join(root, 'inner')]), { code: 'OUTSIDE_DATA_ROOT' });
  }
  t.is(dirname(files.arrow), files.folder);
});

test.serial('a data root that is a link, links in it, and links to it: what lies inside is read by any name', async (t) => {
  const files = await made;
  const folder = temporaryFolder();
  const at = (...names: string[]): string => join(folder, ...names);
  mkdirSync(at('real', 'inner'), { recursive: true });
  for (const name of ['a.parquet', 'b.parquet']) copyFileSync(join(files.folder, name), at('real', 'inner', name));
  symlinkSync(at('real'), at('link'));
  symlinkSync(at('real', 'inner', 'a.parquet'), at('real', 'first.parquet'));
  symlinkSync(files.folder, at('real', 'out'));
  const limits = { threads: 1, memoryLimit: 1e9 };
  const found = async (root: string, ...inputs: string[]): Promise<readonly string[]> => {
    const shelf = new LocalFiles(root, limits);
    try {
      return (await shelf.inspect(JSON.stringify({ inputs, format: null, na: [] }))).files;
    } finally {
      await shelf.close();
    }
  };
  for (const root of [at('link'), at('real')]) {
    for (const base of [at('link'), at('real')]) {
      t.deepEqual(await found(root, join(base, 'inner', 'a.parquet')), [join(base, 'inner', 'a.parquet')]);
      t.deepEqual(await found(root, join(base, 'inner', '*.parquet')), ['a', 'b'].map((name) => join(base, 'inner', `${name}.parquet`)));
      t.deepEqual(await found(root, join(base, 'first.parquet')), [join(base, 'first.parquet')]);
    }
    t.deepEqual(await found(root, 'inner/*.parquet', 'first.parquet'), ['inner/a.parquet', 'inner/b.parquet', 'first.parquet']);
    t.deepEqual(await found(root, '*.parquet'), ['first.parquet']);
    for (const path of [join(root, 'out', 'a.parquet'), join(root, 'out', 'nothing.parquet'), files.parquet[0]!, '../real/../x.parquet', join(files.folder, 'nothing.parquet')]) {
      await t.throwsAsync(found(root, path), { code: 'OUTSIDE_DATA_ROOT' }, path);
    }
    for (const pattern of [join(root, 'out', '*.parquet'), 'out/*.parquet', 'inner/../out/*.parquet', join(files.folder, '*.parquet')]) await t.throwsAsync(found(root, pattern), { code: 'FILE_NOT_FOUND' }, pattern);
    await t.throwsAsync(found(root, join(root, 'inner', 'nothing.parquet')), { code: 'FILE_NOT_FOUND' });
  }
});

test.serial('what nodes cannot read by themselves is sent, or refused where they must', async (t) => {
  const files = await made;
  const query = job(files.parquet, { query: 'select * from data where x > 1' });
  await t.throwsAsync(onNodes(query, { data: 'local' }, [files.folder]), { code: 'INAPPLICABLE_OPTION' });
  t.deepEqual((await onNodes(query, {}, [files.folder])).model, answer(await runJob(query)));
});
