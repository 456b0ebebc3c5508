/**
 * Rows chosen from a store, as arrays: what a row source gathers and another
 * is made of. Rows keep their order; parts are concatenated in block order.
 */
import { viewsOf } from './arena.ts';
import type { Arena, ArenaViews, ResolvedBlock } from './arena.ts';
import { chanceOf } from './choice.ts';
import type { ChosenRows } from './choice.ts';
import type { BlockStore, RowLayout } from './store.ts';
import { openBlock } from './tile.ts';

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

/** Copies chosen rows out of their blocks. */
export class RowGatherer {
  readonly #store: BlockStore;
  readonly #rate: number | null;
  readonly #views: readonly ArenaViews[];

  /** @param rate of the choice, by which the rows will weigh; null: they weigh what they do in their blocks */
  constructor(arenas: readonly Arena[], store: BlockStore, rate: number | null) {
    this.#store = store;
    this.#rate = rate;
    this.#views = arenas.map(({ kernels }) => viewsOf(kernels));
  }

  /**
   * The chosen rows of one block.
   * @param at where they stand in the block, as many as are chosen
   * @param allocate the memory that all the arrays lie in
   */
  block(resolved: ResolvedBlock, { worth }: ChosenRows, at: Uint32Array, allocate: (bytes: number) => ArrayBufferLike): GatheredRows {
    const { u32, f64, u8 } = this.#views[resolved.arena]!;
    const { base, offsets, layout } = openBlock(this.#store, resolved);
    const rows = at.length;
    const width = layout.denseType === 'f64' ? 8 : 4;
    const indptr = (base + offsets.indptr) / 4;
    const entries = layout.sparse ? at.reduce((sum, row) => sum + u32[indptr + row + 1]! - u32[indptr + row]!, 0) : 0;
    const out = emptyRows(layout, rows, entries, allocate);
    const dense = new Uint8Array(out.dense.buffer, out.dense.byteOffset, out.dense.byteLength);
    const rowBytes = layout.dense * width;
    for (let r = 0; r < rows; r++) {
      const from = base + offsets.dense + at[r]! * rowBytes;
      dense.set(u8.subarray(from, from + rowBytes), r * rowBytes);
    }
    out.codes.forEach((codes, c) => {
      const from = (base + offsets.codes + c * offsets.codeStride) / 4;
      for (let r = 0; r < rows; r++) codes[r] = u32[from + at[r]!]!;
    });
    if (layout.sparse) {
      const indices = (base + offsets.indices) / 4;
      const values = (base + offsets.values) / 8;
      for (let r = 0, to = 0; r < rows; r++) {
        const end = u32[indptr + at[r]! + 1]!;
        for (let e = u32[indptr + at[r]!]!; e < end; e++, to++) {
          out.indices[to] = u32[indices + e]!;
          out.values[to] = f64[values + e]!;
        }
        out.indptr[r + 1] = to;
      }
    }
    for (let r = 0; r < rows; r++) {
      const w = layout.weights ? f64[(base + offsets.weights) / 8 + at[r]!]! : 1;
      out.response[r] = f64[(base + offsets.response) / 8 + at[r]!]!;
      out.weights[r] = this.#rate === null ? w : w / chanceOf(worth[r]!, this.#rate);
      if (out.offset !== null) out.offset[r] = f64[(base + offsets.offset) / 8 + at[r]!]!;
    }
    return out;
  }
}

/** Rows of zeros; all arrays lie in one memory, one after the other. */
function emptyRows(layout: RowLayout, rows: number, entries: number, allocate: (bytes: number) => ArrayBufferLike): GatheredRows {
  const sizes = { dense: rows * layout.dense * (layout.denseType === 'f64' ? 8 : 4), codes: rows * layout.codes * 4, indptr: layout.sparse ? (rows + 1) * 4 : 0 };
  const vectors = rows * (layout.offset ? 3 : 2) * 8;
  const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;
  const buffer = allocate(vectors + entries * 12 + padded(sizes.dense) + padded(sizes.codes) + padded(sizes.indptr));
  let at = 0;
  const take = <Values>(type: new (buffer: ArrayBufferLike, at: number, length: number) => Values, length: number, bytes: number): Values => {
    const values = new type(buffer, at, length);
    at += padded(length * bytes);
    return values;
  };
  const response = take(Float64Array, rows, 8);
  const weights = take(Float64Array, rows, 8);
  const offset = layout.offset ? take(Float64Array, rows, 8) : null;
  const values = take(Float64Array, entries, 8);
  const dense = layout.denseType === 'f64' ? take(Float64Array, rows * layout.dense, 8) : take(Float32Array, rows * layout.dense, 4);
  const allCodes = take(Uint32Array, rows * layout.codes, 4);
  const indptr = take(Uint32Array, layout.sparse ? rows + 1 : 0, 4);
  const indices = take(Uint32Array, entries, 4);
  return { rows, dense, codes: Array.from({ length: layout.codes }, (_, c) => allCodes.subarray(c * rows, (c + 1) * rows)), indptr, indices, values, response, weights, offset };
}

/** The rows of all parts, in order. */
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
    dense: layout.denseType === 'f64' ? join(new Float64Array(rows * layout.dense), (part) => part.dense) : join(new Float32Array(rows * layout.dense), (part) => part.dense),
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
