/**
 * The threads of a process. They hold nothing: rows lie in shared memory, and
 * each task brings all it needs, so any thread can take any task, and one that
 * was lost with its thread is given to another.
 */
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { BLOCK_ROWS, FailureError, UsageError, allInOrder, areBrief, leafRows, mergeStatistics, statisticSize, worksWith } from '@scalemix/core';
import type { Executor, GatheredRows, KernelChoice, SampleSelector, SolverWork, SolverWorks, StatisticRequest, TreeNode } from '@scalemix/core';
import { Piscina } from 'piscina';
import type { ChosenBlocks, Choices } from '../rows/choices.ts';
import type { BlockFill } from '../rows/gathered.ts';
import type { RowsHandle } from '../rows/handle.ts';
import { blocksUnder } from './computer.ts';
import { SharedArrays, shareLarge } from './sharedArrays.ts';
import { REMEMBERED_ROWS, receiveError } from './tasks.ts';
import type { Reply, Task, ThreadData } from './tasks.ts';

export interface PoolOptions {
  readonly threads: number;
  /** What every thread computes with. */
  readonly kernels: KernelChoice;
  /** The module that threads run, for tests that break them. @default thread.ts beside this file */
  readonly entry?: URL;
}

/** How often a task is given out before it counts as lost: once, and twice more. */
const ATTEMPTS = 3;

/** Statistics of more numbers than this stay in shared memory and are merged by a thread. */
const LARGE = 65536;

/** Solver's works are handed out in runs, about so many a thread. */
const RUNS = 4;

/** One read of the rows: the chunks of one request and what they share. */
export interface Read {
  readonly id: number;
  readonly request: StatisticRequest | SampleSelector;
  readonly rows: RowsHandle;
  /** Shared; 1 once nobody waits for the read. */
  readonly cancelled: Int32Array;
  readonly lent: ArrayBufferView[];
  /** What is known of the choice that the request is about; null: it is about none. */
  readonly known: ChosenBlocks | null;
}

interface Job {
  readonly task: Task;
  /** For the message, should it be lost. */
  readonly name: string;
  readonly read: Read | null;
  attempts: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class ThreadPool implements Executor {
  readonly threads: number;
  readonly kernels: KernelChoice;
  readonly #piscina: Piscina<Task, Reply>;
  readonly #arrays = new SharedArrays();
  readonly #queue: Job[] = [];
  readonly #running = new Set<Job>();
  /** Scratch areas without a task: as many as threads, so that no more tasks run than there are threads. */
  readonly #slots: number[];
  /** The read whose tables stand in each scratch area; undefined: none's, to anyone's knowledge. */
  readonly #tables: (number | undefined)[] = [];
  #reads = 0;
  /** For works that are brief. */
  #works: SolverWorks | null = null;
  #closed = false;
  #closedRows: readonly number[] = [];

  constructor(options: PoolOptions) {
    this.threads = options.threads;
    this.kernels = options.kernels;
    this.#slots = Array.from({ length: this.threads }, (_, slot) => this.threads - 1 - slot);
    this.#piscina = new Piscina<Task, Reply>({
      filename: (options.entry ?? threadEntry()).href,
      minThreads: this.threads,
      maxThreads: this.threads,
      idleTimeout: Infinity,
      // With 'sync' a thread blocks between tasks: one that throws after its reply never ends, and keeps the process open.
      atomics: 'async',
      recordTiming: false,
      env: threadEnvironment(),
      workerHistogram: false,
      workerData: { kernels: this.kernels } satisfies ThreadData,
    });
    // A thread that dies idle is replaced; one that dies at work rejects its task.
    this.#piscina.on('error', () => {});
  }

  /** Begins a read of rows. Its large arrays go to shared memory once, not with every chunk. */
  begin(rows: RowsHandle, request: StatisticRequest | SampleSelector, choices: Choices): Read {
    if (rows.layout.threads < this.threads) {
      throw new UsageError('SCRATCH_AREAS', `The rows were loaded for ${rows.layout.threads} threads; ${this.threads} cannot compute on them. Load them with as many threads as the pool has.`);
    }
    const lent: ArrayBufferView[] = [];
    return { id: this.#reads++, rows, request: shareLarge(request, this.#arrays, lent), cancelled: new Int32Array(new SharedArrayBuffer(4)), lent, known: choices.of(request) };
  }

  /** Ends a read: what of it still runs gives up, what waits is forgotten; its promises stay unsettled. */
  end(read: Read): void {
    Atomics.store(read.cancelled, 0, 1);
    for (let i = this.#queue.length - 1; i >= 0; i--) if (this.#queue[i]!.read === read) this.#queue.splice(i, 1);
    this.#reclaim(read);
  }

  /** The statistic of the aligned subtree under `node`, to be merged or handed to `release`. */
  async chunk(read: Read, node: TreeNode): Promise<Float64Array> {
    const { rows, request } = read;
    const size = request.kind === 'sample' ? 0 : statisticSize(request, rows.store.features.count);
    const out = size > LARGE ? this.#arrays.take(size) : null;
    const value = await this.#compute(read, node, out);
    return out ?? (value as Float64Array);
  }

  /** The rows of the subtree under `node` that the read's selector chooses, in parts, to be handed to `releaseRows`. */
  async gather(read: Read, node: TreeNode): Promise<GatheredRows[]> {
    return (await this.#compute(read, node, null)) as GatheredRows[];
  }

  async #compute(read: Read, node: TreeNode, out: Float64Array | null): Promise<unknown> {
    const { rows, request, cancelled, known } = read;
    const { first, end } = blocksUnder(node, rows.store.rows);
    const before = known === null ? null : Array.from({ length: end - first }, (_, b) => known[first + b]);
    const done = await this.#run({ type: 'chunk', rows: rows.id, handle: null, kernels: this.kernels, request, node, known: before, closed: this.#closedRows, slot: -1, read: read.id, tablesThere: false, cancelled, out }, chunkName(rows, node), read);
    const { value, known: after } = done as Extract<Reply, { type: 'done' }>;
    after?.forEach((block, b) => (known![first + b] = block));
    return value;
  }

  /** Rows that nobody will ask for any more: threads let go of them with the next task they get. */
  closeRows(rows: RowsHandle): void {
    this.#closedRows = [...this.#closedRows.slice(1 - REMEMBERED_ROWS), rows.id];
  }

  /** Takes back the memory that gathered rows came in. */
  releaseRows(parts: readonly GatheredRows[]): void {
    for (const { response } of parts) this.#arrays.give(response);
  }

  /** Writes gathered rows into their blocks. They must stay until this has ended, however it ends. */
  async fill(fills: readonly BlockFill[]): Promise<void> {
    const written = await Promise.allSettled(fills.map((fill, b) => this.#run({ type: 'fill', fill }, `block ${b} of a sample`, null)));
    for (const result of written) if (result.status === 'rejected') throw result.reason;
  }

  /** left + right. Both belong to the pool afterwards. A small sum is made here, in place; a large one by a thread, so that a lost thread spoils nothing. */
  merge(read: Read, left: Float64Array, right: Float64Array): Float64Array | Promise<Float64Array> {
    if (left.length <= LARGE) return mergeStatistics(left, right, left);
    const out = this.#arrays.take(left.length);
    return this.#run({ type: 'merge', left, right, out }, `a sum of ${left.length} numbers`, read).then(() => {
      this.#arrays.give(left);
      this.#arrays.give(right);
      return out;
    });
  }

  /** The statistic in memory of its own; what it lay in goes back to the pool. */
  release(values: Float64Array): Float64Array {
    if (!(values.buffer instanceof SharedArrayBuffer)) return values;
    const own = new Float64Array(values);
    this.#arrays.give(values);
    return own;
  }

  async map<Work extends keyof SolverWork>(work: Work, shared: SolverWork[Work]['shared'], items: readonly SolverWork[Work]['item'][]): Promise<SolverWork[Work]['result'][]> {
    if (this.#closed) throw closedError();
    if (areBrief(work, items)) {
      this.#works ??= worksWith(this.kernels);
      return items.map((item) => this.#works![work](shared, item));
    }
    const lent: ArrayBufferView[] = [];
    const common = shareLarge<unknown>(shared, this.#arrays, lent);
    const length = Math.max(1, Math.ceil(items.length / (RUNS * this.threads)));
    const runs: Promise<SolverWork[Work]['result'][]>[] = [];
    for (let from = 0; from < items.length; from += length) {
      const run = items.slice(from, from + length);
      runs.push(this.#run({ type: 'work', work, kernels: this.kernels, shared: common, items: run }, `items ${from} to ${from + run.length - 1} of '${String(work)}'`, null) as Promise<SolverWork[Work]['result'][]>);
    }
    // All must have ended before the shared data can be used for something else.
    try {
      return (await allInOrder(runs)).flat();
    } finally {
      for (const values of lent) this.#arrays.give(values);
    }
  }

  /** Ends the threads. What still waits or runs is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.reject(closedError());
    await this.#piscina.destroy();
  }

  #run(task: Task, name: string, read: Read | null): Promise<unknown> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      const job = { task, name, read, attempts: 0, resolve, reject };
      // Sums first: they give memory back.
      if (task.type === 'merge') this.#queue.unshift(job);
      else this.#queue.push(job);
      this.#startNext();
    });
  }

  #startNext(): void {
    while (this.#slots.length > 0 && this.#queue.length > 0) void this.#start(this.#queue.shift()!, this.#slots.pop()!);
  }

  async #start(job: Job, slot: number): Promise<void> {
    job.attempts++;
    this.#running.add(job);
    try {
      const reply = await this.#send(job, slot);
      if (reply.type === 'done') job.resolve(job.task.type === 'chunk' ? reply : reply.value);
      else if (reply.type === 'failed') job.reject(receiveError(reply.error));
    } catch (cause) {
      this.#tables[slot] = undefined;
      this.#lost(job, cause);
    }
    this.#running.delete(job);
    this.#slots.push(slot);
    if (job.read !== null) this.#reclaim(job.read);
    this.#startNext();
  }

  async #send(job: Job, slot: number): Promise<Reply> {
    const { task } = job;
    if (task.type !== 'chunk') return this.#piscina.run(task);
    const { id, known, rows } = job.read!;
    const tablesThere = this.#tables[slot] === id;
    // Choosing rows uses the area as well.
    this.#tables[slot] = known === null ? id : undefined;
    const reply = await this.#piscina.run({ ...task, slot, tablesThere });
    return reply.type === 'rowsWanted' ? this.#piscina.run({ ...task, slot, tablesThere, handle: rows }) : reply;
  }

  /** Errors of the task itself arrive as replies: a rejection means that its thread is gone. */
  #lost(job: Job, cause: unknown): void {
    if (this.#closed) job.reject(closedError());
    else if (job.attempts < ATTEMPTS) this.#queue.unshift(job);
    else job.reject(new FailureError('THREAD_LOST', `A thread ended ${ATTEMPTS} times while it computed ${job.name}: ${cause instanceof Error ? cause.message : String(cause)}. Less memory (--memory) or fewer --threads may help.`, { cause }));
  }

  /** Takes a read's shared arrays back when it has ended and nothing of it runs. */
  #reclaim(read: Read): void {
    if (Atomics.load(read.cancelled, 0) === 0) return;
    for (const job of this.#running) if (job.read === read) return;
    for (const values of read.lent.splice(0)) this.#arrays.give(values);
  }
}

function chunkName(rows: RowsHandle, node: TreeNode): string {
  const blocks = (2 ** node.level * leafRows(rows.store.rows)) / BLOCK_ROWS;
  return `blocks ${node.index * blocks} to ${Math.min((node.index + 1) * blocks, rows.store.blocks.length) - 1}`;
}

function closedError(): FailureError {
  return new FailureError('POOL_CLOSED', 'The threads have been closed.');
}

/** Threads share the compile cache of the process, where it has one: they are ready in half the time. */
function threadEnvironment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  return { ...process.env, ...(cache !== undefined && { NODE_COMPILE_CACHE: dirname(cache) }) };
}

/** The thread's module: TypeScript in a checkout, JavaScript in the package (tsc leaves such URLs as they are). */
function threadEntry(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);
}
