import { TreeReducer, concatenateRows, kernelIdText, mergeStatistics } from '@scalemix/core';
import type { Description, FeatureMap, GatheredRows, ReadOptions, RowLayout, SampleSelector, StatisticRequest } from '@scalemix/core';
import { loadGathered } from '@scalemix/worker';
import type { LoadedRows, RowReply, RowRequest, ThreadPool } from '@scalemix/worker';
import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterEvent } from '../cluster/options.ts';
import { Sweep } from '../cluster/sweep.ts';
import type { SweepOptions } from '../cluster/sweep.ts';
import { LocalStatistics } from './local.ts';
import type { Statistics } from './statistics.ts';

/**
 * Rows on the nodes of a cluster. Each node answers with the sums of a few
 * subtrees of the fixed tree, which are merged here in the tree's order: the
 * same bits as on any number of threads. Samples are few rows, and are
 * computed on here.
 */
export class ClusterStatistics implements Statistics {
  readonly description: Description;
  readonly layout: RowLayout;
  readonly map: FeatureMap;
  readonly #cluster: Cluster;
  readonly #rows: LoadedRows;
  readonly #pool: ThreadPool;
  readonly #onEvent: (event: ClusterEvent) => void;

  constructor(cluster: Cluster, rows: LoadedRows, pool: ThreadPool, onEvent: (event: ClusterEvent) => void = () => {}) {
    this.#cluster = cluster;
    this.#rows = rows;
    this.#pool = pool;
    this.#onEvent = onEvent;
    this.description = { ...rows.description, kernel: kernelIdText(pool.kernels.id) };
    this.layout = rows.handle.store.layout;
    this.map = rows.handle.store.features;
  }

  async collect(request: StatisticRequest, options: ReadOptions = {}): Promise<Float64Array> {
    const reducer = new TreeReducer<Float64Array>(this.#cluster.shards.leaves, (left, right) => mergeStatistics(left, right, left));
    await this.#sweep(request, options, (node, reply) => reducer.add(node, reply as Float64Array));
    return reducer.root;
  }

  async gather(selector: SampleSelector, options: ReadOptions = {}): Promise<GatheredRows> {
    const parts: { first: number; rows: GatheredRows }[] = [];
    await this.#sweep(selector, options, ({ level, index }, reply: RowReply) => parts.push({ first: index * 2 ** level, rows: reply as GatheredRows }));
    parts.sort((a, b) => a.first - b.first);
    return concatenateRows(parts.map(({ rows }) => rows), this.layout);
  }

  over(rows: GatheredRows): LocalStatistics {
    return new LocalStatistics(loadGathered([rows], this.#rows), this.#pool);
  }

  /** Nodes keep their rows until the cluster is closed. */
  close(): void {}

  async #sweep(request: RowRequest, { signal, onProgress }: ReadOptions, onReply: SweepOptions['onReply']): Promise<void> {
    this.#onEvent({ type: 'passReduced', ...(await new Sweep(this.#cluster, request, { signal, onProgress, onReply }).run()) });
  }
}
