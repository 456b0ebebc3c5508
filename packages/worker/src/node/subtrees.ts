/** Computes requested subtrees of the reduction tree on a pool of threads: what a node does for a pass. */
import { BLOCK_ROWS, DataError, FailureError, TreeReducer, chunkLevel, concatenateRows, leafRows, leavesUnder, rootLevel } from '@scalemix/core';
import type { GatheredRows, TreeNode } from '@scalemix/core';
import type { Choices } from '../rows/choices.ts';
import type { RowsHandle } from '../rows/handle.ts';
import { piecesOf } from '../threads/pieces.ts';
import type { Read, ThreadPool } from '../threads/pool.ts';
import type { HeldRows } from './heldRows.ts';
import type { RowReply } from './protocol/replies.ts';
import type { RowRequest } from './protocol/requests.ts';

export interface SubtreeWork {
  readonly pool: ThreadPool;
  readonly rows: RowsHandle;
  readonly choices: Choices;
  readonly request: RowRequest;
  readonly nodes: readonly TreeNode[];
  readonly signal: AbortSignal;
  /** Told as subtrees are done, in any order. */
  readonly onAnswer: (node: TreeNode, reply: RowReply) => void;
}

/** Resolves when all are done, rejects with the first error or the signal's reason. */
export async function computeSubtrees({ pool, rows, choices, request, nodes, signal, onAnswer }: SubtreeWork): Promise<void> {
  signal.throwIfAborted();
  const leaves = Math.ceil(rows.store.rows / leafRows(rows.store.rows));
  const total = nodes.reduce((sum, node) => sum + leavesOf(node, leaves), 0);
  const own = Math.min(rows.store.rows, total * leafRows(rows.store.rows));
  const level = chunkLevel(total, piecesOf(request, own, rows.store.features.count, pool.threads));
  const read = pool.begin(rows, request, choices);
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let ended = false;
  try {
    const all = nodes.map(async (node) => {
      const reply = request.kind === 'sample' ? await gathered(pool, read, node, leaves, level) : await statistic(pool, read, node, leaves, level);
      if (!ended && !signal.aborted) onAnswer(node, reply);
    });
    await Promise.race([Promise.all(all), aborted.promise]);
  } finally {
    ended = true;
    signal.removeEventListener('abort', onAbort);
    pool.end(read);
  }
}

function leavesOf(node: TreeNode, leaves: number): number {
  const { first, last } = leavesUnder(node, leaves);
  return last - first;
}

/** The chunks under a node, with the place of each in the tree over the node's leaves: at the edge of all rows these are fewer than its level tells. */
function chunksUnder(node: TreeNode, leaves: number, wanted: number): { chunk: TreeNode; place: TreeNode }[] {
  const own = leavesOf(node, leaves);
  const level = Math.min(wanted, rootLevel(own));
  const width = 2 ** (node.level - level);
  const count = Math.ceil(own / 2 ** level);
  return Array.from({ length: count }, (_, index) => ({ chunk: { level, index: node.index * width + index }, place: { level, index } }));
}

async function statistic(pool: ThreadPool, read: Read, node: TreeNode, leaves: number, level: number): Promise<Float64Array> {
  const reducer = new TreeReducer<Float64Array>(leavesOf(node, leaves), (left, right) => pool.merge(read, left, right));
  const chunks = chunksUnder(node, leaves, level).map(async ({ chunk, place }) => reducer.add(place, await pool.chunk(read, chunk)));
  const [root] = await Promise.all([reducer.root, ...chunks]);
  return pool.release(root);
}

async function gathered(pool: ThreadPool, read: Read, node: TreeNode, leaves: number, level: number): Promise<GatheredRows> {
  const parts = (await Promise.all(chunksUnder(node, leaves, level).map(({ chunk }) => pool.gather(read, chunk)))).flat();
  const rows = concatenateRows(parts, read.rows.store.layout);
  pool.releaseRows(parts);
  return rows;
}

/** The parts of the rows that a message asks for. @throws DataError BAD_MESSAGE; FailureError ROWS_ABSENT */
export function treeNodes(messages: readonly { level?: number | null; index?: number | null }[], rows: HeldRows): TreeNode[] {
  const leafSize = leafRows(rows.shape.rows);
  const leaves = Math.ceil(rows.shape.rows / leafSize);
  if (messages.length === 0) throw new DataError('BAD_MESSAGE', 'A message asks for no part of the rows.');
  let asked = 0;
  return messages.map((message) => {
    const node = { level: message.level ?? 0, index: message.index ?? 0 };
    const { first, last } = leavesUnder(node, leaves);
    if (node.level > 40 || first >= last || (asked += last - first) > leaves) throw new DataError('BAD_MESSAGE', `A message asks for part ${node.index} of level ${node.level}; there are ${leaves} leaves.`);
    const blocks = leafSize / BLOCK_ROWS;
    if (!rows.holds(first * blocks, Math.min(last * blocks, Math.ceil(rows.shape.rows / BLOCK_ROWS)))) throw new FailureError('ROWS_ABSENT', `The node does not hold all rows under part ${node.index} of level ${node.level}.`);
    return node;
  });
}
