/** From `node` to the first pass of the command line, on a small CSV. */
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { correlatedData } from './support/designs.ts';
import { withFolder } from './support/exchange.ts';
import { csvOf } from './support/csv.ts';
import { runScalemix } from './support/program.ts';
import { atMost, median, row } from './support/row.ts';
import type { Row } from './support/row.ts';

const RUNS = 9;

export async function run(): Promise<Row[]> {
  return withFolder(async (folder) => {
    const data = join(folder, 'small.csv'), events = join(folder, 'events.jsonl');
    writeFileSync(data, csvOf(correlatedData({ rows: 1000, columns: 10, correlation: 0.5, response: 'logistic', seed: 1 })));
    const first: number[] = [], whole: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      const begin = Date.now();
      await runScalemix(['path', data, '--response', 'y', '--loss', 'logistic', '--events', events, '--quiet', '-o', join(folder, 'model.json')]);
      whole.push((Date.now() - begin) / 1000);
      const pass = readFileSync(events, 'utf8').split('\n').find((line) => line.includes('"passBegun"'));
      first.push((Date.parse((JSON.parse(pass!) as { time: string }).time) - begin) / 1000);
    }
    return [atMost('start', median(first), 's from node to the first pass', 0.5), row('start-whole', median(whole), 's for the whole path of 1000 rows')];
  });
}
