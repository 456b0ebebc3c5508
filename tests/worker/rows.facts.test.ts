/** What ranges of rows tell, put together. */
import test from 'ava';
import { TreeReducer } from '@scalemix/core';
import { mergeFacts } from '@scalemix/worker';
import type { RowFacts } from '@scalemix/worker';
import { BlockSums } from '../../packages/worker/src/rows/blockSums.ts';
import { Random } from '../support/random.ts';

test('sums of blocks are merged as the fixed tree merges leaves, for any number of them', async (t) => {
  const random = new Random(3);
  for (let blocks = 1; blocks <= 40; blocks++) {
    const leaves = Array.from({ length: blocks }, () => Float64Array.of(random.normal(), 1e9 * random.normal()));
    const sums = new BlockSums(2);
    const tree = new TreeReducer<Float64Array>(blocks, (left, right) => left.map((value, i) => value + right[i]!));
    leaves.forEach((leaf, index) => {
      sums.add(leaf);
      tree.add({ level: 0, index }, leaf);
    });
    t.deepEqual(sums.total, await tree.root, `${blocks} blocks`);
  }
  t.deepEqual(new BlockSums(2).total, new Float64Array(2));
});

const facts = (seen: readonly string[], most: number | null, levels: readonly string[], levelWeights: readonly number[]): RowFacts => ({
  rows: 10,
  counted: 9,
  dropped: 1,
  unit: true,
  roles: [{ name: 'y', role: 'response', count: 2 }],
  predictors: [{ missing: 1, leftOut: 2, levels, levelWeights, sum: 0.5, weight: 3, width: 0 }],
  response: { seen, positive: false, most },
  folds: levels,
});

test('facts of two ranges: counts add up, levels and classes unite in order of first appearance, remembered numbers are no more than one reader would remember', (t) => {
  const merged = mergeFacts(facts(['3', '1'], 3, ['b', 'a'], [4, 5]), { ...facts(['1', '2', '4'], 3, ['c', 'a'], [1, 2]), unit: false, roles: [{ name: 'o', role: 'offset', count: 1 }, { name: 'y', role: 'response', count: 1 }] });
  t.deepEqual(merged, {
    rows: 20,
    counted: 18,
    dropped: 2,
    unit: false,
    roles: [{ name: 'y', role: 'response', count: 3 }, { name: 'o', role: 'offset', count: 1 }],
    predictors: [{ missing: 2, leftOut: 4, levels: ['b', 'a', 'c'], levelWeights: [4, 7, 1], sum: 1, weight: 6, width: 0 }],
    response: { seen: ['3', '1', '2'], positive: false, most: 3 },
    folds: ['b', 'a', 'c'],
  });
});
