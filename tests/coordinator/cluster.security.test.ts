/** Who may talk to a node, and what becomes of messages that are none. */
import { connect } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Client, credentials } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import test from 'ava';
import { inlineRowSource } from '@scalemix/coordinator';
import { writeCertificates } from '../../packages/coordinator/src/credentials/folder.ts';
import { BLOCK_ROWS, chooseKernels, kernelIdText } from '@scalemix/core';
import { LARGEST_REQUEST, PROTOCOL, addressText, encodeRequest, errorOf, nodeService, readSecurity, readStoredBlock, shapeMessage, tokenMetadata } from '@scalemix/worker';
import type { NodeServer, SecurityOptions } from '@scalemix/worker';
import { issue } from '../../packages/coordinator/src/credentials/certificates.ts';
import { NodeClient } from '../../packages/coordinator/src/cluster/client.ts';
import { scalemix } from '../../packages/worker/src/node/protocol/node.js';
import { allBits } from '../support/allBits.ts';
import { temporaryFolder } from '../support/commandLine.ts';
import { momentsRequest } from '../support/mixedRows.ts';
import { until } from '../support/processes.ts';
import { Random } from '../support/random.ts';
import { addressesOf, kernels, manyRows, onCluster, otherTokenFile, startNode, tokenFile } from '../support/nodes.ts';

const expected = manyRows().then((rows) => allBits(inlineRowSource(rows, kernels)));

async function withNode<Result>(options: Parameters<typeof startNode>[0], use: (nodes: string, node: NodeServer) => Promise<Result>): Promise<Result> {
  const node = await startNode(options);
  try {
    return await use(addressesOf([node]), node);
  } finally {
    await node.stop(0);
  }
}

/** Certificates of one authority: of a node, a coordinator, and of a node whose time is over. */
async function certificates(): Promise<{ folder: string; node: SecurityOptions; coordinator: SecurityOptions; expired: SecurityOptions; expiredCoordinator: SecurityOptions }> {
  const folder = temporaryFolder();
  await writeCertificates({ folder, nodes: ['one'], days: 2 });
  const authority = { certificate: readFileSync(join(folder, 'ca.crt'), 'utf8'), key: readFileSync(join(folder, 'ca.key'), 'utf8') };
  const old = await issue(authority, 'node', 'old', -1 / 48);
  writeFileSync(join(folder, 'old.crt'), old.certificate);
  writeFileSync(join(folder, 'old.key'), old.key);
  const oldCoordinator = await issue(authority, 'coordinator', 'over', -1 / 48);
  writeFileSync(join(folder, 'over.crt'), oldCoordinator.certificate);
  writeFileSync(join(folder, 'over.key'), oldCoordinator.key);
  const of = (name: string): SecurityOptions => ({ tokenFile: join(folder, 'token'), tlsCa: join(folder, 'ca.crt'), tlsCert: join(folder, `${name}.crt`), tlsKey: join(folder, `${name}.key`) });
  return { folder, node: of('one'), coordinator: of('coordinator'), expired: of('old'), expiredCoordinator: of('over') };
}

const ours = certificates();
const others = certificates();

/** What the coordinator ends with, and what the node says. */
interface Refusal {
  readonly error: Error & { readonly code?: string };
  readonly said: string;
}

/** @param suspectAfter seconds: long where a refusal is final, short where the job gives up after three times as many */
async function refused(node: SecurityOptions, coordinator: SecurityOptions, suspectAfter = 20): Promise<Refusal> {
  let said = '';
  const started = await startNode({ security: readSecurity(node), onNote: (note) => (said += `${note}\n`) });
  try {
    const error = await onCluster(await manyRows(), { nodes: addressesOf([started]), suspectAfter, ...coordinator }, async () => {
      throw new Error('It was let in.');
    }).then(() => new Error('unreachable'), (reason: Error) => reason);
    return { error, said };
  } finally {
    t0(started);
    await started.stop(0);
  }
}

/** Nobody who is refused leaves a trace. */
function t0(node: NodeServer): void {
  if (node.state.leased || node.state.blocks > 0) throw new Error('A coordinator that was refused holds the node.');
}

test.serial('another token, and none, are refused on both sides before a message is read', async (t) => {
  const said: string[] = [];
  await withNode({ onNote: (note) => said.push(note) }, async (nodes, node) => {
    const error = await t.throwsAsync(onCluster(await manyRows(), { nodes, tokenFile: otherTokenFile }, allBits), { code: 'WRONG_TOKEN' });
    t.is(said.length, 1);
    t.regex(said[0]!, /^A call from 127\.0\.0\.1:\d+ was refused\. The node knows another token, or got none\./);
    t.notRegex(error?.message ?? '', /another-token|a-token/);
    await t.throwsAsync(onCluster(await manyRows(), { nodes, tokenFile: undefined, insecure: true }, allBits), { code: 'WRONG_TOKEN' });
    t.is(node.counters.refused, 2);
    t.false(node.state.leased);
    const health = new Client(nodes, credentials.createInsecure());
    const code = await new Promise((resolve) => health.makeUnaryRequest('/grpc.health.v1.Health/Check', () => Buffer.alloc(0), (bytes) => bytes, {}, (failure) => resolve(failure?.code)));
    health.close();
    t.is(code, 16);
    t.deepEqual(await onCluster(await manyRows(), { nodes }, allBits), await expected);
  });
});

test.serial('a cluster without a token file, a bad one, half of TLS: said before anything is dialled', async (t) => {
  const rows = await manyRows();
  const short = join(temporaryFolder({ short: 'abc\n' }), 'short');
  await t.throwsAsync(onCluster(rows, { nodes: '127.0.0.1:1', tokenFile: undefined }, allBits), { code: 'TOKEN_REQUIRED' });
  await t.throwsAsync(onCluster(rows, { nodes: '127.0.0.1:1', tokenFile: short }, allBits), { code: 'BAD_TOKEN' });
  await t.throwsAsync(onCluster(rows, { nodes: '127.0.0.1:1', tokenFile: `${short}.absent` }, allBits), { code: 'BAD_TOKEN' });
  await t.throwsAsync(onCluster(rows, { nodes: '127.0.0.1:1', tlsCa: short }, allBits), { code: 'BAD_TLS' });
  await t.throwsAsync(onCluster(rows, { nodes: '127.0.0.1:1', tlsCa: short, tlsCert: short, tlsKey: short }, allBits), { code: 'BAD_TLS' });
  await t.throwsAsync(onCluster(rows, { nodes: '10.1.2.3:7077' }, allBits), { code: 'TLS_REQUIRED' });
  for (const nodes of ['', ' , ', 'a', 'a:b', '127.0.0.1:70000', '@/nowhere/at/all']) await t.throwsAsync(onCluster(rows, { nodes }, allBits), { code: nodes.trim().length > 1 && !nodes.includes('@') && nodes !== ' , ' ? 'BAD_ADDRESS' : /^@|^[ ,]*$/.test(nodes) ? 'BAD_CLUSTER' : 'BAD_ADDRESS' });
  await t.throwsAsync(startNode({ listen: { host: '0.0.0.0', port: 0 } }), { code: 'TLS_REQUIRED' });
});

test.serial('mutual TLS: the same bits', async (t) => {
  const { node, coordinator } = await ours;
  await withNode({ security: readSecurity(node) }, async (nodes) => {
    t.deepEqual(await onCluster(await manyRows(), { nodes, ...coordinator }, allBits), await expected);
  });
});

test.serial('without a certificate: both sides say so', async (t) => {
  const { node, coordinator } = await ours;
  const { error, said } = await refused(node, { tokenFile: coordinator.tokenFile }, 0.5);
  t.like(error, { code: 'CLUSTER_LOST' });
  t.regex(error.message, /give --tls-ca, --tls-cert and --tls-key here too/);
  t.regex(said, /^A connection from 127\.0\.0\.1 came to nothing: TLS could not be agreed on /);
});

test.serial('TLS to a node without it', async (t) => {
  const { node, coordinator } = await ours;
  t.like((await refused({ tokenFile: node.tokenFile }, coordinator)).error, { code: 'TLS_FAILED' });
});

test.serial('a certificate of another authority, on either side: both sides say so', async (t) => {
  const [{ node, coordinator }, other] = await Promise.all([ours, others]);
  const distrusted = await refused(node, { ...other.coordinator, tokenFile: coordinator.tokenFile });
  t.like(distrusted.error, { code: 'TLS_FAILED' });
  t.regex(distrusted.said, DISTRUSTED);
  t.regex(await refusedByNode(node, { ...coordinator, tlsCert: other.coordinator.tlsCert, tlsKey: other.coordinator.tlsKey }), /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|CERT_SIGNATURE_FAILURE/);
});

test.serial('a certificate whose time is over, on either side: both sides say so', async (t) => {
  const { node, coordinator, expired, expiredCoordinator } = await ours;
  const { error, said } = await refused(expired, coordinator);
  t.like(error, { code: 'TLS_FAILED' });
  t.regex(error.message, /expired/);
  t.regex(said, DISTRUSTED);
  t.regex(await refusedByNode(node, expiredCoordinator), /CERT_HAS_EXPIRED/);
});

test.serial("a node's certificate opens no other node, and a coordinator's serves none", async (t) => {
  const { node, coordinator } = await ours;
  t.regex(await refusedByNode(node, node), /INVALID_PURPOSE/);
  t.like((await refused(coordinator, coordinator)).error, { code: 'TLS_FAILED' });
});

/** What a node says where its own certificate is not accepted. */
const DISTRUSTED = /^A connection.* came to nothing: the other side closed it before TLS was agreed on\. It may not accept the certificate of this node/;

/** What a node says of a coordinator whose certificate it does not accept. */
async function refusedByNode(node: SecurityOptions, coordinator: SecurityOptions): Promise<string> {
  const { error, said } = await refused(node, coordinator, 0.5);
  if (error.code !== 'TLS_FAILED' && !(error.code === 'CLUSTER_LOST' && /--tls-c/.test(error.message))) throw error;
  return /^A connection from 127\.0\.0\.1 came to nothing: its certificate, or the lack of one, is not accepted \((\w+)\)/.exec(said)?.[1] ?? said;
}

/** Milliseconds that calls have. */
const PATIENCE = 60_000;

/** A client that attaches by itself. */
function clientOf(nodes: string): { client: NodeClient; attach: (change?: Partial<scalemix.AttachRequest.$Properties>) => Promise<unknown> } {
  const client = new NodeClient(nodes, readSecurity({ tokenFile }), PATIENCE);
  const attach = (change = {}): Promise<unknown> => client.attach({ protocol: PROTOCOL, coordinator: 'A', data: 'd', kernel: kernelIdText(kernels.id), precision: 'f64', ...change }, PATIENCE);
  return { client, attach };
}

test.serial('another protocol, another kernel, another coordinator', async (t) => {
  let now = 0;
  await withNode({ lease: 500, now: () => now }, async (nodes) => {
    const { client, attach } = clientOf(nodes);
    await t.throwsAsync(attach({ protocol: PROTOCOL + 1 }), { code: 'PROTOCOL_MISMATCH', message: new RegExp(nodes) });
    await t.throwsAsync(attach({ kernel: kernelIdText(chooseKernels({ family: 'scalar' }).id) }), { code: 'KERNEL_MISMATCH' });
    await attach();
    await attach();
    await t.throwsAsync(attach({ coordinator: 'B' }), { code: 'NODE_BUSY' });
    await t.throwsAsync(client.heartbeat('B', PATIENCE), { code: 'LEASE_LOST' });
    now += 499;
    await t.throwsAsync(attach({ coordinator: 'B' }), { code: 'NODE_BUSY' });
    await client.heartbeat('A', PATIENCE);
    now += 499;
    await t.throwsAsync(attach({ coordinator: 'B' }), { code: 'NODE_BUSY' });
    // Nothing is heard of A: its lease runs out.
    now += 1;
    await attach({ coordinator: 'B' });
    await t.throwsAsync(client.heartbeat('A', PATIENCE), { code: 'LEASE_LOST' });
    client.close();
  });
  await withNode({ kernel: 'scalar' }, async (nodes) => {
    await t.throwsAsync(onCluster(await manyRows(), { nodes }, allBits), { code: 'KERNEL_MISMATCH' });
  });
});

/** A node that knows the shape of `manyRows`, and how to send it blocks. */
async function opened(nodes: string) {
  const rows = await manyRows();
  const { store } = rows.handle;
  const shape = { rows: store.rows, layout: store.layout, features: store.features, responseCentre: store.responseCentre };
  const { client, attach } = clientOf(nodes);
  await attach();
  await client.open('A', shape, PATIENCE);
  const block = async (number: number) => {
    const bytes = readStoredBlock(rows.handle, number);
    const { createHash } = await import('node:crypto');
    return { block: number, rows: store.blocks[number]!.rows, entries: 0, bytes, hash: createHash('sha256').update(bytes).digest() };
  };
  return { rows, shape, client, attach, block, push: (blocks: Parameters<NodeClient['push']>[1], coordinator = 'A') => client.push(coordinator, blocks, new AbortController().signal) };
}

test.serial('rows stay when the lease has run out, for the same data and for no other; then they go', async (t) => {
  let now = 0;
  await withNode({ lease: 300, keep: 1500, now: () => now }, async (nodes, node) => {
    const { client, attach, shape, block, push } = await opened(nodes);
    await push([await block(3)]);
    now += 500;
    t.is(node.state.blocks, 1);
    await attach({ coordinator: 'B' });
    t.deepEqual([...(await client.open('B', shape, PATIENCE)).blocks], [3, 0, 0, 0]);
    now += 500;
    await attach({ coordinator: 'C', data: 'other' });
    t.is((await client.open('C', shape, PATIENCE)).blocks.length, 0);
    await push([await block(3)], 'C');
    now += 300 + 1500;
    await until('the rows go', () => node.state.blocks === 0);
    await t.throwsAsync(client.heartbeat('C', PATIENCE), { code: 'LEASE_LOST' });
    client.close();
  });
});

test.serial('a coordinator that only looks for files, and lets the node go, leaves the rows of the one before', async (t) => {
  let now = 0;
  await withNode({ lease: 300, keep: 60_000, now: () => now }, async (nodes, node) => {
    const { client, attach, shape, block, push } = await opened(nodes);
    await push([await block(3)]);
    now += 500;
    await attach({ coordinator: 'B', data: '' });
    await client.release('B', PATIENCE);
    t.false(node.state.leased);
    await attach({ coordinator: 'A' });
    t.deepEqual([...(await client.open('A', shape, PATIENCE)).blocks], [3, 0, 0, 0]);
    await client.release('A', PATIENCE);
    t.is(node.state.blocks, 0, 'who had them lets them go');
    client.close();
  });
});

test.serial('blocks that are not what they are announced as are refused', async (t) => {
  await withNode({}, async (nodes, node) => {
    const { client, block, push } = await opened(nodes);
    const good = await block(2);
    const changed = Uint8Array.from(good.bytes);
    changed[100]! ^= 1;
    await t.throwsAsync(push([{ ...good, bytes: changed }]), { code: 'DATA_DIFFERS' });
    await t.throwsAsync(push([{ ...good, rows: BLOCK_ROWS - 1 }]), { code: 'BAD_MESSAGE' });
    await t.throwsAsync(push([{ ...good, block: 31 }]), { code: 'BAD_MESSAGE' });
    await t.throwsAsync(push([{ ...good, entries: 2 ** 31 }]), { code: 'BAD_MESSAGE' });
    await t.throwsAsync(push([{ ...good, hash: new Uint8Array(3) }]), { code: 'BAD_MESSAGE' });
    await t.throwsAsync(push([{ ...good, bytes: good.bytes.subarray(0, 1000) }]), { code: 'BAD_MESSAGE' });
    // A code that is no level would be an address for the kernels.
    const codes = Uint8Array.from(good.bytes);
    new DataView(codes.buffer).setUint32(BLOCK_ROWS * 16, 9, true);
    const { createHash } = await import('node:crypto');
    await t.throwsAsync(push([{ ...good, bytes: codes, hash: createHash('sha256').update(codes).digest() }]), { code: 'BAD_MESSAGE', message: /code 9 of 7/ });
    t.is(node.state.blocks, 0);
    await push([good]);
    t.is(node.state.blocks, 1);
    const signal = new AbortController().signal;
    const request = encodeRequest(momentsRequest);
    await t.throwsAsync(client.compute({ coordinator: 'A', request, nodes: [{ level: 0, index: 1 }] }, () => {}, signal), { code: 'ROWS_ABSENT' });
    for (const nodesAsked of [[], [{ level: 0, index: 31 }], [{ level: 4_000_000_000, index: 0 }], [{ level: 5, index: 0 }, { level: 0, index: 2 }]]) {
      await t.throwsAsync(client.compute({ coordinator: 'A', request, nodes: nodesAsked }, () => {}, signal));
    }
    let answers = 0;
    await client.compute({ coordinator: 'A', request, nodes: [{ level: 0, index: 2 }] }, () => answers++, signal);
    t.is(answers, 1);
    client.close();
  });
});

test.serial('a message that is too large is refused by either side, and the node goes on', async (t) => {
  await withNode({}, async (nodes) => {
    const { client } = clientOf(nodes);
    const request = new Uint8Array(LARGEST_REQUEST + 1);
    await t.throwsAsync(client.compute({ coordinator: 'A', request, nodes: [] }, () => {}, new AbortController().signal), { code: 'MESSAGE_TOO_LARGE' });
    client.close();
    const raw = new Client(nodes, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
    const failure = await new Promise<ServiceError | null>((resolve) => raw.makeUnaryRequest(nodeService.attach.path, (bytes: Buffer) => bytes, (bytes) => bytes, Buffer.alloc(LARGEST_REQUEST + 1), tokenMetadata(readSecurity({ tokenFile })), (error) => resolve(error)));
    raw.close();
    t.is(failure?.code, 8);
    t.deepEqual(await onCluster(await manyRows(), { nodes }, allBits), await expected);
  });
});

test.serial('random bytes, and changed messages of every call, crash nothing', async (t) => {
  await withNode({ dataRoot: temporaryFolder() }, async (nodes, node) => {
    const random = new Random(17);
    const { port, host } = node.address;
    for (let i = 0; i < 20; i++) {
      const socket = connect(port, host);
      socket.on('error', () => {});
      await once(socket, 'connect');
      const preface = i % 2 === 0 ? Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') : Buffer.alloc(0);
      socket.end(Buffer.concat([preface, Buffer.from(Array.from({ length: 300 }, () => random.integer(256)))]));
      await new Promise((resolve) => setTimeout(resolve, 30));
      socket.destroy();
    }
    const { shape, client, attach, block } = await opened(nodes);
    const { bytes: _bytes, ...head } = await block(0);
    const messages: Record<string, Uint8Array> = {
      attach: scalemix.AttachRequest.encode({ protocol: PROTOCOL, coordinator: 'A', data: 'd', kernel: kernelIdText(kernels.id), precision: 'f64' }).finish(),
      heartbeat: scalemix.LeaseRequest.encode({ coordinator: 'A' }).finish(),
      open: scalemix.OpenRequest.encode({ coordinator: 'A', shape: shapeMessage(shape) }).finish(),
      push: scalemix.BlockPiece.encode({ coordinator: 'A', ...head, bytes: new Uint8Array(100) }).finish(),
      read: scalemix.ReadRequest.encode({ coordinator: 'A', table: JSON.stringify({ files: ['a.parquet'], format: null, na: [], fingerprint: '', roles: { response: 'y', responseKind: 'numeric' }, plan: { centres: {}, levels: {}, fills: {}, positive: null, folds: null, weights: false } }), first: 0, hashes: new Uint8Array(64) }).finish(),
      inspect: scalemix.InspectRequest.encode({ coordinator: 'A', files: JSON.stringify({ inputs: ['a.parquet'], format: null, na: [] }) }).finish(),
      scan: scalemix.ScanRequest.encode({ coordinator: 'A', table: JSON.stringify({ files: ['a.parquet'], format: null, na: [], fingerprint: '', roles: { response: 'y', responseKind: 'numeric' }, plan: null }), first: 8192, end: 16384, centres: JSON.stringify({ columns: { x: 1 }, response: 0 }) }).finish(),
      compute: scalemix.ComputeRequest.encode({ coordinator: 'A', request: encodeRequest(momentsRequest), nodes: [{ level: 0, index: 0 }] }).finish(),
      release: scalemix.LeaseRequest.encode({ coordinator: 'A' }).finish(),
    };
    const raw = new Client(nodes, credentials.createInsecure());
    const metadata = tokenMetadata(readSecurity({ tokenFile }));
    let refusals = 0;
    for (const [name, message] of Object.entries(messages)) {
      const { path, responseStream, requestStream } = nodeService[name as keyof typeof nodeService];
      for (let i = 0; i < 80; i++) {
        const bytes = Buffer.from(message);
        for (let k = random.integer(4); k >= 0; k--) bytes[random.integer(bytes.length)] = random.integer(256);
        const sent = random.chance(0.3) ? bytes.subarray(0, random.integer(bytes.length)) : bytes;
        const error = await new Promise<ServiceError | null>((resolve) => {
          const same = (value: Buffer): Buffer => value;
          const options = { deadline: Date.now() + PATIENCE };
          if (responseStream) {
            const call = raw.makeServerStreamRequest(path, same, same, sent, metadata, options);
            call.on('data', () => {}).on('end', () => resolve(null)).on('error', (failure) => resolve(failure as ServiceError));
          } else if (requestStream) {
            const call = raw.makeClientStreamRequest(path, same, same, metadata, options, (failure) => resolve(failure));
            call.on('error', () => {});
            call.write(sent);
            call.end();
          } else raw.makeUnaryRequest(path, same, same, sent, metadata, options, (failure) => resolve(failure));
        });
        if (error !== null) refusals++;
        t.not(error?.code, 4, `${name}: the node does not answer`);
        if (error !== null) errorOf(error);
        // What was let go is taken again, so that the next message is looked at.
        await attach().catch(() => {});
      }
    }
    t.true(refusals > 100, `${refusals}`);
    raw.close();
    await client.release('A', PATIENCE).catch(() => {});
    client.close();
    t.deepEqual(await onCluster(await manyRows(), { nodes, suspectAfter: 13 }, allBits), await expected);
    t.is(addressText(node.address), nodes);
  });
});
