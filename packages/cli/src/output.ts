/** Standard output carries the result, standard error everything else. */
import { once } from 'node:events';
import process from 'node:process';
import { FailureError } from '@scalemix/core';
import { terminalOf } from './terminal.ts';
import type { Terminal } from './terminal.ts';

export interface Output {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Waits where the reader is slower. */
  result(text: string): Promise<void>;
  note(text: string): void;
}

export const output: Output = {
  stdout: terminalOf(process.stdout),
  stderr: terminalOf(process.stderr),
  result: async (text) => {
    if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  note: (text) => {
    process.stderr.write(text);
  },
};

/**
 * A reader that has gone away (`| head`) wants no more: that is no error. A disk that is full is one.
 * @param failed says so, and returns the exit code
 */
export function endOnClosedPipe(beforeExit: () => void, failed: (error: FailureError) => number): void {
  for (const [stream, name] of [[process.stdout, 'Standard output'], [process.stderr, 'Standard error']] as const) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      beforeExit();
      process.exit(error.code === 'EPIPE' ? 0 : failed(new FailureError('CANNOT_WRITE', `${name} cannot be written: ${error.message}.`, { cause: error })));
    });
  }
}

/** Resolves when all that was written has gone out: process.exit would cut it off. */
export async function flush(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
}
