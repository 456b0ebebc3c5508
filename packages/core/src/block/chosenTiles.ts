/** The chosen rows of a block, tile by tile, in row order, weighing what the choice gives them. */
import { RowTile } from './rowTile.ts';
import { BLOCK_ROWS } from './store.ts';
import type { BlockStore } from './store.ts';
import type { ArenaViews, ResolvedBlock, ScratchPlan } from './arena.ts';
import { chanceOf } from './choice.ts';
import type { SampleSelector } from './choice.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { openBlock } from './tile.ts';
import type { BlockCursor } from './tile.ts';

/** Row numbers of a block that holds nothing but chosen rows. */
const ALL = Uint32Array.from({ length: BLOCK_ROWS }, (_, i) => i);

export class ChosenTiles {
  readonly #store: BlockStore;
  readonly #rate: number;
  readonly #tileRows: number;
  readonly #tile: RowTile;

  constructor(store: BlockStore, { rate }: SampleSelector, tileRows: number) {
    this.#store = store;
    this.#rate = rate;
    this.#tileRows = tileRows;
    this.#tile = new RowTile(store, tileRows, { weights: true });
  }

  /** Reserves room for one tile. */
  plan(plan: ScratchPlan): void {
    this.#tile.plan(plan);
  }

  /** The tile's rows are the first of the block at `cursor`, valid until the next tile. */
  *of(kernels: Kernels, views: ArenaViews, resolved: ResolvedBlock): Generator<{ readonly rows: number; readonly cursor: BlockCursor }> {
    const { chosen, onlyChosen } = resolved;
    if (chosen === undefined) throw new RangeError('Which rows of the block are chosen has not been said.');
    const source = openBlock(this.#store, resolved);
    const { cursor } = this.#tile;
    const weights = (cursor.base + cursor.offsets.weights) / 8;
    for (let from = 0; from < chosen.rows.length; from += this.#tileRows) {
      const rows = Math.min(this.#tileRows, chosen.rows.length - from);
      this.#tile.copy(kernels, views, source, (onlyChosen === true ? ALL : chosen.rows).subarray(from, from + rows));
      for (let r = 0; r < rows; r++) views.f64[weights + r] = (source.layout.weights ? views.f64[weights + r]! : 1) / chanceOf(chosen.worth[from + r]!, this.#rate);
      yield { rows, cursor };
    }
  }
}
