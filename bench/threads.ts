/** One pass with many columns on two threads against one: the same rows in shared memory, in turn. */
import { setTimeout } from 'node:timers/promises';
import { chooseKernels, enableWideVectors } from '@scalemix/core';
import type { PassRequest } from '@scalemix/core';
import { localRowSource } from '@scalemix/coordinator';
import { ThreadPool } from '@scalemix/worker';
import { LASSO_LOGISTIC } from './cases/case.ts';
import { correlatedData } from './support/designs.ts';
import { withRows } from './support/ours.ts';
import { Random } from '../tests/support/random.ts';
import { median, row } from './support/row.ts';
import type { Row } from './support/row.ts';

const ROWS = 5e5, FEATURES = 100, MANY = 64;
/** Passes of each, the first of which warm up. */
const ROUNDS = 12, WARM = 3;
/** Milliseconds for threads to start. */
const START = 500;

export async function run(): Promise<Row[]> {
  enableWideVectors();
  const random = new Random(2);
  const request: PassRequest = {
    kind: 'pass',
    loss: LASSO_LOGISTIC.loss,
    columns: MANY,
    coefficients: Float64Array.from({ length: MANY * FEATURES }, () => 0.1 * random.normal()),
    intercepts: new Float64Array(MANY),
    features: null,
    grams: [],
  };
  const data = correlatedData({ rows: ROWS, columns: FEATURES, correlation: 0.5, response: 'logistic', seed: 1 });
  return withRows(data, LASSO_LOGISTIC, async (rows) => {
    const kernels = chooseKernels({});
    const pools = [1, 2].map((threads) => new ThreadPool({ threads, kernels }));
    try {
      await setTimeout(START);
      const times: number[][] = pools.map(() => []);
      for (let round = 0; round < ROUNDS; round++) {
        for (const [t, pool] of pools.entries()) {
          const begin = performance.now();
          await localRowSource(rows, pool).evaluate(request);
          if (round >= WARM) times[t]!.push((performance.now() - begin) / 1000);
        }
      }
      const [one, two] = times as [number[], number[]];
      return [
        row('threads-2', median(one.map((seconds, round) => seconds / two[round]!)), 'times the speed of 1 thread', 1.8),
        row('threads-2-time', median(two), `s a pass of ${MANY} columns, ${ROWS} rows of ${FEATURES}`),
      ];
    } finally {
      for (const pool of pools) await pool.close();
    }
  });
}
