/** Some rows of a block, copied one by one into a small block of their own that is read like any other. */
import type { Kernels } from '../kernels/kernels.ts';
import type { ArenaViews, ScratchPlan } from './arena.ts';
import { blockOffsets } from './store.ts';
import type { BlockOffsets, BlockStore, RowLayout } from './store.ts';
import type { BlockCursor } from './tile.ts';

export class RowTile {
  readonly #layout: RowLayout;
  readonly #offsets: BlockOffsets;
  #base = 0;

  /**
   * @param rows at most
   * @param layout in what the copies differ from the store's rows: dense columns widened to float64, room for weights
   */
  constructor(store: BlockStore, rows: number, layout: Partial<Pick<RowLayout, 'denseType' | 'weights'>>) {
    this.#layout = { ...store.layout, ...layout };
    this.#offsets = blockOffsets(this.#layout, rows, store.blocks.reduce((most, block) => Math.max(most, block.entries), 0));
  }

  /** Reserves room. */
  plan(plan: ScratchPlan): void {
    this.#base = plan.take(this.#offsets.bytes);
  }

  /** The rows are the first of this block, until others are copied. */
  get cursor(): BlockCursor {
    return { base: this.#base, offsets: this.#offsets, layout: this.#layout };
  }

  /** Copies the rows of these numbers, in this order; weights where the source has them. */
  copy(kernels: Kernels, { u32, u8, f64 }: ArenaViews, source: BlockCursor, rows: Uint32Array): void {
    const { dense, codes, sparse, weights, offset, denseType } = source.layout;
    const from = source.offsets;
    const to = this.#offsets;
    const width = denseType === 'f64' ? 8 : 4;
    const outWidth = this.#layout.denseType === 'f64' ? 8 : 4;
    const count = rows.length;
    if (dense > 0) {
      for (let r = 0; r < count; r++) {
        const at = source.base + from.dense + rows[r]! * dense * width;
        const out = this.#base + to.dense + r * dense * outWidth;
        if (width === 8) kernels.gatherColumns(1, at, dense, 0, dense, out, dense);
        else if (outWidth === 8) kernels.gatherColumns32(1, at, dense, 0, dense, out, dense);
        else u8.copyWithin(out, at, at + dense * 4);
      }
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
