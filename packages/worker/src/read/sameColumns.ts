import { DataError } from '@scalemix/core';
import type { InputFile } from './bytes.ts';
import type { TableColumn } from './table.ts';

export interface FileColumns {
  readonly file: InputFile;
  readonly columns: readonly TableColumn[];
}

/**
 * Files read together have the same names and kinds in the same order.
 * @throws DataError COLUMNS_DIFFER
 */
export function checkSameColumns(first: FileColumns, other: FileColumns): void {
  const remedy = 'files read together must have the same columns in the same order';
  if (first.columns.length !== other.columns.length) {
    throw new DataError('COLUMNS_DIFFER', `${first.file.name} has ${first.columns.length} columns but ${other.file.name} has ${other.columns.length}; ${remedy}`);
  }
  const place = first.columns.findIndex((column, index) => described(column) !== described(other.columns[index]!));
  if (place < 0) return;
  const [mine, theirs] = [first.columns[place]!, other.columns[place]!];
  const show = mine.name === theirs.name ? described : ({ name }: TableColumn) => `'${name}'`;
  throw new DataError('COLUMNS_DIFFER', `column ${place + 1} is ${show(mine)} in ${first.file.name} but ${show(theirs)} in ${other.file.name}; ${remedy}`);
}

function described({ name, kind, type }: TableColumn): string {
  return `'${name}' (${kind === 'unsupported' ? (type ?? kind) : kind})`;
}
