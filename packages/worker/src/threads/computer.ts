/**
 * Computes statistics of aligned subtrees of the reduction tree on rows in
 * shared memory: what a thread does, and what one does without threads.
 */
import { BLOCK_ROWS, RowChooser, RowGatherer, SubtreeReducer, choiceOf, createAccumulator, createKernels, leafRows, leavesUnder, mergeStatistics, narrowChoice } from '@scalemix/core';
import type { Accumulator, Arena, GatheredRows, KernelRequest, Kernels, ResolvedBlock, SampleSelector, StatisticRequest, TreeNode } from '@scalemix/core';
import { sharedChoice } from '../rows/choices.ts';
import type { ChosenBlocks } from '../rows/choices.ts';
import type { RowsHandle } from '../rows/handle.ts';
import { scratchArea } from '../rows/segments.ts';
import { readSpilled } from '../rows/spill.ts';

/** Which read a statistic is of: what its earlier chunks have set up here serves again as long as the scratch area is as they left it. */
export interface OfRead {
  readonly read: number;
  readonly tablesThere: boolean;
}

export class SubtreeComputer {
  readonly #rows: RowsHandle;
  readonly #kernels: readonly Kernels[];
  /** Of the latest read, by scratch area. */
  readonly #accumulators = new Map<number, Accumulator>();
  #read = -1;

  /** Instantiates the kernels on every memory; each thread does so once. */
  constructor(rows: RowsHandle, kernels: KernelRequest) {
    this.#rows = rows;
    this.#kernels = rows.memories.map((memory) => createKernels(memory, kernels));
  }

  /**
   * The statistic of the leaves under `node`, merged in tree order. It is a
   * pure function of the request and the rows: the scratch area `slot` is the
   * caller's alone while this runs, and nothing in it is used again.
   * `check` is called before each block and may throw to give up. What is not
   * known of the choice that the request is about is added to `known`, block by block
   * from the first under the node on.
   */
  statistic(request: StatisticRequest, node: TreeNode, slot: number, check: () => void, known: ChosenBlocks | null = null, of: OfRead | null = null): Float64Array {
    const { store } = this.#rows;
    const { first, end } = blocksUnder(node, store.rows);
    if (known !== null) this.#choose(choiceOf(request)!, first, end, slot, check, known);
    const accumulator = this.#accumulator(request, slot, known === null ? of : null);
    const reducer = new SubtreeReducer<Float64Array>((left, right) => mergeStatistics(left, right, left));
    const leafBlocks = leafRows(store.rows) / BLOCK_ROWS;
    for (let block = first; block < end; block += leafBlocks) {
      const blocks = this.#blocks(block, Math.min(block + leafBlocks, end), slot, check, known?.slice(block - first));
      reducer.add(accumulator.leaf(blocks, block * BLOCK_ROWS));
    }
    return reducer.finish();
  }

  /** The chosen rows of the leaves under `node`, in order, block by block, in shared memory. `known`: as above. */
  gather(selector: SampleSelector, node: TreeNode, slot: number, check: () => void, known: ChosenBlocks | null = null): GatheredRows[] {
    const { store } = this.#rows;
    const { first, end } = blocksUnder(node, store.rows);
    const arenas = this.#arenas(slot);
    const gatherer = new RowGatherer(arenas, store, selector.rate);
    const chooser = new RowChooser(arenas, store, selector);
    if (known !== null) this.#choose(choiceOf(selector)!, first, end, slot, check, known);
    const parts: GatheredRows[] = [];
    let block = first;
    for (const resolved of this.#blocks(first, end, slot, check, known ?? undefined)) {
      const firstRow = block++ * BLOCK_ROWS;
      if (resolved.chosen === undefined) {
        const chosen = chooser.choose(resolved, firstRow);
        parts.push(gatherer.block(resolved, chosen, chosen.rows, share));
      } else {
        const chosen = narrowChoice(resolved.chosen, selector, firstRow);
        parts.push(gatherer.block(resolved, chosen, resolved.onlyChosen === true ? chosen.at : chosen.rows, share));
      }
    }
    return parts;
  }

  /** Fills the holes of `known`. Rows of the spill file are copied: reading it again would take longer. */
  #choose(selector: SampleSelector, first: number, end: number, slot: number, check: () => void, known: ChosenBlocks): void {
    const { store } = this.#rows;
    const arenas = this.#arenas(slot);
    const chooser = new RowChooser(arenas, store, selector);
    const gatherer = new RowGatherer(arenas, store, null);
    for (let block = first; block < end; block++) {
      if (known[block - first] !== undefined) continue;
      for (const resolved of this.#blocks(block, block + 1, slot, check)) {
        const chosen = chooser.choose(resolved, block * BLOCK_ROWS);
        const copied = resolved.block.segment < 0 ? gatherer.block(resolved, chosen, chosen.rows, share) : null;
        known[block - first] = sharedChoice(chosen, copied, store.layout);
      }
    }
  }

  #accumulator(request: StatisticRequest, slot: number, of: OfRead | null): Accumulator {
    const make = (): Accumulator => createAccumulator(this.#arenas(slot), this.#rows.store, request);
    if (of === null) return make();
    if (of.read !== this.#read) this.#accumulators.clear();
    this.#read = of.read;
    const earlier = of.tablesThere ? this.#accumulators.get(slot) : undefined;
    const accumulator = earlier ?? make();
    this.#accumulators.set(slot, accumulator);
    return accumulator;
  }

  #arenas(slot: number): Arena[] {
    const scratch = scratchArea(this.#rows.layout, slot);
    return this.#kernels.map((kernels) => ({ kernels, scratch }));
  }

  /** Blocks in order; one that is not in memory by itself is there until the next is asked for. `known`: from `first` on. */
  *#blocks(first: number, end: number, slot: number, check: () => void, known?: ChosenBlocks): Generator<ResolvedBlock> {
    const { store, memories, spill } = this.#rows;
    for (let b = first; b < end; b++) {
      check();
      const block = store.blocks[b]!;
      const chosen = known?.[b - first];
      if (block.segment >= 0) {
        yield { block, arena: block.segment, base: block.base, ...(chosen && { chosen }) };
        continue;
      }
      const { arena, descriptor, base, bytes } = spill!;
      const window = base + slot * bytes;
      if (chosen?.copy) {
        const { copy } = chosen;
        new Uint8Array(memories[arena]!.buffer, window, copy.bytes.byteLength).set(copy.bytes);
        yield { block: { ...block, rows: copy.rows, entries: copy.entries }, arena, base: window, chosen, onlyChosen: true };
        continue;
      }
      readSpilled(descriptor, new Uint8Array(memories[arena]!.buffer, window, block.bytes), block.base);
      yield { block, arena, base: window, ...(chosen && { chosen }) };
    }
  }
}

function share(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

/** The blocks [first, end) under a node of the tree over `rows` rows. */
export function blocksUnder(node: TreeNode, rows: number): { first: number; end: number } {
  const each = leafRows(rows) / BLOCK_ROWS;
  const { first, last } = leavesUnder(node, Math.ceil(rows / leafRows(rows)));
  return { first: first * each, end: Math.min(last * each, Math.ceil(rows / BLOCK_ROWS)) };
}
