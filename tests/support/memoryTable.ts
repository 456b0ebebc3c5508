import type { Batch, BatchColumn, ReadRequest, Table, TableColumn } from '../../packages/worker/src/read/table.ts';

export type ColumnValues = readonly (number | null)[] | Float64Array | readonly (string | null)[] | readonly (boolean | null)[] | SparseColumn;

/** One array of [index, value] pairs a row. */
export interface SparseColumn {
  readonly width: number;
  readonly rows: readonly (readonly (readonly [number, number])[])[];
}

/** A table of arrays, in batches of `batchRows` rows. null is missing. */
export function memoryTable(columns: Readonly<Record<string, ColumnValues>>, batchRows = 1000): Table {
  const names = Object.keys(columns);
  const described = names.map((name): TableColumn => describe(name, columns[name]!));
  const rows = names.length === 0 ? 0 : lengthOf(columns[names[0]!]!);
  return {
    columns: described,
    rowCount: rows,
    files: ['memory'],
    locate: (row) => ({ file: 'memory', row: row + 1 }),
    close: async () => {},
    batches: (request) => batches(columns, described, rows, batchRows, request),
  };
}

function lengthOf(values: ColumnValues): number {
  return 'width' in values ? values.rows.length : values.length;
}

function describe(name: string, values: ColumnValues): TableColumn {
  if ('width' in values) return { name, kind: 'sparse', width: values.width };
  if (values instanceof Float64Array) return { name, kind: 'numeric' };
  const kinds = new Set(values.filter((value) => value !== null).map((value) => typeof value));
  return { name, kind: kinds.has('string') ? 'text' : kinds.has('boolean') ? 'boolean' : 'numeric' };
}

async function* batches(columns: Readonly<Record<string, ColumnValues>>, described: readonly TableColumn[], rows: number, batchRows: number, request: ReadRequest): AsyncGenerator<Batch> {
  const dictionaries = new Map<string, { levels: string[]; codes: Map<string, number> }>();
  const textCode = (name: string, value: string): number => {
    let dictionary = dictionaries.get(name);
    if (dictionary === undefined) dictionaries.set(name, (dictionary = { levels: [], codes: new Map() }));
    let code = dictionary.codes.get(value);
    if (code === undefined) dictionary.codes.set(value, (code = dictionary.levels.push(value) - 1));
    return code;
  };
  // Arrays are used again for the next batch, as readers do.
  const buffers = new Map<string, Float64Array | Int32Array>();
  const buffer = <T extends Float64Array | Int32Array>(name: string, make: (length: number) => T): T => {
    let found = buffers.get(name);
    if (found === undefined) buffers.set(name, (found = make(batchRows)));
    return found as T;
  };
  for (let firstRow = 0; firstRow < rows; firstRow += batchRows) {
    request.signal?.throwIfAborted();
    const count = Math.min(batchRows, rows - firstRow);
    const made = request.columns.map((name): BatchColumn => {
      const values = columns[name]!;
      const { kind } = described.find((column) => column.name === name)!;
      if ('width' in values) return sparseBatch(values, firstRow, count);
      if (kind === 'text' || request.asText?.has(name)) {
        const codes = buffer(name, (length) => new Int32Array(length));
        for (let i = 0; i < count; i++) {
          const value = values[firstRow + i];
          codes[i] = value === null || value === undefined ? -1 : textCode(name, String(value));
        }
        return { kind: 'text', codes: codes.subarray(0, count), levels: dictionaries.get(name)?.levels ?? [] };
      }
      const numbers = buffer(name, (length) => new Float64Array(length));
      for (let i = 0; i < count; i++) {
        const value = values[firstRow + i];
        numbers[i] = value === null || value === undefined ? NaN : Number(value);
      }
      return { kind: 'numeric', values: numbers.subarray(0, count) };
    });
    yield { firstRow, rows: count, columns: made };
    await null;
  }
}

function sparseBatch(column: SparseColumn, firstRow: number, count: number): BatchColumn {
  const indptr = new Uint32Array(count + 1);
  const entries: (readonly [number, number])[] = [];
  for (let i = 0; i < count; i++) {
    entries.push(...column.rows[firstRow + i]!);
    indptr[i + 1] = entries.length;
  }
  return { kind: 'sparse', indptr, indices: Uint32Array.from(entries, ([index]) => index), values: Float64Array.from(entries, ([, value]) => value) };
}
