/**
 * Rows in the order of their folds: what keeps sums apart by fold at no cost to
 * the kernels. The rows of a block are copied, fold by fold and tile by tile,
 * into a small block of their own, which is read like any other; within a fold
 * they keep their order.
 */
import { FailureError } from '../errors.ts';
import { foldNumbering } from '../path/folds.ts';
import type { FoldSpec } from '../path/folds.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { BLOCK_ROWS, blockOffsets } from './store.ts';
import type { BlockOffsets, BlockStore, RowLayout } from './store.ts';
import type { ArenaViews, ResolvedBlock, ScratchPlan } from './arena.ts';
import { openBlock } from './tile.ts';
import type { BlockCursor } from './tile.ts';

export interface FoldTile {
  readonly fold: number;
  readonly rows: number;
  /** The tile's rows are the first of this block. Valid until the next tile. */
  readonly cursor: BlockCursor;
}

export class FoldTiles {
  readonly #store: BlockStore;
  readonly #count: number;
  readonly #numbering: ((row: number) => number) | null;
  readonly #tileRows: number;
  /** Of the copies: dense columns are widened to float64. */
  readonly #layout: RowLayout;
  readonly #offsets: BlockOffsets;
  readonly #order = new Uint32Array(BLOCK_ROWS);
  readonly #folds = new Uint32Array(BLOCK_ROWS);
  #base = 0;

  /** @throws FailureError NO_FOLDS where a fold column is asked for that was not loaded */
  constructor(store: BlockStore, by: FoldSpec, tileRows: number) {
    if (by.by === 'column' && !store.layout.folds) throw new FailureError('NO_FOLDS', 'The rows were loaded without the column that folds are taken from.');
    this.#store = store;
    this.#count = by.count;
    this.#numbering = by.by === 'column' ? null : foldNumbering(by, store.rows);
    this.#tileRows = tileRows;
    this.#layout = { ...store.layout, denseType: 'f64' };
    this.#offsets = blockOffsets(this.#layout, tileRows, store.blocks.reduce((most, block) => Math.max(most, block.entries), 0));
  }

  /** Reserves room for one tile. */
  plan(plan: ScratchPlan): void {
    this.#base = plan.take(this.#offsets.bytes);
  }

  /** @param firstRow number of the block's first row */
  *of(kernels: Kernels, views: ArenaViews, resolved: ResolvedBlock, firstRow: number): Generator<FoldTile> {
    const source = openBlock(this.#store, resolved);
    const starts = this.#sort(views, source, resolved.block.rows, firstRow);
    const cursor: BlockCursor = { base: this.#base, offsets: this.#offsets, layout: this.#layout };
    for (let fold = 0; fold < this.#count; fold++) {
      const end = starts[fold + 1]!;
      for (let from = starts[fold]!; from < end; from += this.#tileRows) {
        const rows = Math.min(this.#tileRows, end - from);
        this.#copy(kernels, views, source, this.#order.subarray(from, from + rows));
        yield { fold, rows, cursor };
      }
    }
  }

  /** Rows of the block by fold, in `#order`; where each fold begins. */
  #sort(views: ArenaViews, source: BlockCursor, rows: number, firstRow: number): Uint32Array {
    const starts = new Uint32Array(this.#count + 2);
    const codes = (source.base + source.offsets.folds) / 4;
    for (let i = 0; i < rows; i++) {
      const fold = this.#numbering === null ? views.u32[codes + i]! : this.#numbering(firstRow + i);
      if (fold >= this.#count) throw new FailureError('NO_FOLDS', `Row ${firstRow + i} is in fold ${fold} of ${this.#count}.`);
      this.#folds[i] = fold;
      starts[fold + 2]!++;
    }
    for (let fold = 0; fold < this.#count; fold++) starts[fold + 2]! += starts[fold + 1]!;
    for (let i = 0; i < rows; i++) this.#order[starts[this.#folds[i]! + 1]!++] = i;
    return starts;
  }

  #copy(kernels: Kernels, { u32, f64 }: ArenaViews, source: BlockCursor, rows: Uint32Array): void {
    const { dense, codes, sparse, weights, offset, denseType } = source.layout;
    const from = source.offsets;
    const to = this.#offsets;
    const width = denseType === 'f64' ? 8 : 4;
    const count = rows.length;
    if (dense > 0) {
      for (let r = 0; r < count; r++) {
        const at = source.base + from.dense + rows[r]! * dense * width;
        const out = this.#base + to.dense + r * dense * 8;
        if (denseType === 'f64') kernels.gatherColumns(1, at, dense, 0, dense, out, dense);
        else kernels.gatherColumns32(1, at, dense, 0, dense, out, dense);
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
