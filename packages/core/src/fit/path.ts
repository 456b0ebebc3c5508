/**
 * A whole penalty path. Ridge with fewer rows than features is fitted in the
 * space of the rows (fit/rowSpace.ts). On many rows all values advance together, from a
 * solution on a sample (fit/lockstep.ts); else they are fitted value by value
 * from the strongest penalty down, each started where the one before ended.
 *
 * Least squares with few enough features takes one sweep: the moments hold the
 * whole problem. Where a fit is so close that the moments have lost its
 * digits, sweeps over the rows finish it.
 */
import { emptySample } from '../block/choice.ts';
import { UsageError } from '../errors.ts';
import { lossBySpec } from '../loss/index.ts';
import type { Loss } from '../loss/loss.ts';
import type { FoldSpec } from '../path/folds.ts';
import { defaultRatio, lambdaGrid } from '../path/grid.ts';
import { penaltyBySpec } from '../penalty/index.ts';
import type { Penalty } from '../penalty/penalty.ts';
import type { Description, Executor, RowSource, SomeRows } from '../rowSource.ts';
import type { Moments } from '../statistics/moments.ts';
import type { Anchors } from './anchors.ts';
import { penaltyValue, violations } from './certificate.ts';
import type { GradientSize } from './certificate.ts';
import type { Evaluation, Oracle } from './evaluation.ts';
import { fitLockstep, sampleSelector } from './lockstep.ts';
import type { InLockstep } from './lockstep.ts';
import { MomentsOracle } from './momentsOracle.ts';
import { fitNull } from './nullModel.ts';
import type { FitOptions, PathProblem, PathResult } from './problem.ts';
import type { LockstepValue, OnSample } from './samplePath.ts';
import { chooseRoad, momentsSuffice, rowWidth } from './road.ts';
import type { RoadChoice } from './road.ts';
import { fitInRowSpace } from './rowSpace.ts';
import { SweepOracle } from './sweepOracle.ts';
import type { SweepCount } from './sweepOracle.ts';
import { relativeGap, residualSquare } from './progress.ts';
import { fitValue } from './value.ts';
import type { ValueResult, ValueSetting, ValueTarget } from './value.ts';
import { WorkingScale } from './workingScale.ts';
import type { Point } from './workingScale.ts';

/** Share of the response's mean square below which the moments have lost the loss's digits. */
const LOST_DIGITS = 1e-6;
/** Certified relative gap of the sample's own path. */
const SAMPLE_TOLERANCE = 3e-4;
/** Of the only value of one; but steps end where they bring less than a share of the excess that the sample's own solution has over all rows, q / n of the loss or about. */
const ONE_VALUE_TOLERANCE = 1e-2;
const SAMPLE_EXCESS = 0.5;
/** The grid's largest lambda where no feature has any slope. */
const NO_SLOPE_LAMBDA = 1;
/** Share of the largest gradient there could be below which one is rounding. */
const LEAST_GRADIENT = 1e-6;
/** Smallest l1 ratio that counts in the grid's largest lambda. */
const LEAST_L1_RATIO = 0.001;

/**
 * Fits the path. The source is only asked for moments and passes; `executor`
 * does the M-steps.
 * @throws UsageError BAD_TOLERANCE, BAD_LAMBDA, BAD_GRID, BAD_PENALTY_FACTOR, UNKNOWN_LOSS, UNKNOWN_PENALTY
 */
export async function fitPath(source: RowSource, problem: PathProblem, executor: Executor, options: FitOptions = {}): Promise<PathResult> {
  return (await solvePath(source, problem, executor, options)).path;
}

/** A fitted path, and what it was fitted with: a cross-validation goes on from there. */
export interface SolvedPath {
  readonly path: PathResult;
  readonly moments: Moments;
  readonly setting: ValueSetting;
  readonly sweeps: SweepOracle;
  readonly count: SweepCount;
  /** Whether all came from the moments. */
  readonly fromMoments: boolean;
  /** In descending order of lambda: which value of the path, its lambda and result. */
  readonly order: readonly number[];
  readonly values: readonly LockstepValue[];
  readonly results: readonly ValueResult[];
  /** With the features that no penalty touches. */
  readonly nullPoint: Point;
  /** The Hessians that the path was fitted with in lockstep; null: it was fitted otherwise. */
  readonly model: Anchors | null;
}

/** As fitPath; `check` sees the moments, which may be asked for by fold, before anything is fitted. */
export async function solvePath(
  source: RowSource, problem: PathProblem, executor: Executor, options: FitOptions, folds?: FoldSpec, check: (moments: Moments) => void = () => {},
): Promise<SolvedPath> {
  const description = source.describe();
  checkProblem(problem, description.features.length);
  const loss = lossBySpec(problem.loss);
  const penalty = penaltyBySpec(problem.penalty);
  const asked = { features: description.features.length, folds: folds?.count ?? 0, quadratic: loss.quadratic, ridge: isRidge(problem, penalty) };
  const fromMoments = momentsSuffice({ ...asked, rows: description.rows });
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const moments = await source.moments({ kind: 'moments', loss: problem.loss, gram: fromMoments, ...(folds && { folds }) }, signal);
  check(moments);
  const scale = new WorkingScale(description, moments, problem);
  const count: SweepCount = { sweeps: 1, openColumns: 0, grams: fromMoments ? 1 : 0 };
  const sweeps = new SweepOracle(source, scale, problem.loss, count, options);
  const setting: ValueSetting = {
    scale,
    loss,
    penalty,
    executor,
    tolerance: problem.tolerance ?? 1e-6,
    maxPasses: problem.maxPasses ?? 100,
    nullGradient: null,
  };
  const { saturatedLoss } = moments;

  const momentsOracle = fromMoments ? new MomentsOracle(scale, moments, description.responseCentre, options.signal) : null;
  const oracle: Oracle = momentsOracle ?? sweeps;
  const startIntercept = momentsOracle !== null ? momentsOracle.bestIntercept : startingIntercept(scale, loss, moments, description.responseCentre);
  const first =
    constantModel(scale, loss, moments, description) ??
    (await oracle.evaluate([{ beta: new Float64Array(description.features.length), intercept: startIntercept }], [{ at: 0, features: new Int32Array(0) }], 0))[0]!;
  const nullModel = await fitNull(oracle, setting, first, saturatedLoss);

  const lambda = lambdas(problem, penalty, scale, nullModel.at, moments.rows);
  const order = Array.from(lambda.keys()).sort((a, b) => lambda[b]! - lambda[a]! || a - b);
  const path: ValueSetting = { ...setting, nullGradient: gradientUnit(scale, loss, nullModel.alone), separable: nullModel.separable };
  const values: LockstepValue[] = order.map((index, k) => ({
    lambda: lambda[index]!,
    previous: k > 0 ? lambda[order[k - 1]!]! : Math.max(largestLambda(scale, penalty, nullModel.at), lambda[index]!),
  }));
  const done = (result: ValueResult, k: number): void => {
    options.onEvent?.({
      type: 'valueDone',
      index: k,
      values: order.length,
      lambda: values[k]!.lambda,
      nonzero: nonzeros(result),
      devianceRatio: devianceRatio(result, nullModel.alone.loss, saturatedLoss),
      relativeGap: relativeGap(result.certificate, saturatedLoss),
      converged: result.converged,
      reason: result.reason,
    });
  };
  const provable = values.every((value) => value.lambda > 0) && scale.usable.every((j) => scale.l1[j]! > 0);
  const size = { rows: moments.rows, features: description.features.length, usable: scale.usable.length, values: values.length, width: rowWidth(description) };
  const choice = chooseRoad({ ...size, ...asked, provable });
  options.onEvent?.({ type: 'roadChosen', ...size, ...choice });
  const fit = async (): Promise<Pick<SolvedPath, 'results' | 'model'>> => {
    switch (choice.road) {
      case 'lockstep':
        return onSample(source, sweeps, path, values, problem, moments, saturatedLoss, choice, options, count, done);
      case 'rowSpace':
        count.sweeps++;
        return { results: await fitInRowSpace(source, sweeps, { ...path, saturatedLoss }, values, nullModel.at.point, signal, done), model: null };
      default:
        return { results: await valueByValue(oracle, sweeps, momentsOracle, path, values, nullModel.at, saturatedLoss, done), model: null };
    }
  };
  const { results: fitted, model } = await fit();
  const results: ValueResult[] = [];
  fitted.forEach((result, k) => (results[order[k]!] = result));

  const original = results.map((result) => scale.toOriginal(result.evaluation.point));
  const result: PathResult = {
    lambda,
    intercept: Float64Array.from(original, (model) => model.intercept),
    coefficients: original.map((model) => model.coefficients),
    objective: Float64Array.from(results, (result) => result.certificate.objective),
    gap: Float64Array.from(results, (result) => result.certificate.gap),
    stationarity: Float64Array.from(results, (result) => result.certificate.stationarity),
    nonzero: Int32Array.from(results, nonzeros),
    devianceRatio: Float64Array.from(results, (result) => devianceRatio(result, nullModel.alone.loss, saturatedLoss)),
    converged: results.map((result) => result.converged),
    reason: results.map((result) => result.reason),
    saturatedLoss,
    nullLoss: nullModel.alone.loss,
    weightSum: moments.weightSum,
    rows: moments.rows,
    ...spent(count, lambda.length),
  };
  return { path: result, moments, setting: path, sweeps, count, fromMoments, order, values, results: fitted, nullPoint: nullModel.at.point, model };
}

/** What the fit of `values` values has cost so far. */
export function spent({ sweeps, openColumns, grams }: SweepCount, values: number): Pick<PathResult, 'sweeps' | 'columnPasses' | 'grams'> {
  return { sweeps, columnPasses: openColumns / values, grams };
}

/** Each value started where the one before ended. */
export async function valueByValue(
  oracle: Oracle, sweeps: Oracle, momentsOracle: MomentsOracle | null, setting: ValueSetting, values: readonly LockstepValue[],
  start: Evaluation, saturatedLoss: number, done: (result: ValueResult, k: number) => void,
): Promise<ValueResult[]> {
  const results: ValueResult[] = [];
  let at = start;
  for (let k = 0; k < values.length; k++) {
    const { lambda, previous } = values[k]!;
    const target: ValueTarget = { lambda, previous, next: values[k + 1]?.lambda ?? null, features: null };
    let result = await fitValue(oracle, setting, target, at, saturatedLoss);
    if (momentsOracle !== null && result.evaluation.loss < LOST_DIGITS * momentsOracle.responseSquare) {
      // Where the moments are near singular as well, their answer may be worse than where it started.
      const [again, before] = await sweeps.evaluate([result.evaluation.point, at.point], [], 1);
      const value = ({ loss, point }: Evaluation): number => loss + penaltyValue(setting.scale, setting.penalty, lambda, point.beta);
      result = await fitValue(sweeps, setting, target, value(again!) <= value(before!) ? again! : before!, saturatedLoss);
      // What comes next starts from the moments again: their Hessian costs nothing.
      at = (await oracle.evaluate([result.evaluation.point], [], 0))[0]!;
    } else at = result.evaluation;
    results.push(result);
    done(result, k);
  }
  return results;
}

/** All values in lockstep, from a solution on a sample of the rows. */
async function onSample(
  source: RowSource, sweeps: Oracle, setting: ValueSetting, values: readonly LockstepValue[], problem: PathProblem, moments: Moments,
  saturatedLoss: number, choice: RoadChoice, options: FitOptions, count: SweepCount, done: (result: ValueResult, k: number) => void,
): Promise<InLockstep> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const { scale, loss } = setting;
  const { sampleRows, refineRows, sampleInPlace } = choice;
  const description = source.describe();
  const over = async (rows: SomeRows): Promise<OnSample & { readonly moments: Moments }> => {
    const own = await rows.moments({ kind: 'moments', loss: problem.loss, gram: false }, signal);
    if (own.rows === 0) throw emptySample(description.rows);
    const sampleScale = new WorkingScale(description, moments, problem, { ...moments, weightSum: own.weightSum });
    const oracle = new SweepOracle(rows, sampleScale, problem.loss, { sweeps: 0, openColumns: 0, grams: 0 }, signal);
    const precision = values.length === 1 ? { tolerance: ONE_VALUE_TOLERANCE, negligible: (SAMPLE_EXCESS * scale.usable.length) / own.rows } : { tolerance: SAMPLE_TOLERANCE };
    return { moments: own, oracle, setting: { ...setting, ...precision, scale: sampleScale, rough: true } };
  };
  const selector = sampleSelector(scale, loss.response === 'probability', meanResponse(moments, description.responseCentre));
  // The larger sample stays where its rows lie: it is read a few times only.
  const larger = refineRows > sampleRows ? await over(source.choose(selector(refineRows, null))) : null;
  const chosen = selector(sampleRows, larger === null ? null : refineRows);
  const gathered = sampleInPlace ? null : await source.gather(chosen, signal);
  const sample = { ...(await over(gathered ?? source.choose(chosen))), close: () => gathered?.close() };
  count.sweeps++;
  options.onEvent?.({ type: 'sampled', rows: sample.moments.rows, larger: larger === null ? null : larger.moments.rows });
  const start =
    constantModel(sample.setting.scale, loss, sample.moments, description) ??
    (await sample.oracle.evaluate([{ beta: new Float64Array(scale.features), intercept: startingIntercept(scale, loss, sample.moments, description.responseCentre) }], [{ at: 0, features: new Int32Array(0) }], 0))[0]!;
  return fitLockstep(sweeps, { ...setting, ...choice, saturatedLoss, sample, larger }, values, start, done, options.onEvent);
}

/**
 * The best constant, all of it from moments: where the loss is linear in the
 * response, l' = mean(psi) - y, whose cross moments with the features are
 * those of the response. null where that does not hold, or psi is no constant.
 */
export function constantModel(scale: WorkingScale, loss: Loss, moments: Moments, { hasOffset, responseCentre }: Pick<Description, 'hasOffset' | 'responseCentre'>): Evaluation | null {
  if (!loss.linearInResponse || !scale.intercept || hasOffset) return null;
  const mean = meanResponse(moments, responseCentre);
  const psi = loss.startingValue(mean);
  if (!Number.isFinite(psi)) return null;
  const curvature = loss.curvature(mean, psi);
  return {
    point: { beta: new Float64Array(scale.features), intercept: psi },
    loss: loss.value(mean, psi),
    gradient: scale.gradient(moments.cross.map((cross) => -cross * scale.weightSum), 0),
    interceptGradient: 0,
    alignment: 0,
    curvature,
    curvatureAlignment: curvature * psi,
    pearson: moments.responseVariance / curvature,
    curvatureSquare: curvature * curvature,
    heldOutLoss: null,
    hessian: null,
  };
}

/** Weighted mean of the response itself. */
function meanResponse(moments: Moments, responseCentre: number): number {
  return moments.responseMean + moments.offsetMean + responseCentre;
}

/** The constant that fits the mean response best, less the mean offset. */
export function startingIntercept(scale: WorkingScale, loss: Loss, moments: Moments, responseCentre: number): number {
  return scale.intercept ? loss.startingValue(meanResponse(moments, responseCentre)) - moments.offsetMean : 0;
}

/** Whether every value penalises every feature, by its square alone. */
function isRidge({ lambda, penaltyFactors }: PathProblem, penalty: Penalty): boolean {
  return penalty.slopeAtZero(1) === 0 && penalty.curvature(1) > 0 && penalty.name !== 'none' && (lambda ?? []).every((value) => value > 0) && (penaltyFactors ?? new Float64Array()).every((factor) => factor > 0);
}

/** The unit of stationarity: the size of the gradient with the intercept alone, but no less than what could be rounding. */
function gradientUnit(scale: WorkingScale, loss: Loss, alone: Evaluation): GradientSize {
  const { perDeviation, perSpread } = violations(scale, penaltyBySpec({ name: 'none', l1Ratio: 0 }), 0, alone);
  // No gradient of a working feature exceeds the root mean square of l'. One row that an offset contradicts makes l'^2 / l'' huge, but not the loss.
  const least = LEAST_GRADIENT * Math.sqrt(residualSquare(alone) * loss.maxCurvature);
  return { perDeviation: Math.max(perDeviation, least), perSpread: Math.max(perSpread, least) };
}

function largestLambda(scale: WorkingScale, penalty: Penalty, at: Evaluation): number {
  const share = Math.max(penalty.slopeAtZero(1), LEAST_L1_RATIO);
  let largest = 0;
  for (const j of scale.usable) if (scale.l1[j]! > 0) largest = Math.max(largest, Math.abs(at.gradient[j]!) / (scale.l1[j]! * share));
  return largest;
}

function lambdas(problem: PathProblem, penalty: Penalty, scale: WorkingScale, at: Evaluation, rows: number): Float64Array {
  if (penalty.name === 'none') return Float64Array.of(0);
  if (problem.lambda !== undefined) return Float64Array.from(problem.lambda);
  const largest = largestLambda(scale, penalty, at);
  return lambdaGrid(largest > 0 ? largest : NO_SLOPE_LAMBDA, problem.lambdas ?? 100, problem.lambdaMinRatio ?? defaultRatio(rows, scale.features));
}

function nonzeros(result: ValueResult): number {
  return result.evaluation.point.beta.reduce((sum, b) => sum + (b !== 0 ? 1 : 0), 0);
}

function devianceRatio(result: ValueResult, nullLoss: number, saturatedLoss: number): number {
  const total = nullLoss - saturatedLoss;
  return total > 0 ? 1 - (result.evaluation.loss - saturatedLoss) / total : 0;
}

function checkProblem(problem: PathProblem, features: number): void {
  const { tolerance = 1e-6, maxPasses = 100, penaltyFactors, lambda } = problem;
  if (!(tolerance > 0 && tolerance < 1)) throw new UsageError('BAD_TOLERANCE', `The tolerance is ${tolerance}; it must lie between 0 and 1.`);
  if (!Number.isInteger(maxPasses) || maxPasses < 1) throw new UsageError('BAD_MAX_PASSES', `The number of passes allowed is ${maxPasses}; it must be a whole number of at least 1.`);
  if (lambda !== undefined && lambda.length === 0) throw new UsageError('BAD_LAMBDA', 'No lambda is given; leave the list out for a grid.');
  for (const value of lambda ?? []) {
    if (!(value >= 0 && value < Infinity)) throw new UsageError('BAD_LAMBDA', `Lambda is ${value}; it must be a finite number of at least 0.`);
  }
  if (penaltyFactors === undefined) return;
  if (penaltyFactors.length !== features) {
    throw new UsageError('BAD_PENALTY_FACTOR', `There are ${penaltyFactors.length} penalty factors for ${features} features.`);
  }
  for (const factor of penaltyFactors) {
    if (!(factor >= 0 && factor < Infinity)) throw new UsageError('BAD_PENALTY_FACTOR', `A penalty factor is ${factor}; it must be a finite number of at least 0.`);
  }
}

