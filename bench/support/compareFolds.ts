/** A cross-validated path against cv.glmnet, and against our own path alone. */
import { fitCrossValidation } from '@scalemix/core';
import { fiveFolds } from '../cases/folds.ts';
import type { Options } from './benchmark.ts';
import { ourDetail, peerDetail, requirePeer, runComparison } from './compare.ts';
import { pathOf, spoken, timeMedian, withRows } from './ours.ts';
import { CV_GLMNET } from './peer.ts';
import { atMost, row } from './row.ts';
import type { Figure } from './row.ts';

/** The mean deviance of two programs may differ by what their tolerances leave: relative. */
const SAME_DEVIANCE = 1e-4;

export async function crossValidation(options: Options): Promise<Figure[]> {
  const { name, problem } = fiveFolds;
  requirePeer(CV_GLMNET);
  const { ours, theirs } = await fiveFolds.data(options);
  const { folds, alone } = await withRows(ours, problem, async (rows) => ({
    folds: await timeMedian(rows, (source, executor) => fitCrossValidation(source, problem, executor)),
    alone: await timeMedian(rows, pathOf(problem)),
  }));
  const { path, converged, deviance, foldWeights } = folds.result;
  console.error(`${spoken(name, folds, path)}; ${converged.filter(Boolean).length} of ${converged.length} values of folds; the path alone ${alone.seconds.toFixed(2)} s`);
  if (options.profile) console.error(folds.profile.lines().join('\n'));

  const comparison = { name, peer: CV_GLMNET, tolerances: [1e-7, 1e-8, 1e-9] };
  const { version, attempt, printed } = await runComparison(comparison, problem, theirs, path);
  const K = path.lambda.length, total = foldWeights.reduce((sum, weight) => sum + weight, 0);
  const mean = Array.from({ length: K }, (_, k) => foldWeights.reduce((sum, weight, fold) => sum + weight * deviance[fold * K + k]!, 0) / total);
  const their = printed.find(([word]) => word === 'deviance')!.slice(1).map(Number);
  const apart = Math.max(...mean.map((value, k) => Math.abs(value / their[k]! - 1)));
  console.error(`  mean deviances of the folds differ by at most ${apart.toExponential(1)}`);
  if (!(apart < SAME_DEVIANCE)) throw new Error(`${name}: mean deviances differ by ${apart}: the two sides do not fit the same thing.`);
  return [
    {
      ...row(name, attempt.seconds / folds.seconds, `times less than ${CV_GLMNET.name}`, 15),
      detail: { ...ourDetail(folds, path), ...peerDetail(comparison, version, attempt) },
    },
    { ...atMost(`${name}-path`, folds.seconds / alone.seconds, 'times our path alone', 3), detail: ourDetail(alone, alone.result) },
  ];
}
