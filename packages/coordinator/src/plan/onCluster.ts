/** What a job on nodes would take: who gets which rows, what goes over the wire. */
import { statisticSize } from '@scalemix/core';
import type { LossSpec, MomentsRequest, PassRequest } from '@scalemix/core';
import { LOCAL } from '../cluster/addresses.ts';
import { steadyNode } from '../cluster/node.ts';
import type { ComputeNode } from '../cluster/node.ts';
import { Shards, cover } from '../cluster/shards.ts';
import type { AskedNode } from './askNodes.ts';

/** Assumed of the network: bytes a second in and out of a machine, seconds one way (docs/scale.md). */
const WIRE = 1.25e9;
const LATENCY = 50e-6;
/** Of the coordinator's main thread, as docs/scale.md measures them: bytes of answers taken in a second, seconds for a call to a node beside its bytes. */
const RECEIVING = 0.09e9;
const CALL = 3.5e-3;
/** Bytes of a request beside its coefficients; of what says which rows it is about beside two numbers a feature. */
const REQUEST = 32;
const CHOICE = 64;

export interface NodePlan extends AskedNode {
  readonly rows: number;
  /** Bytes of its rows. */
  readonly bytes: number;
  /** Those that do not fit into its memory and are kept in its spill file. */
  readonly spilled: number;
  /** Answers that it gives in a pass. */
  readonly subtrees: number;
}

export interface ClusterPlan {
  readonly nodes: readonly NodePlan[];
  /** Of all nodes. */
  readonly threads: number;
  /** Bytes of answers, and of requests, in all passes. */
  readonly received: number;
  readonly sent: number;
  /** Bytes of the sampled rows that come from nodes. */
  readonly sampled: number;
  /** Whether nodes read the rows by themselves: twice, once to look at them and once to keep them. */
  readonly reads: boolean;
  /** Bytes of rows that are sent to nodes before the first pass; 0 where they read their own files. */
  readonly rowsSent: number;
  /** Seconds of all this on the wire and in the coordinator, beside computing. */
  readonly wireSeconds: number;
}

/** What all passes together ask for. */
export interface Asked {
  readonly rows: number;
  readonly features: number;
  readonly bytesPerRow: number;
  readonly loss: LossSpec;
  /** Of a cross-validation from moments; else 0. */
  readonly foldsOfMoments: number;
  readonly sweeps: number;
  /** Those of them that are about some of the rows, chosen in their places. */
  readonly chosenSweeps: number;
  /** Vectors of coefficients. */
  readonly columns: number;
  /** Gram matrices, those of the moments apart, and the share of a whole one that they are in the mean. */
  readonly grams: number;
  readonly gramShare: number;
  /** Whether the one Gram matrix is that of the moments. */
  readonly fromMoments: boolean;
  /** Bytes of sampled rows. */
  readonly sample: number;
  /** Whether nodes read the rows by themselves. */
  readonly reads: boolean;
}

/** Shares as the cluster itself gives them out, and answers as large as the statistics are. */
export function onCluster(asked: Asked, found: readonly AskedNode[]): ClusterPlan {
  const { rows, features, bytesPerRow } = asked;
  const shards = new Shards(rows, found.length, rows * bytesPerRow);
  const takers = found.map(taker);
  shards.shareOut(takers);
  const nodes = found.map((node, i): NodePlan => {
    const chunks = shards.ownedBy(takers[i]!);
    const held = chunks.reduce((sum, chunk) => sum + shards.rows(chunk), 0);
    const bytes = held * bytesPerRow;
    return { ...node, rows: held, bytes, spilled: Math.max(0, bytes - node.memory), subtrees: cover(chunks, shards).length };
  });
  const remote = nodes.filter(({ node, subtrees }) => node !== LOCAL && subtrees > 0);
  const moments: MomentsRequest = { kind: 'moments', loss: asked.loss, gram: asked.fromMoments };
  const columns = passSize(asked.loss, features, 1, 0) * asked.columns;
  const grams = (passSize(asked.loss, features, 1, features) - passSize(asked.loss, features, 1, 0)) * asked.grams * asked.gramShare;
  const statistics = 8 * (statisticSize(moments, features) * Math.max(1, asked.foldsOfMoments) + columns + grams);
  const share = remote.reduce((sum, node) => sum + node.rows, 0) / Math.max(1, rows);
  const received = remote.reduce((sum, { subtrees }) => sum + subtrees, 0) * statistics;
  const sampled = share * asked.sample;
  const sent = remote.length * (8 * (features + 1) * asked.columns + REQUEST * asked.sweeps + (16 * features + CHOICE) * asked.chosenSweeps);
  const rowsSent = asked.reads ? 0 : remote.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    nodes,
    threads: found.reduce((sum, { threads }) => sum + threads, 0),
    received,
    sent,
    sampled,
    reads: asked.reads,
    rowsSent,
    wireSeconds: (received + sampled + sent + rowsSent) / WIRE + (received + sampled) / RECEIVING + asked.sweeps * (2 * LATENCY + remote.length * CALL),
  };
}

/**
 * Seconds of reading, all nodes at once where they read by themselves: the first look is shared evenly, then each reads what it keeps.
 * @param row seconds a row
 */
export function readingSeconds(row: number, rows: number, cluster: ClusterPlan | null): number {
  if (cluster === null || !cluster.reads) return row * rows;
  return row * (rows / cluster.nodes.length + Math.max(...cluster.nodes.map((node) => node.rows)));
}

function taker({ node: name, threads, memory }: AskedNode): ComputeNode {
  const never = async (): Promise<void> => {};
  return steadyNode({ name, threads, memory: name === LOCAL ? Infinity : memory, held: new Set(), holds: () => false, load: never, compute: never });
}

/** Numbers of a pass with so many columns, and a Gram of so many features. */
function passSize(loss: LossSpec, features: number, columns: number, gram: number): number {
  const request: PassRequest = {
    kind: 'pass',
    loss,
    columns,
    coefficients: new Float64Array(0),
    intercepts: new Float64Array(0),
    features: null,
    grams: gram === 0 ? [] : [{ column: 0, features: null }],
  };
  return statisticSize(request, features);
}
