/**
 * Where rows lie: blocks of BLOCK_ROWS rows (the last one shorter; as many of
 * gathered rows, but alike) in linear memories or in a spill file. Plain data,
 * so that it can be sent to a thread.
 *
 * A block is one contiguous run of bytes; `blockOffsets` says where its parts
 * stand. The storage block is also the smallest leaf of the reduction tree;
 * for large n a leaf is several consecutive blocks (`leafRows`).
 */

/** Rows of a storage block. */
export const BLOCK_ROWS = 8192;

/**
 * Rows of a leaf of the reduction tree: BLOCK_ROWS times a power of two that
 * depends on n alone, so that merging p^2 numbers stays cheap beside making them.
 * 8,192 up to 2^20 rows, then doubling with n to at most 65,536.
 */
export function leafRows(rows: number): number {
  let blocks = 1;
  while (blocks < 8 && rows > blocks * 2 ** 20) blocks *= 2;
  return blocks * BLOCK_ROWS;
}

/** What a row is made of; the same for all blocks of a store. */
export interface RowLayout {
  /** Dense columns, row-major. */
  readonly dense: number;
  readonly denseType: 'f64' | 'f32';
  /** Code columns (uint32), each stored as a column: categories and indicators of missing values. */
  readonly codes: number;
  /** Whether there is a sparse part. */
  readonly sparse: boolean;
  /** Whether the number of its fold (uint32) stands beside each row. */
  readonly folds: boolean;
  readonly weights: boolean;
  readonly offset: boolean;
}

/** Which feature each stored column is. Built when all levels are known. */
export interface FeatureMap {
  /** p. */
  readonly count: number;
  /** Feature of each dense column. */
  readonly dense: Int32Array;
  /** For each code column, the feature of code 1, 2, ...; code 0 has none. An unused code column has length 0. */
  readonly codes: readonly Int32Array[];
  /** Feature of each sparse index. */
  readonly sparse: Int32Array;
}

export interface StoredBlock {
  readonly rows: number;
  /** Entries of the sparse part. */
  readonly entries: number;
  /** Index of the memory that holds it, or -1 when it lies in the spill file. */
  readonly segment: number;
  /** Byte address in the memory, or byte offset in the spill file. A multiple of 16. */
  readonly base: number;
  /** Length in bytes, a multiple of 16. */
  readonly bytes: number;
}

export interface BlockStore {
  readonly layout: RowLayout;
  readonly features: FeatureMap;
  readonly blocks: readonly StoredBlock[];
  /** All rows. */
  readonly rows: number;
  /** What was subtracted from the response for moments (Description.responseCentre). */
  readonly responseCentre: number;
}

/** Byte offsets of a block's parts from its base; -1 where the layout has no such part. All multiples of 16. */
export interface BlockOffsets {
  readonly dense: number;
  /** First code column; code column c stands at codes + c * codeStride. */
  readonly codes: number;
  readonly codeStride: number;
  readonly indptr: number;
  readonly indices: number;
  readonly values: number;
  readonly response: number;
  readonly folds: number;
  readonly weights: number;
  readonly offset: number;
  /** Length of the whole. */
  readonly bytes: number;
}

export function blockOffsets(layout: RowLayout, rows: number, entries: number): BlockOffsets {
  let at = 0;
  const take = (present: boolean, bytes: number): number => {
    if (!present) return -1;
    const offset = at;
    at += Math.ceil(bytes / 16) * 16;
    return offset;
  };
  const codeStride = Math.ceil((rows * 4) / 16) * 16;
  const dense = take(layout.dense > 0, rows * layout.dense * (layout.denseType === 'f64' ? 8 : 4));
  const codes = take(layout.codes > 0, layout.codes * codeStride);
  const indptr = take(layout.sparse, (rows + 1) * 4);
  const indices = take(layout.sparse, entries * 4);
  const values = take(layout.sparse, entries * 8);
  const response = take(true, rows * 8);
  const folds = take(layout.folds, rows * 4);
  const weights = take(layout.weights, rows * 8);
  const offset = take(layout.offset, rows * 8);
  // Kernels may read up to 64 bytes beyond a matrix.
  return { dense, codes, codeStride, indptr, indices, values, response, folds, weights, offset, bytes: at + 64 };
}
