/** The jobs of a soak, and their files: in a folder for each of the contents that a node may have. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobRequest } from '@scalemix/coordinator';
import { openTable } from '@scalemix/worker';
import { startEngine } from '../../packages/worker/src/read/duckdb/engine.ts';
import { arrowWriter, readAll } from '../../tests/support/dataFiles.ts';

/** `large`: long enough for nodes to show how fast they are. */
export type JobName = 'csv' | 'parquet' | 'arrow' | 'large';

/** Five blocks, so that every node has one at least; 33 of five ranges of the first look. */
const SENT_ROWS = 37_000, READ_ROWS = 265_000;

interface Job {
  readonly inputs: readonly string[];
  readonly lambdas: number;
  readonly folds: number;
}

const JOBS: Readonly<Record<JobName, Job>> = {
  csv: { inputs: ['data.csv'], lambdas: 20, folds: 3 },
  parquet: { inputs: ['part-*.parquet'], lambdas: 20, folds: 3 },
  arrow: { inputs: ['all.arrow'], lambdas: 20, folds: 3 },
  large: { inputs: ['part-*.parquet'], lambdas: 80, folds: 5 },
};

export const JOB_NAMES = Object.keys(JOBS) as JobName[];

/** Names of its files are relative: nodes have them under data roots of their own. */
export function requestOf(name: JobName): JobRequest {
  const { inputs, lambdas, folds } = JOBS[name];
  return {
    data: { inputs, response: 'late' },
    problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas },
    folds: { by: 'modulo', count: folds },
    machine: { threads: 1 },
  };
}

/** The same for the command line. */
export function wordsOf(name: JobName): string[] {
  const { inputs, lambdas, folds } = JOBS[name];
  return ['cv', ...inputs, '--response', 'late', '--loss', 'logistic', '--lambdas', String(lambdas), '--folds', String(folds), '--threads', '1'];
}

/** The files of all jobs. @param seed other contents for another, of the same shape */
export async function writeFiles(folder: string, seed: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const path = (name: string): string => join(folder, name);
  const engine = await startEngine({ threads: 1 });
  try {
    const connection = await engine.connect();
    const uniform = (column: number): string => `(hash(i * 16 + ${column} + ${1e9 * seed})::DOUBLE / 18446744073709551616.0)`;
    const select = (from: number, to: number): string =>
      `SELECT CASE WHEN ${uniform(0)} < 1 / (1 + exp(b - 2 * a)) THEN 'yes' ELSE 'no' END AS late, a, b, c, d, 'v' || (i * i % 7) AS e FROM (SELECT i, ${['a', 'b', 'c', 'd'].map((name, column) => `round(2 * ${uniform(1 + column)} - 1, 5) AS ${name}`).join(', ')} FROM range(${from}, ${to}) t(i))`;
    const middle = Math.floor(READ_ROWS / 3);
    await connection.run(`COPY (${select(0, middle)}) TO '${path('part-1.parquet')}' (FORMAT parquet, ROW_GROUP_SIZE 30000)`);
    await connection.run(`COPY (${select(middle, READ_ROWS)}) TO '${path('part-2.parquet')}' (FORMAT parquet, ROW_GROUP_SIZE 30000)`);
    await connection.run(`COPY (${select(0, SENT_ROWS)}) TO '${path('data.csv')}' (FORMAT csv, HEADER)`);
    connection.closeSync();
  } finally {
    engine.close();
  }
  const table = await openTable([path('part-1.parquet'), path('part-2.parquet')]);
  const cells = await readAll(table);
  await table.close();
  writeFileSync(path('all.arrow'), arrowWriter.tableToIPC(arrowWriter.tableFromArrays(cells, { maxBatchRows: 20_000 }), { format: 'file' }));
}
