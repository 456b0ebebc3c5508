import type { Fingerprint } from './fingerprint.ts';

/**
 * A table: what every reader (CSV, Parquet, Arrow, libsvm) yields and all the
 * rest of the program sees of a data file.
 *
 * Rows come once, in order: files of a glob in byte order of their paths, then
 * file order. Text is never expanded: a text column yields codes into a
 * dictionary that grows in order of first appearance and is complete when the
 * last batch has been read.
 */
export interface Table {
  /** In file order, without duplicates. */
  readonly columns: readonly TableColumn[];
  /** Rows, where the format says so without reading them. */
  readonly rowCount: number | null;
  /** Rows, where the format does not say: about, from samples of the files, or for a query by running it for its count. */
  estimateRows?(): Promise<{ readonly rows: number; readonly exact: boolean }>;
  /** For messages and the fingerprint. */
  readonly files: readonly string[];
  /** Where row `row` (0-based, over all files) stands, for messages: its file and its 1-based data row there. */
  locate(row: number): { file: string; row: number };
  /**
   * The rows of the chosen columns, in order; each batch's arrays are valid until the next is asked for.
   * @throws DataError with file, column, row and value for what cannot be read.
   */
  batches(request: ReadRequest): AsyncIterable<Batch>;
  /**
   * The rows [first, end) of the chosen columns, as `batches` gives all; dictionaries are of these rows alone.
   * Absent where a part cannot be read without what stands before it.
   */
  range?(request: ReadRequest, first: number, end: number): AsyncIterable<Batch>;
  /** What tells these data apart from others; absent where no files stand behind the table. */
  fingerprint?(): Promise<Fingerprint>;
  /** Releases files, DuckDB and what was spooled; the table is not used afterwards. */
  close(): Promise<void>;
}

export interface TableColumn {
  readonly name: string;
  /**
   * `sparse`: the one feature matrix of a libsvm file, `width` features named `1`, `2`, ...
   * `unsupported`: dates, times, lists and the like; asking for such a column is an error that says so.
   */
  readonly kind: 'numeric' | 'text' | 'boolean' | 'sparse' | 'unsupported';
  readonly width?: number;
  /** The type in the file, where it states one (`BIGINT`, `TIMESTAMP`). */
  readonly type?: string;
  /** What to do about an unsupported column, beside leaving it out. */
  readonly remedy?: string;
}

export interface ReadRequest {
  /** Names of the columns wanted, in the order they shall have in a batch. */
  readonly columns: readonly string[];
  /** Numeric or boolean columns that shall come as text (categories): the level of a number is its shortest decimal form. */
  readonly asText?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

export type BatchColumn = NumericValues | TextCodes | SparseRows;

/** Missing values are NaN. Booleans are 0 and 1. */
export interface NumericValues {
  readonly kind: 'numeric';
  readonly values: Float64Array;
}

/** Missing values are code -1; `levels` is shared by all batches of the column and grows. */
export interface TextCodes {
  readonly kind: 'text';
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

/** indices are 0-based features, ascending within a row. */
export interface SparseRows {
  readonly kind: 'sparse';
  readonly indptr: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float64Array;
}

export interface Batch {
  /** Number of the first row, over all files. */
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: readonly BatchColumn[];
}
