/** The folds of least squares, from moments that are kept fold by fold. */
import type { Moments } from '../statistics/moments.ts';
import type { FoldFitting } from './foldFitting.ts';
import { MomentsOracle } from './momentsOracle.ts';
import { valueByValue } from './path.ts';
import { relativeGap } from './progress.ts';
import { withoutFold } from './sweepOracle.ts';
import type { TrainingSets } from './sweepOracle.ts';
import type { ValueResult } from './value.ts';
import { WorkingScale } from './workingScale.ts';

/** Least squares: each training set's own moments hold its problem, and the fold's moments its loss. Precision costs nothing here: what the folds are asked for is the least. Results [fold][k]. */
export async function foldsFromMoments({ source, problem, solved, setting, folds, options }: FoldFitting): Promise<ValueResult[][]> {
  const description = source.describe();
  options.onEvent?.({ type: 'foldsBegun', way: 'moments', folds: folds.by.count, rows: solved.moments.rows, features: description.features.length, anchors: 0 });
  const results: ValueResult[][] = [];
  for (const [fold, { training, heldOut }] of solved.moments.folds!.entries()) {
    const scale = new WorkingScale(description, training, problem, training, solved.moments);
    const oracle = new MomentsOracle(scale, training, description.responseCentre, options.signal);
    const start = (await oracle.evaluate([{ beta: new Float64Array(scale.features), intercept: oracle.bestIntercept }], []))[0]!;
    // Sweeps count in all rows' scale; this scale is the training set's own.
    const own: TrainingSets = { by: folds.by, sets: folds.sets.map((set, f) => (f === fold ? { ...set, scale } : set)) };
    const sweeps = withoutFold(solved.sweeps.onScale(scale), own, fold);
    const fitted = await valueByValue(oracle, sweeps, oracle, { ...solved.setting, tolerance: Math.min(solved.setting.tolerance, setting.tolerance), scale }, solved.values, start, training.saturatedLoss, () => {});
    results.push(
      fitted.map((given) => {
        const result = reaches(given, setting.tolerance, training.saturatedLoss);
        if (result.evaluation.heldOutLoss !== null) return result;
        const { coefficients, intercept } = scale.toStored(result.evaluation.point);
        return { ...result, evaluation: { ...result.evaluation, heldOutLoss: squaredLoss(heldOut, coefficients, intercept - description.responseCentre) } };
      }),
    );
    options.onEvent?.({ type: 'foldsProgress', done: (fold + 1) * solved.values.length, columns: folds.by.count * solved.values.length });
  }
  return results;
}

/** A value whose gap is within what its fold is asked for has converged, if not as far as it might have. */
function reaches(result: ValueResult, tolerance: number, saturatedLoss: number): ValueResult {
  return relativeGap(result.certificate, saturatedLoss) <= tolerance ? { ...result, converged: true, reason: null } : result;
}

/** Mean of (z - b0 - x'b)^2 / 2 from moments: half the square of the mean residual and its variance. */
function squaredLoss(moments: Moments, b: Float64Array, b0: number): number {
  const p = b.length;
  let residual = moments.responseMean - b0;
  let variance = moments.responseVariance;
  for (let j = 0; j < p; j++) {
    if (b[j] === 0) continue;
    residual -= moments.mean[j]! * b[j]!;
    let along = -2 * moments.cross[j]!;
    for (let i = 0; i < p; i++) if (b[i] !== 0) along += moments.gram![i <= j ? (j * (j + 1)) / 2 + i : (i * (i + 1)) / 2 + j]! * b[i]!;
    variance += along * b[j]!;
  }
  return (residual * residual + Math.max(0, variance)) / 2;
}
