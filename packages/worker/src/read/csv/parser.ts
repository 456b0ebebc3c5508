import { DataError } from '@scalemix/core';
import { DecimalParser } from '../decimal.ts';
import type { Levels } from '../levels.ts';
import type { Missing } from '../missing.ts';
import { booleanOfCell, CARRIAGE_RETURN, closingQuote, LINE_FEED, numberOfCell, QUOTE } from './cells.ts';

/** Where the cells of a column of the file go: nowhere, as numbers, as 0 and 1, or as codes. */
export type CellSink =
  | { readonly kind: 'skip' }
  | { readonly kind: 'number'; readonly values: Float64Array }
  | { readonly kind: 'boolean'; readonly values: Float64Array }
  | { readonly kind: 'text'; readonly codes: Int32Array; readonly levels: Levels };

const SKIP = 0;
const NUMBER = 1;
const BOOLEAN = 2;
const TEXT = 3;
const CODES = { skip: SKIP, number: NUMBER, boolean: BOOLEAN, text: TEXT } as const;

const INCOMPLETE = -1;
const COMMA = 44;

const NO_VALUES = new Float64Array(0);
const NO_CODES = new Int32Array(0);

export interface CsvParserOptions {
  readonly names: readonly string[];
  readonly sinks: readonly CellSink[];
  readonly missing: Missing;
  /** Rows that fit the sinks. */
  readonly capacity: number;
}

/**
 * Parses rows from bytes straight into the sinks' arrays.
 *
 * A row is parsed whole or not at all: where the bytes end inside it, the parser
 * goes back to its beginning and waits for more. Rows of another width than the
 * header, text among numbers and open quotes are errors that name file, row,
 * line, column and value. Blank lines are skipped, except in a file of one
 * column, where they are missing values.
 *
 * Cost: 1.5 to 2.5 ns a byte.
 */
export class CsvParser {
  /** Rows in the sinks. */
  rows = 0;
  /** Rows read of this file. */
  fileRow = 0;

  private fileName = '';
  private line = 1;
  private readonly names: readonly string[];
  private delimiter = COMMA;
  private readonly capacity: number;
  private readonly missing: Missing;
  private readonly kinds: Uint8Array;
  private readonly values: readonly Float64Array[];
  private readonly codes: readonly Int32Array[];
  private readonly levels: readonly (Levels | null)[];
  private readonly decimals = new DecimalParser();
  /** Set by `cellEnd`: the content of the cell it measured, and whether it holds doubled quotes. */
  private contentStart = 0;
  private contentEnd = 0;
  private doubledQuotes = false;

  constructor(options: CsvParserOptions) {
    const { sinks } = options;
    this.names = options.names;
    this.capacity = options.capacity;
    this.missing = options.missing;
    this.kinds = Uint8Array.from(sinks, (sink) => CODES[sink.kind]);
    this.values = sinks.map((sink) => ('values' in sink ? sink.values : NO_VALUES));
    this.codes = sinks.map((sink) => ('codes' in sink ? sink.codes : NO_CODES));
    this.levels = sinks.map((sink) => ('levels' in sink ? sink.levels : null));
  }

  /** @param firstLine 1-based line of the first row */
  beginFile(fileName: string, delimiter: number, firstLine: number): void {
    this.fileName = fileName;
    this.delimiter = delimiter;
    this.fileRow = 0;
    this.line = firstLine;
  }

  /**
   * Parses rows until the sinks are full or the bytes run out.
   *
   * @param bytes bytes[end] must exist and be a line feed (not part of the data): it stops every scan
   * @param last no bytes follow `end`
   * @returns where the first row not parsed begins
   * @throws DataError RAGGED_ROW, TEXT_IN_NUMERIC_COLUMN, TEXT_IN_BOOLEAN_COLUMN, BAD_QUOTING, BAD_ENCODING
   */
  parse(bytes: Buffer, start: number, end: number, last: boolean): number {
    const { kinds, delimiter, decimals } = this;
    const width = kinds.length;
    const plainNumbers = this.missing.numbers.length === 0;
    let at = start;
    while (this.rows < this.capacity && at < end) {
      const rowStart = at;
      const row = this.rows;
      const line = this.line;
      if (width > 1 && (bytes[at] === LINE_FEED || bytes[at] === CARRIAGE_RETURN)) {
        if (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) {
          if (at + 1 === end && !last) return rowStart;
          at++;
        }
        at++;
        this.line++;
        continue;
      }
      for (let column = 0; ; ) {
        const cellStart = at;
        const kind = kinds[column]!;
        if (kind === NUMBER) {
          at = decimals.parse(bytes, at);
          const after = at < 0 ? 0 : bytes[at]!;
          if (after === delimiter || after === LINE_FEED || after === CARRIAGE_RETURN) {
            const value = decimals.value;
            this.values[column]![row] = plainNumbers || !this.missing.numbers.includes(value) ? value : Number.NaN;
          } else {
            at = this.cellEnd(bytes, cellStart, end, last, column);
            if (at !== INCOMPLETE) this.values[column]![row] = this.oddNumber(bytes, column);
          }
        } else {
          at = this.cellEnd(bytes, cellStart, end, last, column);
          if (at !== INCOMPLETE && kind !== SKIP) {
            if (kind === TEXT) this.codes[column]![row] = this.code(bytes, column);
            else this.values[column]![row] = this.boolean(bytes, column);
          }
        }
        if (!last && (at === INCOMPLETE || at >= end || (at === end - 1 && bytes[at] === CARRIAGE_RETURN))) {
          this.line = line;
          return rowStart;
        }
        const terminator = bytes[at++];
        column++;
        if (terminator === delimiter) {
          if (column < width) continue;
          const found = this.countCells(bytes, rowStart, end, last);
          this.line = line;
          if (found === INCOMPLETE) return rowStart;
          throw this.ragged(found);
        }
        if (terminator === CARRIAGE_RETURN && bytes[at] === LINE_FEED && at < end) at++;
        if (column < width) throw this.ragged(column);
        break;
      }
      this.line++;
      this.fileRow++;
      this.rows++;
    }
    return Math.min(at, end);
  }

  /** The error for a row that does not end within `limit` bytes. */
  tooLong(limit: number): DataError {
    return new DataError('ROW_TOO_LONG', `${this.fileName}, row ${this.fileRow + 1} (line ${this.line}): the row does not end within ${limit} bytes; is one of its quotes not closed?`);
  }

  /** Measures the cell at `start`; returns the position of what ends it, or INCOMPLETE: half a cell must not become a level. */
  private cellEnd(bytes: Buffer, start: number, end: number, last: boolean, column: number): number {
    const { delimiter } = this;
    this.doubledQuotes = false;
    if (bytes[start] !== QUOTE || start >= end) {
      let at = start;
      for (;;) {
        const byte = bytes[at]!;
        if (byte === delimiter || byte === LINE_FEED || byte === CARRIAGE_RETURN) break;
        at++;
      }
      if (at >= end && !last) return INCOMPLETE;
      this.contentStart = start;
      this.contentEnd = at;
      return at;
    }
    const close = closingQuote(bytes, start, end);
    if (close < 0) {
      if (!last) return INCOMPLETE;
      throw this.wrong('BAD_QUOTING', column, `the quote that opens this cell is never closed (${quoted(bytes.toString('utf8', start, Math.min(end, start + 30)))}...)`, 'close it, or double a quote that is part of the text');
    }
    if (close + 1 >= end && !last) return INCOMPLETE;
    const after = bytes[close + 1]!;
    if (after !== delimiter && after !== LINE_FEED && after !== CARRIAGE_RETURN) {
      throw this.wrong('BAD_QUOTING', column, `text follows the closing quote (${bytes.toString('utf8', start, Math.min(end, close + 10))})`, 'double a quote that is part of the text');
    }
    for (let at = start + 1; at < close; at++) {
      const byte = bytes[at];
      if (byte === LINE_FEED) this.line++;
      else if (byte === QUOTE) this.doubledQuotes = true;
    }
    this.contentStart = start + 1;
    this.contentEnd = close;
    return close + 1;
  }

  private content(bytes: Buffer): string {
    const text = bytes.toString('utf8', this.contentStart, this.contentEnd);
    return this.doubledQuotes ? text.replaceAll('""', '"') : text;
  }

  /** A number that is quoted, missing, infinite or surrounded by spaces. */
  private oddNumber(bytes: Buffer, column: number): number {
    if (this.contentEnd === this.contentStart) return Number.NaN;
    const text = this.content(bytes);
    if (this.missing.texts.has(text) || this.missing.texts.has(text.trim())) return Number.NaN;
    const value = numberOfCell(text);
    if (value === undefined) {
      throw this.wrong('TEXT_IN_NUMERIC_COLUMN', column, `${quoted(text)} is not a number`, remedies(this.names[column]!, text));
    }
    return this.missing.numbers.includes(value) ? Number.NaN : value;
  }

  private boolean(bytes: Buffer, column: number): number {
    const text = this.content(bytes);
    if (this.missing.texts.has(text)) return Number.NaN;
    const value = booleanOfCell(text);
    if (value === undefined) {
      throw this.wrong('TEXT_IN_BOOLEAN_COLUMN', column, `${quoted(text)} is neither true nor false`, remedies(this.names[column]!, text));
    }
    return value ? 1 : 0;
  }

  private code(bytes: Buffer, column: number): number {
    const levels = this.levels[column]!;
    try {
      if (!this.doubledQuotes) return levels.codeOfBytes(bytes, this.contentStart, this.contentEnd);
      const text = Buffer.from(bytes.toString('latin1', this.contentStart, this.contentEnd).replaceAll('""', '"'), 'latin1');
      return levels.codeOfBytes(text, 0, text.length);
    } catch (error) {
      if (error instanceof DataError) throw this.wrong(error.code, column, error.message, '');
      throw error;
    }
  }

  private countCells(bytes: Buffer, start: number, end: number, last: boolean): number {
    for (let at = start, cells = 1; ; cells++) {
      at = this.cellEnd(bytes, at, end, last, Math.min(cells, this.names.length) - 1);
      if (at === INCOMPLETE) return INCOMPLETE;
      if (bytes[at] !== this.delimiter || at >= end) return cells;
      at++;
    }
  }

  private ragged(found: number): DataError {
    const row = this.fileRow + 1;
    return new DataError(
      'RAGGED_ROW',
      `${this.fileName}, row ${row} (line ${this.line}): ${found} ${found === 1 ? 'cell' : 'cells'} where the header has ${this.names.length} columns; add or remove cells, or quote text that holds the delimiter ${quoted(String.fromCharCode(this.delimiter))}`,
    );
  }

  private wrong(code: string, column: number, problem: string, remedy: string): DataError {
    const place = `${this.fileName}, column '${this.names[column]}', row ${this.fileRow + 1} (line ${this.line})`;
    return new DataError(code, `${place}: ${problem}${remedy === '' ? '' : `; ${remedy}`}`);
  }
}

function remedies(name: string, value: string): string {
  return `if the column holds categories say --categorical '${name}', leave it out with --exclude '${name}', or count the value as missing with --na '${shortened(value)}'`;
}

function quoted(text: string): string {
  return `'${shortened(text)}'`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
