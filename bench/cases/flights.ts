/** A million US flights with airports, hour and day as categories (npm package vega-datasets). */
import { fileURLToPath } from 'node:url';
import { openTable } from '@scalemix/worker';
import { LASSO_LOGISTIC, coded } from './case.ts';
import type { Case } from './case.ts';

const FILE = fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));
const CATEGORIES = ['hour', 'day', 'origin', 'destination'] as const;

/** Every third flight. */
const QUERY = `select delay > 15 as late, distance, hour(date)::varchar as hour, dayname(date) as day, origin, destination
  from (select *, row_number() over () as number from data) where number % 3 = 0`;

/** Columns of numbers and of texts, whole. */
async function flights(): Promise<{ numbers: number[][]; texts: string[][] }> {
  const numbers: number[][] = [[], []], texts: string[][] = CATEGORIES.map(() => []);
  const table = await openTable(FILE, { query: QUERY });
  try {
    for await (const { columns } of table.batches({ columns: ['late', 'distance', ...CATEGORIES] })) {
      columns.forEach((column, c) => {
        if (column.kind === 'numeric') for (const value of column.values) numbers[c]!.push(value);
        if (column.kind === 'text') for (const code of column.codes) texts[c - 2]!.push(column.levels[code]!);
      });
    }
  } finally {
    await table.close();
  }
  return { numbers, texts };
}

export const flightsMillion: Case = {
  name: 'flights-1e6',
  what: 'logistic lasso path; 40 values; 1e6 flights; 485 coefficients of categories',
  problem: { ...LASSO_LOGISTIC, lambdas: 40 },
  async data() {
    const { numbers, texts } = await flights();
    const [y, distance] = numbers.map((values) => Float64Array.from(values)) as [Float64Array, Float64Array];
    return {
      ours: { x: { distance, ...Object.fromEntries(CATEGORIES.map((name, c) => [name, texts[c]!])) }, y },
      theirs: { x: distance, columns: 1, categories: texts.map(coded), y },
    };
  },
};
