/** The threads of this process as one more node, which reads its share of the rows as the others do. */
import { HeldRows, computeSubtrees, readLocal } from '@scalemix/worker';
import type { OpenedTable, ThreadPool } from '@scalemix/worker';
import { steadyNode } from './node.ts';
import type { ComputeNode } from './node.ts';
import { scannedOrigin } from './origin.ts';
import type { ScannedRows } from './origin.ts';
import { runs } from './runs.ts';

/** @param scanned of files that are here */
export function readingNode(scanned: ScannedRows, opened: OpenedTable, pool: ThreadPool): ComputeNode & { close(): void } {
  const rows = new HeldRows(scannedOrigin(scanned).shape, { threads: pool.threads, memoryLimit: scanned.memory });
  const held = new Set<number>();
  let reading: Promise<void> = Promise.resolve();
  const read = async (ranges: Parameters<ComputeNode['load']>[0], signal: AbortSignal): Promise<void> => {
    const wanted = ranges.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i)).filter((block) => !held.has(block));
    for (const blocks of runs(wanted)) {
      await readLocal(opened, rows, { first: blocks[0]!, hashes: blocks.map((block) => scanned.digests[block]!), scanned: true }, signal);
      for (const block of blocks) held.add(block);
    }
  };
  const node = steadyNode({
    name: 'local',
    threads: pool.threads,
    memory: scanned.memory,
    held,
    holds: (first, end) => rows.holds(first, end),
    load: (ranges, signal) => {
      const done = reading.then(() => read(ranges, signal));
      reading = done.catch(() => {});
      return done;
    },
    compute: ({ request }, nodes, onAnswer, signal) => computeSubtrees({ pool, rows: rows.handle, choices: rows.choices, request, nodes, signal, onAnswer: (node, reply) => onAnswer(node, reply, 0) }),
  });
  return { ...node, close: () => rows.close() };
}
