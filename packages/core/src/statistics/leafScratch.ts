/**
 * The scratch of an accumulator: tables that only the request determines,
 * written once into each arena, and sums, which are cleared at the beginning
 * of a leaf and carried over where the leaf goes on in another segment.
 */
import { viewsOf } from '../block/arena.ts';
import type { Arena, ArenaViews } from '../block/arena.ts';

export interface ArenaState {
  readonly arena: Arena;
  readonly views: ArenaViews;
  tablesWritten: boolean;
}

export class LeafScratch {
  readonly #states: readonly ArenaState[];
  readonly #writeTables: (views: ArenaViews) => void;
  readonly #sums: { readonly from: number; readonly to: number };
  #current = -1;

  /** @param sums byte range of the sums, multiples of 8. */
  constructor(arenas: readonly Arena[], sums: { from: number; to: number }, writeTables: (views: ArenaViews) => void) {
    this.#states = arenas.map((arena) => ({ arena, views: viewsOf(arena.kernels), tablesWritten: false }));
    this.#sums = sums;
    this.#writeTables = writeTables;
  }

  beginLeaf(): void {
    this.#current = -1;
  }

  /** The arena to go on in: its tables written, the sums so far in it. */
  enter(index: number): ArenaState {
    const state = this.#states[index]!;
    if (!state.tablesWritten) {
      this.#writeTables(state.views);
      state.tablesWritten = true;
    }
    if (this.#current !== index) {
      const { from, to } = this.#sums;
      const sums = state.views.f64.subarray(from / 8, to / 8);
      if (this.#current < 0) sums.fill(0);
      else sums.set(this.#states[this.#current]!.views.f64.subarray(from / 8, to / 8));
      this.#current = index;
    }
    return state;
  }

  /** Where the leaf ended; a leaf without blocks ends in the first arena. */
  end(): ArenaState {
    return this.enter(this.#current < 0 ? 0 : this.#current);
  }
}
