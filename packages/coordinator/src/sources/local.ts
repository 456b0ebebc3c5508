import { TreeReducer, chunkLevel, chunks, concatenateRows, kernelIdText, leavesUnder } from '@scalemix/core';
import type { Description, FeatureMap, GatheredRows, ReadOptions, RowLayout, RowSource, SampleSelector, StatisticRequest, TreeNode } from '@scalemix/core';
import { Choices, loadGathered, piecesOf, placeGathered } from '@scalemix/worker';
import type { LoadedRows, Read, ThreadPool } from '@scalemix/worker';
import { rowSource } from './statistics.ts';
import type { Statistics } from './statistics.ts';

/** Rows on a pool of threads. The calling thread hands out chunks and adds up small statistics, nothing else. */
export class LocalStatistics implements Statistics {
  readonly description: Description;
  readonly layout: RowLayout;
  readonly map: FeatureMap;
  /** null: closed. */
  #rows: LoadedRows | null;
  readonly #pool: ThreadPool;
  readonly #choices = new Choices();

  /** @param pool with at most as many threads as the rows were loaded for */
  constructor(rows: LoadedRows, pool: ThreadPool) {
    this.#rows = rows;
    this.#pool = pool;
    this.description = { ...rows.description, kernel: kernelIdText(pool.kernels.id) };
    this.layout = rows.handle.store.layout;
    this.map = rows.handle.store.features;
  }

  async collect(request: StatisticRequest, options?: ReadOptions): Promise<Float64Array> {
    const pool = this.#pool;
    const values = await this.#sweep(request, options, (read) => {
      const reducer = new TreeReducer<Float64Array>(this.#leaves, (left, right) => pool.merge(read, left, right));
      return {
        chunk: async (node, ended) => {
          const part = await pool.chunk(read, node);
          if (!ended()) reducer.add(node, part);
        },
        whole: reducer.root,
      };
    });
    return pool.release(values!);
  }

  async gather(selector: SampleSelector, options?: ReadOptions): Promise<GatheredRows> {
    const parts = await this.#gather(selector, options);
    const rows = concatenateRows(parts, this.layout);
    this.#pool.releaseRows(parts);
    return rows;
  }

  /** In memory of their own, on the same threads. */
  over(rows: GatheredRows): LocalStatistics {
    return new LocalStatistics(loadGathered([rows], this.#open), this.#pool);
  }

  /** The threads write the rows into their blocks: most of the time goes into memory that is touched for the first time. */
  async sample(selector: SampleSelector, options?: ReadOptions): Promise<LocalStatistics> {
    const parts = await this.#gather(selector, options);
    const { loaded, fills } = placeGathered(parts, this.#open);
    await this.#pool.fill(fills);
    this.#pool.releaseRows(parts);
    return new LocalStatistics(loaded, this.#pool);
  }

  /** In parts, in order, in shared memory: to be handed to `releaseRows`. */
  async #gather(selector: SampleSelector, options?: ReadOptions): Promise<GatheredRows[]> {
    const parts: GatheredRows[][] = [];
    await this.#sweep(selector, options, (read) => ({
      chunk: async (node) => {
        parts[node.index] = await this.#pool.gather(read, node);
      },
      whole: null,
    }));
    return parts.flat();
  }

  close(): void {
    this.#choices.forget();
    this.#pool.closeRows(this.#open.handle);
    this.#rows = null;
  }

  get #open(): LoadedRows {
    if (this.#rows === null) throw new RangeError('The rows have been closed.');
    return this.#rows;
  }

  get #leaves(): number {
    return Math.ceil(this.description.rows / this.description.leafRows);
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
    const { rows, leafRows } = this.description;
    const leaves = this.#leaves;
    const read = pool.begin(this.#open.handle, request, this.#choices);
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    let ended = false;
    try {
      const { chunk, whole } = work(read);
      let done = 0;
      const computed = chunks(leaves, chunkLevel(leaves, piecesOf(request, rows, this.map.count, pool.threads))).map(async (node) => {
        await chunk(node, () => ended);
        if (ended || signal?.aborted === true) return;
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

export function localRowSource(rows: LoadedRows, pool: ThreadPool): RowSource {
  return rowSource(new LocalStatistics(rows, pool));
}
