import { TreeReducer, chooseKernels, chunks, concatenateRows, kernelIdText, mergeStatistics } from '@scalemix/core';
import type { Description, KernelChoice, KernelRequest, ReadOptions, RowSource, TreeNode } from '@scalemix/core';
import { SubtreeComputer, loadGathered } from '@scalemix/worker';
import type { LoadedRows } from '@scalemix/worker';
import { rowSource } from './statistics.ts';
import type { Statistics } from './statistics.ts';

/**
 * Rows in the calling thread, for the library's small problems and for tests.
 * The same bits as on any number of threads. The event loop gets a turn after
 * every leaf, so that a signal is heard.
 */
export function inlineRowSource(rows: LoadedRows, request: KernelRequest = {}): RowSource {
  return rowSource(inlineStatistics(rows, chooseKernels({ precision: rows.handle.store.layout.denseType, ...request })));
}

export function inlineStatistics(rows: LoadedRows, kernels: KernelChoice): Statistics {
  const computer = new SubtreeComputer(rows.handle, kernels);
  const description: Description = { ...rows.description, kernel: kernelIdText(kernels.id) };
  const { layout, features: map } = rows.handle.store;
  const { leafRows } = description;
  const leaves = Math.ceil(description.rows / leafRows);

  const eachLeaf = async (work: (node: TreeNode, check: () => void) => void, { signal, onProgress }: ReadOptions = {}): Promise<void> => {
    for (const node of chunks(leaves, 0)) {
      signal?.throwIfAborted();
      work(node, () => signal?.throwIfAborted());
      onProgress?.(Math.min((node.index + 1) * leafRows, description.rows));
      await new Promise((resolve) => setImmediate(resolve));
    }
    signal?.throwIfAborted();
  };
  return {
    description,
    layout,
    map,
    collect: async (statistic, options) => {
      const reducer = new TreeReducer<Float64Array>(leaves, (left, right) => mergeStatistics(left, right, left));
      await eachLeaf((node, check) => reducer.add(node, computer.statistic(statistic, node, 0, check)), options);
      return reducer.root;
    },
    gather: async (selector, options) => {
      const parts: ReturnType<SubtreeComputer['gather']>[] = [];
      await eachLeaf((node, check) => parts.push(computer.gather(selector, node, 0, check)), options);
      return concatenateRows(parts, layout);
    },
    over: (gathered) => inlineStatistics(loadGathered(gathered, rows), kernels),
  };
}
