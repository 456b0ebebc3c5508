/** What a model is and how sure its values are, in words. */
import { relativeGap } from '@scalemix/core';
import type { CrossValidation, ModelDocument } from '@scalemix/core';
import { counted, duration, significant } from './numbers.ts';
import { printable } from './text.ts';

/** `Logistic lasso path of late (positive: yes)` and what it was fitted on. */
export function headline(model: ModelDocument, kind: string): string {
  const { response } = model;
  const penalty = model.penalty.name === 'none' ? 'unpenalised' : model.penalty.name === 'elastic-net' ? `elastic-net (l1 ratio ${model.penalty.l1Ratio})` : model.penalty.name;
  const loss = model.loss.name === 'squared' ? 'Least-squares' : capital(model.loss.name);
  const classes = response.kind === 'classes' ? ` = ${printable(response.positive ?? '')}` : response.trials === null ? '' : ` of ${printable(response.trials)}`;
  return `${loss} ${penalty} ${kind} of ${printable(response.name)}${classes}: ${counted(model.rows, 'row')}, ${counted(model.features.length, 'feature')}`;
}

/** How many values have converged, and what that is known by. */
export function verdict(model: ModelDocument): string {
  const count = model.lambda.length;
  const failed = model.converged.flatMap((converged, k) => (converged ? [] : [k]));
  if (failed.length > 0) return failure(model, failed);
  const all = count === 1 ? 'The answer is' : `All ${count} values are`;
  if (model.gap.every((gap) => gap !== null)) {
    const worst = Math.max(...model.lambda.map((_, k) => relativeGap(model, k) ?? 0));
    const whose = count === 1 ? 'its' : 'each';
    if (worst === 0) return `${all} certified: ${whose} objective is the smallest possible.`;
    return `${all} certified: ${whose} objective is proven to lie within ${significant(worst, 2)} (relative) of the smallest possible.`;
  }
  const worst = Math.max(...model.stationarity.map((value) => value ?? 0));
  return `${all} stationary to ${significant(worst, 2)} of the null gradient; ${provable(model) ? 'the numbers are too large for a gap to be computed' : 'where something is not penalised no gap can be proven'}.`;
}

/** How many of the values fitted without a fold have converged. */
export function foldVerdict({ folds, converged, reason, relativeGap: gaps, tolerance }: CrossValidation): string {
  const count = converged.reduce((sum, fold) => sum + fold.length, 0);
  const failed = converged.flatMap((fold, f) => fold.flatMap((done, k) => (done ? [] : [reason[f]![k] ?? 'STALLED'])));
  const subject = `${count} values fitted without one of ${folds} folds`;
  if (failed.length > 0) return `${failed.length} of the ${subject} have NOT converged to ${tolerance} (${explained(failed)}).`;
  const worst = Math.max(...gaps.flat().map((gap) => gap ?? NaN));
  if (Number.isNaN(worst)) return `All ${subject} have converged to ${tolerance}.`;
  return `All ${subject} are certified: to within ${significant(worst, 2)} (relative).`;
}

/** Whether every value penalises every feature, so that a gap can be proven. */
function provable({ lambda, penalty, penaltyFactors }: ModelDocument): boolean {
  return penalty.name !== 'none' && lambda.every((value) => value > 0) && (penaltyFactors ?? []).every((factor) => factor > 0);
}

/** Each reason once, with what it means. */
function explained(reasons: readonly string[]): string {
  return [...new Set(reasons)].map((reason) => `${reason}: ${REASONS[reason] ?? 'no further progress'}`).join('; ');
}

/** Of a value that has not converged, in words. */
export const REASONS: Readonly<Record<string, string>> = {
  MAX_PASSES: 'the sweeps allowed by --max-passes were used up',
  SEPARABLE: 'the classes can be separated, so that without a penalty coefficients grow for ever; penalise them (--penalty ridge)',
  STALLED: 'rounding errors leave no smaller objective to be found',
};

function failure(model: ModelDocument, failed: readonly number[]): string {
  const count = model.lambda.length;
  const reasons = failed.map((k) => model.reason[k] ?? 'STALLED');
  const subject = count === 1 ? 'The value has' : `${failed.length} of ${count} values have`;
  const worst = Math.max(...failed.map((k) => relativeGap(model, k) ?? model.stationarity[k] ?? 0));
  // Where neither is known but as 0, it says nothing.
  const stands = worst > model.tolerance ? `, and ${count === 1 ? 'stands' : 'stand'} at ${significant(worst, 2)}` : '';
  const short = reasons.includes('SEPARABLE') ? '' : ` to ${significant(model.tolerance, 2)}${stands}`;
  return `${subject} NOT converged${short} (${explained(reasons)}).`;
}

/** What it took. */
export function effort(model: ModelDocument): string {
  const { read, fit } = model.timing;
  const { threads, kernel } = model.environment;
  return `${counted(model.sweeps, 'sweep')} over the data (${model.columnPasses > 0 ? `${significant(model.columnPasses, 3)} column passes, ` : ''}${counted(model.grams, 'Gram')}); read in ${duration(read)}, fitted in ${duration(fit)} on ${counted(threads, 'thread')}, kernel ${kernel.split('/').slice(0, 2).join(' ')}.`;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
