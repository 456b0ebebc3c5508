/**
 * The spill file: blocks that do not fit into memory. It has no name once it
 * is open, so nothing remains of it however the process ends; threads of the
 * process read it through the descriptor.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailureError } from '@scalemix/core';

export class SpillFile {
  readonly descriptor: number;
  readonly directory: string;
  /** Bytes written. */
  size = 0;

  /** @param directory where room is; the system's temporary directory by default */
  constructor(directory: string = tmpdir()) {
    this.directory = directory;
    try {
      const folder = mkdtempSync(join(directory, 'scalemix-'));
      const file = join(folder, 'rows');
      try {
        this.descriptor = openSync(file, 'wx+', 0o600);
        rmSync(file);
      } finally {
        rmdirSync(folder);
      }
    } catch (cause) {
      throw spillError(directory, 'cannot be opened', cause);
    }
  }

  /** Appends a block; returns its offset. */
  append(bytes: Uint8Array): number {
    const offset = this.size;
    this.write(bytes, offset);
    this.size += bytes.byteLength;
    return offset;
  }

  write(bytes: Uint8Array, offset: number): void {
    try {
      let done = 0;
      while (done < bytes.byteLength) done += writeSync(this.descriptor, bytes, done, bytes.byteLength - done, offset + done);
    } catch (cause) {
      throw spillError(this.directory, `cannot take ${bytes.byteLength} bytes more after ${this.size}`, cause);
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Fills `bytes` from the spill file. @throws FailureError SPILL_FILE */
export function readSpilled(descriptor: number, bytes: Uint8Array, offset: number): void {
  let done = 0;
  try {
    while (done < bytes.byteLength) {
      const count = readSync(descriptor, bytes, done, bytes.byteLength - done, offset + done);
      if (count === 0) throw new RangeError('unexpected end of file');
      done += count;
    }
  } catch (cause) {
    throw new FailureError('SPILL_FILE', `The spill file cannot be read: ${bytes.byteLength} bytes at ${offset}: ${(cause as Error).message}.`, { cause });
  }
}

function spillError(directory: string, problem: string, cause: unknown): FailureError {
  return new FailureError(
    'SPILL_FILE',
    `The spill file in ${directory} ${problem}: ${(cause as Error).message}. Name a directory with more room, or raise --memory.`,
    { cause },
  );
}
