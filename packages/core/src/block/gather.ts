/**
 * Rows chosen from a store, as arrays: what a row source gathers and another
 * is made of. Rows keep their order; parts are concatenated in leaf order.
 */
import { BLOCK_ROWS } from './store.ts';
import type { BlockStore, RowLayout } from './store.ts';
import { openBlock } from './tile.ts';
import type { ArenaViews, ResolvedBlock } from './arena.ts';

/**
 * Row i is chosen with probability
 *   min(1, rate * classRate * (0.2 + 0.8 |x_i|^2 / q)),
 * x_i its q working features (centred at `reference`, divided by `scale`), and then weighs its inverse times
 * its own weight: every level, class and outlier is represented. Chance is a hash of the row
 * number and the seed, so that the choice does not depend on who holds the row.
 */
export interface SampleSelector {
  readonly kind: 'sample';
  readonly seed: number;
  readonly rate: number;
  /** Factor for rows with y < 1/2 and for the others. */
  readonly classRate: readonly [number, number];
  readonly reference: Float64Array;
  /** 1 / t_j^2, 0 for features that take no part. */
  readonly inverseSquare: Float64Array;
  /** q. */
  readonly working: number;
  /** Where the rows are a sample themselves: the rate it was drawn at, all else being equal. A row's chance here is what makes both together the chance above. null: they are all rows. */
  readonly drawnAt: number | null;
}

export interface GatheredRows {
  readonly rows: number;
  /** Row-major. */
  readonly dense: Float64Array | Float32Array;
  /** One array a code column. */
  readonly codes: readonly Uint32Array[];
  readonly indptr: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float64Array;
  readonly response: Float64Array;
  readonly weights: Float64Array;
  readonly offset: Float64Array | null;
}

/** A number in [0, 1) that only the row's number and the seed determine (the finaliser of MurmurHash3). */
export function chance(row: number, seed: number): number {
  let h = (row >>> 0) ^ Math.imul(Math.floor(row / 2 ** 32) + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** Chooses rows leaf by leaf. Cost: one read of the rows, 3 np flops. */
export class RowGatherer {
  readonly #store: BlockStore;
  readonly #selector: SampleSelector;
  readonly #views: (arena: number) => ArenaViews;
  /** |x|^2 of a code, less that of 'no feature' counted in `baseline`. */
  readonly #codeSquares: readonly Float64Array[];
  readonly #sparseBase: Float64Array;
  readonly #baseline: number;

  constructor(store: BlockStore, selector: SampleSelector, views: (arena: number) => ArenaViews) {
    this.#store = store;
    this.#selector = selector;
    this.#views = views;
    const { reference, inverseSquare } = selector;
    const absent = (feature: number): number => reference[feature]! * reference[feature]! * inverseSquare[feature]!;
    const present = (feature: number): number => (1 - reference[feature]!) * (1 - reference[feature]!) * inverseSquare[feature]!;
    let baseline = 0;
    this.#codeSquares = store.features.codes.map((levels) => {
      for (const feature of levels) baseline += absent(feature);
      return Float64Array.from([0, ...Array.from(levels, (feature) => present(feature) - absent(feature))]);
    });
    this.#sparseBase = Float64Array.from(store.features.sparse, absent);
    for (const value of this.#sparseBase) baseline += value;
    this.#baseline = baseline;
  }

  /** @param firstRow number of the first row of the first block */
  leaf(blocks: Iterable<ResolvedBlock>, firstRow: number): GatheredRows {
    const parts: GatheredRows[] = [];
    let row = firstRow;
    for (const resolved of blocks) {
      parts.push(this.#block(resolved, row));
      row += BLOCK_ROWS;
    }
    return concatenateRows(parts, this.#store.layout);
  }

  #block(resolved: ResolvedBlock, firstRow: number): GatheredRows {
    const store = this.#store;
    const { layout, features } = store;
    const { rate, classRate, seed, reference, inverseSquare, working, drawnAt } = this.#selector;
    const views = this.#views(resolved.arena);
    const { base, offsets } = openBlock(store, resolved);
    const dense: Float64Array | Float32Array = layout.denseType === 'f64' ? views.f64 : new Float32Array(views.f64.buffer);
    const denseAt = (base + offsets.dense) / dense.BYTES_PER_ELEMENT;
    const denseReference = Float64Array.from(features.dense, (feature) => reference[feature]!);
    const denseScale = Float64Array.from(features.dense, (feature) => inverseSquare[feature]!);
    const yAt = (base + offsets.response) / 8;
    const wAt = (base + offsets.weights) / 8;

    const chosen: number[] = [];
    const weights: number[] = [];
    for (let i = 0; i < resolved.block.rows; i++) {
      const w = layout.weights ? views.f64[wAt + i]! : 1;
      if (w === 0) continue;
      let square = this.#baseline;
      for (let j = 0; j < layout.dense; j++) {
        const d = dense[denseAt + i * layout.dense + j]! - denseReference[j]!;
        square += d * d * denseScale[j]!;
      }
      for (let c = 0; c < layout.codes; c++) {
        square += this.#codeSquares[c]![views.u32[(base + offsets.codes + c * offsets.codeStride) / 4 + i]!] ?? 0;
      }
      if (layout.sparse) {
        const end = views.u32[(base + offsets.indptr) / 4 + i + 1]!;
        for (let e = views.u32[(base + offsets.indptr) / 4 + i]!; e < end; e++) {
          const index = views.u32[(base + offsets.indices) / 4 + e]!;
          const feature = features.sparse[index]!;
          const d = views.f64[(base + offsets.values) / 8 + e]! - reference[feature]!;
          square += d * d * inverseSquare[feature]! - this.#sparseBase[index]!;
        }
      }
      const worth = classRate[views.f64[yAt + i]! < 0.5 ? 0 : 1] * (0.2 + (0.8 * square) / Math.max(1, working));
      const probability = Math.min(1, rate * worth) / (drawnAt === null ? 1 : Math.min(1, drawnAt * worth));
      if (chance(firstRow + i, seed) >= probability) continue;
      chosen.push(i);
      weights.push(w / probability);
    }

    const rows = chosen.length;
    const out = layout.denseType === 'f64' ? new Float64Array(rows * layout.dense) : new Float32Array(rows * layout.dense);
    chosen.forEach((i, r) => {
      const from = denseAt + i * layout.dense;
      out.set(dense.subarray(from, from + layout.dense), r * layout.dense);
    });
    const codes = Array.from({ length: layout.codes }, (_, c) => {
      const at = (base + offsets.codes + c * offsets.codeStride) / 4;
      return Uint32Array.from(chosen, (i) => views.u32[at + i]!);
    });
    const indptr = new Uint32Array(layout.sparse ? rows + 1 : 0);
    const indices: number[] = [];
    const values: number[] = [];
    if (layout.sparse) {
      chosen.forEach((i, r) => {
        const end = views.u32[(base + offsets.indptr) / 4 + i + 1]!;
        for (let e = views.u32[(base + offsets.indptr) / 4 + i]!; e < end; e++) {
          indices.push(views.u32[(base + offsets.indices) / 4 + e]!);
          values.push(views.f64[(base + offsets.values) / 8 + e]!);
        }
        indptr[r + 1] = indices.length;
      });
    }
    return {
      rows,
      dense: out,
      codes,
      indptr,
      indices: Uint32Array.from(indices),
      values: Float64Array.from(values),
      response: Float64Array.from(chosen, (i) => views.f64[yAt + i]!),
      weights: Float64Array.from(weights),
      offset: layout.offset ? Float64Array.from(chosen, (i) => views.f64[(base + offsets.offset) / 8 + i]!) : null,
    };
  }
}

/**
 * The rows of all parts, in order. The parts are used up: the memory of their dense values is given back at once, as
 * a sample may be a good share of all rows, and the collector of garbage does not see how much it is.
 */
export function concatenateRows(parts: readonly GatheredRows[], layout: RowLayout): GatheredRows {
  const total = (of: (part: GatheredRows) => number): number => parts.reduce((sum, part) => sum + of(part), 0);
  const rows = total((part) => part.rows);
  const join = <Values extends Float64Array | Float32Array | Uint32Array>(out: Values, of: (part: GatheredRows) => ArrayLike<number>): Values => {
    let at = 0;
    for (const part of parts) {
      const values = of(part);
      out.set(values, at);
      at += values.length;
    }
    return out;
  };
  const dense = layout.denseType === 'f64' ? new Float64Array(rows * layout.dense) : new Float32Array(rows * layout.dense);
  let filled = 0;
  for (const part of parts) {
    dense.set(part.dense, filled);
    filled += part.dense.length;
    giveBack(part.dense);
  }
  const indptr = new Uint32Array(layout.sparse ? rows + 1 : 0);
  if (layout.sparse) {
    let at = 0;
    let entries = 0;
    for (const part of parts) {
      for (let r = 0; r < part.rows; r++) indptr[++at] = entries + part.indptr[r + 1]!;
      entries += part.indices.length;
    }
  }
  return {
    rows,
    dense,
    codes: Array.from({ length: layout.codes }, (_, c) => join(new Uint32Array(rows), (part) => part.codes[c]!)),
    indptr,
    indices: join(new Uint32Array(total((part) => part.indices.length)), (part) => part.indices),
    values: join(new Float64Array(total((part) => part.values.length)), (part) => part.values),
    response: join(new Float64Array(rows), (part) => part.response),
    weights: join(new Float64Array(rows), (part) => part.weights),
    offset: layout.offset ? join(new Float64Array(rows), (part) => part.offset!) : null,
  };
}

/** Frees the memory of an array that has it for itself. */
export function giveBack({ buffer, byteLength }: Float64Array | Float32Array): void {
  if (buffer instanceof ArrayBuffer && byteLength > 0 && buffer.byteLength === byteLength) buffer.transfer(0);
}
