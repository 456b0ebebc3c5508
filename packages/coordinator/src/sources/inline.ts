import { TreeReducer, chooseKernels, chunks, concatenateRows, kernelIdText, mergeStatistics } from '@scalemix/core';
import type { Description, GatheredRows, KernelChoice, KernelRequest, ReadOptions, RowSource, SampleSelector, TreeNode } from '@scalemix/core';
import { Choices, SubtreeComputer, blocksUnder, loadGathered } from '@scalemix/worker';
import type { ChosenBlocks, LoadedRows } from '@scalemix/worker';
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

  const choices = new Choices();
  /** Computes on a leaf with what is known of the choice there; what is found out is known from then on. */
  const known = <Result>(choice: ChosenBlocks | null, node: TreeNode, work: (found: ChosenBlocks | null) => Result): Result => {
    if (choice === null) return work(null);
    const { first, end } = blocksUnder(node, description.rows);
    const found = choice.slice(first, end);
    const result = work(found);
    found.forEach((block, b) => (choice[first + b] = block));
    return result;
  };
  const eachLeaf = async (work: (node: TreeNode, check: () => void) => void, { signal, onProgress }: ReadOptions = {}): Promise<void> => {
    for (const node of chunks(leaves, 0)) {
      signal?.throwIfAborted();
      work(node, () => signal?.throwIfAborted());
      onProgress?.(Math.min((node.index + 1) * leafRows, description.rows));
      await new Promise((resolve) => setImmediate(resolve));
    }
    signal?.throwIfAborted();
  };
  const gather = async (selector: SampleSelector, options?: ReadOptions): Promise<GatheredRows[]> => {
    const parts: GatheredRows[] = [];
    const choice = choices.of(selector);
    await eachLeaf((node, check) => parts.push(...known(choice, node, (found) => computer.gather(selector, node, 0, check, found))), options);
    return parts;
  };
  return {
    description,
    layout,
    map,
    collect: async (statistic, options) => {
      const reducer = new TreeReducer<Float64Array>(leaves, (left, right) => mergeStatistics(left, right, left));
      const choice = choices.of(statistic);
      await eachLeaf((node, check) => reducer.add(node, known(choice, node, (found) => computer.statistic(statistic, node, 0, check, found))), options);
      return reducer.root;
    },
    gather: async (selector, options) => concatenateRows(await gather(selector, options), layout),
    over: (gathered) => inlineStatistics(loadGathered([gathered], rows), kernels),
    sample: async (selector, options) => inlineStatistics(loadGathered(await gather(selector, options), rows), kernels),
    close: () => choices.forget(),
  };
}
