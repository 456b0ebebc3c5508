/** Some rows of a block, copied one by one into a small block of their own that is read like any other. */
import type { Kernels } from '../kernels/kernels.ts';
import type { ArenaViews, ScratchPlan } from './arena.ts';
import { blockOffsets } from './store.ts';
import type { BlockOffsets, BlockStore, RowLayout } from './store.ts';
import type { BlockCursor } from './tile.ts';

export class RowTile {
  readonly #layout: RowLayout;
  readonly #offsets: BlockOffsets;
  readonly #rows: number;
  #base = 0;
  /** Numbers of the rows that are being copied. */
  #index = 0;

  /**
   * @param rows at most
   * @param layout in what the copies differ from the store's rows: dense columns widened to float64, room for weights
   */
  constructor(store: BlockStore, rows: number, layout: Partial<Pick<RowLayout, 'denseType' | 'weights'>>) {
    this.#rows = rows;
    this.#layout = { ...store.layout, ...layout };
    this.#offsets = blockOffsets(this.#layout, rows, store.blocks.reduce((most, block) => Math.max(most, block.entries), 0));
  }

  /** Reserves room. */
  plan(plan: ScratchPlan): void {
    this.#base = plan.take(this.#offsets.bytes);
    this.#index = plan.take(this.#rows * 4);
  }

  /** The rows are the first of this block, until others are copied. */
  get cursor(): BlockCursor {
    return { base: this.#base, offsets: this.#offsets, layout: this.#layout };
  }

  /** Copies the rows of these numbers, in this order; weights where the source has them. */
  copy(kernels: Kernels, { u32, f64 }: ArenaViews, source: BlockCursor, rows: Uint32Array): void {
    const { dense, codes, sparse, weights, offset, denseType } = source.layout;
    const from = source.offsets;
    const to = this.#offsets;
    const count = rows.length;
    if (dense > 0) {
      const at = source.base + from.dense;
      const out = this.#base + to.dense;
      u32.set(rows, this.#index / 4);
      if (denseType === this.#layout.denseType) kernels.gatherRows(count, dense * (denseType === 'f64' ? 8 : 4), at, this.#index, out);
      else kernels.gatherRows32(count, dense, at, this.#index, out);
    }
    for (let c = 0; c < codes; c++) {
      const at = (source.base + from.codes + c * from.codeStride) / 4;
      const out = (this.#base + to.codes + c * to.codeStride) / 4;
      for (let r = 0; r < count; r++) u32[out + r] = u32[at + rows[r]!]!;
    }
    if (sparse) {
      const indptr = (source.base + from.indptr) / 4;
      const out = { indptr: (this.#base + to.indptr) / 4, indices: (this.#base + to.indices) / 4, values: (this.#base + to.values) / 8 };
      let entries = 0;
      u32[out.indptr] = 0;
      for (let r = 0; r < count; r++) {
        const end = u32[indptr + rows[r]! + 1]!;
        for (let e = u32[indptr + rows[r]!]!; e < end; e++, entries++) {
          u32[out.indices + entries] = u32[(source.base + from.indices) / 4 + e]!;
          f64[out.values + entries] = f64[(source.base + from.values) / 8 + e]!;
        }
        u32[out.indptr + r + 1] = entries;
      }
    }
    const copyVector = (at: number, out: number): void => {
      for (let r = 0; r < count; r++) f64[out + r] = f64[at + rows[r]!]!;
    };
    copyVector((source.base + from.response) / 8, (this.#base + to.response) / 8);
    if (weights) copyVector((source.base + from.weights) / 8, (this.#base + to.weights) / 8);
    if (offset) copyVector((source.base + from.offset) / 8, (this.#base + to.offset) / 8);
  }
}
