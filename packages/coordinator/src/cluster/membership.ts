/** Which nodes there are: dialled, joined, lost, and dialled again; nodes may come late. */
import { setTimeout as delay } from 'node:timers/promises';
import { ScalemixError } from '@scalemix/core';
import type { Security } from '@scalemix/worker';
import type { NodeAddresses } from './addresses.ts';
import type { ClusterEvent } from './options.ts';
import { RemoteNode, saidByNode } from './remoteNode.ts';
import type { JobIdentity } from './remoteNode.ts';

export interface MembershipOptions {
  readonly addresses: NodeAddresses;
  readonly security: Security;
  readonly job: JobIdentity;
  /** Milliseconds. */
  readonly suspectAfter: number;
  readonly onEvent: (event: ClusterEvent) => void;
  /** A node joined or was lost. */
  readonly onChange: () => void;
}

/** Milliseconds between looks for new addresses. */
const LOOK = 2000;
/** Milliseconds before an address is dialled again, at first and at most. */
const BACKOFF = [250, 8000] as const;
/** Milliseconds of a node's lease and a little: a coordinator that was killed leaves its nodes leased. */
const LEASE = 35_000;
/** Milliseconds that an address which is being dialled when the work ends is waited for. */
const DIALLING = 2000;
/** Times that a node may fail in a row before it is left alone. */
const FAILURES = 5;

/** An address: when it may be dialled again, and what happened last. */
interface Dialled {
  node: RemoteNode | null;
  dialling: boolean;
  backoff: number;
  next: number;
  failures: number;
  /** It will not be dialled again. */
  refused: boolean;
  reason: Error | null;
}

export class Membership {
  readonly #options: MembershipOptions;
  readonly #addresses = new Map<string, Dialled>();
  readonly #dials = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #lookedAt = -Infinity;
  #closed = false;
  #detached = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** Looks up the addresses and dials them. @throws UsageError BAD_CLUSTER, BAD_ADDRESS */
  async start(): Promise<void> {
    await this.#look();
    this.#tick();
  }

  get nodes(): RemoteNode[] {
    return [...this.#addresses.values()].flatMap(({ node }) => (node === null ? [] : [node]));
  }

  /** Addresses known. */
  get size(): number {
    return this.#addresses.size;
  }

  /** Whether some address may still become a node. */
  get hopeful(): boolean {
    return this.#options.addresses.changing || [...this.#addresses.values()].some(({ refused }) => !refused);
  }

  /** Whether no address is still being tried for the first time. */
  get settled(): boolean {
    return [...this.#addresses.values()].every(({ node, refused }) => node !== null || refused);
  }

  /** Why addresses are no nodes, the most telling first. */
  get reasons(): Error[] {
    return [...this.#addresses.values()].flatMap(({ node, reason }) => (node === null && reason !== null ? [reason] : [])).sort((a, b) => Number(saidByNode(b)) - Number(saidByNode(a)));
  }

  /** A node did what it was asked: earlier failures are forgotten. */
  succeeded(node: RemoteNode): void {
    const entry = this.#addresses.get(node.name);
    if (entry !== undefined) entry.failures = 0;
  }

  /**
   * Waits for the nodes: for all that answer within the time after which a node is suspected, for one at least.
   * @param others nodes beside these
   * @param needsAll whether a node that refuses ends the job where others do not
   * @throws what a node refuses with; CLUSTER_LOST where none can be reached
   */
  async gather({ others, needsAll, patience, signal }: { readonly others: number; readonly needsAll: boolean; readonly patience: number; readonly signal: AbortSignal | undefined }): Promise<void> {
    const began = performance.now();
    for (;;) {
      signal?.throwIfAborted();
      const { reasons } = this;
      const count = this.nodes.length + others;
      const refusal = needsAll ? this.#firstRefusal : this.settled && count === 0 ? reasons.find(isFinal) : undefined;
      if (refusal !== undefined) throw refusal;
      if (this.settled && count > 0) return;
      const waited = performance.now() - began;
      if (count > 0 && waited > this.#options.suspectAfter) return;
      const busy = reasons.find((reason) => reason instanceof ScalemixError && reason.code === 'NODE_BUSY');
      // Who is being dialled may be looking for its files.
      const dialling = [...this.#addresses.values()].some((entry) => entry.dialling);
      if (count === 0 && !dialling && waited > Math.max(patience, busy === undefined ? 0 : LEASE)) throw busy ?? this.lostError();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** What the first node in the order given that refuses says, once all before it have been tried. */
  get #firstRefusal(): ScalemixError | undefined {
    for (const { node, reason } of this.#addresses.values()) {
      if (isFinal(reason)) return reason;
      if (node === null && reason === null) return undefined;
    }
    return undefined;
  }

  /** The error for a cluster without nodes. */
  lostError(): ScalemixError {
    const why = this.reasons.slice(0, 5).map(({ message }) => (message.endsWith('.') ? message : `${message}.`)).join(' ');
    return new ScalemixError('cluster', 'CLUSTER_LOST', `No node is left to compute on${why === '' ? '.' : `: ${why}`} Start nodes again (scalemix worker); with --checkpoint FILE, scalemix resume FILE then goes on where this run ended.`);
  }

  /** Leaves the nodes leased, for the same job to attach to them again. */
  detach(): void {
    this.#detached = true;
    this.#stop();
    for (const node of this.nodes) node.detach();
  }

  #stop(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Lets all nodes go. Who was being dialled may have given its lease, to which nobody else would come until it runs out. */
  async close(): Promise<void> {
    this.#stop();
    const ended = Promise.all([...this.#dials, ...this.nodes.map((node) => node.release())]);
    await Promise.race([ended, delay(DIALLING, undefined, { ref: false })]);
  }

  async #look(): Promise<void> {
    this.#lookedAt = performance.now();
    for (const address of await this.#options.addresses.look()) {
      if (!this.#addresses.has(address)) this.#addresses.set(address, { node: null, dialling: false, backoff: BACKOFF[0], next: 0, failures: 0, refused: false, reason: null });
    }
  }

  #tick(): void {
    if (this.#closed) return;
    const now = performance.now();
    if (this.#options.addresses.changing && now - this.#lookedAt > LOOK) this.#look().catch(() => {});
    for (const [address, entry] of this.#addresses) if (entry.node === null && !entry.dialling && !entry.refused && now >= entry.next) this.#begin(this.#dial(address, entry));
    // Not unref'd: where all nodes are gone this is what the job waits for.
    this.#timer = setTimeout(() => this.#tick(), 50);
  }

  #begin(dial: Promise<void>): void {
    this.#dials.add(dial);
    void dial.finally(() => this.#dials.delete(dial));
  }

  async #dial(address: string, entry: Dialled): Promise<void> {
    const { security, suspectAfter, job, onEvent } = this.#options;
    entry.dialling = true;
    try {
      const node = await RemoteNode.attach(address, job, {
        security,
        suspectAfter,
        onSent: (blocks, bytes) => onEvent({ type: 'rowsSent', node: address, blocks, bytes }),
        onRead: (blocks) => onEvent({ type: 'rowsRead', node: address, blocks }),
        onDiffers: ({ code, message }) => onEvent({ type: 'rowsDiffer', node: address, code, reason: message }),
        onLost: (reason) => this.#lost(address, entry, reason),
      });
      if (this.#closed) return this.#detached ? node.detach() : await node.release();
      entry.node = node;
      entry.backoff = BACKOFF[0];
      entry.reason = null;
      onEvent({ type: 'nodeJoined', node: address, threads: node.threads, nodes: this.nodes.length });
      this.#options.onChange();
    } catch (error) {
      if (this.#closed) return;
      entry.reason = error as Error;
      if (isFinal(error)) {
        entry.refused = true;
        onEvent({ type: 'nodeRefused', node: address, code: error.code, reason: error.message });
        this.#options.onChange();
      }
      this.#postpone(entry);
    } finally {
      entry.dialling = false;
    }
  }

  #lost(address: string, entry: Dialled, reason: Error): void {
    entry.node = null;
    entry.reason = reason;
    entry.failures++;
    if (entry.failures >= FAILURES) entry.refused = true;
    this.#postpone(entry);
    this.#options.onEvent({ type: 'nodeLost', node: address, reason: reason.message, nodes: this.nodes.length });
    this.#options.onChange();
  }

  #postpone(entry: Dialled): void {
    entry.next = performance.now() + entry.backoff;
    entry.backoff = Math.min(2 * entry.backoff, BACKOFF[1]);
  }
}

/** Refusals that another attempt would not change. */
export function isFinal(error: unknown): error is ScalemixError {
  return error instanceof ScalemixError && (error.kind === 'usage' || error.kind === 'data' || ['WRONG_TOKEN', 'TLS_FAILED', 'MESSAGE_TOO_LARGE', 'NO_DATA_ROOT', 'BAD_ANSWER'].includes(error.code));
}
