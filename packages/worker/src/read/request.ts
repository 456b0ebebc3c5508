import { DataError } from '@scalemix/core';
import type { ReadRequest, TableColumn } from './table.ts';

/**
 * Finds the columns a request names.
 * @param subject the file or files, for messages
 * @throws DataError UNKNOWN_COLUMN, UNSUPPORTED_TYPE
 */
export function requestedColumns(request: ReadRequest, columns: readonly TableColumn[], subject: string): TableColumn[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return request.columns.map((name) => {
    const column = byName.get(name);
    if (column === undefined) throw unknownColumn(name, columns, subject);
    if (column.kind === 'unsupported') {
      throw new DataError(
        'UNSUPPORTED_TYPE',
        `${subject}: column '${name}' has the type ${column.type ?? 'unknown'}, which is neither number, text nor boolean; leave it out with --exclude '${name}', or make numbers or text of it with --query`,
      );
    }
    return column;
  });
}

/** The error for a column that is not there; it names the nearest that are. */
export function unknownColumn(name: string, columns: readonly TableColumn[], subject: string): DataError {
  const names = columns.map((column) => column.name);
  const near = nearestNames(name, names);
  const hint = near.length > 0 ? `did you mean ${near.map((other) => `'${other}'`).join(' or ')}?` : `its columns are ${listed(names)}`;
  return new DataError('UNKNOWN_COLUMN', `${subject}: there is no column '${name}'; ${hint}`);
}

/** Up to three names at most a third of `name` away (edits), nearest first; another case counts as near. */
export function nearestNames(name: string, names: readonly string[]): string[] {
  const limit = Math.max(1, Math.ceil(name.length / 3));
  const wanted = name.toLowerCase();
  return names
    .map((other) => ({ other, distance: editDistance(wanted, other.toLowerCase(), limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ other }) => other);
}

/** Levenshtein's distance, or limit + 1 where it is larger. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown}, ... (${names.length} in all)` : shown;
}
