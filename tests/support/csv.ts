import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The columns of a small, clean CSV file (no quoted commas or line breaks), as text. */
export function readCsv(path: string): Map<string, string[]> {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...rows] = text.trimEnd().split(/\r?\n/);
  const unquote = (cell: string): string => (cell.startsWith('"') ? cell.slice(1, -1) : cell);
  // A name that was there before gets a number: diamonds.csv has its price and a length both as y.
  const names = header!.split(',').map(unquote).map((name, c, all) => (all.indexOf(name) < c ? `${name}.${c}` : name));
  const columns = names.map(() => [] as string[]);
  for (const row of rows) row.split(',').forEach((cell, c) => columns[c]!.push(unquote(cell)));
  return new Map(names.map((name, c) => [name, columns[c]!]));
}

export function readJson<T>(path: string): T {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as T;
}
