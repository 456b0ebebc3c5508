import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataError } from '@scalemix/core';
import { temporaryFolder } from './temporary.ts';

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
  const folder = temporaryFolder('scalemix-');
  const path = join(folder.path, 'input');
  try {
    await pipeline(input, createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    folder.remove();
    throw new DataError('STDIN_FAILED', `standard input could not be copied to ${dirname(folder.path)}: ${(error as Error).message}`, { cause: error });
  }
  return { path, remove: folder.remove };
}
