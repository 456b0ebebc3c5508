import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError } from '@scalemix/core';
import type { InputFile } from '../bytes.ts';
import { FileRows } from '../fileRows.ts';
import type { Inputs } from '../inputs.ts';
import { missingMarkers } from '../missing.ts';
import type { ReadOptions } from '../options.ts';
import { requestedColumns } from '../request.ts';
import { checkSameColumns } from '../sameColumns.ts';
import type { Batch, ReadRequest, Table } from '../table.ts';
import { fileError, pathLiteral, startEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import { selectBatches } from './select.ts';
import type { Part } from './select.ts';
import { columnsOf } from './types.ts';
import type { DuckColumn } from './types.ts';

export interface ParquetFile {
  readonly file: InputFile;
  readonly columns: readonly DuckColumn[];
  readonly rows: number;
}

/**
 * A table over Parquet files. Files may store a column in different number
 * types, but each column is of one kind in all.
 *
 * @throws DataError CORRUPT_FILE, COLUMNS_DIFFER, DUPLICATE_COLUMN, EMPTY_FILE
 */
export async function openParquet(inputs: Inputs, options: ReadOptions): Promise<Table> {
  const engine = await startEngine(options);
  try {
    const connection = await engine.connect();
    const files = await parquetFiles(connection, inputs.files);
    connection.closeSync();
    return parquetTable(engine, files, inputs, options);
  } catch (error) {
    engine.close();
    throw error;
  }
}

function parquetTable(engine: Engine, files: readonly ParquetFile[], inputs: Inputs, options: ReadOptions): Table {
  const names = inputs.files.map((file) => file.name);
  const fileRows = new FileRows(names);
  files.forEach(({ rows }, index) => fileRows.set(index, rows));
  const missing = missingMarkers(options.na);
  const columns = unitedColumns(files);

  async function* batches(request: ReadRequest): AsyncGenerator<Batch> {
    requestedColumns(request, columns, names[0]!);
    const connection = await engine.connect();
    try {
      yield* selectBatches(connection, files.map((file) => partOf(file, columns)), request, missing);
    } finally {
      connection.closeSync();
    }
  }
  async function* range(request: ReadRequest, first: number, end: number): AsyncGenerator<Batch> {
    requestedColumns(request, columns, names[0]!);
    const connection = await engine.connect();
    try {
      for await (const batch of selectBatches(connection, partsOf(files, columns, first, end), request, missing)) yield { ...batch, firstRow: first + batch.firstRow };
    } finally {
      connection.closeSync();
    }
  }
  return {
    columns,
    files: names,
    range,
    rowCount: fileRows.total(),
    locate: (row) => fileRows.locate(row),
    batches,
    close: async () => {
      engine.close();
      inputs.release();
    },
  };
}

/** As the first file has them; where any file holds numbers a double does not hold exactly, all are read so. */
function unitedColumns(files: readonly ParquetFile[]): DuckColumn[] {
  return files[0]!.columns.map((column, index) => {
    const exact = files.every(({ columns }) => columns[index]!.levelBy === 'number');
    return { ...column, levelBy: exact ? 'number' : 'text' };
  });
}

function partOf({ file, columns }: ParquetFile, united: readonly DuckColumn[]): Part {
  const byName = new Map(columns.map((column, index) => [column.name, { ...column, levelBy: united[index]!.levelBy }]));
  return {
    from: parquetSql(file),
    column: (name) => byName.get(name)!,
    done: () => {},
    wrap: async (error) => fileError(file.name, error),
  };
}

/** Rows [first, end) over all files: of each what lies in it. DuckDB skips the row groups that hold none of them. */
function partsOf(files: readonly ParquetFile[], united: readonly DuckColumn[], first: number, end: number): Part[] {
  const parts: Part[] = [];
  let before = 0;
  for (const file of files) {
    const from = Math.max(first - before, 0);
    const to = Math.min(end - before, file.rows);
    before += file.rows;
    if (from >= to) continue;
    const rows = `read_parquet([${pathLiteral(file.file.path)}], hive_partitioning = false, file_row_number = true)`;
    parts.push({ ...partOf(file, united), from: `(SELECT * FROM ${rows} WHERE file_row_number BETWEEN ${from} AND ${to - 1})` });
  }
  return parts;
}

/** A file as a relation: its own columns, none from the names of its folders. */
export function parquetSql(file: InputFile): string {
  return `read_parquet([${pathLiteral(file.path)}], hive_partitioning = false)`;
}

/** Columns and rows of each file, which must agree. */
export async function parquetFiles(connection: DuckDBConnection, files: readonly InputFile[]): Promise<ParquetFile[]> {
  const found: ParquetFile[] = [];
  for (const file of files) {
    const described = await describe(connection, file);
    checkSameColumns(found[0] ?? described, described);
    found.push(described);
  }
  if (found.every(({ rows }) => rows === 0)) throw new DataError('EMPTY_FILE', `${files[0]!.name} has columns but no rows`);
  return found;
}

async function describe(connection: DuckDBConnection, file: InputFile): Promise<ParquetFile> {
  try {
    const statement = await connection.prepare(`FROM ${parquetSql(file)}`);
    const columns = columnsOf(statement);
    statement.destroySync();
    const [[rows] = []] = (await connection.runAndReadAll(`SELECT num_rows::DOUBLE FROM parquet_file_metadata([${pathLiteral(file.path)}])`)).getRows();
    return { file, columns: withRealNames(columns, await topLevelNames(connection, file), file), rows: Number(rows) };
  } catch (error) {
    throw error instanceof DataError ? error : fileError(file.name, error);
  }
}

/** Names as the file has them: DuckDB makes `a` and `A` into `a` and `A_1`. */
async function topLevelNames(connection: DuckDBConnection, file: InputFile): Promise<string[]> {
  const schema = await connection.runAndReadAll(`SELECT name, coalesce(num_children, 0)::DOUBLE FROM parquet_schema([${pathLiteral(file.path)}])`);
  const nodes = schema.getRows().map(([name, children]) => ({ name: String(name), children: Number(children) }));
  const names: string[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < nodes[at]!.children; child++) next = skip(next);
    return next;
  };
  for (let at = 1; at < nodes.length; at = skip(at)) names.push(nodes[at]!.name);
  return names;
}

function withRealNames(columns: readonly DuckColumn[], names: readonly string[], file: InputFile): DuckColumn[] {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new DataError('DUPLICATE_COLUMN', `${file.name}: two columns are named '${name}'; rename one of them`);
    seen.add(name);
  }
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
}
