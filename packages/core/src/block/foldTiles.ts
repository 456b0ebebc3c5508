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
import { RowTile } from './rowTile.ts';
import { BLOCK_ROWS } from './store.ts';
import type { BlockStore } from './store.ts';
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
  readonly #tile: RowTile;
  readonly #order = new Uint32Array(BLOCK_ROWS);
  readonly #folds = new Uint32Array(BLOCK_ROWS);

  /** @throws FailureError NO_FOLDS where a fold column is asked for that was not loaded */
  constructor(store: BlockStore, by: FoldSpec, tileRows: number) {
    if (by.by === 'column' && !store.layout.folds) throw new FailureError('NO_FOLDS', 'The rows were loaded without the column that folds are taken from.');
    this.#store = store;
    this.#count = by.count;
    this.#numbering = by.by === 'column' ? null : foldNumbering(by, store.rows);
    this.#tileRows = tileRows;
    this.#tile = new RowTile(store, tileRows, { denseType: 'f64' });
  }

  /** Reserves room for one tile. */
  plan(plan: ScratchPlan): void {
    this.#tile.plan(plan);
  }

  /** @param firstRow number of the block's first row */
  *of(kernels: Kernels, views: ArenaViews, resolved: ResolvedBlock, firstRow: number): Generator<FoldTile> {
    const source = openBlock(this.#store, resolved);
    const starts = this.#sort(views, source, resolved.block.rows, firstRow);
    const { cursor } = this.#tile;
    for (let fold = 0; fold < this.#count; fold++) {
      const end = starts[fold + 1]!;
      for (let from = starts[fold]!; from < end; from += this.#tileRows) {
        const rows = Math.min(this.#tileRows, end - from);
        this.#tile.copy(kernels, views, source, this.#order.subarray(from, from + rows));
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
}
