/**
 * Computes statistics of aligned subtrees of the reduction tree on rows in
 * shared memory: what a thread does, and what one does without threads.
 */
import { BLOCK_ROWS, RowGatherer, SubtreeReducer, createAccumulator, createKernels, leafRows, leavesUnder, mergeStatistics, viewsOf } from '@scalemix/core';
import type { Arena, GatheredRows, KernelRequest, Kernels, ResolvedBlock, SampleSelector, StatisticRequest, TreeNode } from '@scalemix/core';
import type { RowsHandle } from '../rows/handle.ts';
import { scratchArea } from '../rows/segments.ts';
import { readSpilled } from '../rows/spill.ts';

export class SubtreeComputer {
  readonly #rows: RowsHandle;
  readonly #kernels: readonly Kernels[];

  /** Instantiates the kernels on every memory; each thread does so once. */
  constructor(rows: RowsHandle, kernels: KernelRequest) {
    this.#rows = rows;
    this.#kernels = rows.memories.map((memory) => createKernels(memory, kernels));
  }

  get leaves(): number {
    return Math.ceil(this.#rows.store.rows / leafRows(this.#rows.store.rows));
  }

  /**
   * The statistic of the leaves under `node`, merged in tree order. It is a
   * pure function of the request and the rows: the scratch area `slot` is the
   * caller's alone while this runs, and nothing in it is used again.
   * `check` is called before each block and may throw to give up.
   */
  statistic(request: StatisticRequest, node: TreeNode, slot: number, check: () => void): Float64Array {
    const { store, layout } = this.#rows;
    const scratch = scratchArea(layout, slot);
    const arenas = this.#kernels.map((kernels): Arena => ({ kernels, scratch }));
    const accumulator = createAccumulator(arenas, store, request);
    const reducer = new SubtreeReducer<Float64Array>((left, right) => mergeStatistics(left, right, left));
    const { first, last } = leavesUnder(node, this.leaves);
    const leafBlocks = leafRows(store.rows) / BLOCK_ROWS;
    for (let leaf = first; leaf < last; leaf++) reducer.add(accumulator.leaf(this.#blocks(leaf * leafBlocks, (leaf + 1) * leafBlocks, slot, check), leaf * leafRows(store.rows)));
    return reducer.finish();
  }

  /** The chosen rows of the leaves under `node`, in order. */
  gather(selector: SampleSelector, node: TreeNode, slot: number, check: () => void): GatheredRows {
    const { store } = this.#rows;
    const gatherer = new RowGatherer(store, selector, (arena) => viewsOf(this.#kernels[arena]!));
    const { first, last } = leavesUnder(node, this.leaves);
    const leafBlocks = leafRows(store.rows) / BLOCK_ROWS;
    return gatherer.leaf(this.#blocks(first * leafBlocks, last * leafBlocks, slot, check), first * leafRows(store.rows));
  }

  /** Blocks in order; one from the spill file is in memory until the next is asked for. */
  *#blocks(first: number, end: number, slot: number, check: () => void): Generator<ResolvedBlock> {
    const { store, memories, spill } = this.#rows;
    for (const block of store.blocks.slice(first, end)) {
      check();
      if (block.segment >= 0) yield { block, arena: block.segment, base: block.base };
      else {
        const { arena, descriptor, base, bytes } = spill!;
        const window = base + slot * bytes;
        readSpilled(descriptor, new Uint8Array(memories[arena]!.buffer, window, block.bytes), block.base);
        yield { block, arena, base: window };
      }
    }
  }
}
