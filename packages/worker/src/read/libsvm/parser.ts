import { DataError } from '@scalemix/core';
import { DecimalParser } from '../decimal.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const TAB = 9;
const HASH = 35;
const COLON = 58;
const ZERO = 48;
const LOWER_Q = 113;

/** The largest index a row may use. */
export const MAX_INDEX = 2 ** 31 - 1;

const INCOMPLETE = -1;

/**
 * Parses rows `label [qid:n] index:value ... [# comment]` into labels and
 * compressed sparse rows. Indices count from 1 and ascend within a row; they are
 * stored from 0.
 */
export class LibsvmParser {
  /** Rows in the arrays. */
  rows = 0;
  /** Rows read of this file. */
  fileRow = 0;
  /** Largest index of all rows read, counted from 1. */
  width = 0;
  /** Stored values of all rows read. */
  stored = 0;

  readonly labels: Float64Array;
  readonly indptr: Uint32Array;
  indices = new Uint32Array(1024);
  values = new Float64Array(1024);

  private readonly capacity: number;
  private readonly decimals = new DecimalParser();
  private fileName = '';
  private line = 1;
  /** Entries before those of the current row. */
  private entries = 0;

  /** @param capacity rows the arrays hold */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.labels = new Float64Array(capacity);
    this.indptr = new Uint32Array(capacity + 1);
  }

  beginFile(fileName: string): void {
    this.fileName = fileName;
    this.fileRow = 0;
    this.line = 1;
  }

  /** Begins the arrays anew. */
  clear(): void {
    this.rows = 0;
    this.entries = 0;
  }

  /**
   * Parses rows until the arrays are full or the bytes run out.
   *
   * @param bytes bytes[end] must exist and be a line feed
   * @param last no bytes follow `end`
   * @returns where the first row not parsed begins
   * @throws DataError BAD_LABEL, BAD_INDEX, BAD_SPARSE_VALUE
   */
  parse(bytes: Buffer, start: number, end: number, last: boolean): number {
    let at = start;
    while (this.rows < this.capacity && at < end) {
      const next = bytes.indexOf(LINE_FEED, at);
      if (next >= end && !last) return at;
      this.parseLine(bytes, at, Math.min(next, end));
      this.line++;
      at = Math.min(next, end) + 1;
    }
    return Math.min(at, end);
  }

  private parseLine(bytes: Buffer, start: number, end: number): void {
    let at = skipBlanks(bytes, start);
    if (ends(bytes, at, end)) return;
    const label = this.number(bytes, at);
    if (label === INCOMPLETE || !separates(bytes[label]!)) throw this.wrong('BAD_LABEL', bytes, at, end, 'the label is not a number');
    this.labels[this.rows] = this.decimals.value;
    at = skipBlanks(bytes, label);

    let entry = this.entries;
    let before = 0;
    if (bytes[at] === LOWER_Q && bytes.toString('latin1', at, at + 4) === 'qid:') at = skipBlanks(bytes, tokenEnd(bytes, at));
    while (!ends(bytes, at, end)) {
      const token = at;
      let index = 0;
      while (bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9 && index <= MAX_INDEX) index = index * 10 + bytes[at++]! - ZERO;
      if (index > MAX_INDEX) throw this.wrong('BAD_INDEX', bytes, token, end, `the index is above ${MAX_INDEX}`);
      if (at === token || bytes[at] !== COLON) throw this.wrong('BAD_INDEX', bytes, token, end, 'expected index:value');
      if (index === 0) throw this.wrong('BAD_INDEX', bytes, token, end, 'index 0; indices count from 1, add 1 to all of them');
      if (index <= before) throw this.wrong('BAD_INDEX', bytes, token, end, `index ${index} after ${before}; the indices of a row must ascend`);
      const value = this.number(bytes, at + 1);
      if (value === INCOMPLETE || !separates(bytes[value]!)) throw this.wrong('BAD_SPARSE_VALUE', bytes, token, end, 'the value is not a number');
      if (entry === this.indices.length) this.grow();
      this.indices[entry] = index - 1;
      this.values[entry] = this.decimals.value;
      entry++;
      before = index;
      at = skipBlanks(bytes, value);
    }
    this.stored += entry - this.entries;
    this.entries = entry;
    if (before > this.width) this.width = before;
    this.rows++;
    this.fileRow++;
    this.indptr[this.rows] = entry;
  }

  /** Reads a number, `nan` or `inf`; returns its end. */
  private number(bytes: Buffer, start: number): number {
    const end = this.decimals.parse(bytes, start);
    if (end >= 0) return end;
    const stop = tokenEnd(bytes, start);
    const word = /^([-+]?)(nan|inf|infinity)$/i.exec(bytes.toString('latin1', start, Math.min(stop, start + 16)));
    if (word === null) return INCOMPLETE;
    this.decimals.value = word[2]!.toLowerCase() === 'nan' ? Number.NaN : word[1] === '-' ? -Infinity : Infinity;
    return stop;
  }

  private grow(): void {
    const indices = new Uint32Array(2 * this.indices.length);
    const values = new Float64Array(2 * this.values.length);
    indices.set(this.indices);
    values.set(this.values);
    this.indices = indices;
    this.values = values;
  }

  private wrong(code: string, bytes: Buffer, at: number, end: number, problem: string): DataError {
    const token = bytes.toString('utf8', at, Math.min(tokenEnd(bytes, at), end, at + 40));
    return new DataError(code, `${this.fileName}, row ${this.fileRow + 1} (line ${this.line}): '${token}': ${problem}; a row reads 'label index:value index:value ...'`);
  }
}

function separates(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === HASH;
}

function skipBlanks(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === CARRIAGE_RETURN) at++;
  return at;
}

function tokenEnd(bytes: Buffer, start: number): number {
  let at = start;
  while (!separates(bytes[at]!)) at++;
  return at;
}

function ends(bytes: Buffer, at: number, end: number): boolean {
  return at >= end || bytes[at] === HASH;
}
