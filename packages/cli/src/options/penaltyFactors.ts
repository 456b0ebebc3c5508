import { readFileSync } from 'node:fs';
import { DataError } from '@scalemix/core';
import { splitList } from './list.ts';
import { badValue } from './option.ts';

/**
 * Penalty factors by name: `distance=0,origin=2`, or a file: .json holding an
 * object, .csv holding lines `name,factor`. A name is a column's (all of its
 * levels) or a feature's (`origin=ATL`).
 * @throws UsageError BAD_OPTION_VALUE; DataError FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export function readPenaltyFactors(texts: readonly string[], flag: string): ReadonlyMap<string, number> {
  const given = texts[0]!;
  if (/\.json$/i.test(given)) return collect(jsonEntries(readText(given), flag, given), flag);
  if (/\.csv$/i.test(given)) return collect(csvEntries(readText(given)), flag);
  return collect(splitList(given).map((item) => splitAt(item, item.lastIndexOf('='))), flag);
}

function splitAt(item: string, at: number): [string, string] {
  return at < 0 ? [item, ''] : [item.slice(0, at).trim(), item.slice(at + 1)];
}

function collect(entries: Iterable<readonly [string, string]>, flag: string): Map<string, number> {
  const factors = new Map<string, number>();
  for (const [name, value] of entries) {
    const factor = value.trim() === '' ? NaN : Number(value);
    if (name === '' || !Number.isFinite(factor) || factor < 0) {
      throw badValue(flag, `${name}=${value}`, 'pairs NAME=FACTOR with factors of zero or more, or a .json or .csv file of them');
    }
    if (factors.has(name)) throw badValue(flag, name, 'pairs with each name once');
    factors.set(name, factor);
  }
  return factors;
}

function jsonEntries(json: string, flag: string, file: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badValue(flag, file, 'a JSON file that holds one object of names and factors');
  return Object.entries(value).map(([name, factor]) => [name, typeof factor === 'number' ? String(factor) : 'not a number']);
}

/** Lines `name,factor`; a first line whose factor is no number is a heading. */
function csvEntries(csv: string): [string, string][] {
  const lines = csv.split(/\r?\n/).filter((line) => line.trim() !== '');
  const entries = lines.map((line): [string, string] => {
    const cells = splitList(line);
    return [cells[0]!, cells.length === 2 ? cells[1]! : ''];
  });
  const [heading] = entries;
  if (heading !== undefined && heading[1] !== '' && Number.isNaN(Number(heading[1]))) entries.shift();
  return entries;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new DataError(missing ? 'FILE_NOT_FOUND' : 'FILE_NOT_READABLE', `The penalty factors ${path} cannot be read: ${missing ? 'there is no such file' : (error as Error).message}.`, { cause: error });
  }
}
