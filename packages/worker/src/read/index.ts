import { fingerprintFiles } from './fingerprint.ts';
import { resolveInputs } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import type { ReadOptions } from './options.ts';
import type { Table } from './table.ts';

export type { Batch, BatchColumn, NumericValues, ReadRequest, SparseRows, Table, TableColumn, TextCodes } from './table.ts';
export type { ReadOptions } from './options.ts';
export type { Format } from './format.ts';
export { FORMATS } from './format.ts';
export type { Fingerprint } from './fingerprint.ts';
export { describeTable } from './describe.ts';
export type { BooleanSummary, ColumnSummary, NumericSummary, SparseSummary, TableSummary, TextSummary, UnsupportedSummary } from './describe.ts';

/**
 * Opens data files as one table. Only headers, samples and metadata are read;
 * rows come with `batches`. The table must be closed.
 *
 * @param inputs paths, globs (their files in byte order of the paths), or `-` for standard input, which is copied to a temporary file first
 * @throws DataError FILE_NOT_FOUND, IS_DIRECTORY, FILE_NOT_READABLE, EMPTY_FILE, UNKNOWN_FORMAT, MIXED_FORMATS, STDIN_FAILED,
 *   CORRUPT_FILE, COLUMNS_DIFFER, DUPLICATE_COLUMN, EMPTY_COLUMN_NAME, BAD_ENCODING, BAD_QUOTING, ROW_TOO_LONG,
 *   and of libsvm files BAD_LABEL, BAD_INDEX, BAD_SPARSE_VALUE; reading also UNKNOWN_COLUMN, UNSUPPORTED_TYPE, RAGGED_ROW,
 *   TEXT_IN_NUMERIC_COLUMN, TEXT_IN_BOOLEAN_COLUMN, EMPTY_QUERY, BAD_QUERY
 * @throws UsageError NO_INPUT, STDIN_WITH_FILES, BAD_DELIMITER, QUERY_FORMAT, BAD_QUERY
 * @throws FailureError OUT_OF_MEMORY; reading a query again QUERY_READ_TWICE
 */
export async function openTable(inputs: string | readonly string[], options: ReadOptions = {}): Promise<Table> {
  const resolved = await resolveInputs(typeof inputs === 'string' ? [inputs] : inputs, options);
  try {
    const table = await openFormat(resolved, options);
    return Object.assign(table, { fingerprint: () => fingerprintFiles(resolved.files, options.query) });
  } catch (error) {
    resolved.release();
    throw error;
  }
}

/** Formats are loaded when needed: DuckDB alone takes a tenth of a second. */
async function openFormat(inputs: Inputs, options: ReadOptions): Promise<Table> {
  if (options.query !== undefined) return (await import('./duckdb/query.ts')).openQuery(inputs, options.query, options);
  switch (inputs.format) {
    case 'csv':
    case 'tsv':
      return (await import('./csv/table.ts')).openCsv(inputs, options);
    case 'parquet':
      return (await import('./duckdb/parquet.ts')).openParquet(inputs, options);
    case 'arrow':
      return (await import('./arrow/table.ts')).openArrow(inputs, options);
    case 'libsvm':
      return (await import('./libsvm/table.ts')).openLibsvm(inputs, options);
  }
}
