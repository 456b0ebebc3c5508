/** Follows the files that a job's output is written to. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 64 * 1024;

/** Reads a growing file from where it was left; a file that is not there yet is empty. */
export class GrowingFile {
  private offset = 0;
  private readonly decoder = new StringDecoder('utf8');
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** What was appended since, whole characters only. */
  read(): string {
    let file: number;
    try {
      file = openSync(this.path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
    try {
      let text = '';
      const buffer = Buffer.alloc(CHUNK);
      for (const { size } = fstatSync(file); this.offset < size; ) {
        const count = readSync(file, buffer, 0, CHUNK, this.offset);
        if (count === 0) break;
        this.offset += count;
        text += this.decoder.write(buffer.subarray(0, count));
      }
      return text;
    } finally {
      closeSync(file);
    }
  }
}
