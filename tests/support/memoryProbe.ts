/** Loads rows of so many MiB, reads them once and prints the peak resident size: MEBIBYTES MEMORY_LIMIT. */
import { inlineRowSource } from '@scalemix/coordinator';
import { loadRows } from '@scalemix/worker';
import type { Batch, Table } from '@scalemix/worker';
import { peakMemory } from '../../bench/support/peakMemory.ts';
import { logistic } from './mixedRows.ts';

const [mebibytes, memoryLimit] = process.argv.slice(2).map(Number);
const COLUMNS = 31;
const BATCH = 2048;
const rows = Math.floor((mebibytes! * 2 ** 20) / (8 * (COLUMNS + 1)));
const names = ['y', ...Array.from({ length: COLUMNS }, (_, j) => `x${j}`)];

const table: Table = {
  columns: names.map((name) => ({ name, kind: 'numeric' })),
  rowCount: rows,
  files: ['memory'],
  locate: (row) => ({ file: 'memory', row: row + 1 }),
  close: async () => {},
  batches: async function* (): AsyncGenerator<Batch> {
    const values = names.map(() => new Float64Array(BATCH));
    for (let firstRow = 0; firstRow < rows; firstRow += BATCH) {
      const count = Math.min(BATCH, rows - firstRow);
      values.forEach((column, j) => {
        for (let i = 0; i < count; i++) column[i] = j === 0 ? (firstRow + i) % 2 : Math.imul(firstRow + i, 2654435761 + j) / 2 ** 31;
      });
      yield { firstRow, rows: count, columns: values.map((column) => ({ kind: 'numeric', values: column.subarray(0, count) })) };
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
};

const loaded = await loadRows(table, { response: 'y', responseKind: 'probability', memoryLimit: memoryLimit! });
await inlineRowSource(loaded).moments({ kind: 'moments', loss: logistic, gram: true });
console.log(peakMemory());
