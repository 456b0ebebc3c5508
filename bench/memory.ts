/**
 * The most memory that a path keeps resident, in a process of its own, against the bytes of the rows it holds: at most
 * 1.3 times those and 300 MB. Matrices of the path's own (100 features) are too small to count.
 */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { correlatedData } from './support/designs.ts';
import { csvLines } from './support/csv.ts';
import { withFolder } from './support/exchange.ts';
import { runScalemix } from './support/program.ts';
import { atMost, row } from './support/row.ts';
import type { Row } from './support/row.ts';

const ROWS = 1e6, FEATURES = 100;
/** Bytes of a row: features and response in float64. */
const ROW = (FEATURES + 1) * 8;
/** Bytes allowed beside the rows. */
const BESIDE = 300e6;

export async function run(): Promise<Row[]> {
  return withFolder(async (folder) => {
    const data = join(folder, 'rows.csv');
    const lines = csvLines(correlatedData({ rows: ROWS, columns: FEATURES, correlation: 0.5, response: 'logistic', seed: 1 }));
    await pipeline(Readable.from(lines), createWriteStream(data));
    const peak = await runScalemix(['path', data, '--response', 'y', '--loss', 'logistic', '--lambdas', '20', '--quiet', '-o', join(folder, 'model.json')]);
    return [
      atMost('memory', (peak - BESIDE) / (ROWS * ROW), 'times the rows held, beside 300 MB', 1.3),
      row('memory-peak', peak / 1e6, `MB at most, with ${(ROWS * ROW) / 1e6} MB of rows`),
    ];
  });
}
