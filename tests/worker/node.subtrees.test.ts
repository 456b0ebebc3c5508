/** What a node answers with: the sums of any subtree, also at the edge of the rows, where a subtree has fewer leaves than its level tells. */
import test from 'ava';
import { BLOCK_ROWS, chooseKernels, leavesUnder, mergeStatistics, rootLevel } from '@scalemix/core';
import type { TreeNode } from '@scalemix/core';
import { Choices, ThreadPool, computeSubtrees, loadRows } from '@scalemix/worker';
import { memoryTable } from '../support/memoryTable.ts';
import { Random } from '../support/random.ts';

const LEAVES = 11;

test('every subtree, asked for alone or with others, is the merge of its leaves in the order of the tree', async (t) => {
  const random = new Random(3);
  const n = (LEAVES - 1) * BLOCK_ROWS + 5;
  const rows = await loadRows(memoryTable({ y: Float64Array.from({ length: n }, () => random.integer(2)), x: random.normals(n) }, 5000), { response: 'y', responseKind: 'probability' });
  const pool = new ThreadPool({ threads: 1, kernels: chooseKernels({ wide: false }) });
  const answers = async (nodes: readonly TreeNode[]): Promise<Float64Array[]> => {
    const found: Float64Array[] = [];
    await computeSubtrees({
      pool, nodes, rows: rows.handle, choices: new Choices(), signal: new AbortController().signal,
      request: { kind: 'moments', loss: { name: 'logistic', parameters: {} }, gram: true },
      onAnswer: (node, reply) => void (found[nodes.indexOf(node)] = (reply as Float64Array).slice()),
    });
    return found;
  };
  try {
    const leaves = await answers(Array.from({ length: LEAVES }, (_, index) => ({ level: 0, index })));
    const merged = ({ level, index }: TreeNode): Float64Array => {
      if (level === 0) return leaves[index]!.slice();
      const left = merged({ level: level - 1, index: 2 * index });
      return (2 * index + 1) * 2 ** (level - 1) >= LEAVES ? left : mergeStatistics(left, merged({ level: level - 1, index: 2 * index + 1 }), left);
    };
    // Two levels above the root: a cover names parts by the level of the chunks that there might be.
    const nodes = Array.from({ length: rootLevel(LEAVES) + 3 }, (_, level) => level).flatMap((level) => Array.from({ length: Math.ceil(LEAVES / 2 ** level) }, (_, index) => ({ level, index })));
    for (const node of nodes) {
      const { first, last } = leavesUnder(node, LEAVES);
      t.deepEqual(await answers([node]), [merged(node)], `leaves ${first} to ${last}`);
      // Beside many others the pieces are larger than the part.
      t.deepEqual((await answers([{ level: rootLevel(LEAVES), index: 0 }, node]))[1], merged(node), `leaves ${first} to ${last}, beside all`);
    }
  } finally {
    await pool.close();
    rows.close();
  }
});
