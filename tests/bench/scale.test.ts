/** The arithmetic of the simulation of docs/scale.md, against the program's own tree and against what can be said without it. */
import test from 'ava';
import { leafRows } from '@scalemix/core';
import type { ComputeNode } from '../../packages/coordinator/src/cluster/node.ts';
import { Shards, cover } from '../../packages/coordinator/src/cluster/shards.ts';
import { columnsOf, coordinationOf, cutOf, limitsOf, passWork, pathTime, roadOf, subtreesOf, sweepTime, twoLevelSeconds } from '../../bench/support/scale.ts';
import type { Problem, Reported, Speeds, Surroundings } from '../../bench/support/scale.ts';
import { Random } from '../support/random.ts';

const speeds: Speeds = { single: 2e-7, many: 8e-6, gram: 2e-6, merging: 5e9, receiving: 1e9, call: 1e-4, coordination: [[10, 1e-3], [1000, 1e-1]] };
/** Whose coordinator costs nothing. */
const free: Speeds = { ...speeds, merging: Infinity, receiving: Infinity, call: 0, coordination: [[1, 0]] };
const around: Surroundings = { wire: 1.25e9, latency: 5e-5, threads: 32 };
const problem = (rows: number): Problem => ({ rows, features: 100, values: 100, loss: { name: 'logistic', parameters: {} } });
const close = (a: number, b: number, tolerance = 1e-9): boolean => Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));

test('runs of chunks are covered by as many subtrees as the coordinator asks for', (t) => {
  const random = new Random(7);
  for (let round = 0; round < 300; round++) {
    const count = 1 + Math.floor(random.uniform() * 90);
    const from = Math.floor(random.uniform() * count);
    const to = from + Math.floor(random.uniform() * (count - from + 1));
    t.is(subtreesOf(from, to, count), cover(Array.from({ length: to - from }, (_, i) => from + i), { level: 3, count }).length, `${from} to ${to} of ${count}`);
  }
});

for (const [rows, count] of [[1e9, 10], [3e8, 37], [1e8, 300], [1e6, 200]] as const) {
  test(`${rows} rows are cut among ${count} nodes as the coordinator cuts them`, (t) => {
    const nodes = Array.from({ length: count }, () => ({ ready: true, threads: 4, name: '', held: new Set(), holds: () => false }) as unknown as ComputeNode);
    const shards = new Shards(rows, count);
    shards.shareOut(nodes);
    const owned = nodes.map((node) => shards.ownedBy(node));
    const blocks = owned.map((chunks) => chunks.reduce((sum, chunk) => sum + shards.blocks(chunk).end - shards.blocks(chunk).first, 0));
    const { leaves, most, subtrees } = cutOf(rows, count);
    t.is(leaves, shards.leaves);
    t.is(subtrees, owned.reduce((sum, chunks) => sum + cover(chunks, shards).length, 0));
    t.is(most, Math.ceil((Math.max(...blocks) * 8192) / leafRows(rows)));
  });
}

test('bytes of a pass are the subtrees times the encoded statistic', (t) => {
  for (const [features, values, grams] of [[100, 100, 0], [100, 100, 3], [7, 9, 2]] as const) {
    const work = passWork({ ...problem(1e9), features, values }, grams, speeds);
    const sums = work.statistic / 8 - values * features - grams * ((features * (features + 1)) / 2 + features);
    t.true(sums > 0 && sums % values === 0 && sums / values < 10, 'a few sums a column beside gradient and Grams');
    for (const nodes of [10, 333]) {
      const { subtrees, received } = sweepTime(1e9, nodes, work, speeds, around);
      t.is(received, subtrees * work.statistic);
      t.is(subtrees, cutOf(1e9, nodes).subtrees);
    }
  }
});

test('one node takes the time of its threads and sends nothing', (t) => {
  const rows = 2 ** 24;
  const work = passWork(problem(rows), 0, free);
  const one = sweepTime(rows, 1, work, free, { ...around, threads: 4 });
  t.true(close(one.seconds, (rows * speeds.many) / 4));
  t.deepEqual([one.reduction, one.received, one.subtrees], [0, 0, 0]);
});

test('more nodes never compute longer, and no fewer than leaves allow', (t) => {
  for (const rows of [1e6, 1e9, 1e11]) {
    const work = passWork(problem(rows), 3, speeds);
    let before = Infinity;
    for (let nodes = 1; nodes < 4e4; nodes = Math.ceil(nodes * 1.13)) {
      const { computing } = sweepTime(rows, nodes, work, speeds, around);
      t.true(computing <= before * (1 + 1e-12), `${rows} rows, ${nodes} nodes`);
      before = computing;
    }
    t.true(before >= leafRows(rows) * work.row, 'a leaf is one thread\'s');
  }
});

test('a network and a coordinator without cost leave the computing; a slow wire or thread leaves the bytes', (t) => {
  const rows = 1e10, nodes = 500;
  const work = passWork(problem(rows), 0, free);
  const ideal = sweepTime(rows, nodes, work, free, { ...around, wire: Infinity, latency: 0 });
  t.is(ideal.seconds, ideal.computing);
  const slow = sweepTime(rows, nodes, work, free, { ...around, wire: 1e4 });
  t.true(close(slow.seconds, slow.received / 1e4, 0.01));
  t.true(close(slow.seconds, slow.computing + slow.reduction));
  const busy = sweepTime(rows, nodes, work, { ...free, receiving: 2e4, merging: 2e4 }, around);
  t.true(close(busy.reduction, busy.received / 1e4, 0.01), 'one thread receives and adds');
});

test('handing out costs what was measured, and something between', (t) => {
  t.is(coordinationOf(10, speeds), 1e-3);
  t.true(close(coordinationOf(100, speeds), 1e-2));
  t.is(coordinationOf(1000, speeds), 1e-1);
  t.true(close(coordinationOf(4000, speeds), 4e-1));
});

const reported: Reported = { sweeps: 6, columnPasses: 2.95 };

test('columns of the sweeps are those that lead, all, and in the last what is left of as many as were reported', (t) => {
  t.deepEqual(columnsOf(100, 10, reported), [23, 100, 100, 72]);
  t.deepEqual(columnsOf(100, 10, { sweeps: 7, columnPasses: 2.95 }), [23, 100, 100, 72, 0]);
  t.deepEqual(columnsOf(8, 10, { sweeps: 4, columnPasses: 2 }), [8, 8]);
});

test('a path is as many sweeps as were reported, three reads of the larger sample where it lies, and a sample', (t) => {
  const rows = 1e10, nodes = 100;
  const path = pathTime(problem(rows), nodes, speeds, around, reported);
  const { anchors, fullAnchors, refineRows } = roadOf(problem(rows));
  t.deepEqual([path.sweeps, path.chosen, anchors, fullAnchors], [6, 3, 10, 3]);
  const time = (columns: number, grams: number): number => sweepTime(rows, nodes, passWork(problem(rows), grams, speeds, columns), speeds, around).seconds;
  const ofAll = time(23, 0) + time(100, 3) + time(100, 0) + time(72, 0);
  t.deepEqual(path.sweep, sweepTime(rows, nodes, passWork(problem(rows), 0, speeds), speeds, around));
  const others = path.seconds - path.sample - path.larger - ofAll;
  t.true(others > (2 * rows * speeds.single) / (nodes * around.threads) && others < 0.5 * ofAll, 'moments and the sample\'s rows');
  t.true(path.sample > 0 && path.reduction > 0 && path.reduction < path.seconds - path.sample);
  // Beside the read that finds the rows: few of them, and answers with as many Grams as are kept.
  const answers = cutOf(rows, nodes).subtrees * [anchors, 0].reduce((sum, grams) => sum + passWork(problem(rows), grams, speeds, 23).statistic, 0);
  const receiving = answers * (1 / speeds.receiving + 1 / speeds.merging) + (rows * speeds.single) / (nodes * around.threads);
  t.true(path.larger > receiving && path.larger < 1.5 * receiving + (3 * refineRows * speeds.many) / around.threads);
});

test('the reduction stops scaling later where there are more rows, and a second level moves it', (t) => {
  const few = limitsOf(problem(1e9), speeds, around), many = limitsOf(problem(1e12), speeds, around);
  t.true(few.half < many.half && few.fastest <= many.fastest);
  const work = passWork(problem(1e9), 0, speeds);
  t.true(sweepTime(1e9, few.half, work, speeds, around).reduction > sweepTime(1e9, few.half, work, speeds, around).computing);
  t.true(few.seconds <= sweepTime(1e9, 10, work, speeds, around).seconds);
  t.true(twoLevelSeconds(1e9, 10_000, work, speeds, around) < sweepTime(1e9, 10_000, work, speeds, around).seconds / 2);
});
