import { open } from 'node:fs/promises';
import { fileHead, inflatedHead, isGzip } from '../bytes.ts';
import type { CsvHead } from './header.ts';

/** Windows looked at in a file, at equal distances, and their size. */
const WINDOWS = 32;
const WINDOW_BYTES = 64 << 10;
/** Compressed bytes looked at in a gzip file: its beginning. */
const COMPRESSED_BYTES = 1 << 20;

/** Rows of CSV files, about: from the lines in a few places of each. Exact for small files without line breaks inside cells. */
export async function estimateRows(heads: readonly CsvHead[]): Promise<number> {
  let rows = 0;
  for (const head of heads) rows += await fileRows(head);
  return Math.round(rows);
}

async function fileRows({ file, dataStart }: CsvHead): Promise<number> {
  const start = await fileHead(file.path, COMPRESSED_BYTES);
  if (isGzip(start)) {
    const content = inflatedHead(start);
    const bytes = start.length < file.bytes ? (content.length / start.length) * file.bytes : content.length;
    return linesPerByte([content.subarray(dataStart)]) * (bytes - dataStart);
  }
  const data = file.bytes - dataStart;
  const windows: Buffer[] = [];
  const handle = await open(file.path);
  try {
    const whole = data <= WINDOWS * WINDOW_BYTES;
    const count = whole ? 1 : WINDOWS;
    const size = whole ? data : WINDOW_BYTES;
    for (let index = 0; index < count; index++) {
      const at = dataStart + (count === 1 ? 0 : Math.floor(((data - size) * index) / (count - 1)));
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, at);
      windows.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
  return linesPerByte(windows) * data;
}

function linesPerByte(windows: readonly Buffer[]): number {
  let lines = 0;
  let bytes = 0;
  for (const window of windows) {
    for (let at = window.indexOf(10); at >= 0; at = window.indexOf(10, at + 1)) lines++;
    bytes += window.length;
  }
  const last = windows.at(-1);
  // A last line that does not end.
  if (windows.length === 1 && last !== undefined && last.length > 0 && last.at(-1) !== 10) lines++;
  return bytes === 0 ? 0 : lines / bytes;
}
