import type { Missing } from '../missing.ts';
import { booleanOfCell, numberOfCell, splitRecord } from './cells.ts';
import type { CsvHead } from './header.ts';

/** `commas`: numbers with a comma, for the decimals or between thousands; which of the two a reader cannot know. */
export type CsvKind = 'numeric' | 'text' | 'boolean' | 'commas';

const COMMAS = /^[+-]?\d+(,\d+)+$/;

/** What the cells of a column in the sample look like. */
export interface Votes {
  numbers: number;
  booleans: number;
  texts: number;
  /** Texts that are numbers with a comma. */
  commas: number;
}

const SAMPLE_ROWS = 10_000;

/** Counts what the first rows hold; adds to `votes`. What cannot be read ends the sample: the parser reports it with its place. Returns the rows seen. */
export function sampleColumns(head: CsvHead, missing: Missing, votes: readonly Votes[]): number {
  let at = head.dataStart;
  let rows = 0;
  while (rows < SAMPLE_ROWS && at < head.bytes.length) {
    const record = splitRecord(head.bytes, at, head.delimiter, head.whole);
    if (record === null) break;
    if ('badQuote' in record) return rows + 1;
    at = record.next;
    if (record.cells.length === 1 && record.cells[0] === '' && head.names.length > 1) continue;
    rows++;
    record.cells.forEach((cell, place) => {
      const vote = votes[place];
      if (vote === undefined || missing.texts.has(cell.trim())) return;
      const number = numberOfCell(cell);
      if (number !== undefined) vote.numbers += number === number ? 1 : 0;
      else if (booleanOfCell(cell) !== undefined) vote.booleans++;
      else {
        vote.texts++;
        if (COMMAS.test(cell.trim())) vote.commas++;
      }
    });
  }
  return rows;
}

/**
 * The kind most of the sample's cells have. A column of numbers with a few other
 * cells is numeric, and reading it stops at the first of them with its place: a
 * stray cell must not quietly turn numbers into categories. An empty column is
 * numeric. Where all texts are numbers with a comma, the column is of those.
 */
export function kindOf({ numbers, booleans, texts, commas }: Votes): CsvKind {
  if (booleans > numbers + texts) return 'boolean';
  if (numbers > texts + booleans || numbers + texts + booleans === 0) return 'numeric';
  return commas > 0 && commas === texts && booleans === 0 ? 'commas' : 'text';
}
