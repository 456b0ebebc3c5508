/** Nodes that die, hang, are cut off, fall behind, leave and come: the pass completes with the same bits. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { inlineRowSource } from '@scalemix/coordinator';
import type { ClusterEvent } from '@scalemix/coordinator';
import type { PassResult, RowSource } from '@scalemix/core';
import { addressText, readSecurity } from '@scalemix/worker';
import { allBits, bitsOf } from '../support/allBits.ts';
import { temporaryFolder } from '../support/commandLine.ts';
import { linkTo } from '../support/cutLink.ts';
import { momentsRequest, passRequest } from '../support/mixedRows.ts';
import { addressesOf, kernels, killWorkers, manyRows, onCluster, otherTokenFile, startNode, startWorker } from '../support/nodes.ts';
import { until } from '../support/processes.ts';

const expected = manyRows().then((rows) => allBits(inlineRowSource(rows, kernels)));
const request = passRequest(8, true);
const expectedPass = manyRows().then(async (rows) => bitsOf(await inlineRowSource(rows, kernels).evaluate(request)));

const has = (events: readonly ClusterEvent[], type: ClusterEvent['type']): boolean => events.some((event) => event.type === type);

/** A pass that the event `what` happens to, while it runs. */
async function passWhile(source: RowSource, what: () => unknown): Promise<PassResult> {
  await source.moments(momentsRequest);
  const pass = source.evaluate(request);
  await what();
  return pass;
}

test.serial('a node killed in the middle of a pass', async (t) => {
  const workers = await Promise.all([startWorker(), startWorker(), startWorker()]);
  try {
    await onCluster(await manyRows(), { nodes: workers.map(({ address }) => address).join(','), suspectAfter: 5 }, async (source, cluster, events) => {
      t.is(bitsOf(await passWhile(source, () => workers[1]!.child.kill('SIGKILL'))), await expectedPass);
      await until('the node is lost', () => has(events, 'nodeLost'));
      const lost = events.find((event) => event.type === 'nodeLost')!;
      t.notRegex(lost.reason, /tls/, 'it has answered, so that is not what was wrong');
      t.is(cluster.nodes.length, 2);
      t.deepEqual(await allBits(source), await expected);
    });
  } finally {
    await killWorkers(workers);
  }
});

test.serial('a node stopped in the middle of a pass, which goes on later', async (t) => {
  const workers = await Promise.all([startWorker(), startWorker()]);
  try {
    await onCluster(await manyRows(), { nodes: workers.map(({ address }) => address).join(','), suspectAfter: 3 }, async (source, cluster, events) => {
      t.is(bitsOf(await passWhile(source, () => workers[0]!.child.kill('SIGSTOP'))), await expectedPass);
      await until('the node is lost', () => has(events, 'nodeLost'));
      const before = events.length;
      workers[0]!.child.kill('SIGCONT');
      await until('the node joins again', () => events.slice(before).some(({ type }) => type === 'nodeJoined'));
      t.is(cluster.nodes.length, 2);
      t.deepEqual(await allBits(source), await expected);
      t.false(events.slice(before).some(({ type }) => type === 'rowsSent'), 'it still holds its rows');
    });
  } finally {
    for (const { child } of workers) child.kill('SIGCONT');
    await killWorkers(workers);
  }
});

test.serial('a link that is cut in the middle of a pass', async (t) => {
  const nodes = await Promise.all([startNode(), startNode()]);
  const link = await linkTo(addressText(nodes[0]!.address));
  try {
    await onCluster(await manyRows(), { nodes: `${link.address},${addressText(nodes[1]!.address)}`, suspectAfter: 3 }, async (source, _cluster, events) => {
      t.is(bitsOf(await passWhile(source, () => link.cut())), await expectedPass);
      await until('the node is lost', () => has(events, 'nodeLost'));
      t.deepEqual(await allBits(source), await expected);
    });
  } finally {
    link.close();
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
});

test.serial('a node that is far behind loses its work to idle ones, before it counts as lost', async (t) => {
  const workers = await Promise.all([startWorker(), startWorker()]);
  try {
    await onCluster(await manyRows(), { nodes: workers.map(({ address }) => address).join(','), suspectAfter: 60 }, async (source, _cluster, events) => {
      t.is(bitsOf(await passWhile(source, () => workers[0]!.child.kill('SIGSTOP'))), await expectedPass);
      t.false(has(events, 'nodeLost'));
      workers[0]!.child.kill('SIGCONT');
      t.deepEqual(await allBits(source), await expected);
    });
  } finally {
    for (const { child } of workers) child.kill('SIGCONT');
    await killWorkers(workers);
  }
});

test.serial('a node that is told to end finishes, ends with 0, and its chunks go to the other', async (t) => {
  const workers = await Promise.all([startWorker(), startWorker()]);
  try {
    await onCluster(await manyRows(), { nodes: workers.map(({ address }) => address).join(','), suspectAfter: 5 }, async (source) => {
      t.is(bitsOf(await passWhile(source, () => workers[0]!.child.kill('SIGTERM'))), await expectedPass);
      t.is(await workers[0]!.ended, 0);
      t.deepEqual(await allBits(source), await expected);
    });
  } finally {
    await killWorkers(workers);
  }
});

test.serial('a node that ends when its standard input does', async (t) => {
  const worker = await startWorker();
  worker.child.stdin!.end();
  t.is(await worker.ended, 0);
});

test.serial('a node that comes late gets its share', async (t) => {
  const nodes = await Promise.all([startNode(), startNode()]);
  const file = join(temporaryFolder(), 'nodes');
  writeFileSync(file, `# the first\n${addressText(nodes[0]!.address)}\n`);
  try {
    await onCluster(await manyRows(), { nodes: `@${file}` }, async (source, _cluster, events) => {
      t.deepEqual(await allBits(source), await expected);
      appendFileSync(file, `${addressText(nodes[1]!.address)}\n`);
      await until('the node gets rows', () => events.some((event) => event.type === 'rowsSent' && event.node === addressText(nodes[1]!.address)));
      t.deepEqual(await allBits(source), await expected);
      const last = events.findLast((event) => event.type === 'passReduced');
      t.is(last?.nodes, 2);
    });
  } finally {
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
});

test.serial('a node that is killed and started again at its address works again', async (t) => {
  const steady = await startWorker();
  let other = await startWorker();
  const { address } = other;
  try {
    await onCluster(await manyRows(), { nodes: `${steady.address},${address}`, suspectAfter: 5 }, async (source, cluster, events) => {
      await source.moments(momentsRequest);
      await killWorkers([other]);
      await until('the node is lost', () => has(events, 'nodeLost'));
      other = await startWorker([], address);
      await until('the node is back', () => cluster.nodes.length === 2);
      t.deepEqual(await allBits(source), await expected);
    });
  } finally {
    await killWorkers([steady, other]);
  }
});

test.serial('survivors without memory keep what they take over in their spill files', async (t) => {
  const lost = await startWorker();
  const node = await startNode({ memoryLimit: 400_000 });
  try {
    await onCluster(await manyRows(), { nodes: `${lost.address},${addressText(node.address)}`, suspectAfter: 5 }, async (source) => {
      t.is(bitsOf(await passWhile(source, () => lost.child.kill('SIGKILL'))), await expectedPass);
      t.true(node.state.spilled > 0);
      t.is(node.state.blocks, 31);
    });
  } finally {
    await killWorkers([lost]);
    await node.stop(0);
  }
});

test.serial('where all nodes are gone the job ends with CLUSTER_LOST, unless one comes back in time', async (t) => {
  const worker = await startWorker();
  try {
    await onCluster(await manyRows(), { nodes: worker.address, suspectAfter: 1 }, async (source) => {
      const error = await t.throwsAsync(passWhile(source, () => worker.child.kill('SIGKILL')), { code: 'CLUSTER_LOST' });
      t.like(error, { kind: 'cluster' });
      t.regex(error?.message ?? '', /resume/);
    });
  } finally {
    await killWorkers([worker]);
  }
});

test.serial('where no node is there from the start: CLUSTER_LOST, saying why', async (t) => {
  const error = await t.throwsAsync(onCluster(await manyRows(), { nodes: '127.0.0.1:1', suspectAfter: 0.2 }, allBits), { code: 'CLUSTER_LOST' });
  t.regex(error?.message ?? '', /: Node 127\.0\.0\.1:1: .*ECONNREFUSED 127\.0\.0\.1:1\. If it was started with --tls-cert, .*\. Start nodes/);
});

test.serial('of nodes that refuse the first in the order given is named, though another was quicker', async (t) => {
  const nodes = await Promise.all([startNode({ kernel: 'scalar' }), startNode({ security: readSecurity({ tokenFile: otherTokenFile }) })]);
  const refused = Promise.withResolvers<void>();
  const link = await linkTo(addressText(nodes[0]!.address), refused.promise);
  const codes: string[] = [];
  try {
    const both = onCluster(await manyRows(), { nodes: `${link.address},${addressText(nodes[1]!.address)}` }, allBits, (event) => {
      if (event.type !== 'nodeRefused') return;
      codes.push(event.code);
      refused.resolve();
    });
    await t.throwsAsync(both, { code: 'KERNEL_MISMATCH' });
    t.deepEqual(codes, ['WRONG_TOKEN', 'KERNEL_MISMATCH']);
  } finally {
    link.close();
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
});

test.serial('one coordinator at a time; its lease runs out; rows stay for the same data', async (t) => {
  const lease = 4000;
  const node = await startNode({ lease });
  const [rows, otherRows] = [await manyRows(), await manyRows()];
  try {
    const nodes = addressesOf([node]);
    await onCluster(rows, { nodes, suspectAfter: 5 }, async (source) => {
      await source.moments(momentsRequest);
      // Heartbeats come every second: the lease does not run out.
      const busy: ClusterEvent[] = [];
      const error = await t.throwsAsync(onCluster(otherRows, { nodes: `${nodes},local`, suspectAfter: 0.3 }, async (other, cluster) => {
        t.is(cluster.nodes.length, 1, 'it goes on with its own threads');
        t.deepEqual(await allBits(other), await expected);
        await delay(lease);
        throw new Error('as wanted');
      }, (event) => busy.push(event)));
      t.is(error?.message, 'as wanted');
      t.false(has(busy, 'nodeJoined'));
      t.deepEqual(await allBits(source), await expected);
    });
    t.is(node.state.blocks, 0, 'a job that ends lets the rows go');
  } finally {
    await node.stop(0);
  }
});
