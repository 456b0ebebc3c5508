/** Standard output carries the result, standard error everything else. */
import { once } from 'node:events';
import process from 'node:process';
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

/** A reader that has gone away (`| head`) wants no more: that is no error. */
export function endOnClosedPipe(beforeExit: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      beforeExit();
      process.exit(0);
    });
  }
}

/** Resolves when all that was written has gone out: process.exit would cut it off. */
export async function flush(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
}
