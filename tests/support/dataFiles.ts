import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { startEngine } from '../../packages/worker/src/read/duckdb/engine.ts';
import { openTable } from '../../packages/worker/src/read/index.ts';
import type { ReadOptions, Table } from '../../packages/worker/src/read/index.ts';

/** A folder that goes with the test. */
export function testFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file into a folder of the test's. */
export function testFile(t: ExecutionContext, name: string, content: string | Uint8Array): string {
  const path = join(testFolder(t), name);
  writeFileSync(path, content);
  return path;
}

/** Writes what a SELECT gives to a Parquet file. */
export async function parquetFile(t: ExecutionContext, select: string, name = 'data.parquet', settings = ''): Promise<string> {
  const path = join(testFolder(t), name);
  const engine = await startEngine({ threads: 1 });
  const connection = await engine.connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet${settings})`);
  connection.closeSync();
  engine.close();
  return path;
}

/** What the tests use of the package that writes Arrow. */
interface ArrowWriter {
  tableFromArrays(arrays: Record<string, readonly unknown[]>, options?: object): object;
  tableToIPC(table: object, options: { format: 'file' | 'stream'; codec?: number }): Uint8Array;
  setCompressionCodec(type: number, codec: { encode(bytes: Uint8Array): Uint8Array; decode(bytes: Uint8Array): Uint8Array }): void;
  dictionary(type: object): object;
  utf8(): object;
  utf8View(): object;
  float32(): object;
  int64(): object;
  dateDay(): object;
}

export const arrowWriter = createRequire(new URL('../../packages/worker/package.json', import.meta.url))('@uwdata/flechette') as ArrowWriter;

export type Cell = number | string | null;

/** All rows of a table, column by column; missing values are null. Sparse columns give `index:value` texts. */
export async function readAll(table: Table, columns?: readonly string[], asText: readonly string[] = []): Promise<Record<string, Cell[]>> {
  const names = columns ?? table.columns.filter(({ kind }) => kind !== 'unsupported').map(({ name }) => name);
  const cells: Record<string, Cell[]> = Object.fromEntries(names.map((name) => [name, []]));
  let rows = 0;
  for await (const batch of table.batches({ columns: names, asText: new Set(asText) })) {
    if (batch.firstRow !== rows) throw new Error(`batch begins at ${batch.firstRow}, not ${rows}`);
    rows += batch.rows;
    batch.columns.forEach((column, index) => {
      const into = cells[names[index]!]!;
      if (column.kind === 'text') for (const code of column.codes) into.push(code < 0 ? null : column.levels[code]!);
      else if (column.kind === 'numeric') for (const value of column.values) into.push(Number.isNaN(value) ? null : value);
      else {
        for (let row = 0; row < batch.rows; row++) {
          const entries = [];
          for (let at = column.indptr[row]!; at < column.indptr[row + 1]!; at++) entries.push(`${column.indices[at]}:${column.values[at]}`);
          into.push(entries.join(' '));
        }
      }
      if (into.length !== rows) throw new Error(`column ${names[index]} has ${into.length} of ${rows} rows`);
    });
  }
  return cells;
}

/** Opens, reads all and closes. */
export async function readFile(input: string | readonly string[], options: ReadOptions = {}, asText: readonly string[] = []): Promise<Record<string, Cell[]>> {
  const table = await openTable(input, options);
  try {
    return await readAll(table, undefined, asText);
  } finally {
    await table.close();
  }
}

/** `CODE: message` of the error that reading ends with. */
export async function readError(input: string | readonly string[], options: ReadOptions = {}): Promise<string> {
  return errorOf(() => readFile(input, options));
}

/** `CODE: message` of the error that something ends with. */
export async function errorOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  return 'no error';
}
