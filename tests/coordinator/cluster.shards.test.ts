/** Who has which chunk, and the subtrees that are asked of a node, on clusters larger than tests can start. */
import fc from 'fast-check';
import test from 'ava';
import { BLOCK_ROWS, FailureError } from '@scalemix/core';
import type { ComputeNode } from '../../packages/coordinator/src/cluster/node.ts';
import { Shards, cover, fairShares } from '../../packages/coordinator/src/cluster/shards.ts';
import { Sweep } from '../../packages/coordinator/src/cluster/sweep.ts';
import type { SweepCluster } from '../../packages/coordinator/src/cluster/sweep.ts';
import { Random } from '../support/random.ts';

/** Nodes without rows that answer at once with nothing. */
function quickNodes(count: number, asked: Map<string, number> = new Map()): ComputeNode[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `node${i}`,
    threads: 1 + (i % 3),
    memory: Infinity,
    lost: new AbortController().signal,
    ready: true,
    held: new Set(),
    holds: () => false,
    load: async () => {},
    compute: async (_request, nodes, onAnswer) => {
      asked.set(`node${i}`, (asked.get(`node${i}`) ?? 0) + 1);
      for (const node of nodes) {
        await Promise.resolve();
        onAnswer(node, new Float64Array(1), 8);
      }
    },
  }));
}

test('a cover holds the chunks asked for, no others, and nothing that a parent could hold', (t) => {
  const random = new Random(5);
  for (let round = 0; round < 300; round++) {
    const count = 1 + Math.floor(random.uniform() * 70);
    const wanted = Array.from({ length: count }, (_, chunk) => chunk).filter(() => random.uniform() < [0.2, 0.5, 0.9, 1][round % 4]!);
    const level = round % 3;
    const covered = cover(wanted.toReversed(), { level, count }).map((node) => {
      const width = 2 ** (node.level - level);
      return Array.from({ length: Math.min(width, count - node.index * width) }, (_, i) => node.index * width + i);
    });
    t.deepEqual(covered.flat(), wanted);
    const whole = new Set(wanted);
    for (const chunks of covered) {
      if (chunks.length === count) continue;
      let width = 1;
      while (width < chunks.length || (chunks[0]! + chunks.length === count && chunks[0]! % (2 * width) === 0)) width *= 2;
      const parent = Math.floor(chunks[0]! / (2 * width)) * 2 * width;
      t.false(Array.from({ length: Math.min(2 * width, count - parent) }, (_, i) => parent + i).every((chunk) => whole.has(chunk)), `${chunks.join(' ')} of ${wanted.join(' ')}, ${count} in all`);
    }
  }
});

test('what a node owns is what it was given, by shares, by hand and when others are lost', (t) => {
  const random = new Random(6);
  const nodes = quickNodes(7).map((node) => ({ ...node, ready: true }));
  const shards = new Shards(5e8, nodes.length);
  const consistent = (): void => {
    for (const node of nodes) t.deepEqual(shards.ownedBy(node), Array.from({ length: shards.count }, (_, chunk) => chunk).filter((chunk) => shards.owner(chunk) === node));
  };
  shards.shareOut(nodes);
  consistent();
  t.deepEqual(shards.surplus(nodes), []);
  for (let round = 0; round < 30; round++) shards.give(Math.floor(random.uniform() * shards.count), nodes[round % 3]!);
  consistent();
  nodes[1]!.ready = false;
  shards.shareOut(nodes);
  consistent();
  t.deepEqual(shards.ownedBy(nodes[1]!), []);
  nodes[1]!.ready = true;
  const moves = shards.surplus(nodes);
  t.true(moves.some(({ to }) => to === nodes[1]));
});

test('a thousand nodes are asked once each, though the cluster changes meanwhile, and each chunk counts once', async (t) => {
  const rows = 1e10;
  const asked = new Map<string, number>();
  const nodes = quickNodes(1000, asked);
  const shards = new Shards(rows, nodes.length);
  let changed = (): void => {};
  let told: Parameters<SweepCluster['measured']>[0] = new Map();
  const listen: SweepCluster['listen'] = (listener) => {
    changed = listener;
    return () => true;
  };
  const cluster: SweepCluster = {
    shards, nodes, patience: 60_000, hopeful: true, late: new Set(), listen, measured: (times) => (told = times), succeeded: () => {},
    lose: (_, error) => void t.fail(error.message), lostError: () => new FailureError('CLUSTER_LOST', 'No node is left.'),
  };
  let chunks = 0;
  let done = 0;
  const { subtrees } = await new Sweep(cluster, { kind: 'moments', loss: { name: 'logistic', parameters: {} }, gram: false }, {
    onReply: (subtree) => {
      if (chunks === 0) changed();
      chunks += shards.chunksUnder(subtree).length;
    },
    onProgress: (rowsDone) => (done = rowsDone),
  }).run();
  t.is(asked.size, nodes.length);
  t.is(told.size, nodes.length);
  t.true([...told].every(([node, { rows, milliseconds }]) => milliseconds >= 0 && rows === shards.ownedBy(node).reduce((sum, chunk) => sum + shards.rows(chunk), 0)));
  t.true([...asked.values()].every((times) => times === 1));
  t.is(chunks, shards.count);
  t.is(done, rows);
  t.true(subtrees <= 4.5 * nodes.length, `${subtrees} subtrees`);
});

/** A node that holds some blocks. */
function holder(name: string, threads = 1, memory = Infinity, held: ReadonlySet<number> = new Set()): ComputeNode {
  const holds = (first: number, end: number): boolean => Array.from({ length: end - first }, (_, i) => first + i).every((number) => held.has(number));
  return { name, threads, memory, lost: new AbortController().signal, ready: true, held, holds, load: async () => {}, compute: async () => {} };
}

test('shares sum to the whole, follow threads, and memory as long as there is room', (t) => {
  t.deepEqual(fairShares(16, [{ threads: 1, most: Infinity }, { threads: 3, most: Infinity }]), [4, 12]);
  t.deepEqual(fairShares(16, [{ threads: 1, most: 100 }, { threads: 3, most: 6 }]), [10, 6]);
  t.deepEqual(fairShares(16, [{ threads: 1, most: 1 }, { threads: 1, most: 1 }]), [8, 8]);
  fc.assert(fc.property(fc.integer({ min: 0, max: 500 }), fc.array(fc.record({ threads: fc.integer({ min: 1, max: 64 }), most: fc.integer({ min: 0, max: 100 }) }), { minLength: 1, maxLength: 9 }), (total, takers) => {
    const shares = fairShares(total, takers);
    t.is(shares.reduce((a, b) => a + b, 0), total);
    t.true(shares.every((share) => share >= 0 && Number.isInteger(share)));
    if (takers.reduce((sum, { most }) => sum + most, 0) >= total) t.true(shares.every((share, i) => share <= takers[i]!.most));
  }), { seed: 1 });
});

test('all chunks are shared out, to those that hold them first, and few subtrees a node', (t) => {
  for (const count of [1, 2, 3, 5, 7, 16]) {
    const shards = new Shards(200 * BLOCK_ROWS, count);
    const nodes = Array.from({ length: count }, (_, i) => holder(String(i)));
    shards.shareOut(nodes);
    const owned = nodes.flatMap((one) => shards.ownedBy(one));
    t.deepEqual(owned.toSorted((a, b) => a - b), Array.from({ length: shards.count }, (_, chunk) => chunk));
    const subtrees = nodes.reduce((sum, one) => sum + cover(shards.ownedBy(one), shards).length, 0);
    t.true(subtrees / count <= 4, `${subtrees} subtrees of ${count} nodes`);
  }
  const shards = new Shards(32 * BLOCK_ROWS, 2);
  const { first, end } = shards.blocks(shards.count - 1);
  const [plain, holding] = [holder('plain'), holder('holder', 1, Infinity, new Set(Array.from({ length: end - first }, (_, i) => first + i)))];
  shards.shareOut([holding, plain]);
  t.is(shards.owner(shards.count - 1), holding);
});

test('who comes late is given what it lacks, of what it holds first, and nothing when shares are fair', (t) => {
  const shards = new Shards(32 * BLOCK_ROWS, 2);
  const first = holder('first');
  shards.shareOut([first]);
  const held = shards.blocks(3);
  const late = holder('late', 1, Infinity, new Set(Array.from({ length: held.end - held.first }, (_, i) => held.first + i)));
  const moves = shards.surplus([first, late]);
  t.is(moves.length, shards.count / 2);
  t.deepEqual(moves[0], { chunk: 3, to: late });
  for (const { chunk, to } of moves) shards.give(chunk, to);
  t.deepEqual(shards.surplus([first, late]), []);
});

/** Milliseconds a read takes of nodes whose threads are so fast, in rows a millisecond. */
function timesOf(shards: Shards, nodes: readonly ComputeNode[], speeds: readonly number[]): Map<ComputeNode, { rows: number; milliseconds: number }> {
  return new Map(nodes.map((node, i) => {
    const rows = shards.ownedBy(node).reduce((sum, chunk) => sum + shards.rows(chunk), 0);
    return [node, { rows, milliseconds: rows / (speeds[i]! * node.threads) }];
  }));
}

/** Reads, one after the other, with what follows from each. */
function learn(shards: Shards, nodes: readonly ComputeNode[], speeds: readonly number[], reads: number): number {
  let moves = 0;
  for (let read = 0; read < reads; read++) {
    if (!shards.learn(timesOf(shards, nodes, speeds), nodes)) continue;
    for (const { chunk, to } of shards.surplus(nodes)) {
      shards.give(chunk, to);
      moves++;
    }
  }
  return moves;
}

test('a slow node keeps less after a few reads, nothing moves for small differences, and nothing moves back and forth', (t) => {
  const nodes = quickNodes(6).map((node) => ({ ...node, threads: 2 }));
  const shards = new Shards(5e7, nodes.length);
  shards.shareOut(nodes);
  const fair = shards.ownedBy(nodes[0]!).length;
  t.is(learn(shards, nodes, [90, 100, 104, 97, 109, 100], 20), 0);
  t.is(learn(shards, nodes, [40, 100, 100, 100, 100, 100], 1), 0, 'one slow read may be chance');
  t.true(learn(shards, nodes, [40, 100, 100, 100, 100, 100], 5) > 0);
  const slow = shards.ownedBy(nodes[0]!).length;
  t.true(slow <= 0.6 * fair && slow >= 0.25 * fair, `${slow} of ${fair}`);
  t.is(learn(shards, nodes, [40, 100, 100, 100, 100, 100], 20), 0);
});

test('speeds are of threads, beside those of the other nodes, whatever a read asks for; short reads tell nothing', (t) => {
  const nodes = quickNodes(6);
  const shards = new Shards(5e7, nodes.length);
  shards.shareOut(nodes);
  for (const unit of [0.01, 1, 10, 0.1]) t.is(learn(shards, nodes, nodes.map(() => 100 * unit), 2), 0);
  t.is(learn(shards, nodes, [4e5, 8e5, 8e5, 8e5, 8e5, 8e5], 10), 0);
});

test('what moves for speed leaves few subtrees a node', (t) => {
  const random = new Random(8);
  let moved = 0;
  for (const [count, rows] of [[2, 1e9], [3, 1e9], [5, 1e9], [16, 1e9], [64, 1e9], [3, 31 * BLOCK_ROWS], [5, 77 * BLOCK_ROWS]] as const) {
    for (let round = 0; round < 20; round++) {
      const nodes = quickNodes(count).map((node) => ({ ...node, threads: 4 }));
      const shards = new Shards(rows, count);
      shards.shareOut(nodes);
      // However few the rows are: a slow read of them.
      moved += learn(shards, nodes, nodes.map(() => (40 + 60 * random.uniform()) * Math.min(1, rows / 1e8)), 8);
      const subtrees = nodes.reduce((sum, one) => sum + cover(shards.ownedBy(one), shards).length, 0);
      t.true(subtrees <= 4 * count, `${subtrees} subtrees of ${count} nodes`);
    }
  }
  t.true(moved > 1000, `${moved} moves`);
});

test('ten thousand nodes are given what they hold, and the rest, without asking each for every chunk', (t) => {
  let asked = 0;
  const count = 10_000;
  const shards = new Shards(1e11, count);
  const { end } = shards.blocks(0);
  const nodes = quickNodes(count).map((node, i) => {
    const held = new Set(Array.from({ length: i % 2 === 0 ? end : 0 }, (_, block) => i * end + block));
    return {
      ...node,
      held,
      holds: (first: number, last: number): boolean => {
        asked++;
        return held.has(first) && held.has(last - 1);
      },
    };
  });
  shards.shareOut(nodes);
  for (let i = 0; i < count; i += 2) if (shards.owner(i) !== nodes[i]) return t.fail(`chunk ${i} is with ${shards.owner(i)?.name}`);
  t.true(Array.from({ length: shards.count }, (_, chunk) => shards.owner(chunk)).every((owner) => owner !== null));
  t.true(asked < 2 * count, `asked ${asked} times`);
  shards.surplus(nodes);
  t.true(asked < 100 * count, `asked ${asked} times`);
});
