import type { DuckDBConnection } from '@duckdb/node-api';

/**
 * Steps of a plan that hand on each row by itself, in the order they get them (UNION is UNION ALL here, and a
 * STREAMING_WINDOW has no order of its own). All others (groups, joins, sorts, windows, samples) meet rows as threads
 * come by them: sums differ in their last bits then, and ties in their order.
 */
const ROW_BY_ROW = new Set('PROJECTION FILTER UNNEST UNION LIMIT STREAMING_LIMIT STREAMING_WINDOW EMPTY_RESULT DUMMY_SCAN COLUMN_DATA_SCAN READ_PARQUET READ_CSV READ_CSV_AUTO'.split(' '));

interface Step {
  readonly name: string;
  readonly children?: readonly Step[];
}

/** Whether a SELECT gives the same bits in the same order on any number of threads, by DuckDB's plan for it; false where it has none. */
export async function isThreadFree(connection: DuckDBConnection, query: string): Promise<boolean> {
  const explained = await connection.runAndReadAll(`EXPLAIN (FORMAT JSON) ${query}`).then((result) => result.getRows(), () => []);
  return explained.length > 0 && explained.every(([, plan]) => (JSON.parse(String(plan)) as Step[]).every(isRowByRow));
}

function isRowByRow({ name, children = [] }: Step): boolean {
  return ROW_BY_ROW.has(name.trim()) && children.every(isRowByRow);
}
