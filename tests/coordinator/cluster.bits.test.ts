import test from 'ava';
import { inlineRowSource } from '@scalemix/coordinator';
import type { ClusterEvent } from '@scalemix/coordinator';
import { chooseKernels, statisticSize } from '@scalemix/core';
import type { NodeOptions } from '@scalemix/worker';
import { allBits } from '../support/allBits.ts';
import { linkTo } from '../support/cutLink.ts';
import { MIXED_ROWS, SMALL_SEGMENTS, mixedRows, momentsRequest, passRequest, sampleSelector } from '../support/mixedRows.ts';
import { addressesOf, kernels, manyRows, onCluster, startNode } from '../support/nodes.ts';

const expected = mixedRows().then((rows) => allBits(inlineRowSource(rows, kernels)));
const expectedMany = manyRows().then((rows) => allBits(inlineRowSource(rows, kernels)));

async function withNodes<Result>(options: readonly Partial<NodeOptions>[], use: (addresses: string) => Promise<Result>): Promise<Result> {
  const nodes = await Promise.all(options.map(startNode));
  try {
    return await use(addressesOf(nodes));
  } finally {
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
}

for (const count of [1, 2, 3, 7]) {
  test.serial(`${count} nodes give the bits of one process`, async (t) => {
    await withNodes(Array.from({ length: count }, () => ({})), async (nodes) => {
      t.deepEqual(await onCluster(await mixedRows(), { nodes }, allBits), await expected);
      t.deepEqual(await onCluster(await manyRows(), { nodes }, allBits), await expectedMany);
    });
  });
}

test.serial('nodes of different threads, with local threads as one more: the same bits', async (t) => {
  await withNodes([{ threads: 1 }, { threads: 3 }], async (nodes) => {
    t.deepEqual(await onCluster(await manyRows(), { nodes: `${nodes},local` }, allBits), await expectedMany);
  });
});

test.serial('local threads alone: the same bits', async (t) => {
  t.deepEqual(await onCluster(await manyRows(), { nodes: 'local' }, allBits), await expectedMany);
});

test.serial('rows in small segments and in spill files, of nodes and of the coordinator: the same bits', async (t) => {
  await withNodes([{ segments: SMALL_SEGMENTS }, { memoryLimit: 0 }], async (nodes) => {
    t.deepEqual(await onCluster(await mixedRows({ memoryLimit: 2 ** 21 }), { nodes }, allBits), await expected);
  });
});

test.serial('float32 rows travel as they are; nodes take the precision from the coordinator', async (t) => {
  const rows = await mixedRows({ precision: 'f32' });
  const narrow = chooseKernels({ wide: false, precision: 'f32' });
  await withNodes([{}, {}], async (nodes) => {
    t.deepEqual(await onCluster(rows, { nodes }, allBits, () => {}, narrow), await allBits(inlineRowSource(rows, narrow)));
  });
});

test.serial('several reads at once do not disturb each other, and progress ends with all rows', async (t) => {
  await withNodes([{}, {}, {}], async (nodes) => {
    await onCluster(await mixedRows(), { nodes }, async (source) => {
      for (const bits of await Promise.all([allBits(source), allBits(source)])) t.deepEqual(bits, await expected);
      const seen: number[] = [];
      await source.moments(momentsRequest, { onProgress: (rows) => seen.push(rows) });
      t.is(seen.at(-1), MIXED_ROWS);
      t.deepEqual(seen, seen.slice().sort((a, b) => a - b));
    });
  });
});

test.serial('few subtrees are sent, and no more bytes than they take', async (t) => {
  for (const count of [2, 3, 7]) {
    await withNodes(Array.from({ length: count }, () => ({})), async (nodes) => {
      await onCluster(await manyRows(), { nodes }, async (source, _cluster, events) => {
        const features = source.describe().features.length;
        const request = passRequest(features);
        await source.evaluate(request);
        await source.evaluate(request);
        const passes = events.filter((event): event is Extract<ClusterEvent, { type: 'passReduced' }> => event.type === 'passReduced');
        t.is(passes.length, 2);
        for (const pass of passes) {
          t.is(pass.nodes, count);
          t.true(pass.subtrees / count <= 4, `${pass.subtrees} subtrees of ${count} nodes`);
          t.is(pass.bytesReceived, pass.subtrees * statisticSize(request, features) * 8);
        }
      });
    });
  }
});

test.serial('what crosses the wire in a pass is at most 1.2 times the subtrees that are sent', async (t) => {
  await withNodes([{}, {}, {}], async (nodes) => {
    const links = await Promise.all(nodes.split(',').map((address) => linkTo(address)));
    try {
      await onCluster(await manyRows(), { nodes: links.map(({ address }) => address).join(',') }, async (source, _cluster, events) => {
        const features = source.describe().features.length;
        const columns = 64;
        const request = { ...passRequest(features, true), columns, coefficients: new Float64Array(columns * features), intercepts: new Float64Array(columns) };
        await source.evaluate(request);
        const received = (): number => links.reduce((sum, link) => sum + link.received(), 0);
        const shares: number[] = [];
        for (let round = 0; round < 5; round++) {
          const before = received(), passed = events.length;
          await source.evaluate(request);
          const [pass] = events.slice(passed).filter((event): event is Extract<ClusterEvent, { type: 'passReduced' }> => event.type === 'passReduced');
          shares.push((received() - before) / (pass!.subtrees * statisticSize(request, features) * 8));
        }
        // On a busy machine a node may fall behind, and another answers for it as well.
        const least = Math.min(...shares);
        t.true(least >= 1 && least <= 1.2, shares.join(' '));
      });
    } finally {
      for (const link of links) link.close();
    }
  });
});

test.serial('a signal ends a read at once, and the next one is whole', async (t) => {
  await withNodes([{}, {}], async (nodes) => {
    await onCluster(await mixedRows(), { nodes }, async (source) => {
      const features = source.describe().features.length;
      await source.moments(momentsRequest);
      const controller = new AbortController();
      const reason = new Error('enough');
      const reading = source.evaluate(passRequest(features, true), { signal: controller.signal, onProgress: () => controller.abort(reason) });
      t.is(await t.throwsAsync(reading), reason);
      t.is(await t.throwsAsync(source.moments(momentsRequest, { signal: controller.signal })), reason, 'an old signal');
      t.deepEqual(await allBits(source), await expected);
    });
  });
});

test.serial('errors of a request arrive with their class and code, and leave the nodes at work', async (t) => {
  await withNodes([{}, {}], async (nodes) => {
    await onCluster(await manyRows(), { nodes }, async (source, _cluster, events) => {
      await t.throwsAsync(source.moments({ ...momentsRequest, loss: { name: 'unheard of', parameters: {} } }), { code: 'UNKNOWN_LOSS' });
      t.deepEqual(await allBits(source), await expectedMany);
      t.false(events.some(({ type }) => type === 'nodeLost'));
      await t.throwsAsync(source.gather(sampleSelector(source.describe().features.length, 0)), { code: 'EMPTY_SAMPLE' });
    });
  });
});
