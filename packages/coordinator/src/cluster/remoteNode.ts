/** A node that has attached, until it is lost: its heartbeat, the blocks it holds, its work. */
import { DataError, FailureError, ScalemixError } from '@scalemix/core';
import type { TreeNode } from '@scalemix/core';
import { PROTOCOL, blockCount, decodeReply, foundFilesOf, plainText, replyOf, scanOf } from '@scalemix/worker';
import type { Centres, FilesRequest, FoundFiles, LocalTable, Roles, RowRange, Scan, Security } from '@scalemix/worker';
import { NodeClient, badAnswer } from './client.ts';
import type { SentBlock } from './client.ts';
import type { ComputeNode, OnAnswer, SentRequest } from './node.ts';
import type { RowsOrigin } from './origin.ts';
import { runs } from './runs.ts';

/** What the nodes of a job are told. */
export interface JobIdentity {
  readonly coordinator: string;
  readonly kernel: string;
  readonly precision: 'f64' | 'f32';
  /** Files that a node must have to be one; null: none. */
  readonly files: WantedFiles | null;
  /** null: they are to be found out. */
  readonly rows: RowsOrigin | null;
}

export interface WantedFiles {
  readonly request: FilesRequest;
  /** What they must be; null: not known yet. Once it is, nodes that come later are held to it. */
  fingerprint: string | null;
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
  /** The files that it must have; null where there are none such. */
  readonly found: FoundFiles | null;
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

  private constructor(client: NodeClient, job: JobIdentity, options: RemoteOptions, { threads, memory, lease, found, held }: { threads: number; memory: number; lease: number; found: FoundFiles | null; held: Set<number> }) {
    this.name = client.address;
    this.threads = threads;
    this.memory = memory;
    this.found = found;
    this.#client = client;
    this.#job = job;
    this.#options = options;
    this.#held = held;
    this.#reads = job.rows !== null && job.rows.table !== null;
    this.#interval = Math.min(options.suspectAfter / BEATS, (1000 * lease) / BEATS);
    this.#schedule();
  }

  /**
   * Takes the node's lease, looks for the files it must have, and tells it what the rows are.
   * @throws what the node refuses with (NODE_BUSY, WRONG_TOKEN, KERNEL_MISMATCH, PROTOCOL_MISMATCH, and those of files it lacks), NODE_UNREACHABLE, TLS_FAILED, BAD_ANSWER
   */
  static async attach(address: string, job: JobIdentity, options: RemoteOptions): Promise<RemoteNode> {
    const { suspectAfter } = options;
    const client = new NodeClient(address, options.security, suspectAfter);
    const { coordinator, kernel, precision, files, rows } = job;
    let attached = false;
    try {
      const { threads, memory, lease } = await client.attach({ protocol: PROTOCOL, coordinator, data: rows?.data ?? '', kernel, precision }, suspectAfter);
      attached = true;
      const found = files === null ? null : await findFiles(client, coordinator, files);
      let held = new Set<number>();
      if (rows !== null) {
        const { blocks, hashes } = await client.open(coordinator, rows.shape, 3 * suspectAfter);
        held = await verified(blocks, hashes, rows);
      }
      return new RemoteNode(client, job, options, { threads, memory, lease, found, held });
    } catch (error) {
      // Another job need not wait until the lease has run out.
      if (attached && saidByNode(error)) await client.release(coordinator, suspectAfter).catch(() => {});
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
    const rows = this.#rows;
    if (this.#reads) {
      await this.#read(rows, wanted, signal);
      if (this.#reads) return;
    }
    if (wanted.every((block) => this.#held.has(block))) return;
    let bytes = 0;
    const held = this.#held;
    let sent = 0;
    const blocks = function* (): Generator<SentBlock> {
      for (const block of wanted) {
        if (held.has(block)) continue;
        const stored = rows.block!(block);
        sent++;
        bytes += stored.bytes.byteLength;
        yield stored;
      }
    };
    await this.#client.push(this.#job.coordinator, blocks(), AbortSignal.any([signal, this.lost]));
    for (const block of wanted) this.#held.add(block);
    this.#heard = performance.now();
    this.#options.onSent(sent, bytes);
  }

  /** Neighbouring blocks at a time. What the node cannot read it is sent from then on, unless it must read. */
  async #read({ table, mustRead, scanned, hash }: RowsOrigin, wanted: readonly number[], signal: AbortSignal): Promise<void> {
    const { coordinator } = this.#job;
    const text = JSON.stringify(table);
    try {
      for (const blocks of runs(wanted)) {
        const hashes: Uint8Array[] = [];
        for (const block of blocks) hashes.push(await hash(block));
        await this.#client.read({ coordinator, table: text, first: blocks[0]!, hashes: Buffer.concat(hashes), scanned }, AbortSignal.any([signal, this.lost]));
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

  get #rows(): RowsOrigin {
    const { rows } = this.#job;
    if (rows === null) throw new TypeError('The rows have not been found out yet.');
    return rows;
  }

  /**
   * Has it look at rows of its files.
   * @param roles of their columns
   * @returns what they tell, or what is wrong with them
   * @throws what is wrong with the node, or with its files
   */
  async scan(table: LocalTable, roles: Roles, range: RowRange, centres: Centres | null, signal: AbortSignal): Promise<Scan | ScalemixError> {
    const { scan, digests, error } = await this.#client.scan({ coordinator: this.#job.coordinator, table: JSON.stringify(table), ...range, centres: centres === null ? '' : JSON.stringify(centres) }, AbortSignal.any([signal, this.lost]));
    this.#heard = performance.now();
    if (!error) return understood(this.name, () => scanOf(scan, digests, range, roles));
    const { kind, code, message } = { kind: error.kind ?? '', code: error.code ?? '', message: plainText(error.message ?? '') };
    if ((kind !== 'data' && kind !== 'usage') || !/^[A-Z][A-Z0-9_]*$/.test(code)) throw badAnswer(this.name, 'an error without a code');
    return new ScalemixError(kind, code, message);
  }

  async compute({ request, bytes }: SentRequest, nodes: readonly TreeNode[], onAnswer: OnAnswer, signal: AbortSignal): Promise<void> {
    const { layout, features: map } = this.#rows.shape;
    const asked = new Set(nodes.map(key));
    await this.#client.compute(
      { coordinator: this.#job.coordinator, request: bytes, nodes: [...nodes] },
      ({ node, statistic, rows }) => {
        if (!asked.delete(key(node))) throw badAnswer(this.name, 'a part of the rows that it was not asked for');
        this.#heard = performance.now();
        const shape = { request, layout, map };
        const reply = understood(this.name, () => (request.kind === 'sample' ? decodeReply(rows, shape) : replyOf({ statistic }, shape)));
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

  /** Leaves the node leased, for the same job to attach to it again. */
  detach(): void {
    if (this.#lost.signal.aborted) return;
    this.#end();
    this.#client.close();
  }

  #end(): void {
    if (this.#beat !== null) clearTimeout(this.#beat);
    this.#lost.abort(new FailureError('LEASE_LOST', 'The job has ended.'));
  }

  /** Ends the work with the node, which frees its rows. */
  async release(): Promise<void> {
    if (this.#lost.signal.aborted) return;
    this.#end();
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

/** What is to be known of a node's files before it is one of the job. @throws DataError DATA_DIFFERS and what it refuses with */
async function findFiles(client: NodeClient, coordinator: string, wanted: WantedFiles): Promise<FoundFiles> {
  const { request } = wanted;
  const answer = await client.inspect({ coordinator, files: JSON.stringify(request) });
  const found = understood(client.address, () => foundFilesOf(answer.found));
  if (wanted.fingerprint !== null && found.fingerprint.hash !== wanted.fingerprint) {
    throw new DataError('DATA_DIFFERS', `Node ${client.address}: what it finds in ${request.inputs.join(', ')} is not what the coordinator or the other nodes find. Put the same files there, or send the rows (--data push).`);
  }
  return found;
}

/** What a node has answered, decoded. @throws FailureError BAD_ANSWER */
function understood<Value>(address: string, decode: () => Value): Value {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw badAnswer(address, cause.message.replace(/\.$/, ''), cause);
  }
}

/** Of the blocks that a node says to hold, those that are ours. */
async function verified(blocks: Uint8Array, hashes: Uint8Array, { shape, hash }: RowsOrigin): Promise<Set<number>> {
  const held = new Set<number>();
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  const count = Math.min(blockCount(shape), Math.floor(blocks.byteLength / 4), Math.floor(hashes.byteLength / 32));
  for (let i = 0; i < count; i++) {
    const block = view.getUint32(4 * i, true);
    if (block < blockCount(shape) && Buffer.from(await hash(block)).equals(hashes.subarray(32 * i, 32 * i + 32))) held.add(block);
  }
  return held;
}
