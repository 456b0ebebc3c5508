/** A cross-validated path against cv.glmnet, and against our own path alone. */
import { fitCrossValidation } from '@scalemix/core';
import type { CrossValidationResult } from '@scalemix/core';
import { fiveFolds } from '../cases/folds.ts';
import type { Options } from './benchmark.ts';
import { certified, ourDetail, peerDetail, requirePeer, runComparison } from './compare.ts';
import { pathOf, spoken, timeMedian, withRows } from './ours.ts';
import { CV_GLMNET } from './peer.ts';
import { atMost, row } from './row.ts';
import type { Figure } from './row.ts';

/** The mean deviance of two programs may differ by what their tolerances leave: relative. */
const SAME_DEVIANCE = 1e-4;

export async function crossValidation(options: Options): Promise<Figure[]> {
  const { name, what, problem } = fiveFolds;
  requirePeer(CV_GLMNET);
  const { ours, theirs } = await fiveFolds.data(options);
  const { folds, alone } = await withRows(ours, problem, async (rows) => ({
    folds: await timeMedian(rows, (source, executor) => fitCrossValidation(source, problem, executor)),
    alone: await timeMedian(rows, pathOf(problem)),
  }));
  const { path, converged } = folds.result;
  console.error(`${spoken(name, folds, path)}; ${converged.filter(Boolean).length} of ${converged.length} values of folds; the path alone ${alone.seconds.toFixed(2)} s`);
  if (options.profile) console.error(folds.profile.lines().join('\n'));

  const comparison = { name, peer: CV_GLMNET, tolerances: [1e-7, 1e-8, 1e-9] };
  const { version, attempt, printed } = await runComparison(comparison, problem, theirs, path);
  const mean = meanDeviance(folds.result), their = readDeviance(printed);
  const apart = Math.max(...mean.map((value, k) => Math.abs(value / their[k]! - 1)));
  console.error(`  mean deviances of the folds differ by at most ${apart.toExponential(1)}`);
  if (!(apart < SAME_DEVIANCE)) throw new Error(`${name}: mean deviances differ by ${apart}: the two sides do not fit the same thing.`);
  return [
    {
      ...certified(row(name, attempt.seconds / folds.seconds, `times less than ${CV_GLMNET.name}`, 15), path),
      detail: { ...ourDetail(what, folds, path), ...peerDetail(comparison, version, attempt) },
    },
    { ...atMost(`${name}-path`, folds.seconds / alone.seconds, 'times our path alone', 3), detail: ourDetail('the path alone', alone, alone.result) },
  ];
}

/** Of each value over the folds, weighted by their rows. */
export function meanDeviance({ path, deviance, foldWeights }: CrossValidationResult): number[] {
  const total = foldWeights.reduce((sum, weight) => sum + weight, 0);
  return Array.from(path.lambda, (_, k) => foldWeights.reduce((sum, weight, fold) => sum + weight * deviance[fold * path.lambda.length + k]!, 0) / total);
}

/** The same as the peer has printed it. */
export function readDeviance(printed: readonly (readonly string[])[]): number[] {
  return printed.find(([word]) => word === 'deviance')!.slice(1).map(Number);
}
