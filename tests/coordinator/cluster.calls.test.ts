/** Calls of one coordinator and one node: files that change between jobs, calls that nobody waits for, addresses found later. */
import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { inlineRowSource } from '@scalemix/coordinator';
import type { ClusterEvent } from '@scalemix/coordinator';
import { BLOCK_ROWS, chooseKernels, kernelIdText } from '@scalemix/core';
import { PROTOCOL, encodeRequest, foundFilesOf, readSecurity, readStoredBlock } from '@scalemix/worker';
import type { FoundFiles, NodeOptions, NodeServer } from '@scalemix/worker';
import { NodeClient } from '../../packages/coordinator/src/cluster/client.ts';
import { allBits } from '../support/allBits.ts';
import { temporaryFolder } from '../support/commandLine.ts';
import { parquetFile } from '../support/dataFiles.ts';
import { momentsRequest } from '../support/mixedRows.ts';
import { addressesOf, kernels, manyRows, onCluster, startNode, tokenFile } from '../support/nodes.ts';
import { until } from '../support/processes.ts';

const context = { teardown: () => {} } as unknown as Parameters<typeof parquetFile>[0];
const ROWS = 40 * BLOCK_ROWS;

/** A folder with a.parquet: 40 blocks of y and 12 columns. */
async function makeRoot(seed = 0): Promise<string> {
  const root = temporaryFolder();
  await write(root, seed);
  return root;
}

async function write(root: string, seed: number): Promise<void> {
  const columns = Array.from({ length: 12 }, (_, j) => `hash(i * 16 + ${j + seed})::DOUBLE / 1e19 AS x${j}`).join(', ');
  copyFileSync(await parquetFile(context, `SELECT (i % 2)::DOUBLE AS y, ${columns} FROM range(${ROWS}) t(i)`, 'a.parquet', ', ROW_GROUP_SIZE 20000'), join(root, 'a.parquet'));
}

/** Milliseconds that calls have. */
const PATIENCE = 60_000;

const roles = { response: 'y', responseKind: 'probability' } as const;

/** The calls of a coordinator that looks at files. */
function caller(client: NodeClient, coordinator: string) {
  return {
    attach: (change: { data?: string; kernel?: string } = {}) => client.attach({ protocol: PROTOCOL, coordinator, data: '', kernel: kernelIdText(kernels.id), precision: 'f64', ...change }, PATIENCE),
    find: async (): Promise<FoundFiles> => foundFilesOf((await client.inspect({ coordinator, files: JSON.stringify({ inputs: ['a.parquet'], format: null, na: [] }) })).found),
    scan: (found: FoundFiles, signal: AbortSignal) =>
      client.scan({ coordinator, table: JSON.stringify({ files: found.files, format: null, na: [], fingerprint: found.fingerprint.hash, roles, plan: null }), first: 0, end: ROWS, centres: '' }, signal),
  };
}

async function withNode(options: Partial<NodeOptions>, use: (client: NodeClient, node: NodeServer) => Promise<void>): Promise<void> {
  const node = await startNode(options);
  const client = new NodeClient(addressesOf([node]), readSecurity({ tokenFile }), PATIENCE);
  try {
    await use(client, node);
  } finally {
    client.close();
    await node.stop(0);
  }
}

test.serial('files that were changed after a coordinator was cut off are looked at anew for the next', async (t) => {
  const root = await makeRoot();
  let now = 0;
  await withNode({ dataRoot: root, lease: 300, now: () => now }, async (client) => {
    const first = caller(client, 'A');
    await first.attach();
    const before = await first.find();
    await write(root, 100);
    now += 300;
    const second = caller(client, 'B');
    await second.attach();
    const after = await second.find();
    t.not(after.fingerprint.hash, before.fingerprint.hash);
    await t.notThrowsAsync(second.scan(after, new AbortController().signal));
  });
});

test.serial('files of a coordinator that was cut off are closed with its lease and the time to come back', async (t) => {
  const root = await makeRoot();
  const notes: string[] = [];
  let now = 0;
  await withNode({ dataRoot: root, lease: 200, keep: 300, now: () => now, onNote: (note) => notes.push(note) }, async (client) => {
    const { attach, find } = caller(client, 'A');
    await attach();
    await find();
    now += 200 + 300;
    await until('its time is over', () => notes.some((note) => note.startsWith('Nothing was heard')));
    t.pass();
  });
});

test.serial('a look at rows that nobody waits for any more ends, and one for nobody does not begin', async (t) => {
  const root = await makeRoot();
  await withNode({ dataRoot: root }, async (client, node) => {
    const { attach, find, scan } = caller(client, 'A');
    await attach();
    const found = await find();
    await t.throwsAsync(scan(found, AbortSignal.abort(new Error('before'))), { message: 'before' });
    t.is(node.state.working, 0);
    const controller = new AbortController();
    const looking = scan(found, controller.signal);
    await until('the node looks', () => node.state.working === 1);
    controller.abort(new Error('enough'));
    await t.throwsAsync(looking, { message: 'enough' });
    await until('the node has ended it', () => node.state.working === 0);
  });
});

test.serial('what a coordinator has begun ends when another has come', async (t) => {
  const root = await makeRoot();
  await withNode({ dataRoot: root, lease: 1 }, async (client, node) => {
    const { attach, find, scan } = caller(client, 'A');
    await attach();
    const found = await find();
    const looking = t.throwsAsync(scan(found, new AbortController().signal), { code: 'LEASE_LOST' });
    await until('the node looks', () => node.state.working === 1);
    await caller(client, 'B').attach();
    await looking;
  });
});

test.serial('a coordinator that is refused for its kernel leaves the rows of another where they are', async (t) => {
  const rows = await manyRows();
  const { store } = rows.handle;
  const shape = { rows: store.rows, layout: store.layout, features: store.features, responseCentre: store.responseCentre };
  let now = 0;
  await withNode({ lease: 200, now: () => now }, async (client, node) => {
    const { createHash } = await import('node:crypto');
    await caller(client, 'A').attach({ data: 'd' });
    await client.open('A', shape, PATIENCE);
    const bytes = readStoredBlock(rows.handle, 3);
    await client.push('A', [{ block: 3, rows: store.blocks[3]!.rows, entries: 0, bytes, hash: createHash('sha256').update(bytes).digest() }], new AbortController().signal);
    now += 200;
    await t.throwsAsync(caller(client, 'B').attach({ data: 'other', kernel: kernelIdText(chooseKernels({ family: 'scalar' }).id) }), { code: 'KERNEL_MISMATCH' });
    t.is(node.state.blocks, 1);
    // Nor are they computed on for one that has yet to find out what its rows are.
    await caller(client, 'C').attach();
    const asked = client.compute({ coordinator: 'C', request: encodeRequest(momentsRequest), nodes: [{ level: 0, index: 3 }] }, () => {}, new AbortController().signal);
    await t.throwsAsync(asked, { code: 'ROWS_ABSENT' });
    await t.throwsAsync(client.open('C', shape, 5000), { code: 'ROWS_ABSENT' });
    t.is(node.state.blocks, 1);
  });
  rows.close();
});

test.serial('an address off this machine that is found later is not dialled without TLS', async (t) => {
  const rows = await manyRows();
  const expected = await allBits(inlineRowSource(rows, kernels));
  const node = await startNode();
  const list = join(temporaryFolder(), 'nodes');
  writeFileSync(list, `${addressesOf([node])}\n`);
  const seen: ClusterEvent[] = [];
  try {
    await onCluster(rows, { nodes: `@${list}` }, async (source) => {
      appendFileSync(list, '192.0.2.1:7077\n');
      await until('the address is refused', () => seen.some(({ type }) => type === 'nodeRefused'));
      t.deepEqual(await allBits(source), expected);
    }, (event) => seen.push(event));
  } finally {
    await node.stop(0);
  }
  t.like(seen.find(({ type }) => type === 'nodeRefused'), { node: '192.0.2.1:7077', code: 'TLS_REQUIRED' });
});

test.serial('an error about any text can be sent, however long it is and wherever it is cut', async (t) => {
  await withNode({ dataRoot: temporaryFolder() }, async (client) => {
    const { attach } = caller(client, 'A');
    await attach();
    for (const name of ['\ud800', 'a\udc00b', ...[0, 1].map((before) => 'x'.repeat(before) + '\u{1f600}'.repeat(4000)), '\u6570'.repeat(9000)]) {
      await t.throwsAsync(client.inspect({ coordinator: 'A', files: JSON.stringify({ inputs: [name], format: null, na: [] }) }), { code: 'FILE_NOT_FOUND' });
    }
    await t.notThrowsAsync(client.heartbeat('A', 5000));
  });
});

test.serial('what one side says is shown on the other as a line of plain text', async (t) => {
  const notes: string[] = [];
  await withNode({ dataRoot: temporaryFolder(), onNote: (note) => notes.push(note) }, async (client) => {
    await caller(client, 'A').attach();
    const files = JSON.stringify({ inputs: ['a\n2026-01-01 The coordinator left. \u001b[2J'], format: null, na: [] });
    const error = await t.throwsAsync(client.inspect({ coordinator: 'A', files }), { code: 'FILE_NOT_FOUND' });
    t.regex(error!.message, /left\. \?\[2J: no such file/);
    t.true(notes.some((note) => note.startsWith('a | 2026-01-01 The coordinator left. ?[2J: no such file')), notes.join('\n'));
  });
});
