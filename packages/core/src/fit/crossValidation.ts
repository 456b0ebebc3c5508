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
 * With few rows a feature the folds are fitted one after the other, value by
 * value. Least squares needs no further sweep: the moments are kept by fold.
 */
import { UsageError } from '../errors.ts';
import { lossBySpec } from '../loss/index.ts';
import type { FoldSpec } from '../path/folds.ts';
import { checkFoldCount, checkTrainingSets } from '../path/trainingSets.ts';
import type { Executor, RowSource } from '../rowSource.ts';
import type { Moments } from '../statistics/moments.ts';
import { Anchors, spreadAnchors } from './anchors.ts';
import { SCREEN, advance, consider, finishing, newColumn } from './columns.ts';
import type { Column } from './columns.ts';
import { foldsWay } from './foldsWay.ts';
import type { Evaluation } from './evaluation.ts';
import { leadersAmong, shifted } from './leaders.ts';
import type { Found } from './leaders.ts';
import { MomentsOracle } from './momentsOracle.ts';
import { areSeparated, freeFeatures } from './nullModel.ts';
import { solvePath, spent, startingIntercept, valueByValue } from './path.ts';
import type { SolvedPath } from './path.ts';
import { pathPositions } from './pathPositions.ts';
import type { FitOptions, PathProblem, PathResult } from './problem.ts';
import { withoutFold } from './sweepOracle.ts';
import type { TrainingSets } from './sweepOracle.ts';
import { relativeGap } from './progress.ts';
import { fitValue } from './value.ts';
import type { ValueResult, ValueSetting } from './value.ts';
import { WorkingScale } from './workingScale.ts';
import type { Point } from './workingScale.ts';

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

/** Anchors of the folds, at most and at least; in between their Grams cost about a quarter of a sweep over all columns. */
const MOST_ANCHORS = 7;
const LEAST_ANCHORS = 3;
/** Sweeps over the folds' columns that look at their leaders only. */
const LEADING_SWEEPS = 2;
/** Hessians are of all features where that costs up to so many times those of the features that may have a coefficient. */
const ALL_FEATURES = 2;

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
  const fitting: Fitting = { source, problem, solved, setting, folds: { by: folds, sets }, options };
  const results = await (solved.fromMoments ? fromMoments({ ...fitting, setting: solved.setting }) : fromSweeps(fitting));

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

interface Fitting {
  readonly source: RowSource;
  readonly problem: PathProblem;
  readonly solved: SolvedPath;
  /** Of the folds. */
  readonly setting: ValueSetting;
  readonly folds: TrainingSets;
  readonly options: FitOptions;
}

/** Least squares: each training set's own moments hold its problem, and the fold's moments its loss. Precision costs nothing here. Results [fold][k]. */
async function fromMoments({ source, problem, solved, setting, folds, options }: Fitting): Promise<ValueResult[][]> {
  const description = source.describe();
  options.onEvent?.({ type: 'foldsBegun', way: 'moments', folds: folds.by.count, rows: solved.moments.rows, features: description.features.length, anchors: 0 });
  const results: ValueResult[][] = [];
  for (const [fold, { training, heldOut }] of solved.moments.folds!.entries()) {
    const scale = new WorkingScale(description, training, problem);
    const oracle = new MomentsOracle(scale, training, description.responseCentre, options.signal);
    const start = (await oracle.evaluate([{ beta: new Float64Array(scale.features), intercept: oracle.bestIntercept }], []))[0]!;
    // Sweeps count in all rows' scale; this scale is the training set's own.
    const own: TrainingSets = { by: folds.by, sets: folds.sets.map((set, f) => (f === fold ? { ...set, scale } : set)) };
    const sweeps = withoutFold(solved.sweeps.onScale(scale), own, fold);
    const fitted = await valueByValue(oracle, sweeps, oracle, { ...setting, scale }, solved.values, start, training.saturatedLoss, () => {});
    results.push(
      fitted.map((result) => {
        if (result.evaluation.heldOutLoss !== null) return result;
        const { coefficients, intercept } = scale.toStored(result.evaluation.point);
        return { ...result, evaluation: { ...result.evaluation, heldOutLoss: squaredLoss(heldOut, coefficients, intercept - description.responseCentre) } };
      }),
    );
    options.onEvent?.({ type: 'foldsProgress', done: (fold + 1) * solved.values.length, columns: folds.by.count * solved.values.length });
  }
  return results;
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

/** Any loss: all values of all folds advance together. Results [fold][k]. */
async function fromSweeps({ source, solved, setting, folds, options }: Fitting): Promise<ValueResult[][]> {
  const { values, sweeps } = solved;
  const { scale, penalty } = setting;
  const F = folds.by.count;
  const K = values.length;
  const saturated = solved.moments.folds!.map(({ training }) => training.saturatedLoss);
  const points = solved.results.map(({ evaluation }) => evaluation.point);
  const separable = await separableFolds(solved, setting, folds);

  /** Whether feature j has a coefficient in value k, or a gradient of a `share` of its slope at zero there. */
  const wants = ({ point, gradient }: Evaluation, k: number, j: number, share: number): boolean =>
    point.beta[j] !== 0 || Math.abs(gradient[j]!) >= share * penalty.slopeAtZero(values[k]!.lambda) * scale.l1[j]!;
  // Features that may have a coefficient in some fold, by what they are worth on all rows.
  let features: Int32Array = scale.usable.filter((j) => solved.results.some(({ evaluation }, k) => wants(evaluation, k, j, SCREEN)));
  // Hessians of all of them cost hardly more where that is most of them.
  if (scale.usable.length ** 2 <= ALL_FEATURES * features.length ** 2) features = scale.usable;
  const progress = (done: number): void => options.onEvent?.({ type: 'foldsProgress', done, columns: F * K });
  const { rows } = solved.moments;
  const way = foldsWay({ rows, features: features.length, fromMoments: false });
  const begin = (anchors: number): void => options.onEvent?.({ type: 'foldsBegun', way, folds: F, rows, features: features.length, anchors });
  if (way === 'apart') {
    begin(0);
    // From the constant that fits its own rows: nothing here has seen those of the fold.
    const { responseCentre } = source.describe();
    const constants = folds.sets.map(({ scale: own }, fold): Point => ({
      beta: new Float64Array(own.features),
      intercept: startingIntercept(own, setting.loss, solved.moments.folds![fold]!.training, responseCentre),
    }));
    const start = await sweeps.evaluateWithout(folds, constants.map((_, fold) => fold), constants, [], 1);
    const results: ValueResult[][] = [];
    for (const [fold, { scale: own }] of folds.sets.entries()) {
      const oracle = withoutFold(sweeps, folds, fold);
      const counted = (_result: ValueResult, k: number): void => progress(fold * K + k + 1);
      results.push(await valueByValue(oracle, oracle, null, { ...setting, scale: own, separable: separable[fold]! }, values, start[fold]!, saturated[fold]!, counted));
    }
    return results;
  }
  const wanted = setting.loss.quadratic ? 1 : Math.max(LEAST_ANCHORS, Math.min(MOST_ANCHORS, Math.round((F * K) / Math.max(1, features.length))));
  const positions = pathPositions(solved.results.map(({ evaluation }) => evaluation), values.map(({ lambda }) => lambda));
  const anchors = spreadAnchors(positions, wanted);
  const leaders = leadersAmong(K, anchors);
  const ofPath = solved.model;
  begin(ofPath === null ? anchors.length : 0);
  const asked = ofPath === null ? anchors.map((k) => ({ at: leaders.indexOf(k), features })) : [];
  const { without, hessians } = await sweeps.evaluateWithoutEach(folds, leaders.map((k) => points[k]!), asked, leaders.length);
  const found = folds.sets.map((_, fold) => leaders.map((index, l): Found => ({ index, expected: solved.results[index]!.evaluation, actual: without[l]![fold]! })));
  const starts = solved.results.map(({ evaluation }, k) => found.map((leaders) => shifted(evaluation, k, leaders, positions)));
  /** The Hessians formed at the anchors, and once more if some fold wants a feature that they are not of. */
  const ownModel = async (): Promise<Anchors> => {
    const first = new Set(features);
    const inSome = (j: number, share: number): boolean => starts.some((sets, k) => sets.some((at) => wants(at, k, j, share)));
    const missed = scale.usable.some((j) => !first.has(j) && inSome(j, 1));
    if (missed) features = scale.usable.filter((j) => first.has(j) || inSome(j, SCREEN));
    const formed = missed ? (await sweeps.evaluate(anchors.map((k) => points[k]!), anchors.map((_, at) => ({ at, features, coarse: true })), anchors.length)).map(({ hessian }) => hessian!) : hessians;
    const model = new Anchors(features, anchors, positions);
    formed.forEach((hessian, a) => model.set(a, hessian));
    return model;
  };
  const model = ofPath ?? (await ownModel());

  const results: ValueResult[][] = folds.sets.map(() => []);
  let done = 0;
  const leave = (column: Column, result: ValueResult): void => {
    results[column.fold]![column.index] = result;
    done++;
  };
  const columns = folds.sets.flatMap(({ scale: own }, fold) =>
    values.map(({ lambda }, index) => {
      const point = points[index]!;
      const next = withoutConstants(point, own);
      const column = newColumn({ index, lambda, scale: own, fold, saturatedLoss: saturated[fold]!, separable: separable[fold]!, next, expected: null });
      const leader = leaders.indexOf(index);
      // Another point than the one of which something is known.
      if (next !== point) return column;
      if (leader < 0) column.at = starts[index]![fold]!;
      else consider(column, without[leader]![fold]!, setting, model);
      return column;
    }),
  );
  await advance(columns, {
    setting,
    model,
    leave,
    leading: { leaders, sweeps: Math.min(LEADING_SWEEPS, setting.maxPasses - 1), positions },
    evaluate: async (open) => {
      progress(done);
      return { evaluations: await sweeps.evaluateWithout(folds, open.map(({ fold }) => fold), open.map(({ next }) => next), [], open.length) };
    },
  });
  progress(done);
  for (const column of columns) {
    if (!column.open) continue;
    const { fold, index } = column;
    leave(column, await fitValue(withoutFold(sweeps, folds, fold), finishing(setting, column), { ...values[index]!, next: null, features: null }, column.at!, saturated[fold]!));
    progress(done);
  }
  return results;
}

/** Whether the features that no penalty touches separate the classes without each fold, be it that they do not with it. */
async function separableFolds({ sweeps, moments, nullPoint, setting: { separable } }: SolvedPath, setting: ValueSetting, folds: TrainingSets): Promise<boolean[]> {
  const open = separable !== true && !setting.loss.quadratic ? [...folds.sets.entries()].filter(([, { scale }]) => freeFeatures({ scale }).length > 0) : [];
  const found = folds.sets.map(() => separable === true);
  if (open.length === 0) return found;
  const starts = await sweeps.evaluateWithout(folds, open.map(([fold]) => fold), open.map(([, { scale }]) => withoutConstants(nullPoint, scale)), [], 0);
  for (const [i, [fold, { scale }]] of open.entries()) {
    found[fold] = await areSeparated(withoutFold(sweeps, folds, fold), { ...setting, scale }, starts[i]!, moments.folds![fold]!.training.saturatedLoss);
  }
  return found;
}

/** A feature that is constant without the fold has no coefficient there. The point itself where none has one. */
function withoutConstants(point: Point, { isUsable }: WorkingScale): Point {
  return point.beta.every((b, j) => b === 0 || isUsable[j] === 1) ? point : { ...point, beta: point.beta.map((b, j) => (isUsable[j] === 1 ? b : 0)) };
}
