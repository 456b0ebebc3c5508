/**
 * Cross-validation in the sweeps of the path: the folds start from the full
 * data's path, all values and folds at once.
 *
 *  1. The path is fitted to all rows: it is the refit as well.
 *  2. One sweep at some of its solutions, the leaders (fit/leaders.ts), returns
 *     their gradients fold by fold. The gradient without a fold is the sum of
 *     the others', so every fold is evaluated at one product a value. Where the
 *     path has no Hessians at anchors that serve the folds as well, the sweep
 *     forms some; if then some fold wants features that all rows do not,
 *     another one forms them with these.
 *  3. A step on the interpolated Hessians brings each value of each fold next
 *     to its own solution. Two sweeps look at the leaders, and say what the
 *     others need beside that step; one, or two, over all columns certify them
 *     and return the loss of the rows left out (fit/columns.ts).
 *
 * With few rows a feature, and without any penalty, the folds are fitted one
 * after the other, value by value. Least squares needs no further sweep: the
 * moments are kept by fold.
 */
import { UsageError } from '../errors.ts';
import { lossBySpec } from '../loss/index.ts';
import type { FoldSpec } from '../path/folds.ts';
import { checkFoldCount, checkTrainingSets } from '../path/trainingSets.ts';
import type { Executor, RowSource } from '../rowSource.ts';
import { withoutConstants } from './foldFitting.ts';
import type { FoldFitting } from './foldFitting.ts';
import { foldsApart } from './foldsApart.ts';
import { foldsFromMoments } from './foldsFromMoments.ts';
import { foldFeatures, foldsTogether, shareHessians } from './foldsTogether.ts';
import type { PathPart } from './foldsTogether.ts';
import { foldsWay } from './foldsWay.ts';
import { areSeparated, freeFeatures } from './nullModel.ts';
import { solvePath, spent } from './path.ts';
import type { FitOptions, PathProblem, PathResult } from './problem.ts';
import { relativeGap } from './progress.ts';
import { withoutFold } from './sweepOracle.ts';
import type { ValueResult, ValueSetting } from './value.ts';
import { WorkingScale } from './workingScale.ts';

export interface CrossValidationProblem extends PathProblem {
  readonly folds: FoldSpec;
  /** Certified relative gap of the folds' fits. @default 1e-4 */
  readonly foldTolerance?: number;
}

/** All F x K arrays hold fold f's value k at f * K + k. */
export interface CrossValidationResult {
  /** Fitted to all rows; what it cost includes the folds. */
  readonly path: PathResult;
  /** Sum of the weights of each fold, F. */
  readonly foldWeights: Float64Array;
  /** Mean deviance 2 (loss - saturated loss) of each fold's rows under the fit without them, F x K. */
  readonly deviance: Float64Array;
  /** Of each fold's fits, F x K. */
  readonly converged: readonly boolean[];
  readonly reason: readonly ValueResult['reason'][];
  /** Certified relative gap, NaN where none can be proven, F x K. */
  readonly gaps: Float64Array;
}

/**
 * Fits the path to all rows and to the rows without each fold.
 * @throws DataError EMPTY_FOLD, ONE_CLASS_FOLD
 * @throws UsageError BAD_FOLDS, BAD_TOLERANCE and those of fitPath
 */
export async function fitCrossValidation(source: RowSource, problem: CrossValidationProblem, executor: Executor, options: FitOptions = {}): Promise<CrossValidationResult> {
  const { folds, foldTolerance = 1e-4 } = problem;
  checkFoldCount(folds.count);
  if (!(foldTolerance > 0 && foldTolerance < 1)) throw new UsageError('BAD_TOLERANCE', `The tolerance of the folds is ${foldTolerance}; it must lie between 0 and 1.`);
  const solved = await solvePath(source, problem, executor, options, folds, (moments) => checkTrainingSets(folds, moments, lossBySpec(problem.loss), source.describe().folds));
  const setting: ValueSetting = { ...solved.setting, tolerance: foldTolerance, rough: true };
  const sets = solved.moments.folds!.map(({ training, heldOut }) => ({ scale: new WorkingScale(source.describe(), solved.moments, problem, training), heldOutWeight: heldOut.weightSum }));
  const fitting: FoldFitting = { source, problem, solved, setting, folds: { by: folds, sets }, options };
  const results = await (solved.fromMoments ? foldsFromMoments(fitting) : fromSweeps(fitting));

  const K = solved.values.length;
  const { moments, order, count } = solved;
  const out: CrossValidationResult & { converged: boolean[]; reason: ValueResult['reason'][] } = {
    path: { ...solved.path, ...spent(count, K) },
    foldWeights: Float64Array.from(moments.folds!, ({ heldOut }) => heldOut.weightSum),
    deviance: new Float64Array(folds.count * K),
    converged: [],
    reason: [],
    gaps: new Float64Array(folds.count * K),
  };
  moments.folds!.forEach(({ training, heldOut }, fold) =>
    order.forEach((index, k) => {
      const { evaluation, certificate, converged, reason } = results[fold]![k]!;
      const at = fold * K + index;
      out.deviance[at] = 2 * (evaluation.heldOutLoss! - heldOut.saturatedLoss);
      out.converged[at] = converged;
      out.reason[at] = reason;
      out.gaps[at] = relativeGap(certificate, training.saturatedLoss);
    }),
  );
  return out;
}

/** Any loss but the squared one: results [fold][value]. */
async function fromSweeps(fitting: FoldFitting): Promise<ValueResult[][]> {
  const { solved: { values, results, moments, model }, setting, folds, options } = fitting;
  const separable = await separableFolds(fitting);
  // Without any penalty a value has no certificate to advance by, and may have no optimum.
  const penalised = setting.loss.quadratic ? values.length : values.filter(({ lambda }) => lambda > 0).length;
  const part: PathPart = { values: values.slice(0, penalised), results: results.slice(0, penalised) };
  const features = foldFeatures(fitting, part);
  const { rows } = moments;
  const way = foldsWay({ rows, features: features.length, fromMoments: false, penalised: penalised > 0 });
  const shared = way === 'together' ? shareHessians(fitting, part, features) : null;
  const columns = folds.sets.length * values.length;
  options.onEvent?.({ type: 'foldsBegun', way, folds: folds.sets.length, rows, features: features.length, anchors: model === null ? (shared?.anchors.length ?? 0) : 0 });
  const progress = (done: number): void => options.onEvent?.({ type: 'foldsProgress', done, columns });
  if (shared === null) return foldsApart(fitting, values, separable, progress);
  const together = await foldsTogether(fitting, part, shared, separable, progress);
  if (penalised === values.length) return together;
  const others = await foldsApart(fitting, values.slice(penalised), separable, (done) => progress(folds.sets.length * penalised + done));
  return together.map((fitted, fold) => [...fitted, ...others[fold]!]);
}

/** Whether the features that no penalty touches separate the classes without each fold, be it that they do not with it. */
async function separableFolds({ solved: { sweeps, moments, nullPoint, setting: { separable } }, setting, folds }: FoldFitting): Promise<boolean[]> {
  const open = separable !== true && !setting.loss.quadratic ? [...folds.sets.entries()].filter(([, { scale }]) => freeFeatures({ scale }).length > 0) : [];
  const found = folds.sets.map(() => separable === true);
  if (open.length === 0) return found;
  const starts = await sweeps.evaluateWithout(folds, open.map(([fold]) => fold), open.map(([, { scale }]) => withoutConstants(nullPoint, scale)), [], 0);
  for (const [i, [fold, { scale }]] of open.entries()) {
    found[fold] = await areSeparated(withoutFold(sweeps, folds, fold), { ...setting, scale }, starts[i]!, moments.folds![fold]!.training.saturatedLoss);
  }
  return found;
}
