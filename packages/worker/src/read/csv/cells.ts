export const QUOTE = 34;
export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;

/** The cells of one record, and where the next record begins. */
export interface Record {
  readonly cells: readonly string[];
  readonly next: number;
}

/** Where a record cannot be read. */
export interface BadQuote {
  readonly badQuote: true;
  readonly cell: number;
}

/**
 * Splits one record, for the header and the sample (the rows go through
 * `CsvParser`, which this one defines the meaning of): a cell that begins with a
 * quote ends at the next single quote and may hold delimiters and line ends; a
 * quote elsewhere is an ordinary character. LF, CRLF and CR end a record.
 *
 * @returns null where the bytes end inside the record and are not `whole`
 */
export function splitRecord(bytes: Buffer, start: number, delimiter: number, whole: boolean): Record | BadQuote | null {
  const cells: string[] = [];
  let at = start;
  for (;;) {
    let cell: string;
    if (bytes[at] === QUOTE) {
      const close = closingQuote(bytes, at, bytes.length);
      if (close < 0) return whole ? { badQuote: true, cell: cells.length } : null;
      cell = bytes.toString('utf8', at + 1, close).replaceAll('""', '"');
      at = close + 1;
      const after = bytes[at];
      if (after !== undefined && after !== delimiter && after !== LINE_FEED && after !== CARRIAGE_RETURN) {
        return { badQuote: true, cell: cells.length };
      }
    } else {
      const from = at;
      while (at < bytes.length && bytes[at] !== delimiter && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) at++;
      cell = bytes.toString('utf8', from, at);
    }
    cells.push(cell);
    if (at >= bytes.length) return whole ? { cells, next: at } : null;
    const end = bytes[at++];
    if (end === delimiter) continue;
    if (end === CARRIAGE_RETURN) {
      if (at >= bytes.length && !whole) return null;
      if (bytes[at] === LINE_FEED) at++;
    }
    return { cells, next: at };
  }
}

/** The quote that closes the one at `open`, or -1 where there is none before `end`. */
export function closingQuote(bytes: Buffer, open: number, end: number): number {
  for (let at = open + 1; at < end; at++) {
    if (bytes[at] !== QUOTE) continue;
    if (at + 1 < end && bytes[at + 1] === QUOTE) at++;
    else return at;
  }
  return -1;
}

/**
 * The number a cell holds: a decimal, or an infinity; NaN for nan; spaces
 * around it do not count. Underscores, hexadecimal and units are no numbers.
 */
export function numberOfCell(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  const word = /^([-+]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (word === null) return undefined;
  if (word[2]!.toLowerCase() === 'nan') return Number.NaN;
  return word[1] === '-' ? -Infinity : Infinity;
}

/** true and false in any case. */
export function booleanOfCell(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}
