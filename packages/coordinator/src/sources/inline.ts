import { TreeReducer, chooseKernels, chunks, concatenateRows, finishStatistic, kernelIdText, mergeStatistics } from '@scalemix/core';
import type { Description, GatheredRows, KernelRequest, ReadOptions, RowSource, StatisticRequest } from '@scalemix/core';
import { SubtreeComputer, loadGathered } from '@scalemix/worker';
import type { LoadedRows } from '@scalemix/worker';

/**
 * Rows in the calling thread, for the library's small problems and for tests.
 * The same bits as on any number of threads. The event loop gets a turn after
 * every leaf, so that a signal is heard.
 */
export function inlineRowSource(rows: LoadedRows, request: KernelRequest = {}): RowSource {
  const kernels = chooseKernels({ precision: rows.handle.store.layout.denseType, ...request });
  const computer = new SubtreeComputer(rows.handle, kernels);
  const description: Description = { ...rows.description, kernel: kernelIdText(kernels.id) };
  const { leafRows } = description;
  const leaves = Math.ceil(description.rows / leafRows);
  const features = description.features.length;

  const read = async (statistic: StatisticRequest, { signal, onProgress }: ReadOptions = {}): Promise<Float64Array> => {
    signal?.throwIfAborted();
    const reducer = new TreeReducer<Float64Array>(leaves, (left, right) => mergeStatistics(left, right, left));
    for (const node of chunks(leaves, 0)) {
      reducer.add(node, computer.statistic(statistic, node, 0, () => signal?.throwIfAborted()));
      onProgress?.(Math.min((node.index + 1) * leafRows, description.rows));
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    }
    return reducer.root;
  };
  return {
    describe: () => description,
    gather: async (selector, { signal, onProgress } = {}) => {
      const parts: GatheredRows[] = [];
      for (const node of chunks(leaves, 0)) {
        parts.push(computer.gather(selector, node, 0, () => signal?.throwIfAborted()));
        onProgress?.(Math.min((node.index + 1) * leafRows, description.rows));
      }
      return inlineRowSource(loadGathered(concatenateRows(parts, rows.handle.store.layout), rows), request);
    },
    moments: async (statistic, options) => finishStatistic(statistic, features, await read(statistic, options)),
    evaluate: async (statistic, options) => finishStatistic(statistic, features, await read(statistic, options)),
  };
}
