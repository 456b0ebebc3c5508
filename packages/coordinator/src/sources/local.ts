import { TreeReducer, chunkLevel, chunks, concatenateRows, finishStatistic, kernelIdText, leavesUnder } from '@scalemix/core';
import type { Description, GatheredRows, Moments, MomentsRequest, PassRequest, PassResult, ReadOptions, RowSource, SampleSelector, StatisticRequest, TreeNode } from '@scalemix/core';
import { loadGathered } from '@scalemix/worker';
import type { LoadedRows, Read, ThreadPool } from '@scalemix/worker';

/** Chunks a thread: small enough that none waits long for the last, large enough that handing out costs nothing. */
const CHUNKS = 8;

/** Rows on a pool of threads. The calling thread hands out chunks and adds up small statistics, nothing else. */
export class LocalRowSource implements RowSource {
  readonly #rows: LoadedRows;
  readonly #pool: ThreadPool;
  readonly #description: Description;

  /** @param pool with at most as many threads as the rows were loaded for */
  constructor(rows: LoadedRows, pool: ThreadPool) {
    this.#rows = rows;
    this.#pool = pool;
    this.#description = { ...rows.description, kernel: kernelIdText(pool.kernels.id) };
  }

  describe(): Description {
    return this.#description;
  }

  async moments(request: MomentsRequest, options?: ReadOptions): Promise<Moments> {
    return finishStatistic(request, this.#description.features.length, await this.#read(request, options));
  }

  async evaluate(request: PassRequest, options?: ReadOptions): Promise<PassResult> {
    return finishStatistic(request, this.#description.features.length, await this.#read(request, options));
  }

  /** The sample lies in memory of its own and is answered by the same threads. */
  async gather(selector: SampleSelector, options?: ReadOptions): Promise<RowSource> {
    const parts: GatheredRows[] = [];
    await this.#sweep(selector, options, (read) => ({
      chunk: async (node) => {
        parts[node.index] = await this.#pool.gather(read, node);
      },
      whole: null,
    }));
    const rows = concatenateRows(parts, this.#rows.handle.store.layout);
    return new LocalRowSource(loadGathered(rows, this.#rows), this.#pool);
  }

  async #read(request: StatisticRequest, options?: ReadOptions): Promise<Float64Array> {
    const pool = this.#pool;
    const values = await this.#sweep(request, options, (read) => {
      const reducer = new TreeReducer<Float64Array>(this.#leaves, (left, right) => pool.merge(read, left, right));
      return {
        chunk: async (node, ended) => {
          const values = await pool.chunk(read, node);
          if (!ended()) reducer.add(node, values);
        },
        whole: reducer.root,
      };
    });
    return pool.release(values!);
  }

  get #leaves(): number {
    return Math.ceil(this.#description.rows / this.#description.leafRows);
  }

  /**
   * One read of the rows: every chunk handed out, progress told, and the whole awaited.
   * A signal ends it at once; what still runs gives up by itself.
   */
  async #sweep<Whole>(
    request: StatisticRequest | SampleSelector,
    { signal, onProgress }: ReadOptions = {},
    work: (read: Read) => { chunk: (node: TreeNode, ended: () => boolean) => Promise<void>; whole: Promise<Whole> | null },
  ): Promise<Whole | null> {
    signal?.throwIfAborted();
    const pool = this.#pool;
    const { rows, leafRows } = this.#description;
    const leaves = this.#leaves;
    const read = pool.begin(this.#rows.handle, request);
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    let ended = false;
    try {
      const { chunk, whole } = work(read);
      let done = 0;
      const computed = chunks(leaves, chunkLevel(leaves, CHUNKS * pool.threads)).map(async (node) => {
        await chunk(node, () => ended);
        if (ended) return;
        const { first, last } = leavesUnder(node, leaves);
        done += Math.min(last * leafRows, rows) - first * leafRows;
        onProgress?.(done);
      });
      const all = Promise.all(computed).then(() => whole);
      return await Promise.race(whole === null ? [all, aborted.promise] : [all, whole, aborted.promise]);
    } finally {
      ended = true;
      signal?.removeEventListener('abort', onAbort);
      pool.end(read);
    }
  }
}
