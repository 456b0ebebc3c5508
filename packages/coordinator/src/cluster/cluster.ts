/** The nodes of a job and the chunks they have: what passes run on. */
import { createHash, randomUUID } from 'node:crypto';
import { ScalemixError, UsageError, kernelIdText } from '@scalemix/core';
import { blockCount, checkReach, readAddress, readSecurity } from '@scalemix/worker';
import type { LoadedRows, RowsShape, ThreadPool } from '@scalemix/worker';
import { readNodeAddresses } from './addresses.ts';
import { localNode } from './localNode.ts';
import { Membership, isFinal } from './membership.ts';
import type { ComputeNode } from './node.ts';
import { SUSPECT_AFTER } from './options.ts';
import type { ClusterEvent, ClusterOptions, ClusterRequest } from './options.ts';
import { RemoteNode } from './remoteNode.ts';
import type { JobIdentity } from './remoteNode.ts';
import { Shards } from './shards.ts';
import type { ComputeTime } from './speeds.ts';

/** Times that long without any node, and the job gives up. */
const PATIENCE = 3;
/** Milliseconds of a node's lease and a little: a coordinator that was killed leaves its nodes leased. */
const LEASE = 35_000;

export class Cluster {
  readonly shards: Shards;
  /** Nodes that were far behind the others in the last read. */
  readonly late = new Set<ComputeNode>();
  /** Milliseconds without any node after which a pass gives up. */
  readonly patience: number;
  readonly #membership: Membership;
  readonly #local: ComputeNode | null;
  readonly #listeners = new Set<() => void>();
  readonly #ended = new AbortController();

  private constructor(membership: Membership, local: ComputeNode | null, shards: Shards, patience: number) {
    this.#membership = membership;
    this.#local = local;
    this.shards = shards;
    this.patience = patience;
  }

  /**
   * Attaches to the nodes: to all that are there within the time after which a node is suspected, to one at least.
   * @throws what a node refuses with; UsageError BAD_CLUSTER, BAD_ADDRESS, TLS_REQUIRED and those of readSecurity; CLUSTER_LOST where none can be reached
   */
  static async open(request: ClusterRequest, rows: LoadedRows, pool: ThreadPool, options: ClusterOptions = {}): Promise<Cluster> {
    const security = readSecurity(request);
    const addresses = readNodeAddresses(request.nodes);
    const known = await addresses.look();
    for (const address of known) checkReach(readAddress(address).host, security);
    const suspectAfter = (request.suspectAfter ?? SUSPECT_AFTER) * 1000;
    const { store } = rows.handle;
    const shape: RowsShape = { rows: store.rows, layout: store.layout, features: store.features, responseCentre: store.responseCentre };
    const job = { coordinator: randomUUID(), data: dataDigest(rows), kernel: kernelIdText(pool.kernels.id), shape, rows, ...readable(request.data ?? 'auto', options) };
    const emit = (event: ClusterEvent): void => options.onEvent?.(event);
    let cluster: Cluster | null = null;
    const membership = new Membership({ addresses, security, job, suspectAfter, onEvent: emit, onChange: () => cluster?.changed() });
    const local = addresses.local ? localNode(rows, pool) : null;
    cluster = new Cluster(membership, local, new Shards(store.rows, known.length + (local === null ? 0 : 1), store.blocks.reduce((sum, { bytes }) => sum + bytes, 0)), PATIENCE * suspectAfter);
    try {
      await membership.start();
      await cluster.#gather(suspectAfter, options.signal);
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
    this.#rebalance();
    for (const listener of this.#listeners) listener();
  }

  /** How long nodes took for a read: rows go from slow to fast ones where that is worth it. */
  measured(times: ReadonlyMap<ComputeNode, ComputeTime>): void {
    if (this.shards.learn(times, this.nodes)) this.#rebalance();
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
    const reasons = this.#membership.reasons.map(({ message }) => message);
    return new ScalemixError('cluster', 'CLUSTER_LOST', `No node is left to compute on${reasons.length === 0 ? '' : `: ${reasons.slice(0, 5).join(' ')}`}${/[.)]$/.test(reasons.at(-1) ?? '.') ? '' : '.'} Start nodes again (scalemix worker); with --checkpoint FILE, scalemix resume FILE then goes on where this run ended.`);
  }

  /** Lets the nodes go. */
  async close(): Promise<void> {
    this.#ended.abort(new Error('The cluster was closed.'));
    await this.#membership.close();
  }

  async #gather(suspectAfter: number, signal: AbortSignal | undefined): Promise<void> {
    const began = performance.now();
    for (;;) {
      signal?.throwIfAborted();
      const reasons = this.#membership.reasons;
      const final = reasons.find(isFinal);
      if (final !== undefined) throw final;
      if (this.#membership.settled && this.nodes.length > 0) return;
      const waited = performance.now() - began;
      if (this.nodes.length > 0 && waited > suspectAfter) return;
      const busy = reasons.find((reason) => reason instanceof ScalemixError && reason.code === 'NODE_BUSY');
      if (this.nodes.length === 0 && waited > Math.max(this.patience, busy === undefined ? 0 : LEASE)) throw busy ?? this.lostError();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Nodes with less than their share get rows in the background, and then the chunks. */
  #rebalance(): void {
    const moves = new Map<ComputeNode, number[]>();
    for (const { chunk, to } of this.shards.surplus(this.nodes)) moves.set(to, [...(moves.get(to) ?? []), chunk]);
    for (const [to, chunks] of moves) void this.#move(chunks, to);
  }

  async #move(chunks: readonly number[], to: ComputeNode): Promise<void> {
    try {
      await to.load(chunks.map((chunk) => this.shards.blocks(chunk)), this.#ended.signal);
      for (const chunk of chunks) if (to.ready) this.shards.give(chunk, to);
    } catch (error) {
      if (!this.#ended.signal.aborted) this.lose(to, error as Error);
    }
  }
}

/** What nodes read by themselves. @throws UsageError INAPPLICABLE_OPTION where they must and cannot */
export function readable(data: 'local' | 'push' | 'auto', { table }: Pick<ClusterOptions, 'table'>): Pick<JobIdentity, 'table' | 'mustRead'> {
  if (data === 'local' && !table) {
    throw new UsageError('INAPPLICABLE_OPTION', '--data local does not apply: nodes read parts of Parquet and Arrow files, without --query. Send the rows with --data push.');
  }
  return { table: data === 'push' ? null : (table ?? null), mustRead: data === 'local' };
}

/** What tells rows apart from others before any is looked at; blocks are compared by their own hashes. */
function dataDigest({ description, handle }: LoadedRows): string {
  const { centres, ...rest } = description;
  const { layout } = handle.store;
  return createHash('sha256').update(JSON.stringify([rest, [...centres], layout, blockCount(description)])).digest('hex');
}
