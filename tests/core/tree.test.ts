import test from 'ava';
import fc from 'fast-check';
import { SubtreeReducer, TreeReducer, chunkLevel, chunks, decodeStatistic, encodeStatistic, leavesUnder, mergeStatistics, rootLevel } from '@scalemix/core';
import type { TreeNode } from '@scalemix/core';
import { codeOf } from '../support/engine.ts';
import { Random } from '../support/random.ts';

const add = (left: number, right: number): number => left + right;

/** Numbers whose sum depends on the order of additions in nearly every bit. */
function leafValues(count: number, seed: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.normal() * 10 ** (2 * random.uniform()));
}

/** Shows which merges were made: text does not commute either. */
const pair = (left: string, right: string): string => `(${left} ${right})`;

/** The definition: node (l, k) is the merge of its children, a missing right child passing the left one up. */
function mergeTree<Value>(values: readonly Value[], merge: (left: Value, right: Value) => Value, level = rootLevel(values.length), index = 0): Value | null {
  if (index * 2 ** level >= values.length) return null;
  if (level === 0) return values[index]!;
  const left = mergeTree(values, merge, level - 1, 2 * index)!;
  const right = mergeTree(values, merge, level - 1, 2 * index + 1);
  return right === null ? left : merge(left, right);
}

function subtree<Value>(values: readonly Value[], merge: (left: Value, right: Value) => Value, node: TreeNode): Value {
  const { first, last } = leavesUnder(node, values.length);
  const reducer = new SubtreeReducer(merge);
  for (const value of values.slice(first, last)) reducer.add(value);
  return reducer.finish();
}

test('1 to 70 leaves, in chunks of any level that arrive in any order, are merged as the tree says', async (t) => {
  t.is(mergeTree(['a', 'b', 'c', 'd', 'e'], pair), '(((a b) (c d)) e)');
  for (let leaves = 1; leaves <= 70; leaves++) {
    const values = leafValues(leaves, leaves);
    const texts = values.map((_, k) => `${k}`);
    for (let level = 0; level <= rootLevel(leaves); level++) {
      const random = new Random(100 * leaves + level);
      for (const order of [chunks(leaves, level), chunks(leaves, level).toReversed(), random.shuffled(chunks(leaves, level)), random.shuffled(chunks(leaves, level))]) {
        const tree = new TreeReducer<string>(leaves, pair);
        const sums = new TreeReducer<number>(leaves, add);
        for (const node of order) {
          tree.add(node, subtree(texts, pair, node));
          sums.add(node, subtree(values, add, node));
        }
        t.is(await tree.root, mergeTree(texts, pair)!, `${leaves} leaves, chunks of level ${level}`);
        t.is(await sums.root, mergeTree(values, add)!, `${leaves} leaves, chunks of level ${level}`);
      }
    }
  }
});

test('what is above the root or beyond the leaves is refused, and does not go round for ever', (t) => {
  for (const leaves of [1, 5, 8]) {
    const tree = new TreeReducer<number>(leaves, add);
    for (const node of [{ level: rootLevel(leaves) + 1, index: 0 }, { level: 0, index: leaves }, { level: rootLevel(leaves), index: 1 }]) t.throws(() => tree.add(node, 1), { instanceOf: RangeError });
  }
});

test('merges that take their time, and chunks of different levels, have the bits of the tree', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (leaves, seed) => {
      const random = new Random(seed);
      const values = leafValues(leaves, seed);
      // Cuts the tree into subtrees of whatever level.
      const nodes: TreeNode[] = [];
      const cut = (level: number, index: number): void => {
        if (index * 2 ** level >= leaves) return;
        if (level === 0 || random.chance(0.4)) nodes.push({ level, index });
        else for (const child of [2 * index, 2 * index + 1]) cut(level - 1, child);
      };
      cut(rootLevel(leaves), 0);
      const tree = new TreeReducer<number>(leaves, async (left, right) => {
        for (let turns = random.integer(4); turns > 0; turns--) await null;
        return left + right;
      });
      for (const node of random.shuffled(nodes)) {
        if (random.chance(0.3)) await null;
        tree.add(node, subtree(values, add, node));
      }
      t.is(await tree.root, mergeTree(values, add)!);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('merging in order of arrival gives other bits, so the tests above would notice', (t) => {
  let differ = 0;
  for (let leaves = 3; leaves <= 70; leaves++) {
    const values = leafValues(leaves, leaves);
    const shuffled = new Random(leaves).shuffled(values);
    if (shuffled.reduce(add) !== mergeTree(values, add)) differ++;
    if (values.reduce(add) !== mergeTree(values, add)) differ++;
  }
  t.true(differ > 68, `${differ} of 136 orders differ`);
});

test('a failed merge is the failure of the whole', async (t) => {
  const tree = new TreeReducer<number>(2, async () => {
    throw new RangeError('no merge');
  });
  tree.add({ level: 0, index: 0 }, 1);
  tree.add({ level: 0, index: 1 }, 2);
  await t.throwsAsync(tree.root, { message: 'no merge' });
});

test('a subtree keeps no more than one value a level, and none is a mistake', (t) => {
  let alive = 0;
  let most = 0;
  const reducer = new SubtreeReducer<object>((left) => {
    alive--;
    return left;
  });
  for (let leaf = 0; leaf < 64; leaf++) {
    alive++;
    reducer.add({});
    most = Math.max(most, alive);
  }
  t.true(most <= 7);
  t.throws(() => new SubtreeReducer(add).finish(), { instanceOf: RangeError });
});

test('chunks cover all leaves once, and there are at least as many as wanted where there are so many leaves', (t) => {
  for (let leaves = 1; leaves <= 70; leaves++) {
    for (const wanted of [1, 2, 3, 8, 16, 100]) {
      const level = chunkLevel(leaves, wanted);
      const nodes = chunks(leaves, level);
      t.true(nodes.length >= Math.min(wanted, leaves));
      t.true(level === 0 || nodes.length >= wanted);
      t.true(leaves / 2 ** (level + 1) < wanted, 'no larger chunks would do');
      const covered = nodes.map((node) => leavesUnder(node, leaves));
      t.is(covered[0]!.first, 0);
      t.is(covered.at(-1)!.last, leaves);
      covered.forEach(({ first, last }, k) => {
        t.true(last > first);
        if (k > 0) t.is(first, covered[k - 1]!.last);
      });
    }
    t.true(2 ** rootLevel(leaves) >= leaves && (leaves === 1 || 2 ** (rootLevel(leaves) - 1) < leaves));
  }
});

test('a statistic survives its bytes, aligned or not, and refuses another size', (t) => {
  const values = Float64Array.of(1.5, -0, NaN, Infinity, 5e-324, 1e308);
  const bytes = encodeStatistic(values.subarray(1, 5));
  t.deepEqual(decodeStatistic(bytes, 4), values.slice(1, 5));
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  t.deepEqual(decodeStatistic(shifted.subarray(3), 4), values.slice(1, 5));
  t.is(codeOf(t.throws(() => decodeStatistic(bytes, 5))), 'STATISTIC_SIZE');
  t.deepEqual([...new Uint8Array(encodeStatistic(Float64Array.of(1)))], [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  const left = Float64Array.of(1, 2);
  t.is(mergeStatistics(left, Float64Array.of(10, 20), left), left);
  t.deepEqual(left, Float64Array.of(11, 22));
});
