import { StatementType } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError, FailureError, UsageError } from '@scalemix/core';
import { openCsv } from '../csv/table.ts';
import type { Inputs } from '../inputs.ts';
import { missingMarkers } from '../missing.ts';
import type { ReadOptions } from '../options.ts';
import { requestedColumns } from '../request.ts';
import type { Batch, ReadRequest, Table } from '../table.ts';
import { literal, memoryError, reason, startEngine } from './engine.ts';
import { selectBatches } from './select.ts';
import { isThreadFree } from './threadFree.ts';
import { columnsOf } from './types.ts';
import type { DuckColumn } from './types.ts';
import { dataView } from './view.ts';

const SUBJECT = 'the query';

/**
 * A table over the rows a SELECT returns, in the order it returns them. It sees
 * the input as the table `data`. What groups, joins or sorts runs on one thread,
 * so that every run gives the same bits in the same order. The rows are read
 * once: a second reading could see others (`random()`, `USING SAMPLE`).
 *
 * @throws DataError DUPLICATE_COLUMN and what opening the files throws; UsageError QUERY_FORMAT, BAD_QUERY
 * @throws DataError BAD_QUERY (later) where the query fails while it runs
 */
export async function openQuery(inputs: Inputs, query: string, options: ReadOptions): Promise<Table> {
  if (inputs.format === 'arrow' || inputs.format === 'libsvm') {
    throw new UsageError('QUERY_FORMAT', `--query reads CSV, TSV and Parquet; ${inputs.files[0]!.name} is ${inputs.format}`);
  }
  let engine = await startEngine(options);
  try {
    const connection = await engine.connect();
    const view = `CREATE VIEW data AS ${await dataView(connection, inputs, options)}`;
    await connection.run(view);
    const columns = await queryColumns(connection, query);
    const threadFree = await isThreadFree(connection, query);
    connection.closeSync();
    if (!threadFree) {
      const single = await startEngine({ ...options, threads: 1 });
      engine.close();
      engine = single;
      const again = await engine.connect();
      await again.run(view);
      again.closeSync();
    }

    let read = false;
    let rowCount: number | null = null;
    const batches = async function* (request: ReadRequest): AsyncGenerator<Batch> {
      requestedColumns(request, columns, SUBJECT);
      if (read) throw new FailureError('QUERY_READ_TWICE', 'the rows of a query are read once; open the table again for a second reading');
      read = true;
      const byName = new Map(columns.map((column) => [column.name, column]));
      const part = {
        from: `query(${literal(query)})`,
        column: (name: string): DuckColumn => byName.get(name)!,
        done: (rows: number): void => {
          rowCount = rows;
        },
        wrap: (error: unknown): Promise<Error> => explained(error, inputs, options),
      };
      const reader = await engine.connect();
      try {
        yield* selectBatches(reader, [part], request, missingMarkers(options.na));
      } finally {
        reader.closeSync();
      }
      if (rowCount === 0) throw new DataError('EMPTY_QUERY', 'the query returns no rows; check its WHERE clause');
    };
    return {
      columns,
      files: inputs.files.map((file) => file.name),
      get rowCount() {
        return rowCount;
      },
      estimateRows: async () => {
        const counter = await engine.connect();
        try {
          const counted = await counter.runAndReadAll(`SELECT count(*)::DOUBLE FROM query(${literal(query)})`);
          return { rows: Number(counted.getRows()[0]![0]), exact: true };
        } catch (error) {
          throw await explained(error, inputs, options);
        } finally {
          counter.closeSync();
        }
      },
      locate: (row) => ({ file: SUBJECT, row: row + 1 }),
      batches,
      close: async () => {
        engine.close();
        inputs.release();
      },
    };
  } catch (error) {
    engine.close();
    throw error;
  }
}

async function queryColumns(connection: DuckDBConnection, query: string): Promise<DuckColumn[]> {
  const statement = await oneSelect(connection, query);
  const columns = columnsOf(statement);
  statement.destroySync();
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const before = seen.get(name.toLowerCase());
    if (before !== undefined) throw new DataError('DUPLICATE_COLUMN', `the query returns two columns named '${before}' and '${name}'; name them apart with AS`);
    seen.set(name.toLowerCase(), name);
  }
  return columns;
}

async function oneSelect(connection: DuckDBConnection, query: string): Promise<Awaited<ReturnType<DuckDBConnection['prepare']>>> {
  if (query.trim() === '') throw new UsageError('BAD_QUERY', 'the query is empty; give one SELECT over the table data');
  let statement;
  try {
    const statements = await connection.extractStatements(query);
    if (statements.count !== 1) throw new UsageError('BAD_QUERY', `the query holds ${statements.count} statements; give one SELECT over the table data`);
    statement = await statements.prepare(0);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError('BAD_QUERY', `the query cannot be run: ${oneLine(error)}`, { cause: error });
  }
  if (statement.statementType !== StatementType.SELECT) {
    throw new UsageError('BAD_QUERY', `the query is a statement of type ${StatementType[statement.statementType]}; only a SELECT is run`);
  }
  if (statement.parameterCount > 0) throw new UsageError('BAD_QUERY', 'the query has parameters; write their values');
  return statement;
}

/** What DuckDB says, in one line. */
function oneLine(error: unknown): string {
  return reason(error).replace(/\s+/g, ' ');
}

/**
 * DuckDB's error in our terms. A cell of a CSV file that it could not read is
 * looked for with our own parser, which knows its exact place.
 */
async function explained(error: unknown, inputs: Inputs, options: ReadOptions): Promise<Error> {
  const message = error instanceof Error ? error.message : String(error);
  const memory = memoryError(error);
  if (memory !== null) return memory;
  if (inputs.format !== 'parquet' && /CSV/.test(message)) {
    const found = await csvError(inputs, options);
    if (found !== null) return found;
  }
  return new DataError('BAD_QUERY', `the query failed: ${oneLine(error)}`, { cause: error });
}

async function csvError(inputs: Inputs, options: ReadOptions): Promise<DataError | null> {
  const table = await openCsv({ ...inputs, release: () => {} }, options);
  try {
    for await (const batch of table.batches({ columns: table.columns.map((column) => column.name) })) void batch;
    return null;
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}
