/**
 * One read of all rows on the nodes. Each is asked for the fewest subtrees that
 * cover its chunks; the first answer for a chunk counts. The chunks of a node
 * that is lost go to others, for good; those of one that is far behind for this
 * read, and for good where it was so in the read before.
 */
import { ScalemixError } from '@scalemix/core';
import type { TreeNode } from '@scalemix/core';
import { encodeRequest } from '@scalemix/worker';
import type { RowReply, RowRequest } from '@scalemix/worker';
import type { Cluster } from './cluster.ts';
import type { ComputeNode } from './node.ts';
import { cover } from './shards.ts';
import type { ComputeTime } from './speeds.ts';

/** What a sweep needs of a cluster. */
export type SweepCluster = Pick<Cluster, 'shards' | 'nodes' | 'patience' | 'hopeful' | 'late' | 'listen' | 'measured' | 'succeeded' | 'lose' | 'lostError'>;

export interface SweepOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((rowsDone: number) => void) | undefined;
  /** Each subtree once, in any order; together they are all rows. */
  readonly onReply: (node: TreeNode, reply: RowReply) => void;
}

export interface SweepTotals {
  readonly subtrees: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly nodes: number;
}

/** Milliseconds that a node may be behind before others take its work over, and times the slowest of the others. */
const BEHIND = 1000;
const BEHIND_FACTOR = 3;
/** Milliseconds between looks at who is behind. */
const LOOK = 200;

/** What a node is doing in this read. */
interface Task {
  readonly chunks: ReadonlySet<number>;
  readonly began: number;
}

/** What a node has answered so far, how long that took, and how many chunks are left. */
interface Clock extends ComputeTime {
  rows: number;
  milliseconds: number;
  left: number;
}

export class Sweep {
  readonly #cluster: SweepCluster;
  readonly #request: { readonly request: RowRequest; readonly bytes: Uint8Array };
  readonly #options: SweepOptions;
  readonly #done: boolean[];
  readonly #tasks = new Map<ComputeNode, Set<Task>>();
  /** By chunk: nodes at work on it. */
  readonly #atWork = new Map<number, Set<ComputeNode>>();
  readonly #asked = new Set<ComputeNode>();
  /** Chunks that another than their owner is asked for too. */
  readonly #taken = new Map<number, ComputeNode>();
  readonly #late = new Set<ComputeNode>();
  /** Of nodes that were asked once; null: asked again, what it took tells nothing. */
  readonly #clocks = new Map<ComputeNode, Clock | null>();
  readonly #over = new AbortController();
  readonly #result = Promise.withResolvers<void>();
  #missing: number;
  #rowsDone = 0;
  #slowest = 0;
  #loneSince: number | null = null;
  #subtrees = 0;
  #bytesReceived = 0;
  #bytesSent = 0;

  constructor(cluster: SweepCluster, request: RowRequest, options: SweepOptions) {
    this.#cluster = cluster;
    this.#request = { request, bytes: encodeRequest(request) };
    this.#options = options;
    this.#missing = cluster.shards.count;
    this.#done = new Array<boolean>(this.#missing).fill(false);
  }

  /** @throws what a node says is wrong with the request; CLUSTER_LOST; the signal's reason */
  async run(): Promise<SweepTotals> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const onAbort = (): void => this.#result.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const stopListening = this.#cluster.listen(() => this.#assign());
    const timer = setInterval(() => this.#look(), LOOK);
    try {
      this.#assign();
      await this.#result.promise;
      this.#cluster.measured(new Map([...this.#clocks].flatMap(([node, clock]) => (clock?.left === 0 ? [[node, clock]] : []))));
      return { subtrees: this.#subtrees, bytesReceived: this.#bytesReceived, bytesSent: this.#bytesSent, nodes: this.#asked.size };
    } finally {
      clearInterval(timer);
      stopListening();
      signal?.removeEventListener('abort', onAbort);
      this.#over.abort(new Error('The read has ended.'));
    }
  }

  /** Gives every chunk an owner and every owner its work. */
  #assign(): void {
    if (this.#over.signal.aborted || this.#missing === 0) return;
    const { shards, nodes } = this.#cluster;
    shards.shareOut(nodes);
    for (const [chunk, taker] of this.#taken) if (!taker.ready) this.#taken.delete(chunk);
    const wanted = new Map<ComputeNode, number[]>();
    for (let chunk = 0; chunk < shards.count; chunk++) {
      if (this.#done[chunk]) continue;
      for (const node of new Set([shards.owner(chunk), this.#taken.get(chunk)])) {
        if (!node?.ready || this.#isAsked(chunk, node)) continue;
        const chunks = wanted.get(node);
        if (chunks === undefined) wanted.set(node, [chunk]);
        else chunks.push(chunk);
      }
    }
    for (const [node, chunks] of wanted) {
      // What is there is computed while the rest is on its way.
      const here = chunks.filter((chunk) => shards.holds(node, chunk));
      const absent = chunks.filter((chunk) => !shards.holds(node, chunk));
      if (here.length > 0) void this.#ask(node, here);
      if (absent.length > 0) void this.#ask(node, absent);
    }
  }

  /** Whether `node` is at work on a chunk, or another is that nobody has taken it over from. */
  #isAsked(chunk: number, node: ComputeNode): boolean {
    for (const other of this.#atWork.get(chunk) ?? []) if (other === node || (!this.#taken.has(chunk) && other.ready)) return true;
    return false;
  }

  async #ask(node: ComputeNode, chunks: readonly number[]): Promise<void> {
    const { shards } = this.#cluster;
    const { signal } = this.#over;
    const task: Task = { chunks: new Set(chunks), began: performance.now() };
    const tasks = this.#tasks.get(node) ?? new Set();
    this.#tasks.set(node, tasks.add(task));
    for (const chunk of chunks) this.#atWork.set(chunk, (this.#atWork.get(chunk) ?? new Set()).add(node));
    const clock: Clock = { rows: 0, milliseconds: 0, left: chunks.length };
    this.#clocks.set(node, this.#asked.has(node) ? null : clock);
    this.#asked.add(node);
    try {
      await node.load(chunks.map((chunk) => shards.blocks(chunk)), signal);
      const computing = performance.now();
      this.#bytesSent += node.name === 'local' ? 0 : this.#request.bytes.byteLength;
      await node.compute(this.#request, this.#parts(chunks), (subtree, reply, bytes) => {
        const answered = shards.chunksUnder(subtree);
        clock.left -= answered.length;
        clock.rows += answered.reduce((sum, chunk) => sum + shards.rows(chunk), 0);
        clock.milliseconds = performance.now() - computing;
        this.#take(subtree, answered, reply, bytes);
      }, signal);
      this.#slowest = Math.max(this.#slowest, performance.now() - computing);
      this.#cluster.succeeded(node);
      if (!this.#late.has(node)) this.#cluster.late.delete(node);
    } catch (error) {
      if (signal.aborted) return;
      if (!isOfRequest(error)) this.#cluster.lose(node, error as Error);
      // Who is not lost by it would fail again.
      if (node.ready) this.#result.reject(error);
    } finally {
      tasks.delete(task);
      for (const chunk of chunks) this.#atWork.get(chunk)!.delete(node);
      // A node that has answered for all it was asked leaves nothing to hand out.
      if (chunks.some((chunk) => !this.#done[chunk])) this.#assign();
    }
  }

  /** Sums are merged before they are sent; rows are many however they are sent, and travel while others are being chosen. */
  #parts(chunks: readonly number[]): TreeNode[] {
    const { shards } = this.#cluster;
    if (this.#request.request.kind !== 'sample') return cover(chunks, shards);
    return chunks.map((index) => ({ level: shards.level, index }));
  }

  #take(subtree: TreeNode, chunks: readonly number[], reply: RowReply, bytes: number): void {
    if (this.#over.signal.aborted) return;
    this.#subtrees += bytes === 0 ? 0 : 1;
    this.#bytesReceived += bytes;
    const { shards } = this.#cluster;
    // Where another was first with a part, the rest is asked for again.
    if (chunks.some((chunk) => this.#done[chunk])) return;
    this.#options.onReply(subtree, reply);
    for (const chunk of chunks) {
      this.#done[chunk] = true;
      this.#rowsDone += shards.rows(chunk);
    }
    this.#missing -= chunks.length;
    this.#options.onProgress?.(this.#rowsDone);
    if (this.#missing === 0) this.#result.resolve();
  }

  /** Now and then: nobody there, or somebody behind. */
  #look(): void {
    const now = performance.now();
    const ready = this.#cluster.nodes.filter((node) => node.ready);
    if (ready.length === 0) {
      this.#loneSince ??= now;
      if (now - this.#loneSince > this.#cluster.patience || !this.#cluster.hopeful) this.#result.reject(this.#cluster.lostError());
      return;
    }
    this.#loneSince = null;
    this.#assign();
    this.#takeOver(now, ready);
  }

  /** An idle node takes half of what the one that is furthest behind has left. */
  #takeOver(now: number, ready: readonly ComputeNode[]): void {
    const idle = ready.find((node) => (this.#tasks.get(node)?.size ?? 0) === 0);
    if (idle === undefined) return;
    const allowed = Math.max(BEHIND, BEHIND_FACTOR * this.#slowest);
    let most: number[] = [];
    let behind: ComputeNode | null = null;
    for (const [node, tasks] of this.#tasks) {
      if (node === idle) continue;
      for (const { chunks, began } of tasks) {
        const left = [...chunks].filter((chunk) => !this.#done[chunk] && !this.#taken.has(chunk));
        if (now - began <= allowed || left.length <= most.length) continue;
        most = left;
        behind = node;
      }
    }
    if (behind === null) return;
    const again = this.#cluster.late.has(behind) && !this.#late.has(behind);
    for (const chunk of most.slice(Math.floor(most.length / 2))) {
      this.#taken.set(chunk, idle);
      if (again) this.#cluster.shards.give(chunk, idle);
    }
    this.#late.add(behind);
    this.#cluster.late.add(behind);
    this.#assign();
  }
}

/** Codes of errors that say something about the node, not about what was asked. */
const OF_THE_NODE = new Set(['NODE_UNREACHABLE', 'NODE_SILENT', 'BAD_ANSWER', 'NODE_LEAVING', 'NODE_BUSY', 'LEASE_LOST', 'ROWS_ABSENT', 'TLS_FAILED', 'WRONG_TOKEN', 'THREAD_LOST', 'POOL_CLOSED', 'OUT_OF_MEMORY', 'ADDRESS_SPACE', 'SPILL_FILE']);

/** Whether any node would say the same. */
export function isOfRequest(error: unknown): boolean {
  return error instanceof ScalemixError && !OF_THE_NODE.has(error.code);
}
