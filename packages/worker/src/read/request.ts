import { DataError, listNames, nearNames } from '@scalemix/core';
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
        `${subject}: column '${name}' has the type ${column.type ?? 'unknown'}, which is neither number, text nor boolean; leave it out with --exclude '${name}', or ${column.remedy ?? 'make numbers or text of it with --query'}`,
      );
    }
    return column;
  });
}

/** The error for a column that is not there; it names the nearest that are. */
export function unknownColumn(name: string, columns: readonly TableColumn[], subject: string): DataError {
  const names = columns.map((column) => column.name);
  const near = nearNames(name, names);
  const hint = near.length > 0 ? `did you mean ${near.map((other) => `'${other}'`).join(' or ')}?` : `its columns are ${listNames(names, 20)}`;
  return new DataError('UNKNOWN_COLUMN', `${subject}: there is no column '${name}'; ${hint}`);
}
