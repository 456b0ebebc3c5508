/**
 * What paths take on 10 to 10,000 nodes and 1e9 to 1e12 rows: a simulation (support/scale.ts) from times measured here
 * and a network that is assumed (--wire GB/s, --latency microseconds, --threads a node).
 */
import { FailureError, chooseKernels, enableWideVectors, mergeStatistics } from '@scalemix/core';
import type { ClusterEvent } from '@scalemix/coordinator';
import { steadyNode } from '../packages/coordinator/src/cluster/node.ts';
import type { ComputeNode } from '../packages/coordinator/src/cluster/node.ts';
import { Shards } from '../packages/coordinator/src/cluster/shards.ts';
import { Sweep } from '../packages/coordinator/src/cluster/sweep.ts';
import type { SweepCluster } from '../packages/coordinator/src/cluster/sweep.ts';
import { openComputing } from '../packages/coordinator/src/computing.ts';
import { measureSpeeds } from '../packages/coordinator/src/plan/speeds.ts';
import { LASSO_LOGISTIC } from './cases/case.ts';
import type { Options } from './support/benchmark.ts';
import { correlatedData } from './support/designs.ts';
import { withRows } from './support/ours.ts';
import { readResults } from './support/results.ts';
import { row } from './support/row.ts';
import type { Figure } from './support/row.ts';
import { blockSeconds, cutOf, limitsOf, passRequest, passWork, pathTime, roadOf, twoLevelSeconds } from './support/scale.ts';
import type { Problem, Reported, Speeds, Surroundings } from './support/scale.ts';
import { withWorkers } from './support/workers.ts';

export const takes = ['wire', 'latency', 'threads'] as const;

/** GB/s, microseconds and threads a node, unless told. */
const WIRE = 1.25, LATENCY = 50, THREADS = 32;
/** The path whose sweeps and columns are taken for those of every other. */
const REPORTED = 'lasso-1e6-glmnet';
const NODES = [10, 100, 1000, 10_000], ROWS = [1e9, 1e10, 1e11, 1e12], VALUES = 100;
/** Features, and the rows on which they are measured: beyond the caches. */
const SHAPES = [{ features: 100, measured: 32_768 }, { features: 1000, measured: 8192 }];
/** Processor seconds that each is measured for: many ticks of the clock that counts them. */
const BUDGET = 0.7;
/** Numbers that are added up to measure how fast. */
const ADDED = 2 ** 20;
/** Rows on a node whose answers are received to measure how fast, and sweeps of them, after as many to warm up. */
const ANSWERED = 8192, ANSWERS = 30;
/** Grams of a small and a large answer: from both come the time of a byte and of a call. */
const SMALL = 3, LARGE = 60;

async function rowSpeeds({ features, measured }: (typeof SHAPES)[number]): Promise<Pick<Speeds, 'single' | 'many' | 'gram'>> {
  const data = correlatedData({ rows: measured, columns: features, correlation: 0.5, response: 'logistic', seed: 1 });
  return withRows(data, LASSO_LOGISTIC, (rows) => measureSpeeds(rows, chooseKernels({}), { loss: LASSO_LOGISTIC.loss, values: VALUES, sparse: true }, { time: threadSeconds }));
}

/**
 * Processor seconds of this thread for some work, in the mean of as many times as take BUDGET of them, after one to warm
 * up: what is measured so is computed on this thread, and others on the machine count little.
 */
async function threadSeconds(work: () => unknown): Promise<number> {
  const now = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1e6;
  };
  await work();
  const began = now();
  for (let times = 1; ; times++) {
    await work();
    const taken = now() - began;
    if (taken > BUDGET) return taken / times;
  }
}

async function mergingSpeed(): Promise<number> {
  const [left, right] = [new Float64Array(ADDED).fill(1), new Float64Array(ADDED).fill(2)];
  return (8 * ADDED) / (await threadSeconds(() => mergeStatistics(left, right, left)));
}

/** Processor seconds of this process for answers of a node on this machine: gRPC, decoding, the request. */
async function answering(): Promise<Pick<Speeds, 'receiving' | 'call'>> {
  const features = 100;
  const data = correlatedData({ rows: ANSWERED, columns: features, correlation: 0.5, response: 'logistic', seed: 1 });
  return withRows(data, LASSO_LOGISTIC, (rows) => withWorkers(1, async (cluster) => {
    const computing = openComputing({ wideVectors: true }, 1, cluster);
    try {
      let bytes = 0;
      const { statistics } = await computing.on(rows, { onEvent: (event: ClusterEvent) => (bytes += event.type === 'passReduced' ? event.bytesReceived : 0) });
      const answers = async (grams: number): Promise<{ bytes: number; seconds: number }> => {
        const request = passRequest({ rows: ANSWERED, features, values: VALUES, loss: LASSO_LOGISTIC.loss }, grams);
        for (let i = 0; i < ANSWERS; i++) await statistics.collect(request);
        bytes = 0;
        const before = process.cpuUsage();
        for (let i = 0; i < ANSWERS; i++) await statistics.collect(request);
        const { user, system } = process.cpuUsage(before);
        return { bytes: bytes / ANSWERS, seconds: (user + system) / 1e6 / ANSWERS };
      };
      const small = await answers(SMALL), large = await answers(LARGE);
      const receiving = (large.bytes - small.bytes) / Math.max(large.seconds - small.seconds, Number.EPSILON);
      return { receiving, call: Math.max(0, small.seconds - small.bytes / receiving) };
    } finally {
      await computing.close();
    }
  }));
}

/** The coordinator's own sweep over nodes that answer at once, without a network: what handing out and counting take. */
async function coordinationSeconds(count: number): Promise<number> {
  const shards = new Shards(ROWS.at(-1)!, count);
  const nodes = Array.from({ length: count }, (_, i) => steadyNode({
    name: String(i),
    threads: THREADS,
    memory: Infinity,
    held: null,
    holds: () => true,
    load: async () => {},
    compute: async (_request, subtrees, onAnswer) => {
      for (const subtree of subtrees) {
        await Promise.resolve();
        onAnswer(subtree, new Float64Array(1), 8);
      }
    },
  }));
  shards.shareOut(nodes);
  const fail = (_: ComputeNode, error: Error): never => {
    throw error;
  };
  const cluster: SweepCluster = { shards, nodes, patience: Infinity, hopeful: true, late: new Set(), listen: () => () => true, measured: () => {}, succeeded: () => {}, lose: fail, lostError: () => new FailureError('CLUSTER_LOST', 'No node is left.') };
  return threadSeconds(() => new Sweep(cluster, { kind: 'moments', loss: LASSO_LOGISTIC.loss, gram: false }, { onReply: () => {} }).run());
}

/** What the engine reported of such a path on fewer rows (bench/results). @throws Error where it has not been measured */
function reported(): Reported {
  const found = readResults('peers').find(({ name }) => name === REPORTED);
  if (found === undefined) throw new Error(`bench/results has no ${REPORTED}: run bench peers --only ${REPORTED} --save first.`);
  return { sweeps: Number(found['sweeps']), columnPasses: Number(found['column passes']) };
}

function simulate(problem: Problem, speeds: Speeds, around: Surroundings, engine: Reported): Figure[] {
  const { rows, features } = problem;
  const name = `p${features}-${rows.toExponential(0).replace('+', '')}`;
  const work = passWork(problem, 0, speeds);
  const paths = NODES.map((nodes): Figure => {
    const cut = cutOf(rows, nodes);
    const { seconds, reduction, larger, sample, sweep } = pathTime(problem, nodes, speeds, around, engine);
    const detail = {
      rows, nodes, features,
      'GB a node': (8 * rows * (features + 1)) / nodes / 1e9,
      depth: cut.depth,
      'subtrees a node': cut.subtrees / nodes,
      'MB of answers': sweep.received / 1e6,
      sweep: sweep.seconds,
      'computing share': sweep.computing / sweep.seconds,
      'two levels': twoLevelSeconds(rows, nodes, work, speeds, around, cut),
      'reduction share': reduction / seconds,
      larger,
      sample,
    };
    return { ...row(`path-${name}-${nodes}`, seconds, 's a path'), detail };
  });
  const { half, fastest, seconds } = limitsOf(problem, speeds, around);
  return [
    ...paths,
    row(`half-${name}`, half, 'nodes from which on more than half of a sweep is not computing'),
    row(`fastest-${name}`, fastest, `nodes of the fastest sweep: ${seconds.toPrecision(3)} s`),
  ].map((figure) => ({ ...figure, detail: { rows: '', nodes: '', features: '', ...(figure as Figure).detail } }));
}

export async function run({ wire, latency, threads }: Options): Promise<Figure[]> {
  enableWideVectors();
  const around: Surroundings = { wire: (wire ?? WIRE) * 1e9, latency: (latency ?? LATENCY) * 1e-6, threads: threads ?? THREADS };
  const engine = reported();
  const merging = await mergingSpeed();
  const { receiving, call } = await answering();
  const coordination: [number, number][] = [];
  for (const nodes of NODES) coordination.push([nodes, await coordinationSeconds(nodes)]);
  const figures: Figure[] = [
    row('wire', around.wire / 1e9, 'GB/s; assumed'),
    row('latency', around.latency * 1e6, 'microseconds; assumed'),
    row('sweeps', engine.sweeps, `of all rows; as ${REPORTED} took`),
    row('column-passes', engine.columnPasses, `vectors of coefficients a value in them; as ${REPORTED} took`),
    row('threads', around.threads, 'a node; assumed; each as fast as the one measured'),
    row('merging', merging / 1e9, 'GB/s of statistics added on one thread'),
    row('receiving', receiving / 1e9, 'GB of answers taken from gRPC and decoded in a processor second of the coordinator'),
    row('call', call * 1e3, 'ms of the same processor for a call to a node beside its bytes'),
    ...coordination.map(([nodes, seconds]) => row(`coordination-${nodes}`, seconds * 1e3, `ms to hand out a sweep to ${nodes} nodes and count the answers`)),
  ];
  for (const shape of SHAPES) {
    const { features } = shape;
    const speeds: Speeds = { ...(await rowSpeeds(shape)), merging, receiving, call, coordination };
    const problem = (rows: number): Problem => ({ rows, features, values: VALUES, loss: LASSO_LOGISTIC.loss });
    const { fullAnchors } = roadOf(problem(ROWS[0]!));
    figures.push(
      row(`block-p${features}-one`, blockSeconds(speeds.single) * 1e3, 'ms a block of 8192 rows; one column; one thread'),
      row(`block-p${features}-all`, blockSeconds(speeds.many) * 1e3, `ms a block; ${VALUES} columns`),
      row(`block-p${features}-gram`, blockSeconds(speeds.gram) * 1e3, `ms a block; a Gram of all features; ${fullAnchors} in a path`),
      row(`statistic-p${features}`, passWork(problem(ROWS[0]!), 0, speeds).statistic / 1e3, `kB; an answer of ${VALUES} columns without Grams`),
      row(`statistic-p${features}-grams`, passWork(problem(ROWS[0]!), fullAnchors, speeds).statistic / 1e3, `kB; the same with ${fullAnchors} Grams`),
    );
    for (const rows of ROWS) figures.push(...simulate(problem(rows), speeds, around, engine));
  }
  return figures;
}
