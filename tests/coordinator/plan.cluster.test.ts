/** What a job on nodes would take, said beforehand, and what it then takes. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { planJob, runJob } from '@scalemix/coordinator';
import type { JobEvent, JobRequest } from '@scalemix/coordinator';
import { BLOCK_ROWS } from '@scalemix/core';
import { readingSeconds } from '../../packages/coordinator/src/plan/onCluster.ts';
import { sampleCsv, temporaryFolder } from '../support/commandLine.ts';
import { addressesOf, manyRows, onCluster, otherTokenFile, startNode, tokenFile } from '../support/nodes.ts';

const folder = temporaryFolder({ 'many.csv': sampleCsv(150_000) });
const request: JobRequest = {
  data: { inputs: [join(folder, 'many.csv')], response: 'late', columns: ['x', 'z', 'c'] },
  problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 20 },
  machine: { threads: 1 },
};
const squared: JobRequest = { ...request, data: { ...request.data, response: 'y', columns: ['x', 'z'] }, problem: { ...request.problem, loss: { name: 'squared', parameters: {} } } };

const asked: Readonly<Record<string, JobRequest>> = {
  'in lockstep on a sample': request,
  'one value, on a sample in its place': { ...request, problem: { loss: request.problem.loss, penalty: request.problem.penalty, lambda: [0.01] } },
  'value by value': { ...request, problem: { loss: request.problem.loss, penalty: request.problem.penalty, lambda: [0.1, 0] } },
  'from moments': squared,
  'with folds': { ...squared, folds: { by: 'modulo', count: 4 } },
};

for (const [what, job] of Object.entries(asked)) {
  test.serial(`${what}: who holds what, the answers of a pass and the bytes on the wire are those of the run`, async (t) => {
    const nodes = [await startNode({ threads: 1 }), await startNode({ threads: 2 })];
    try {
      const cluster = { nodes: addressesOf(nodes), tokenFile };
      const plan = await planJob(job, { cluster });
      const events: JobEvent[] = [];
      const model = await inNoTime((begin) =>
        runJob(job, {
          cluster,
          onEvent: (event) => {
            if (event.type === 'passBegun') begin();
            events.push(event);
          },
        }),
      );
      const planned = plan.cluster!;
      t.deepEqual(planned.nodes.map(({ threads, silent, busy }) => [threads, silent, busy]), [[1, null, false], [2, null, false]]);
      t.is(planned.threads, 3);
      const sent = events.filter((event) => event.type === 'rowsSent');
      for (const { node, rows, bytes } of planned.nodes) {
        const events = sent.filter((event) => event.node === node);
        t.is(Math.ceil(rows / BLOCK_ROWS), events.reduce((sum, { blocks }) => sum + blocks, 0));
        near(t, bytes, events.reduce((sum, event) => sum + event.bytes, 0), 1.02);
      }
      near(t, planned.rowsSent, sent.reduce((sum, { bytes }) => sum + bytes, 0), 1.02);
      const passes = events.filter((event) => event.type === 'passReduced');
      const subtrees = planned.nodes.reduce((sum, node) => sum + node.subtrees, 0);
      // Sampled rows come in answers of their own.
      const statistics = passes.filter((pass) => pass.subtrees === subtrees);
      t.true(statistics.length >= passes.length - 2);
      const bytesOf = (of: 'bytesReceived' | 'bytesSent', among = passes): number => among.reduce((sum, pass) => sum + pass[of], 0);
      near(t, plan.sweeps, model.sweeps, 1.5);
      // Weights, and two passes, of the larger sample; about so many of that of one value.
      const { road, sampleRows, refineRows, sampleInPlace } = plan.way;
      const chosen = road !== 'lockstep' ? 0 : sampleInPlace ? 5 : refineRows > sampleRows ? 3 : 0;
      near(t, planned.received / (plan.sweeps + chosen), bytesOf('bytesReceived', statistics) / statistics.length, 1.6);
      if (plan.way.road !== 'moments') near(t, planned.sent / (plan.sweeps + chosen), bytesOf('bytesSent') / passes.length, 1.6);
      if (planned.sampled > 0) near(t, planned.sampled, bytesOf('bytesReceived') - bytesOf('bytesReceived', statistics), 1.6);
      t.true(planned.wireSeconds > 0 && plan.seconds > planned.wireSeconds);
    } finally {
      await Promise.all(nodes.map((node) => node.stop(0)));
    }
  });
}

/** Runs `work` on a clock that all but stands still once it says so: nodes are as fast as each other, as a plan takes them to be, on however busy a machine. */
async function inNoTime<Result>(work: (begin: () => void) => Promise<Result>): Promise<Result> {
  const { now } = performance;
  let began: number | null = null;
  performance.now = () => (began === null ? now.call(performance) : began + (now.call(performance) - began) / 1000);
  try {
    return await work(() => (began ??= now.call(performance)));
  } finally {
    performance.now = now;
  }
}

function near(t: { true(actual: boolean, message: string): void }, planned: number, found: number, factor: number): void {
  t.true(planned < found * factor && planned > found / factor, `${planned} planned, ${found} found`);
}

test('a node is asked without being taken from its job, and says that it has one', async (t) => {
  const node = await startNode();
  const nodes = addressesOf([node]);
  try {
    t.false((await planJob(request, { cluster: { nodes, tokenFile } })).cluster!.nodes[0]!.busy);
    t.false(node.state.leased);
    await onCluster(await manyRows(), { nodes }, async (source) => {
      await source.moments({ kind: 'moments', loss: { name: 'logistic', parameters: {} }, gram: false });
      const { blocks } = node.state;
      t.true((await planJob(request, { cluster: { nodes, tokenFile } })).cluster!.nodes[0]!.busy);
      t.is(node.state.blocks, blocks);
      await source.moments({ kind: 'moments', loss: { name: 'logistic', parameters: {} }, gram: false });
    });
  } finally {
    await node.stop(0);
  }
});

test('a node that is not there is taken to be like this machine; what does not fit into memory is told', async (t) => {
  const node = await startNode({ memoryLimit: 2 ** 20 });
  const absent = await startNode();
  const nodes = `local,${addressesOf([node, absent])}`;
  await absent.stop(0);
  try {
    const plan = await planJob(request, { cluster: { nodes, tokenFile } });
    const [own, there, gone] = plan.cluster!.nodes;
    t.deepEqual([own!.node, own!.threads, own!.memory], ['local', 1, plan.memoryLimit]);
    t.is(there!.memory, 2 ** 20);
    t.is(there!.spilled, Math.max(0, there!.bytes - 2 ** 20));
    t.is(gone!.threads, 1);
    t.regex(gone!.silent!, /ECONNREFUSED|No connection/);
    // What stays in this process goes over no wire.
    t.is(plan.cluster!.rowsSent, there!.bytes + gone!.bytes);
  } finally {
    await node.stop(0);
  }
});

test('where nodes read by themselves this process holds the rows of its own threads alone', async (t) => {
  const node = await startNode();
  try {
    const file = fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));
    const job: JobRequest = { ...request, data: { inputs: [file], response: 'delay', columns: ['distance'] }, problem: squared.problem, machine: { threads: 1 } };
    const plan = (nodes: string, data: 'auto' | 'push'): ReturnType<typeof planJob> => planJob(job, { cluster: { nodes, tokenFile, data } });
    const pushed = await plan(addressesOf([node]), 'push');
    t.true(pushed.memory.rows > 0);
    t.is(readingSeconds(1, pushed.rows, pushed.cluster), pushed.rows);
    const [apart, beside] = [await plan(addressesOf([node]), 'auto'), await plan(`local,${addressesOf([node])}`, 'auto')];
    t.deepEqual([apart.memory.rows, apart.spilled, apart.memory.total], [0, 0, pushed.memory.total - pushed.memory.rows]);
    t.is(beside.memory.rows, beside.cluster!.nodes[0]!.bytes);
    t.is(readingSeconds(1, apart.rows, apart.cluster), 2 * apart.rows, 'a look, and a load');
    t.is(readingSeconds(1, beside.rows, beside.cluster), beside.rows / 2 + Math.max(...beside.cluster!.nodes.map(({ rows }) => rows)));
    t.true(beside.memory.rows > 0 && beside.memory.rows < pushed.memory.rows);
  } finally {
    await node.stop(0);
  }
});

test('what a node would refuse the run with, the plan says already', async (t) => {
  const [node, scalar] = [await startNode(), await startNode({ kernel: 'scalar' })];
  try {
    const plan = (nodes: string, more: object = {}): Promise<unknown> => planJob(request, { cluster: { nodes, tokenFile, ...more } });
    await t.throwsAsync(plan(addressesOf([node]), { tokenFile: otherTokenFile }), { code: 'WRONG_TOKEN' });
    await t.throwsAsync(plan(addressesOf([node, scalar])), { code: 'KERNEL_MISMATCH', message: /scalar/ });
    await t.throwsAsync(plan(addressesOf([node]), { data: 'local' }), { code: 'INAPPLICABLE_OPTION' });
    await t.throwsAsync(plan('10.0.0.1:7077'), { code: 'TLS_REQUIRED' });
    await t.throwsAsync(plan('dns:no-such-host.invalid:7077'), { code: 'BAD_CLUSTER', message: /names no node now/ });
  } finally {
    await Promise.all([node, scalar].map((each) => each.stop(0)));
  }
});
