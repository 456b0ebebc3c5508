import { UsageError } from '@scalemix/core';
import type { Batch, BatchColumn, Table } from '@scalemix/worker';
import type { NamedColumn } from './data.ts';

/** Rows of a batch. */
const BATCH = 8192;

/** Columns in memory as a table: nothing is copied but the batch at hand. */
export function arrayTable(columns: readonly NamedColumn[]): Table {
  const rows = columns[0]?.length ?? 0;
  return {
    columns: columns.map(({ name, kind }) => ({ name, kind })),
    rowCount: rows,
    files: ['the arrays given'],
    locate: (row) => ({ file: 'the arrays given', row: row + 1 }),
    async *batches({ columns: names, asText, signal }): AsyncGenerator<Batch> {
      for (const batch of arrayBatches(columns, names, asText ?? new Set())) {
        signal?.throwIfAborted();
        yield batch;
      }
    },
    close: async () => {},
  };
}

/** The chosen columns batch by batch, for predictions that need not wait. */
export function* arrayBatches(columns: readonly NamedColumn[], names: readonly string[], asText: ReadonlySet<string>): Generator<Batch> {
  const rows = columns[0]?.length ?? 0;
  const makers = names.map((name) => batchMaker(find(columns, name), asText.has(name)));
  for (let firstRow = 0; firstRow < rows; firstRow += BATCH) {
    const count = Math.min(BATCH, rows - firstRow);
    yield { firstRow, rows: count, columns: makers.map((make) => make(firstRow, count)) };
  }
}

function find(columns: readonly NamedColumn[], name: string): NamedColumn {
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new UsageError('UNKNOWN_COLUMN', `There is no column ${JSON.stringify(name)}; there are ${columns.map((candidate) => candidate.name).join(', ')}.`);
  return column;
}

function batchMaker(column: NamedColumn, asText: boolean): (firstRow: number, count: number) => BatchColumn {
  if (!asText && column.kind !== 'text') {
    return (firstRow, count) => {
      const values = new Float64Array(count);
      for (let i = 0; i < count; i++) values[i] = column.number(firstRow + i);
      return { kind: 'numeric', values };
    };
  }
  const levels: string[] = [];
  const codeOf = new Map<string, number>();
  return (firstRow, count) => {
    const codes = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const text = column.text(firstRow + i);
      let code = text === null ? -1 : codeOf.get(text);
      if (code === undefined) codeOf.set(text!, (code = levels.push(text!) - 1));
      codes[i] = code;
    }
    return { kind: 'text', codes, levels };
  };
}
