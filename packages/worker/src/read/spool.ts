import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataError } from '@scalemix/core';

export interface Spooled {
  readonly path: string;
  remove(): void;
}

/**
 * Copies a stream to a temporary file, which goes with `remove`, on an error
 * and when the process exits.
 * @throws DataError STDIN_FAILED
 */
export async function spool(input: Readable): Promise<Spooled> {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-'));
  const remove = (): void => {
    process.removeListener('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', remove);
  const path = join(folder, 'input');
  try {
    await pipeline(input, createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    remove();
    throw new DataError('STDIN_FAILED', `standard input could not be copied to ${tmpdir()}: ${(error as Error).message}`, { cause: error });
  }
  return { path, remove };
}
