/** The same path on two nodes of one thread and on two threads of one process, in turn; both have their rows before the clock starts. */
import { setTimeout } from 'node:timers/promises';
import { fitPath } from '@scalemix/core';
import type { PathResult } from '@scalemix/core';
import { rowSource } from '@scalemix/coordinator';
import type { ClusterEvent, ClusterRequest } from '@scalemix/coordinator';
import type { LoadedRows } from '@scalemix/worker';
import { openComputing } from '../packages/coordinator/src/computing.ts';
import { lassoMillion } from './cases/million.ts';
import { withRows } from './support/ours.ts';
import { atMost, median, row } from './support/row.ts';
import type { Figure } from './support/row.ts';
import { withWorkers } from './support/workers.ts';

const NODES = 2, ROUNDS = 3;
/** Milliseconds for threads to start. */
const START = 500;

interface Fit {
  readonly seconds: number;
  /** Until the first pass was answered: rows sent included. */
  readonly loading: number;
  readonly path: PathResult;
  readonly events: readonly ClusterEvent[];
}

async function fit(rows: LoadedRows, cluster?: ClusterRequest): Promise<Fit> {
  const { problem } = lassoMillion;
  const computing = openComputing({ wideVectors: true }, NODES, cluster);
  const events: ClusterEvent[] = [];
  try {
    computing.expect(rows.description.rows * rows.description.features.length);
    await setTimeout(START);
    const opened = performance.now();
    const { statistics, executor } = await computing.on(rows, { onEvent: (event) => events.push(event) });
    const source = rowSource(statistics);
    await source.moments({ kind: 'moments', loss: problem.loss, gram: false });
    const began = performance.now();
    const path = await fitPath(source, problem, executor);
    return { seconds: (performance.now() - began) / 1000, loading: (began - opened) / 1000, path, events };
  } finally {
    await computing.close();
  }
}

export async function run(): Promise<Figure[]> {
  const { problem, data } = lassoMillion;
  const { ours } = await data({ only: null, profile: false, mnist: null, wire: null, latency: null, threads: null });
  return withRows(ours, problem, async (rows) => {
    const here: Fit[] = [];
    const there: Fit[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      here.push(await fit(rows));
      there.push(await withWorkers(NODES, (cluster) => fit(rows, cluster)));
      console.error(`round ${round + 1}: ${here.at(-1)!.seconds.toFixed(2)} s here, ${there.at(-1)!.seconds.toFixed(2)} s on ${NODES} nodes`);
    }
    const bits = (path: PathResult): string => JSON.stringify(path.coefficients, (_, value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value));
    if (there.some(({ path }) => bits(path) !== bits(here[0]!.path))) throw new Error('The nodes give other bits.');
    const last = there.at(-1)!.events;
    const passes = last.filter((event) => event.type === 'passReduced');
    const sent = last.filter((event) => event.type === 'rowsSent').reduce((sum, { bytes }) => sum + bytes, 0);
    const sum = (of: (pass: (typeof passes)[number]) => number): number => passes.reduce((total, pass) => total + of(pass), 0);
    return [
      atMost('cluster-overhead', median(here.map(({ seconds }, round) => there[round]!.seconds / seconds)), 'times the fit of one process of 2 threads', 1.15),
      row('cluster-loading', median(there.map(({ loading }) => loading)), `s to attach and send ${Math.round(sent / 1e6)} MB of rows`),
      atMost('cluster-subtrees', sum(({ subtrees }) => subtrees) / sum(({ nodes }) => nodes), 'subtrees a node and pass', 4),
      row('cluster-bytes', sum(({ bytesReceived, bytesSent }) => bytesReceived + bytesSent) / passes.length / 1e6, 'MB a pass, both ways'),
    ];
  });
}
