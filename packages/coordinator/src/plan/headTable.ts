import type { Table } from '@scalemix/worker';

/** The first rows of a table, and what was seen of it while they were read. */
export interface HeadTable extends Table {
  readonly seen: Seen;
}

export interface Seen {
  rows: number;
  /** Whether the table has no more rows. */
  whole: boolean;
  /** Text columns of which the second half of the rows has brought levels that the first had not. */
  readonly growing: Set<string>;
}

/**
 * @param most rows, to the next end of a batch
 * @param stand columns whose values are made up, by row: for a response or weights that the first rows do not show
 */
export function headTable(table: Table, most: number, stand: ReadonlyMap<string, (row: number) => number> = new Map()): HeadTable {
  const seen: Seen = { rows: 0, whole: false, growing: new Set() };
  return {
    ...table,
    columns: table.columns.map((column) => (stand.has(column.name) ? { name: column.name, kind: 'numeric' } : column)),
    rowCount: null,
    seen,
    batches: async function* (request) {
      const names = request.columns.filter((name) => !stand.has(name));
      const halfway = new Map<string, number>();
      const batches = table.batches({ ...request, columns: names })[Symbol.asyncIterator]();
      try {
        while (seen.rows < most) {
          const { value: batch, done } = await batches.next();
          if (done === true) {
            seen.whole = true;
            break;
          }
          const byName = new Map(batch.columns.map((column, at) => [names[at]!, column]));
          for (const [name, column] of byName) {
            if (column.kind !== 'text') continue;
            if (seen.rows <= most / 2) halfway.set(name, column.levels.length);
            else if (column.levels.length > (halfway.get(name) ?? Infinity)) seen.growing.add(name);
          }
          seen.rows += batch.rows;
          yield {
            ...batch,
            columns: request.columns.map((name) => byName.get(name) ?? { kind: 'numeric', values: Float64Array.from({ length: batch.rows }, (_, i) => stand.get(name)!(batch.firstRow + i)) }),
          };
        }
      } finally {
        await batches.return?.(undefined);
      }
    },
    close: async () => {},
  };
}
