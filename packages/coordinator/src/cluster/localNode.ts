/** The threads of this process as one more node: it has all rows. */
import { Choices, computeSubtrees } from '@scalemix/worker';
import type { LoadedRows, ThreadPool } from '@scalemix/worker';
import type { ComputeNode, OnAnswer, SentRequest } from './node.ts';

export function localNode(rows: LoadedRows, pool: ThreadPool): ComputeNode {
  const choices = new Choices();
  return {
    name: 'local',
    threads: pool.threads,
    memory: Infinity,
    lost: new AbortController().signal,
    ready: true,
    held: null,
    holds: () => true,
    load: async () => {},
    compute: ({ request }: SentRequest, nodes, onAnswer: OnAnswer, signal) =>
      computeSubtrees({ pool, rows: rows.handle, choices, request, nodes, signal, onAnswer: (node, reply) => onAnswer(node, reply, 0) }),
  };
}
