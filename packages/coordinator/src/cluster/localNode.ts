/** The threads of this process as one more node: it has all rows. */
import { Choices, computeSubtrees } from '@scalemix/worker';
import type { LoadedRows, ThreadPool } from '@scalemix/worker';
import { steadyNode } from './node.ts';
import type { ComputeNode } from './node.ts';

export function localNode(rows: LoadedRows, pool: ThreadPool): ComputeNode {
  const choices = new Choices();
  return steadyNode({
    name: 'local',
    threads: pool.threads,
    memory: Infinity,
    held: null,
    holds: () => true,
    load: async () => {},
    compute: ({ request }, nodes, onAnswer, signal) => computeSubtrees({ pool, rows: rows.handle, choices, request, nodes, signal, onAnswer: (node, reply) => onAnswer(node, reply, 0) }),
  });
}
