import test from 'ava';
import { chooseLambda, summarizeFolds } from '@scalemix/core';

test('mean and standard error over folds are weighted by the folds', (t) => {
  // Deviances of three folds at two lambdas; weights 1, 2, 5.
  const { mean, standardError } = summarizeFolds(Float64Array.of(4, 1, 2, 1, 1, 1), Float64Array.of(1, 2, 5));
  const expected = (4 + 2 * 2 + 5 * 1) / 8;
  const variance = ((4 - expected) ** 2 + 2 * (2 - expected) ** 2 + 5 * (1 - expected) ** 2) / 8;
  t.true(Math.abs(mean[0]! - expected) < 1e-15);
  t.true(Math.abs(standardError[0]! - Math.sqrt(variance / 2)) < 1e-15);
  t.is(mean[1], 1);
  t.is(standardError[1], 0);
});

const summary = (mean: number[], standardError: number[]) => ({ mean: Float64Array.from(mean), standardError: Float64Array.from(standardError) });

const cases: readonly [what: string, lambda: number[], mean: number[], standardError: number[], best: number, oneStandardError: number][] = [
  ['the smallest mean is best, the largest lambda within its standard error is 1se', [8, 4, 2, 1], [2, 1.2, 1, 1.1], [9, 9, 0.25, 9], 2, 1],
  ['a mean at the very limit is within one standard error', [8, 4, 2, 1], [2, 1.25, 1, 1.1], [0, 0, 0.25, 0], 2, 1],
  ['values of lambda may come in any order', [1, 8, 2, 4], [1.1, 2, 1, 1.2], [0, 0, 0.25, 0], 2, 3],
  ['of equal means that of the largest lambda is best', [1, 8, 2], [1, 1, 1], [0, 0, 0], 1, 1],
  ['a larger lambda counts even beyond one that does not', [8, 4, 2], [1.1, 3, 1], [0, 0, 0.2], 2, 0],
  ['a smaller lambda is never the choice of one standard error', [8, 4, 2], [1, 1.1, 1.2], [1, 1, 1], 0, 0],
  ['one value is both', [3], [1], [0], 0, 0],
];

for (const [what, lambda, mean, standardError, best, oneStandardError] of cases) {
  test(what, (t) => t.deepEqual(chooseLambda(lambda, summary(mean, standardError)), { best, oneStandardError }));
}
