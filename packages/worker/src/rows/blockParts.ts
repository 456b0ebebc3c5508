/** A block's parts as typed arrays over the bytes that hold it. */
import { blockOffsets } from '@scalemix/core';
import type { RowLayout } from '@scalemix/core';

export interface BlockParts {
  readonly rows: number;
  /** Row-major, layout.dense columns. */
  readonly dense: Float64Array | Float32Array | null;
  readonly codes: readonly Uint32Array[];
  readonly indptr: Uint32Array | null;
  readonly indices: Uint32Array | null;
  readonly values: Float64Array | null;
  readonly response: Float64Array;
  readonly folds: Uint32Array | null;
  readonly weights: Float64Array | null;
  readonly offset: Float64Array | null;
}

/** Views of a block of `rows` rows and `entries` sparse entries that stands at `base`. Nothing is copied. */
export function blockParts(buffer: ArrayBufferLike, base: number, layout: RowLayout, rows: number, entries: number): BlockParts {
  const at = blockOffsets(layout, rows, entries);
  const f64 = (offset: number, length: number): Float64Array | null => (offset < 0 ? null : new Float64Array(buffer, base + offset, length));
  const u32 = (offset: number, length: number): Uint32Array | null => (offset < 0 ? null : new Uint32Array(buffer, base + offset, length));
  const narrow = layout.denseType === 'f32' && at.dense >= 0;
  return {
    rows,
    dense: narrow ? new Float32Array(buffer, base + at.dense, rows * layout.dense) : f64(at.dense, rows * layout.dense),
    codes: Array.from({ length: layout.codes }, (_, c) => new Uint32Array(buffer, base + at.codes + c * at.codeStride, rows)),
    indptr: u32(at.indptr, rows + 1),
    indices: u32(at.indices, entries),
    values: f64(at.values, entries),
    response: new Float64Array(buffer, base + at.response, rows),
    folds: u32(at.folds, rows),
    weights: f64(at.weights, rows),
    offset: f64(at.offset, rows),
  };
}

/** Copies the first rows of `from` into `to`, which may lie in the same bytes at lower addresses: parts move in order. */
export function copyParts(from: BlockParts, to: BlockParts, dense: number): void {
  const rows = to.rows;
  if (from.dense !== null && to.dense !== null) to.dense.set(from.dense.subarray(0, rows * dense));
  for (let c = 0; c < to.codes.length; c++) to.codes[c]!.set(from.codes[c]!.subarray(0, rows));
  to.response.set(from.response.subarray(0, rows));
  if (from.folds !== null && to.folds !== null) to.folds.set(from.folds.subarray(0, rows));
  if (from.weights !== null && to.weights !== null) to.weights.set(from.weights.subarray(0, rows));
  if (from.offset !== null && to.offset !== null) to.offset.set(from.offset.subarray(0, rows));
}
