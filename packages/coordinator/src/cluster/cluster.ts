/** The nodes of a job and the chunks they have: what passes run on. */
import { randomUUID } from 'node:crypto';
import { kernelIdText } from '@scalemix/core';
import type { ScalemixError } from '@scalemix/core';
import type { LoadedRows, ThreadPool } from '@scalemix/worker';
import { localNode } from './localNode.ts';
import { Membership } from './membership.ts';
import type { ComputeNode } from './node.ts';
import { PATIENCE, SUSPECT_AFTER } from './options.ts';
import type { ClusterEvent, ClusterOptions, ClusterRequest } from './options.ts';
import { loadedOrigin, scannedOrigin } from './origin.ts';
import type { ScannedRows } from './origin.ts';
import { readingNode } from './readingNode.ts';
import { readReach } from './reach.ts';
import { RemoteNode } from './remoteNode.ts';
import { Shards } from './shards.ts';
import type { ComputeTime } from './speeds.ts';

export class Cluster {
  readonly shards: Shards;
  /** Nodes that were far behind the others in the last read. */
  readonly late = new Set<ComputeNode>();
  /** Milliseconds without any node after which a pass gives up. */
  readonly patience: number;
  readonly #membership: Membership;
  readonly #local: LocalNode | null;
  readonly #listeners = new Set<() => void>();
  readonly #ended = new AbortController();
  readonly #emit: (event: ClusterEvent) => void;

  private constructor(membership: Membership, local: LocalNode | null, shards: Shards, patience: number, emit: (event: ClusterEvent) => void) {
    this.#membership = membership;
    this.#local = local;
    this.shards = shards;
    this.patience = patience;
    this.#emit = emit;
  }

  /**
   * Attaches to the nodes: to all that are there within the time after which a node is suspected, to one at least.
   * @throws what a node refuses with; UsageError BAD_CLUSTER, BAD_ADDRESS, TLS_REQUIRED and those of readSecurity; CLUSTER_LOST where none can be reached
   */
  static async open(request: ClusterRequest, rows: LoadedRows, pool: ThreadPool, options: ClusterOptions = {}): Promise<Cluster> {
    const { security, addresses, known } = await readReach(request);
    const suspectAfter = (request.suspectAfter ?? SUSPECT_AFTER) * 1000;
    const { scanned } = options;
    const origin = scanned ? scannedOrigin(scanned) : loadedOrigin(rows, request.data, options);
    const files = scanned ? { request: { inputs: scanned.table.files, format: scanned.table.format, na: scanned.table.na }, fingerprint: scanned.table.fingerprint } : null;
    const job = { coordinator: options.coordinator ?? randomUUID(), kernel: kernelIdText(pool.kernels.id), precision: origin.shape.layout.denseType, files, rows: origin };
    const emit = (event: ClusterEvent): void => options.onEvent?.(event);
    let cluster: Cluster | null = null;
    const membership = new Membership({ addresses, security, job, suspectAfter, onEvent: emit, onChange: () => cluster?.changed() });
    const local = addresses.local ? localNodeOf(rows, pool, scanned) : null;
    const patience = PATIENCE * suspectAfter;
    const others = local === null ? 0 : 1;
    cluster = new Cluster(membership, local, new Shards(origin.shape.rows, known.length + others, origin.bytes), patience, emit);
    scanned?.detach();
    try {
      await membership.start();
      await membership.gather({ others, needsAll: scanned?.here !== null, patience, signal: options.signal });
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  get nodes(): ComputeNode[] {
    return [...(this.#local === null ? [] : [this.#local]), ...this.#membership.nodes];
  }

  /** Called when nodes have come or gone; returns how to stop listening. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    this.#rebalance('nodes');
    for (const listener of this.#listeners) listener();
  }

  /** How long nodes took for a read: rows go from slow to fast ones where that is worth it. */
  measured(times: ReadonlyMap<ComputeNode, ComputeTime>): void {
    if (this.shards.learn(times, this.nodes)) this.#rebalance('speed');
  }

  /** A node failed at what it was asked. Threads of this process cannot be lost: they stay ready. */
  lose(node: ComputeNode, reason: Error): void {
    if (node instanceof RemoteNode) node.lose(reason);
  }

  succeeded(node: ComputeNode): void {
    if (node instanceof RemoteNode) this.#membership.succeeded(node);
  }

  /** Whether waiting may bring a node. */
  get hopeful(): boolean {
    return this.#local !== null || this.#membership.hopeful;
  }

  /** The error for a cluster without nodes. */
  lostError(): ScalemixError {
    return this.#membership.lostError();
  }

  /** Lets the nodes go. */
  async close(): Promise<void> {
    this.#ended.abort(new Error('The cluster was closed.'));
    await this.#membership.close();
    this.#local?.close?.();
  }

  /** Nodes with less than their share get rows in the background, and then the chunks. */
  #rebalance(because: 'nodes' | 'speed'): void {
    const moves = new Map<ComputeNode, number[]>();
    for (const { chunk, to } of this.shards.surplus(this.nodes)) moves.set(to, [...(moves.get(to) ?? []), chunk]);
    for (const [to, chunks] of moves) void this.#move(chunks, to, because);
  }

  async #move(chunks: readonly number[], to: ComputeNode, because: 'nodes' | 'speed'): Promise<void> {
    try {
      await to.load(chunks.map((chunk) => this.shards.blocks(chunk)), this.#ended.signal);
      const moved = to.ready ? chunks.filter((chunk) => this.shards.owner(chunk) !== to) : [];
      for (const chunk of moved) this.shards.give(chunk, to);
      if (moved.length > 0) this.#emit({ type: 'chunksMoved', node: to.name, chunks: moved.length, because });
    } catch (error) {
      if (!this.#ended.signal.aborted) this.lose(to, error as Error);
    }
  }
}

type LocalNode = ComputeNode & { close?(): void };

/** Threads of this process: they have all rows, or read their share. */
function localNodeOf(rows: LoadedRows, pool: ThreadPool, scanned: ScannedRows | null | undefined): LocalNode {
  if (!scanned) return localNode(rows, pool);
  return readingNode(scanned, { table: scanned.here!, local: scanned.table }, pool);
}
