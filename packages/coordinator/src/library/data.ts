/** Data in memory, as the library takes them. */
import { UsageError } from '@scalemix/core';

/** A column of numbers (NaN is missing), of texts or of booleans (null is missing). Texts are categories. */
export type ArrayColumn = ArrayLike<number> | readonly (string | null)[] | readonly (boolean | null)[];

/** Predictors in memory. */
export interface ArrayPredictors {
  /**
   * A matrix by rows (row i, column j at `i * p + j`) with `columns`, or columns by name.
   * Columns of texts are categories.
   */
  readonly x: Float64Array | Float32Array | Readonly<Record<string, ArrayColumn>>;
  /** Of a matrix: how many columns it has (named x1, x2, ...), or their names. */
  readonly columns?: number | readonly string[];
  /** A term of the linear predictor with coefficient 1. */
  readonly offset?: ArrayLike<number>;
}

/** Predictors and a response in memory. */
export interface ArrayData extends ArrayPredictors {
  /** Numbers, or for two classes also texts or booleans. */
  readonly y: ArrayColumn;
  readonly weights?: ArrayLike<number>;
  /** y counts successes out of so many trials. */
  readonly trials?: ArrayLike<number>;
  /** Of crossValidate: the fold of each row; each value is a fold. */
  readonly folds?: ArrayColumn;
}

/** A column with its name and how its cells are read, whatever holds them. */
export interface NamedColumn {
  readonly name: string;
  readonly kind: 'numeric' | 'text' | 'boolean';
  readonly length: number;
  /** NaN is missing; booleans are 0 and 1. Of a text column never asked. */
  readonly number: (row: number) => number;
  /** null is missing. */
  readonly text: (row: number) => string | null;
}

/** Names of the columns that the parts of ArrayData become. */
export const ROLE_NAMES = { y: 'y', weights: 'weights', offset: 'offset', trials: 'trials', folds: 'folds' } as const;

/** @throws UsageError BAD_ARRAY, COLUMN_ROLES */
export function namedColumns(data: ArrayPredictors & Partial<ArrayData>): NamedColumn[] {
  const predictors = isMatrix(data.x) ? matrixColumns(data.x, data.columns) : recordColumns(data.x, data.columns);
  const columns = [...predictors];
  for (const [role, name] of Object.entries(ROLE_NAMES)) {
    const values = data[role as keyof typeof ROLE_NAMES];
    if (values === undefined) continue;
    if (predictors.some((column) => column.name === name)) throw new UsageError('COLUMN_ROLES', `x has a column named "${name}", the name kept for ${role}. Give the column another name.`);
    columns.push(namedColumn(name, values));
  }
  const [first] = columns;
  for (const { name, length } of columns) {
    if (length !== first!.length) throw new UsageError('BAD_ARRAY', `${JSON.stringify(name)} has ${length} rows and ${JSON.stringify(first!.name)} has ${first!.length}. Give columns of one length.`);
  }
  return columns;
}

function isMatrix(x: ArrayPredictors['x']): x is Float64Array | Float32Array {
  return x instanceof Float64Array || x instanceof Float32Array;
}

function matrixColumns(x: Float64Array | Float32Array, columns: ArrayPredictors['columns']): NamedColumn[] {
  if (columns === undefined) throw new UsageError('BAD_ARRAY', 'x is a matrix by rows: say with columns how many columns it has, or name them.');
  const names = typeof columns === 'number' ? Array.from({ length: columns }, (_, j) => `x${j + 1}`) : columns;
  const p = names.length;
  if (!(p > 0) || !Number.isInteger(x.length / p)) throw new UsageError('BAD_ARRAY', `x has ${x.length} entries, which is no whole number of rows of ${p} columns.`);
  if (new Set(names).size !== p) throw new UsageError('BAD_ARRAY', 'columns names a column twice.');
  return names.map((name, j): NamedColumn => {
    const number = (row: number): number => x[row * p + j]!;
    return { name, kind: 'numeric', length: x.length / p, number, text: (row) => numberText(number(row)) };
  });
}

function recordColumns(x: Readonly<Record<string, ArrayColumn>>, columns: ArrayPredictors['columns']): NamedColumn[] {
  if (typeof x !== 'object' || x === null || Array.isArray(x)) throw new UsageError('BAD_ARRAY', 'x must be a Float64Array or Float32Array by rows, or an object of columns by name.');
  if (columns !== undefined) throw new UsageError('INAPPLICABLE_OPTION', 'columns belongs to a matrix by rows; the columns of this x have their names already.');
  const found = Object.entries(x).map(([name, values]) => namedColumn(name, values));
  if (found.length === 0) throw new UsageError('BAD_ARRAY', 'x has no column.');
  return found;
}

function namedColumn(name: string, values: ArrayColumn): NamedColumn {
  if (typeof values !== 'object' || values === null || typeof values.length !== 'number') throw new UsageError('BAD_ARRAY', `${JSON.stringify(name)} must be an array of numbers, texts or booleans.`);
  const kind = kindOf(name, values);
  return {
    name,
    kind,
    length: values.length,
    number: (row) => {
      const value = values[row];
      return value === null || value === undefined ? NaN : Number(value);
    },
    text: (row) => {
      const value = values[row];
      return typeof value === 'number' ? numberText(value) : value === null || value === undefined ? null : String(value);
    },
  };
}

/** @throws UsageError BAD_ARRAY for a column of several kinds, or of something else */
function kindOf(name: string, values: ArrayColumn): NamedColumn['kind'] {
  if (ArrayBuffer.isView(values)) return 'numeric';
  const kinds = new Set<string>();
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value !== null && value !== undefined) kinds.add(typeof value);
  }
  if (kinds.size > 1) throw new UsageError('BAD_ARRAY', `${JSON.stringify(name)} mixes ${[...kinds].join(' and ')}; a column holds numbers, texts or booleans.`);
  if (kinds.has('string')) return 'text';
  if (kinds.has('boolean')) return 'boolean';
  if (kinds.size === 0 || kinds.has('number')) return 'numeric';
  throw new UsageError('BAD_ARRAY', `${JSON.stringify(name)} holds ${[...kinds][0]}s; a column holds numbers, texts or booleans.`);
}

/** The level that a number stands for: its shortest decimal form. */
function numberText(value: number): string | null {
  return Number.isNaN(value) ? null : String(value === 0 ? 0 : value);
}
