import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError, FailureError } from '@scalemix/core';
import type { ReadOptions } from '../options.ts';
import { temporaryFolder } from '../temporary.ts';

/** A DuckDB of our own, in memory. */
export interface Engine {
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

/**
 * Starts DuckDB: nothing is installed or loaded from the network, settings are
 * locked, what does not fit memory goes to a temporary folder that goes with
 * `close` and when the process exits.
 */
export async function startEngine(options: ReadOptions): Promise<Engine> {
  const scratch = temporaryFolder('scalemix-duckdb-');
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      temp_directory: scratch.path,
      preserve_insertion_order: 'true',
      enable_external_file_cache: 'false',
      ...(options.threads === undefined ? {} : { threads: String(Math.max(1, Math.floor(options.threads))) }),
      ...(options.memoryLimit === undefined ? {} : { memory_limit: `${Math.max(64 * 1024, Math.floor(options.memoryLimit / 1024))}KiB` }),
    });
    const connection = await instance.connect();
    // In this order: a locked configuration takes no further setting.
    if (options.root !== undefined) {
      await connection.run(`SET allowed_directories = [${literal(options.root)}]`);
      await connection.run('SET enable_external_access = false');
    }
    await connection.run('SET lock_configuration = true');
    connection.closeSync();
    return {
      connect: () => instance.connect(),
      close: () => {
        instance.closeSync();
        scratch.remove();
      },
    };
  } catch (error) {
    scratch.remove();
    throw error;
  }
}

/** What DuckDB says, without the position in a text the user did not write. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/\n\nLINE \d+:|\nPossible |\n\n/)[0]!.trim();
}

/** The error for a file that DuckDB could not read. */
export function fileError(name: string, error: unknown): Error {
  const outOfMemory = memoryError(error);
  if (outOfMemory !== null) return outOfMemory;
  return new DataError('CORRUPT_FILE', `${name}: the file is damaged, cut off or not what its name says (${reason(error)}); fetch or write it again`, { cause: error });
}

export function memoryError(error: unknown): FailureError | null {
  return /^Out of Memory/i.test(reason(error))
    ? new FailureError('OUT_OF_MEMORY', `reading needs more memory than allowed (${reason(error)}); raise --memory, or read fewer columns`, { cause: error })
    : null;
}

/** A name as SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path as SQL, for DuckDB's readers, which would take `*`, `?` and `[` in it for patterns. */
export function pathLiteral(path: string): string {
  return literal(path.replace(/[*?[]/g, '[$&]'));
}
