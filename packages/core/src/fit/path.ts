/**
 * A whole penalty path, value by value from the strongest penalty down, each
 * started where the one before ended (math.md 18 will put all values in
 * lockstep behind the same door).
 *
 * Least squares with few enough features takes one sweep: the moments hold the
 * whole problem. Where a fit is so close that the moments have lost its
 * digits, sweeps over the rows finish it.
 */
import { UsageError } from '../errors.ts';
import { lossBySpec } from '../loss/index.ts';
import { defaultRatio, lambdaGrid } from '../path/grid.ts';
import { penaltyBySpec } from '../penalty/index.ts';
import type { Penalty } from '../penalty/penalty.ts';
import type { Executor, RowSource } from '../rowSource.ts';
import { stationarity } from './certificate.ts';
import type { Evaluation, Oracle } from './evaluation.ts';
import { MomentsOracle } from './momentsOracle.ts';
import type { FitOptions, PathProblem, PathResult } from './problem.ts';
import { SweepOracle } from './sweepOracle.ts';
import type { SweepCount } from './sweepOracle.ts';
import { fitValue, relativeGap } from './value.ts';
import type { ValueResult, ValueSetting, ValueTarget } from './value.ts';
import { WorkingScale } from './workingScale.ts';

/** Features up to which least squares is solved from the moments of all of them. */
export const MOMENTS_FEATURES = 2048;
/** Share of the response's mean square below which the moments have lost the loss's digits. */
const LOST_DIGITS = 1e-6;
/** The grid's largest lambda where no feature has any slope. */
const NO_SLOPE_LAMBDA = 1;
/** Smallest l1 ratio that counts in the grid's largest lambda. */
const LEAST_L1_RATIO = 0.001;

/**
 * Fits the path. The source is only asked for moments and passes; `executor`
 * does the M-steps.
 * @throws UsageError BAD_TOLERANCE, BAD_LAMBDA, BAD_GRID, BAD_PENALTY_FACTOR, UNKNOWN_LOSS, UNKNOWN_PENALTY
 */
export async function fitPath(source: RowSource, problem: PathProblem, executor: Executor, options: FitOptions = {}): Promise<PathResult> {
  const description = source.describe();
  checkProblem(problem, description.features.length);
  const loss = lossBySpec(problem.loss);
  const penalty = penaltyBySpec(problem.penalty);
  const fromMoments = loss.quadratic && description.features.length <= MOMENTS_FEATURES;
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const moments = await source.moments({ kind: 'moments', loss: problem.loss, gram: fromMoments }, signal);
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
    nullGradient: 0,
  };
  const { saturatedLoss } = moments;

  const momentsOracle = fromMoments ? new MomentsOracle(scale, moments, description.responseCentre) : null;
  const oracle: Oracle = momentsOracle ?? sweeps;
  const startIntercept = !scale.intercept ? 0 : momentsOracle !== null ? momentsOracle.bestIntercept : loss.startingValue(moments.responseMean + description.responseCentre);
  const first = (await oracle.evaluate([{ beta: new Float64Array(description.features.length), intercept: startIntercept }], [{ at: 0, features: new Int32Array(0) }], 0))[0]!;
  const nullModel = await fitNull(oracle, setting, first, saturatedLoss);

  const lambda = lambdas(problem, penalty, scale, nullModel.at, moments.rows);
  const order = Array.from(lambda.keys()).sort((a, b) => lambda[b]! - lambda[a]! || a - b);
  const path: ValueSetting = { ...setting, nullGradient: stationarity(scale, penaltyBySpec({ name: 'none', l1Ratio: 0 }), 0, nullModel.at) };
  const results: ValueResult[] = [];
  let at = nullModel.at;
  let previous = Math.max(largestLambda(scale, penalty, nullModel.at), lambda[order[0]!]!);
  for (let k = 0; k < order.length; k++) {
    const index = order[k]!;
    const value = lambda[index]!;
    const target: ValueTarget = { lambda: value, previous, next: k + 1 < order.length ? lambda[order[k + 1]!]! : null, features: null };
    let result = await fitValue(oracle, path, target, at, saturatedLoss);
    if (momentsOracle !== null && result.evaluation.loss < LOST_DIGITS * momentsOracle.responseSquare) {
      const again = (await sweeps.evaluate([result.evaluation.point], [], 1))[0]!;
      result = await fitValue(sweeps, path, target, again, saturatedLoss);
      // What comes next starts from the moments again: their Hessian costs nothing.
      at = (await oracle.evaluate([result.evaluation.point], [], 0))[0]!;
    } else at = result.evaluation;
    results[index] = result;
    previous = value;
    options.onEvent?.({
      type: 'valueDone',
      index: k,
      values: order.length,
      lambda: value,
      nonzero: nonzeros(result),
      devianceRatio: devianceRatio(result, nullModel.loss, saturatedLoss),
      relativeGap: relativeGap(result.certificate, saturatedLoss),
      converged: result.converged,
    });
  }

  const original = results.map((result) => scale.toOriginal(result.evaluation.point));
  return {
    lambda,
    intercept: Float64Array.from(original, (model) => model.intercept),
    coefficients: original.map((model) => model.coefficients),
    objective: Float64Array.from(results, (result) => result.certificate.objective),
    gap: Float64Array.from(results, (result) => result.certificate.gap),
    stationarity: Float64Array.from(results, (result) => result.certificate.stationarity),
    nonzero: Int32Array.from(results, nonzeros),
    devianceRatio: Float64Array.from(results, (result) => devianceRatio(result, nullModel.loss, saturatedLoss)),
    converged: results.map((result) => result.converged),
    reason: results.map((result) => result.reason),
    saturatedLoss,
    nullLoss: nullModel.loss,
    weightSum: moments.weightSum,
    rows: moments.rows,
    sweeps: count.sweeps,
    columnPasses: count.openColumns / lambda.length,
    grams: count.grams,
  };
}

/** The null model: the intercept alone (its loss is the null loss), then with the features that no penalty touches. */
async function fitNull(oracle: Oracle, setting: ValueSetting, first: Evaluation, saturatedLoss: number): Promise<{ loss: number; at: Evaluation }> {
  const { scale } = setting;
  const target = (features: Int32Array): ValueTarget => ({ lambda: 0, previous: 0, next: null, features });
  // Stationarity is measured against the gradient that is left: absolute here, to rounding of the mean gradient.
  const tight: ValueSetting = { ...setting, tolerance: Math.min(1e-9, setting.tolerance) };
  let at = (await fitValue(oracle, tight, target(new Int32Array(0)), first, saturatedLoss)).evaluation;
  const loss = at.loss;
  const free = scale.usable.filter((j) => scale.l1[j] === 0);
  if (free.length > 0) at = (await fitValue(oracle, tight, target(free), at, saturatedLoss)).evaluation;
  return { loss, at };
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

