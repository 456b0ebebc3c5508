import { FailureError } from '@scalemix/core';
import { reason, startEngine } from '../read/duckdb/engine.ts';

/**
 * Makes a Parquet file of a CSV file whose columns are all numbers, as a
 * stream: memory does not grow with the rows. Empty cells become null.
 * @param columns names, in order, as the header line has them
 * @throws FailureError CANNOT_WRITE
 */
export async function writeParquetOfCsv(csv: string, parquet: string, columns: readonly string[]): Promise<void> {
  const engine = await startEngine({ memoryLimit: 512e6 });
  try {
    const connection = await engine.connect();
    const types = columns.map((name) => `${literal(name)}: 'DOUBLE'`).join(', ');
    await connection.run(
      `COPY (SELECT * FROM read_csv(${literal(csv)}, auto_detect = false, header = true, delim = ',', columns = {${types}})) TO ${literal(parquet)} (FORMAT parquet)`,
    );
    connection.closeSync();
  } catch (error) {
    throw new FailureError('CANNOT_WRITE', `${parquet} cannot be written: ${reason(error)}.`, { cause: error });
  } finally {
    engine.close();
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
