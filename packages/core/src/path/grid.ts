import { UsageError } from '../errors.ts';
import { exp, log } from '../kernels/elementary.ts';

/** Values of a grid at most: each is a vector of coefficients. */
export const MOST_LAMBDAS = 100_000;

/**
 * `count` values, log-spaced from `largest` down to `largest * ratio`.
 * @throws UsageError BAD_GRID
 */
export function lambdaGrid(largest: number, count: number, ratio: number): Float64Array {
  if (!Number.isInteger(count) || count < 1 || count > MOST_LAMBDAS) throw new UsageError('BAD_GRID', `The number of lambdas is ${count}; it must be a whole number from 1 to ${MOST_LAMBDAS}.`);
  if (!(ratio > 0 && ratio < 1)) throw new UsageError('BAD_GRID', `The ratio of the smallest to the largest lambda is ${ratio}; it must lie between 0 and 1.`);
  const step = count > 1 ? log(ratio) / (count - 1) : 0;
  return Float64Array.from({ length: count }, (_, k) => (k === 0 ? largest : largest * exp(step * k)));
}

/** The default ratio: 1e-4 where there are more rows than features, else 1e-2. */
export function defaultRatio(rows: number, features: number): number {
  return rows > features ? 1e-4 : 1e-2;
}
