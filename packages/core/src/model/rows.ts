/**
 * Rows as predict and evaluate take them: the arrays of some columns for a run
 * of rows. A batch of any table reader fits this shape.
 */
export interface Rows {
  /** Number of the first row. */
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: readonly RowsColumn[];
}

export type RowsColumn = NumericColumn | CodedColumn | SparseColumn;

/** NaN is missing. */
export interface NumericColumn {
  readonly kind: 'numeric';
  readonly values: Float64Array;
}

/** Codes into `levels`, -1 is missing; `levels` may grow from one batch to the next. */
export interface CodedColumn {
  readonly kind: 'text';
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

/** Compressed rows of one feature matrix; indices from 0. */
export interface SparseColumn {
  readonly kind: 'sparse';
  readonly indptr: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float64Array;
}

/** Says where a row stands, for messages. */
export type Locate = (row: number) => string;

/** Without files: the row's number, counted from 1. */
export const rowNumber: Locate = (row) => `row ${row + 1}`;
