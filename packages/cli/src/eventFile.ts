import { closeSync, openSync, writeSync } from 'node:fs';
import type { JobEvent } from '@scalemix/coordinator';
import { cannotWrite } from './files.ts';

/** One JSON line an event, each with its time; written as things happen, so that another program can follow. */
export class EventFile {
  readonly #path: string;
  readonly #descriptor: number;
  #progressAt = -Infinity;

  /** @throws FailureError CANNOT_WRITE */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#descriptor = openSync(path, 'w');
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /** Events that only say how far something is come at most ten times a second. */
  write(event: JobEvent): void {
    const now = performance.now();
    if (event.type === 'reading' || event.type === 'passProgress') {
      if (now - this.#progressAt < 100) return;
      this.#progressAt = now;
    }
    try {
      writeSync(this.#descriptor, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
