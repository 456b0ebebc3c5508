/**
 * Our paths against glmnet and scikit-learn: the same rows and values of lambda, times of the fit alone at equal
 * objectives. Peers run in processes of their own (bench/peers holds the scripts and what installs them); one that is
 * missing is skipped and named.
 */
import { gaussian } from './peers/gaussian.ts';
import { flightsPath } from './peers/flights.ts';
import { illConditioned } from './peers/illConditioned.ts';
import { lasso, ridge } from './peers/logistic.ts';
import { mnistPath } from './peers/mnist.ts';
import type { Options } from './support/benchmark.ts';
import { compare } from './support/compare.ts';
import type { Comparison } from './support/compare.ts';
import type { Figure } from './support/row.ts';

export const takes = ['only', 'profile', 'mnist'] as const;

const comparisons: readonly ((options: Options) => Comparison | string)[] = [
  () => lasso,
  () => ridge,
  () => gaussian,
  () => illConditioned,
  () => flightsPath,
  ({ mnist }) => (mnist === null ? 'mid-1e4' : mnistPath(mnist)),
];

export const figures = ['lasso-1e6-glmnet', 'ridge-1e6-glmnet', 'gauss-1e6-glmnet', 'ill-500', 'flights-1e6', 'mid-1e4'];

export async function run(options: Options): Promise<Figure[]> {
  const rows: Figure[] = [];
  for (const comparison of comparisons) {
    const found = comparison(options);
    const name = typeof found === 'string' ? found : found.name;
    if (options.only !== null && !options.only.includes(name)) continue;
    if (typeof found === 'string') console.error(`${name} skipped: give its data by --mnist FILE.`);
    else rows.push(...(await compare(found, options)));
  }
  return rows;
}
