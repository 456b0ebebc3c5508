/** Which rows take part in a sample: chosen where they lie, block by block. */
import { ScratchPlan, viewsOf } from './arena.ts';
import type { Arena, ArenaViews, ResolvedBlock } from './arena.ts';
import { FailureError } from '../errors.ts';
import { BLOCK_ROWS } from './store.ts';
import type { BlockStore } from './store.ts';
import { openBlock } from './tile.ts';

/**
 * Row i is chosen with probability
 *   c_i = min(1, rate * w_i * classRate * (0.2 + 0.8 |x_i|^2 / q)),
 * w_i its weight, x_i its q working features (centred at `reference`, divided by `scale`), and then weighs
 * w_i / c_i: every level, class and outlier is represented, by what it weighs. Chance is a hash of the row
 * number and the seed, so that the choice does not depend on who holds the row; and of two
 * choices that differ in their rates alone, the smaller is a part of the larger.
 */
export interface SampleSelector {
  readonly kind: 'sample';
  readonly seed: number;
  /** Rows that are wanted a unit of weight: no more are chosen in the mean. */
  readonly rate: number;
  /** Factor for rows with y < 1/2 and for the others. */
  readonly classRate: readonly [number, number];
  readonly reference: Float64Array;
  /** 1 / t_j^2, 0 for features that take no part. */
  readonly inverseSquare: Float64Array;
  /** q. */
  readonly working: number;
  /** A rate of at least `rate`: of a choice that may be known already, so that nothing but its rows need be looked at. It changes no answer. null: of none. */
  readonly within: number | null;
}

/** The rows of a block that a selector chooses. */
export interface ChosenRows {
  /** Numbers within the block, ascending. */
  readonly rows: Uint32Array;
  /** w_i * classRate * (0.2 + 0.8 |x_i|^2 / q) of each: its chance for a rate of 1. */
  readonly worth: Float64Array;
}

/** Chooses every row that has a weight, with that weight. @param features p */
export function everyRow(features: number): SampleSelector {
  return { kind: 'sample', seed: 0, rate: Number.MAX_VALUE, classRate: [1, 1], reference: new Float64Array(features), inverseSquare: new Float64Array(features), working: 0, within: null };
}

/** @param rows of which none was chosen */
export function emptySample(rows: number): FailureError {
  return new FailureError('EMPTY_SAMPLE', `None of ${rows} rows was chosen for the sample.`);
}

/** c_i. */
export function chanceOf(worth: number, rate: number): number {
  return Math.min(1, rate * worth);
}

/** A number in [0, 1) that only the row's number and the seed determine (the finaliser of MurmurHash3). */
export function chance(row: number, seed: number): number {
  let h = (row >>> 0) ^ Math.imul(Math.floor(row / 2 ** 32) + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** What of a known choice one of a smaller rate chooses too: its rows, and where they stand among those known. `firstRow`: number of the block's first row. */
export function narrowChoice({ rows, worth }: ChosenRows, { rate, seed }: Pick<SampleSelector, 'rate' | 'seed'>, firstRow: number): ChosenRows & { readonly at: Uint32Array } {
  const at = Uint32Array.from(rows.keys()).filter((k) => chance(firstRow + rows[k]!, seed) < chanceOf(worth[k]!, rate));
  return { at, rows: at.map((k) => rows[k]!), worth: Float64Array.from(at, (k) => worth[k]!) };
}

/** Chooses rows block by block. Cost: one read of the rows, 4 np flops. */
export class RowChooser {
  readonly #store: BlockStore;
  readonly #selector: SampleSelector;
  readonly #arenas: readonly { readonly arena: Arena; readonly views: ArenaViews; tablesWritten: boolean }[];
  /** Of the dense columns. */
  readonly #tables: { readonly reference: Float64Array; readonly scale: Float64Array };
  /** Scratch addresses: the tables, and |x_i|^2 over the dense columns. */
  readonly #at: { readonly reference: number; readonly scale: number; readonly squares: number };
  /** |x|^2 of a code, less that of 'no feature' counted in `baseline`. */
  readonly #codeSquares: readonly Float64Array[];
  readonly #sparseBase: Float64Array;
  readonly #baseline: number;

  constructor(arenas: readonly Arena[], store: BlockStore, selector: SampleSelector) {
    const { layout, features } = store;
    const { reference, inverseSquare } = selector;
    this.#store = store;
    this.#selector = selector;
    this.#arenas = arenas.map((arena) => ({ arena, views: viewsOf(arena.kernels), tablesWritten: false }));
    const plan = new ScratchPlan(arenas[0]!.scratch);
    this.#at = { reference: plan.take(layout.dense * 8), scale: plan.take(layout.dense * 8), squares: plan.take(BLOCK_ROWS * 8) };
    this.#tables = { reference: Float64Array.from(features.dense, (feature) => reference[feature]!), scale: Float64Array.from(features.dense, (feature) => inverseSquare[feature]!) };
    const absent = (feature: number): number => reference[feature]! * reference[feature]! * inverseSquare[feature]!;
    const present = (feature: number): number => (1 - reference[feature]!) * (1 - reference[feature]!) * inverseSquare[feature]!;
    let baseline = 0;
    this.#codeSquares = features.codes.map((levels) => {
      for (const feature of levels) baseline += absent(feature);
      return Float64Array.from([0, ...Array.from(levels, (feature) => present(feature) - absent(feature))]);
    });
    this.#sparseBase = Float64Array.from(features.sparse, absent);
    for (const value of this.#sparseBase) baseline += value;
    this.#baseline = baseline;
  }

  /** @param firstRow number of the block's first row */
  choose(resolved: ResolvedBlock, firstRow: number): ChosenRows {
    const { rate, classRate, seed, working } = this.#selector;
    const { views } = this.#arenas[resolved.arena]!;
    const { base, offsets, layout } = openBlock(this.#store, resolved);
    const squares = this.#squares(resolved);
    const y = (base + offsets.response) / 8;
    const w = (base + offsets.weights) / 8;
    const rows: number[] = [];
    const worth: number[] = [];
    for (let i = 0; i < squares.length; i++) {
      const weight = layout.weights ? views.f64[w + i]! : 1;
      if (weight === 0) continue;
      const own = weight * classRate[views.f64[y + i]! < 0.5 ? 0 : 1] * (0.2 + (0.8 * squares[i]!) / Math.max(1, working));
      if (chance(firstRow + i, seed) >= chanceOf(own, rate)) continue;
      rows.push(i);
      worth.push(own);
    }
    return { rows: Uint32Array.from(rows), worth: Float64Array.from(worth) };
  }

  /** |x_i|^2 of the block's rows, in scratch. */
  #squares(resolved: ResolvedBlock): Float64Array {
    const { arena, views } = this.#enter(resolved.arena);
    const { f64, u32 } = views;
    const { base, offsets, layout } = openBlock(this.#store, resolved);
    const { rows } = resolved.block;
    const squares = f64.subarray(this.#at.squares / 8, this.#at.squares / 8 + rows);
    if (layout.dense === 0) squares.fill(0);
    else arena.kernels[layout.denseType === 'f64' ? 'squaredDistances' : 'squaredDistances32'](rows, layout.dense, base + offsets.dense, layout.dense, this.#at.reference, this.#at.scale, this.#at.squares);
    for (let i = 0; i < rows; i++) squares[i]! += this.#baseline;
    for (let c = 0; c < layout.codes; c++) {
      const table = this.#codeSquares[c]!;
      const codes = (base + offsets.codes + c * offsets.codeStride) / 4;
      for (let i = 0; i < rows; i++) squares[i]! += table[u32[codes + i]!] ?? 0;
    }
    if (layout.sparse) this.#addSparse(views, (base + offsets.indptr) / 4, (base + offsets.indices) / 4, (base + offsets.values) / 8, squares);
    return squares;
  }

  #addSparse({ f64, u32 }: ArenaViews, indptr: number, indices: number, values: number, squares: Float64Array): void {
    const { reference, inverseSquare } = this.#selector;
    const features = this.#store.features.sparse;
    for (let i = 0; i < squares.length; i++) {
      const end = u32[indptr + i + 1]!;
      for (let e = u32[indptr + i]!; e < end; e++) {
        const index = u32[indices + e]!;
        const feature = features[index]!;
        const d = f64[values + e]! - reference[feature]!;
        squares[i]! += d * d * inverseSquare[feature]! - this.#sparseBase[index]!;
      }
    }
  }

  #enter(index: number): { readonly arena: Arena; readonly views: ArenaViews } {
    const state = this.#arenas[index]!;
    if (!state.tablesWritten) {
      state.views.f64.set(this.#tables.reference, this.#at.reference / 8);
      state.views.f64.set(this.#tables.scale, this.#at.scale / 8);
      state.tablesWritten = true;
    }
    return state;
  }
}
