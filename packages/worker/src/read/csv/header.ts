import { isUtf8 } from 'node:buffer';
import { DataError } from '@scalemix/core';
import { contentHead } from '../bytes.ts';
import type { InputFile } from '../bytes.ts';
import { splitRecord } from './cells.ts';

/** The beginning of a CSV file. */
export interface CsvHead {
  readonly file: InputFile;
  readonly names: readonly string[];
  readonly delimiter: number;
  /** Where the first row begins, in decompressed bytes. */
  readonly dataStart: number;
  /** Lines of the header. */
  readonly headerLines: number;
  /** The first bytes of the file, for the sample. */
  readonly bytes: Buffer;
  /** Whether `bytes` are all of it. */
  readonly whole: boolean;
}

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Reads the header line: names are unique, not empty, trimmed unless quoted.
 *
 * @param delimiter one character, or null to take the first of comma, semicolon, tab and bar that the header line has
 * @throws DataError EMPTY_FILE, DUPLICATE_COLUMN, EMPTY_COLUMN_NAME, BAD_QUOTING, BAD_ENCODING, ROW_TOO_LONG
 */
export async function readHead(file: InputFile, delimiter: string | null, sampleBytes: number): Promise<CsvHead> {
  const { head, whole } = await contentHead(file, sampleBytes);
  const start = afterByteOrderMark(file, head);
  if (head.subarray(start).toString('latin1').trim() === '') throw new DataError('EMPTY_FILE', `${file.name} is empty; the first line must name the columns`);
  const separator = (delimiter ?? guessDelimiter(head, start)).charCodeAt(0);
  const record = splitRecord(head, start, separator, whole);
  if (record === null) {
    throw new DataError('ROW_TOO_LONG', `${file.name}: the header line does not end within ${head.length} bytes; does the file have one, and are its quotes closed?`);
  }
  if ('badQuote' in record) throw new DataError('BAD_QUOTING', `${file.name}: a quoted name in the header line (cell ${record.cell + 1}) is not closed, or text follows its closing quote${delimiter === null ? '' : `; is ${JSON.stringify(delimiter)} the delimiter?`}`);
  if (!isUtf8(head.subarray(start, record.next))) throw new DataError('BAD_ENCODING', `${file.name}: the header line is not UTF-8; save the file as UTF-8`);
  const names = record.cells.map((name) => name.trim());
  checkNames(file, names);
  const headerText = head.subarray(start, record.next).toString('latin1');
  const headerLines = headerText.split(/\r\n|\n|\r/).length - (/[\r\n]$/.test(headerText) ? 1 : 0);
  return { file, names, delimiter: separator, dataStart: record.next, headerLines, bytes: head, whole };
}

function afterByteOrderMark(file: InputFile, head: Buffer): number {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new DataError('BAD_ENCODING', `${file.name} is UTF-16; save it as UTF-8`);
  }
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}

function guessDelimiter(head: Buffer, start: number): string {
  let quoted = false;
  const seen = new Set<string>();
  for (let at = start; at < head.length; at++) {
    const character = String.fromCharCode(head[at]!);
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted) seen.add(character);
  }
  return DELIMITERS.find((candidate) => seen.has(candidate)) ?? ',';
}

function checkNames(file: InputFile, names: readonly string[]): void {
  const places = new Map<string, number>();
  names.forEach((name, place) => {
    if (name === '') {
      throw new DataError('EMPTY_COLUMN_NAME', `${file.name}: column ${place + 1} of ${names.length} has no name; name it in the header line, or remove the column (in R: write.csv(row.names = FALSE))`);
    }
    const before = places.get(name);
    if (before !== undefined) {
      throw new DataError('DUPLICATE_COLUMN', `${file.name}: columns ${before + 1} and ${place + 1} are both named '${name}'; rename one of them in the header line`);
    }
    places.set(name, place);
  });
}
