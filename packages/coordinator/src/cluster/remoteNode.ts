/** A node that has attached, until it is lost: its heartbeat, the blocks it holds, its work. */
import { createHash } from 'node:crypto';
import { DataError, FailureError, ScalemixError } from '@scalemix/core';
import type { TreeNode } from '@scalemix/core';
import { PROTOCOL, blockCount, decodeReply, readStoredBlock, replyOf } from '@scalemix/worker';
import type { LoadedRows, LocalTable, RowsShape, Security } from '@scalemix/worker';
import { NodeClient } from './client.ts';
import type { SentBlock } from './client.ts';
import type { ComputeNode, OnAnswer, SentRequest } from './node.ts';

/** What the nodes of a job are told. */
export interface JobIdentity {
  readonly coordinator: string;
  /** What tells the rows apart from others. */
  readonly data: string;
  readonly kernel: string;
  readonly shape: RowsShape;
  readonly rows: LoadedRows;
  /** What nodes read by themselves, null: nothing. */
  readonly table: LocalTable | null;
  /** Whether a node that cannot read is refused. */
  readonly mustRead: boolean;
}

export interface RemoteOptions {
  readonly security: Security;
  /** Milliseconds without a sign of life after which the node counts as lost. */
  readonly suspectAfter: number;
  readonly onSent: (blocks: number, bytes: number) => void;
  readonly onRead: (blocks: number) => void;
  readonly onDiffers: (reason: ScalemixError) => void;
  readonly onLost: (reason: Error) => void;
}

/** Heartbeats in the time after which a node is suspected, and in that of its lease. */
const BEATS = 4;

export class RemoteNode implements ComputeNode {
  readonly name: string;
  readonly threads: number;
  readonly memory: number;
  readonly #client: NodeClient;
  readonly #job: JobIdentity;
  readonly #options: RemoteOptions;
  readonly #held: Set<number>;
  readonly #lost = new AbortController();
  /** Rows are sent in one stream at a time. */
  #sending: Promise<void> = Promise.resolve();
  #heard = performance.now();
  #leaving = false;
  /** Whether the node reads rows from its own files. */
  #reads: boolean;
  /** Milliseconds between heartbeats: so that the node is not suspected, and its lease does not run out. */
  readonly #interval: number;
  #beat: NodeJS.Timeout | null = null;

  private constructor(client: NodeClient, job: JobIdentity, options: RemoteOptions, { threads, memory, lease, held }: { threads: number; memory: number; lease: number; held: Set<number> }) {
    this.name = client.address;
    this.threads = threads;
    this.memory = memory;
    this.#client = client;
    this.#job = job;
    this.#options = options;
    this.#held = held;
    this.#reads = job.table !== null;
    this.#interval = Math.min(options.suspectAfter / BEATS, (1000 * lease) / BEATS);
    this.#schedule();
  }

  /**
   * Takes the node's lease and tells it what the rows are.
   * @throws what the node refuses with (NODE_BUSY, WRONG_TOKEN, KERNEL_MISMATCH, PROTOCOL_MISMATCH), NODE_UNREACHABLE, TLS_FAILED
   */
  static async attach(address: string, job: JobIdentity, options: RemoteOptions): Promise<RemoteNode> {
    const { suspectAfter } = options;
    const client = new NodeClient(address, options.security, suspectAfter);
    try {
      const { coordinator, data, kernel, shape } = job;
      const { threads, memory, lease } = await client.attach({ protocol: PROTOCOL, coordinator, data, kernel, precision: shape.layout.denseType }, suspectAfter);
      const { blocks, hashes } = await client.open(coordinator, shape, 3 * suspectAfter);
      return new RemoteNode(client, job, options, { threads: Math.max(1, threads), memory, lease, held: await verified(blocks, hashes, job) });
    } catch (error) {
      client.close();
      throw error;
    }
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get ready(): boolean {
    return !this.#leaving && !this.#lost.signal.aborted;
  }

  get held(): ReadonlySet<number> {
    return this.#held;
  }

  holds(first: number, end: number): boolean {
    for (let block = first; block < end; block++) if (!this.#held.has(block)) return false;
    return true;
  }

  load(ranges: readonly { readonly first: number; readonly end: number }[], signal: AbortSignal): Promise<void> {
    const sent = this.#sending.then(() => this.#send(ranges, signal));
    this.#sending = sent.catch(() => {});
    return sent;
  }

  async #send(ranges: readonly { readonly first: number; readonly end: number }[], signal: AbortSignal): Promise<void> {
    const wanted = ranges.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i)).filter((block) => !this.#held.has(block));
    if (this.#reads) {
      await this.#read(wanted, signal);
      if (this.#reads) return;
    }
    if (wanted.every((block) => this.#held.has(block))) return;
    let bytes = 0;
    const held = this.#held;
    let sent = 0;
    const blocks = function* (rows: LoadedRows): Generator<SentBlock> {
      for (const block of wanted) {
        if (held.has(block)) continue;
        const stored = sentBlock(rows, block);
        sent++;
        bytes += stored.bytes.byteLength;
        yield stored;
      }
    };
    await this.#client.push(this.#job.coordinator, blocks(this.#job.rows), AbortSignal.any([signal, this.lost]));
    for (const block of wanted) this.#held.add(block);
    this.#heard = performance.now();
    this.#options.onSent(sent, bytes);
  }

  /** Neighbouring blocks at a time. What the node cannot read it is sent from then on, unless it must read. */
  async #read(wanted: readonly number[], signal: AbortSignal): Promise<void> {
    const { coordinator, rows, table, mustRead } = this.#job;
    const text = JSON.stringify(table);
    try {
      for (const blocks of runs(wanted)) {
        const hashes: Uint8Array[] = [];
        for (const block of blocks) hashes.push(await hashOf(rows, block));
        await this.#client.read({ coordinator, table: text, first: blocks[0]!, hashes: Buffer.concat(hashes), scanned: false }, AbortSignal.any([signal, this.lost]));
        for (const block of blocks) this.#held.add(block);
        this.#heard = performance.now();
        this.#options.onRead(blocks.length);
      }
    } catch (error) {
      if (mustRead || !cannotRead(error)) throw error;
      this.#reads = false;
      this.#options.onDiffers(error);
    }
  }

  async compute({ request, bytes }: SentRequest, nodes: readonly TreeNode[], onAnswer: OnAnswer, signal: AbortSignal): Promise<void> {
    const { layout, features: map } = this.#job.shape;
    const asked = new Set(nodes.map(key));
    await this.#client.compute(
      { coordinator: this.#job.coordinator, request: bytes, nodes: [...nodes] },
      ({ node, statistic, rows }) => {
        if (!asked.delete(key(node))) throw new DataError('BAD_MESSAGE', `Node ${this.name} answers for a part of the rows that it was not asked for.`);
        this.#heard = performance.now();
        const shape = { request, layout, map };
        const reply = request.kind === 'sample' ? decodeReply(rows, shape) : replyOf({ statistic }, shape);
        onAnswer(node, reply, request.kind === 'sample' ? rows.byteLength : statistic.byteLength);
      },
      AbortSignal.any([signal, this.lost]),
    );
    if (asked.size > 0) throw new FailureError('NODE_UNREACHABLE', `Node ${this.name} left ${asked.size} parts unanswered.`);
  }

  /** Gives the node up. */
  lose(reason: Error): void {
    if (this.#lost.signal.aborted) return;
    if (this.#beat !== null) clearTimeout(this.#beat);
    this.#lost.abort(reason);
    this.#client.close();
    this.#options.onLost(reason);
  }

  /** Ends the work with the node, which frees its rows. */
  async release(): Promise<void> {
    if (this.#lost.signal.aborted) return;
    if (this.#beat !== null) clearTimeout(this.#beat);
    this.#lost.abort(new FailureError('LEASE_LOST', 'The job has ended.'));
    await this.#client.release(this.#job.coordinator, 1000).catch(() => {});
    this.#client.close();
  }

  #schedule(): void {
    this.#beat = setTimeout(() => void this.#listen(), this.#interval);
    this.#beat.unref();
  }

  async #listen(): Promise<void> {
    const { suspectAfter } = this.#options;
    try {
      const { leaving } = await this.#client.heartbeat(this.#job.coordinator, Math.max(1, this.#heard + suspectAfter - performance.now()));
      this.#heard = performance.now();
      this.#leaving = leaving;
    } catch (error) {
      if (this.#lost.signal.aborted) return;
      if (saidByNode(error)) return this.lose(error as Error);
      if (performance.now() - this.#heard >= suspectAfter * 0.95) {
        return this.lose(new FailureError('NODE_SILENT', `Nothing was heard of node ${this.name} for ${suspectAfter / 1000} s.`, { cause: error }));
      }
    }
    if (!this.#lost.signal.aborted) this.#schedule();
  }
}

/** Blocks that are read in one call. */
const RUN = 64;

/** Ascending numbers in runs of neighbours. */
function runs(blocks: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const block of blocks.toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && last.length < RUN && last.at(-1) === block - 1) last.push(block);
    else found.push([block]);
  }
  return found;
}

/** Whether a node says that it lacks the files, or has others. */
function cannotRead(error: unknown): error is ScalemixError {
  return error instanceof ScalemixError && (error.kind === 'data' || error.kind === 'usage' || error.code === 'NO_DATA_ROOT');
}

function key({ level, index }: TreeNode): string {
  return `${level}:${index}`;
}

/** Whether an error is what a node answered, not what became of the connection. */
export function saidByNode(error: unknown): boolean {
  return error instanceof ScalemixError && !['NODE_UNREACHABLE', 'TLS_FAILED', 'MESSAGE_TOO_LARGE'].includes(error.code);
}

function sentBlock({ handle }: LoadedRows, block: number): SentBlock {
  const bytes = readStoredBlock(handle, block);
  const { rows, entries } = handle.store.blocks[block]!;
  return { block, rows, entries, hash: createHash('sha256').update(bytes).digest(), bytes };
}

/** The event loop gets a turn: heartbeats must not wait for many hashes. */
async function hashOf(rows: LoadedRows, block: number): Promise<Uint8Array> {
  await new Promise((resolve) => setImmediate(resolve));
  return sentBlock(rows, block).hash;
}

/** Of the blocks that a node says to hold, those that are ours. */
async function verified(blocks: Uint8Array, hashes: Uint8Array, { rows, shape }: JobIdentity): Promise<Set<number>> {
  const held = new Set<number>();
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  const count = Math.min(Math.floor(blocks.byteLength / 4), Math.floor(hashes.byteLength / 32));
  for (let i = 0; i < count; i++) {
    const block = view.getUint32(4 * i, true);
    if (block < blockCount(shape) && Buffer.from(await hashOf(rows, block)).equals(hashes.subarray(32 * i, 32 * i + 32))) held.add(block);
  }
  return held;
}
