/**
 * What a sweep and a path take on 10 to 10,000 nodes: a simulation from what is
 * measured here (time of a block, rate of merging, rate of the wire). Nodes
 * compute their share with some spread; their subtrees come over the one link of
 * the coordinator and are merged as they come. What is measured is processor time,
 * which other work on the machine changes less than time.
 */
import { setTimeout } from 'node:timers/promises';
import { BLOCK_ROWS, chooseKernels, enableWideVectors, leafRows, mergeStatistics, statisticSize } from '@scalemix/core';
import type { PassRequest } from '@scalemix/core';
import { localRowSource, rowSource } from '@scalemix/coordinator';
import type { ClusterEvent } from '@scalemix/coordinator';
import { ThreadPool } from '@scalemix/worker';
import type { LoadedRows } from '@scalemix/worker';
import { openComputing } from '../packages/coordinator/src/computing.ts';
import { Random } from '../tests/support/random.ts';
import { LASSO_LOGISTIC } from './cases/case.ts';
import { correlatedData } from './support/designs.ts';
import { withRows } from './support/ours.ts';
import { median, row } from './support/row.ts';
import type { Figure } from './support/row.ts';
import { withWorkers } from './support/workers.ts';

const ROWS = 2e5, FEATURES = 100, COLUMNS = 100, GRAMS = 3;
/** Threads of a simulated node, sweeps of a path, subtrees a node sends. */
const THREADS = 32, SWEEPS = 5, SUBTREES = 3;
/** Seconds of a round trip, and the spread of nodes: the standard deviation of the logarithm of their time. */
const ROUND_TRIP = 5e-4, SPREAD = 0.05;
/** Bytes a second of the coordinator's link: 10 Gbit/s. */
const LINK = 1.25e9;
const CASES: readonly (readonly [nodes: number, rows: number])[] = [[10, 1e9], [100, 1e9], [1000, 1e9], [100, 1e10], [1000, 1e10], [1000, 1e11], [10_000, 1e11], [10_000, 1e12]];

/** Seconds and rates. */
interface Measured {
  /** Of a block on one thread. */
  readonly block: number;
  /** Bytes of a statistic. */
  readonly statistic: number;
  /** Bytes a second. */
  readonly merging: number;
  readonly wire: number;
}

function request(features: number): PassRequest {
  const random = new Random(2);
  return {
    kind: 'pass',
    loss: LASSO_LOGISTIC.loss,
    columns: COLUMNS,
    coefficients: Float64Array.from({ length: COLUMNS * features }, () => 0.1 * random.normal()),
    intercepts: new Float64Array(COLUMNS),
    features: null,
    grams: Array.from({ length: GRAMS }, (_, g) => ({ column: g, features: null })),
  };
}

async function measure(rows: LoadedRows): Promise<Measured> {
  const pass = request(FEATURES);
  const size = statisticSize(pass, FEATURES);
  const pool = new ThreadPool({ threads: 1, kernels: chooseKernels({}) });
  let block: number;
  try {
    await setTimeout(500);
    const source = localRowSource(rows, pool);
    block = await repeated(async () => void (await source.evaluate(pass))) / rows.handle.store.blocks.length;
  } finally {
    await pool.close();
  }
  const left = new Float64Array(2 ** 22);
  const right = new Float64Array(2 ** 22);
  const merging = left.byteLength / (await repeated(async () => void mergeStatistics(left, right, left)));
  const wires: number[] = [];
  for (let round = 0; round < 3; round++) wires.push(await wireRate(rows));
  return { block, statistic: size * 8, merging, wire: Math.max(...wires) };
}

/** Bytes that the coordinator's side of the wire carries in a processor second (hashing and copying included), at most those of the link. */
function wireRate(rows: LoadedRows): Promise<number> {
  return withWorkers(1, async (cluster) => {
    const computing = openComputing({ wideVectors: true }, 1, cluster);
    let bytes = 0;
    const { statistics } = await computing.on(rows, { onEvent: (event: ClusterEvent) => (bytes += event.type === 'rowsSent' ? event.bytes : 0) });
    const seconds = await processorSeconds(async () => void (await rowSource(statistics).moments({ kind: 'moments', loss: LASSO_LOGISTIC.loss, gram: false })));
    await computing.close();
    return Math.min(bytes / seconds, LINK);
  });
}

async function repeated(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) times.push(await processorSeconds(work));
  return median(times.slice(2));
}

/** Of all threads of this process. */
async function processorSeconds(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

interface Sweep {
  readonly seconds: number;
  /** Until the slowest node has computed. */
  readonly computing: number;
}

/** One sweep: requests go out one after the other, answers come in over one link and are merged behind it. */
function simulate(nodes: number, rows: number, { block, statistic, merging, wire }: Measured): Sweep {
  const random = new Random(nodes);
  const requestBytes = COLUMNS * (FEATURES + 1) * 8;
  const blocks = Math.ceil(rows / BLOCK_ROWS / nodes);
  const ready = Array.from({ length: nodes }, (_, node) => ((node + 1) * requestBytes) / wire + ROUND_TRIP + Math.ceil(blocks / THREADS) * block * Math.exp(SPREAD * random.normal()));
  ready.sort((a, b) => a - b);
  let link = 0;
  let merged = 0;
  for (const at of ready) {
    for (let subtree = 0; subtree < SUBTREES; subtree++) {
      link = Math.max(link, at) + statistic / wire;
      merged = Math.max(merged, link) + statistic / merging;
    }
  }
  return { seconds: merged, computing: ready.at(-1)! };
}

export async function run(): Promise<Figure[]> {
  enableWideVectors();
  const data = correlatedData({ rows: ROWS, columns: FEATURES, correlation: 0.5, response: 'logistic', seed: 1 });
  const measured = await withRows(data, LASSO_LOGISTIC, measure);
  const figures: Figure[] = [
    row('block', measured.block * 1e3, `ms a block of ${BLOCK_ROWS} rows: ${FEATURES} features, ${COLUMNS} columns, ${GRAMS} Grams, one thread`),
    row('statistic', measured.statistic / 1e3, 'kB'),
    row('merging', measured.merging / 1e9, 'GB/s'),
    row('wire', measured.wire / 1e9, 'GB a processor second of the coordinator; at most 10 Gbit/s'),
  ];
  for (const [nodes, rows] of CASES) {
    const { seconds, computing } = simulate(nodes, rows, measured);
    const leaves = Math.ceil(rows / leafRows(rows));
    const detail = { nodes, rows, depth: Math.ceil(Math.log2(leaves)), 'sweep seconds': seconds, 'computing share': computing / seconds, 'path seconds': SWEEPS * seconds };
    figures.push({ ...row(`sweep-${nodes}-${rows.toExponential(0).replace('+', '')}`, seconds, `s a sweep, of which ${((100 * computing) / seconds).toFixed(0)} % until the slowest node is done; a path of ${SWEEPS} sweeps ${(SWEEPS * seconds).toPrecision(3)} s`), detail });
  }
  return figures;
}
