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
 * @throws DataError, UsageError: see docs/errors.md
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
