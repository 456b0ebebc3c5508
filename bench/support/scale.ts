/**
 * What a path takes on a cluster, by arithmetic from measured times: the tree, the chunks of each node and the subtrees
 * it answers with are those of packages/coordinator/src/cluster; nodes are alike and none is late. docs/scale.md says
 * what is assumed.
 */
import { BLOCK_ROWS, LEADER_SHARE, chooseRoad, chunkLevel, leafRows, rootLevel, statisticSize } from '@scalemix/core';
import type { LossSpec, PassRequest, RoadChoice } from '@scalemix/core';
import { fairShares } from '../../packages/coordinator/src/cluster/shards.ts';
import { PER_VALUE, WORKING_SHARE, overChosen } from '../../packages/coordinator/src/plan/estimate.ts';

/** Measured. */
export interface Speeds {
  /** Seconds a row on one thread: a pass of one column, one of all columns, a Gram of all features. */
  readonly single: number;
  readonly many: number;
  readonly gram: number;
  /** Bytes of statistics added up in a second. */
  readonly merging: number;
  /** Bytes of answers that the coordinator takes from its connections in a processor second, and processor seconds of a call beside its bytes. */
  readonly receiving: number;
  readonly call: number;
  /** Seconds that the coordinator spends on handing out one sweep and counting its answers, by nodes; ascending. */
  readonly coordination: readonly (readonly [nodes: number, seconds: number])[];
}

/** Assumed. */
export interface Surroundings {
  /** Bytes a second in and out of a machine. */
  readonly wire: number;
  /** Seconds one way. */
  readonly latency: number;
  /** Threads of a node. */
  readonly threads: number;
}

export interface Problem {
  readonly rows: number;
  /** p. */
  readonly features: number;
  /** K. */
  readonly values: number;
  readonly loss: LossSpec;
}

/** What the engine reported of a path. */
export interface Reported {
  /** Reads of all rows. */
  readonly sweeps: number;
  /** Vectors of coefficients evaluated in them, a value. */
  readonly columnPasses: number;
}

/** What one sweep asks for. */
export interface Work {
  /** Seconds a row on one thread. */
  readonly row: number;
  /** Bytes of the request, which each node gets. */
  readonly request: number;
  /** Bytes of an answer. */
  readonly statistic: number;
}

export interface SweepTime {
  readonly seconds: number;
  /** Until a node has computed its share. */
  readonly computing: number;
  /** What else it takes: requests, answers, merging, handing out. */
  readonly reduction: number;
  readonly subtrees: number;
  /** Bytes of all answers. */
  readonly received: number;
}

export interface PathTime {
  readonly seconds: number;
  /** The sweeps' part that is not computing on the nodes. */
  readonly reduction: number;
  /** Of the passes over the larger sample. */
  readonly larger: number;
  /** At the coordinator, on the smaller sample. */
  readonly sample: number;
  /** Reads of all rows, and of the larger sample, which stays on the nodes. */
  readonly sweeps: number;
  readonly chosen: number;
  /** The sweep of all columns, without Grams. */
  readonly sweep: SweepTime;
}

/** Leaves of the tree and how they are cut among nodes. */
export interface Cut {
  readonly leaves: number;
  /** Levels above the leaves. */
  readonly depth: number;
  /** Leaves of the node with most. */
  readonly most: number;
  /** Subtrees that all nodes answer with. */
  readonly subtrees: number;
}

/** Nodes among which chunks are shared. */
const ALIKE = { threads: 1 };
/** Chunks a node, and a thread, as cluster/shards.ts and node/subtrees.ts have them. */
const CHUNKS = 8;
/** Sweeps before those that evaluate values: for moments, and to draw the samples. */
const BEFORE = 2;

/** Aligned subtrees that cover chunks [from, to) of `count`: the least there are. */
export function subtreesOf(from: number, to: number, count: number): number {
  let subtrees = 0;
  for (let at = from; at < to; subtrees++) {
    let width = 1;
    while (at % (2 * width) === 0 && width < count && Math.min(at + 2 * width, count) <= to) width *= 2;
    at += width;
  }
  return subtrees;
}

export function cutOf(rows: number, nodes: number): Cut {
  const leaves = Math.ceil(rows / leafRows(rows));
  const level = chunkLevel(leaves, CHUNKS * nodes);
  const count = Math.ceil(leaves / 2 ** level);
  let from = 0, most = 0, subtrees = 0;
  for (const share of fairShares(count, Array.from({ length: nodes }, () => ALIKE))) {
    subtrees += subtreesOf(from, from + share, count);
    most = Math.max(most, Math.min((from + share) * 2 ** level, leaves) - from * 2 ** level);
    from += share;
  }
  return { leaves, depth: rootLevel(leaves), most, subtrees };
}

/** Seconds of a node for some leaves: runs of leaves handed to threads, whose sums are added up behind them. */
function nodeSeconds(leaves: number, rows: number, { row, statistic }: Work, { merging }: Speeds, threads: number): number {
  if (leaves === 0) return 0;
  const level = chunkLevel(leaves, CHUNKS * threads);
  const chunks = Math.ceil(leaves / 2 ** level);
  const leaf = Math.min(leafRows(rows), rows) * row + statistic / merging;
  return Math.max(Math.ceil(chunks / threads) * 2 ** level * leaf, (chunks * statistic) / merging);
}

/** Between the measured numbers of nodes in proportion to a power of them; beyond them in proportion. */
export function coordinationOf(nodes: number, { coordination }: Pick<Speeds, 'coordination'>): number {
  const above = coordination.findIndex(([measured]) => measured >= nodes);
  if (above === 0) return coordination[0]![1];
  if (above < 0) return (coordination.at(-1)![1] * nodes) / coordination.at(-1)![0];
  const [[n0, t0], [n1, t1]] = [coordination[above - 1]!, coordination[above]!];
  return t0 * (t1 / t0) ** (Math.log(nodes / n0) / Math.log(n1 / n0));
}

/** Seconds until the answers of senders that are ready alike, having been asked one after the other, are all merged: one link, and one thread that calls, receives and adds. */
function gatherSeconds(senders: number, answers: number, { request, statistic }: Work, { merging, receiving, call }: Speeds, { wire, latency }: Surroundings): number {
  const asking = Math.max(request / wire, call);
  const taking = statistic * Math.max(1 / wire, 1 / receiving + 1 / merging);
  // All answers after the first request, or the last sender's answers after all requests: whichever holds up the other.
  return 2 * latency + Math.max(asking + answers * taking, senders * asking + (answers / senders) * taking);
}

/** One sweep. One node is this machine's threads: nothing is sent. */
export function sweepTime(rows: number, nodes: number, work: Work, speeds: Speeds, around: Surroundings, cut = cutOf(rows, nodes)): SweepTime {
  const computing = nodeSeconds(cut.most, rows, work, speeds, around.threads);
  if (nodes === 1) return { seconds: computing, computing, reduction: 0, subtrees: 0, received: 0 };
  const reduction = coordinationOf(nodes, speeds) + gatherSeconds(nodes, cut.subtrees, work, speeds, around);
  return { seconds: computing + reduction, computing, reduction, subtrees: cut.subtrees, received: cut.subtrees * work.statistic };
}

/** The same sweep with coordinators of about sqrt(N) nodes each below the first: what is not built. */
export function twoLevelSeconds(rows: number, nodes: number, work: Work, speeds: Speeds, around: Surroundings, cut = cutOf(rows, nodes)): number {
  const groups = Math.ceil(Math.sqrt(nodes));
  const members = Math.ceil(nodes / groups);
  const each = cut.subtrees / nodes;
  const level = (senders: number): number => coordinationOf(senders, speeds) + gatherSeconds(senders, senders * each, work, speeds, around);
  return nodeSeconds(cut.most, rows, work, speeds, around.threads) + level(members) + level(groups);
}

export function roadOf({ rows, features, values }: Problem): RoadChoice {
  return chooseRoad({ rows, features, usable: features, values, folds: 0, width: features, quadratic: false, provable: true, ridge: false });
}

/** A sweep of all columns, or of so many, with some Grams. */
export function passRequest({ features, values, loss }: Problem, grams: number, columns = values): PassRequest {
  return {
    kind: 'pass',
    loss,
    columns,
    coefficients: new Float64Array(columns * features),
    intercepts: new Float64Array(columns),
    features: null,
    grams: Array.from({ length: grams }, (_, column) => ({ column, features: null })),
  };
}

/** @param share of the rows that the pass is about */
export function passWork(problem: Problem, grams: number, { many, gram }: Pick<Speeds, 'many' | 'gram'>, columns = problem.values, share = 1): Work {
  const { features, values } = problem;
  return { row: share * ((many * columns) / values + grams * gram), request: 8 * columns * (features + 1), statistic: 8 * statisticSize(passRequest(problem, grams, columns), features) };
}

/**
 * Columns of the sweeps that evaluate values: the first looks at those that lead, the others at all that are open. As many
 * in all as reported: the last sweeps have fewer.
 */
export function columnsOf(values: number, anchors: number, { sweeps, columnPasses }: Reported): number[] {
  const leaders = Math.min(values, Math.ceil(LEADER_SHARE * values) + anchors);
  let left = Math.round(columnPasses * values) - leaders;
  const others = Array.from({ length: sweeps - BEFORE - 1 }, () => {
    const columns = Math.max(0, Math.min(values, left));
    left -= columns;
    return columns;
  });
  return [leaders, ...others];
}

/**
 * A path in lockstep: moments; the smaller sample's rows; what of the larger sample is asked of the nodes that have its
 * rows; a sweep of the values that lead, and of all that are open, the first of these with Grams.
 */
export function pathTime(problem: Problem, nodes: number, speeds: Speeds, around: Surroundings, reported: Reported): PathTime {
  const { rows, features, values, loss } = problem;
  const way = roadOf(problem);
  const { anchors, fullAnchors, sampleRows, refineRows } = way;
  const { single, gram } = speeds;
  const cut = cutOf(rows, nodes);
  const sweep = (work: Work): SweepTime => sweepTime(rows, nodes, work, speeds, around, cut);
  const moments = 8 * statisticSize({ kind: 'moments', loss, gram: false }, features);
  const all = [
    sweep({ row: single, request: 0, statistic: moments }),
    sweep({ row: single, request: 16 * features, statistic: (8 * (features + 1) * sampleRows) / cut.subtrees }),
    ...columnsOf(values, anchors, reported).map((columns, at) => sweep(passWork(problem, at === 1 ? fullAnchors : 0, speeds, columns))),
  ];
  const asked = overChosen(way, values);
  const passes = asked.sweeps - 1;
  const chosen = Array.from({ length: asked.sweeps }, (_, i) => {
    // First their weight, which finds out which rows they are.
    if (i === 0) return sweep({ row: single, request: 16 * features, statistic: moments });
    return sweep(passWork(problem, i === 1 ? asked.grams : 0, speeds, asked.columns / passes, refineRows / rows));
  });
  const sample = (sampleRows * PER_VALUE.sparse * values * (single + WORKING_SHARE * gram)) / around.threads;
  const sum = (sweeps: readonly SweepTime[], of: (sweep: SweepTime) => number): number => sweeps.reduce((total, each) => total + of(each), 0);
  const larger = sum(chosen, ({ seconds }) => seconds);
  return {
    seconds: sum(all, ({ seconds }) => seconds) + larger + sample,
    reduction: sum([...all, ...chosen], ({ reduction }) => reduction),
    larger,
    sample,
    sweeps: all.length,
    chosen: chosen.length,
    sweep: sweep(passWork(problem, 0, speeds)),
  };
}

/** Blocks of 8,192 rows: the unit in which times are told. */
export function blockSeconds(row: number): number {
  return BLOCK_ROWS * row;
}

export interface Limits {
  /** Nodes from which on more than half of a sweep of all columns is not computing. */
  readonly half: number;
  /** Nodes of the fastest sweep, and its seconds. */
  readonly fastest: number;
  readonly seconds: number;
}

/** Of 1 to 131,072 nodes, in steps of 2^(1/8). */
export function limitsOf(problem: Problem, speeds: Speeds, around: Surroundings): Limits {
  const work = passWork(problem, 0, speeds);
  let half = Infinity, fastest = 1, least = Infinity;
  for (let step = 0; step <= 8 * 17; step++) {
    const nodes = Math.round(2 ** (step / 8));
    const { seconds, reduction } = sweepTime(problem.rows, nodes, work, speeds, around);
    if (reduction > seconds / 2) half = Math.min(half, nodes);
    if (seconds < least) [fastest, least] = [nodes, seconds];
  }
  return { half, fastest, seconds: least };
}
