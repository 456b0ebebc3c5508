/** All values of all folds at once, from the path of all rows. */
import { Anchors, spreadAnchors } from './anchors.ts';
import { SCREEN, advance, consider, finishing, newColumn } from './columns.ts';
import type { Column } from './columns.ts';
import type { Evaluation, Hessian } from './evaluation.ts';
import { withoutConstants } from './foldFitting.ts';
import type { FoldFitting } from './foldFitting.ts';
import { leadersAmong, shifted } from './leaders.ts';
import type { Found } from './leaders.ts';
import { pathPositions } from './pathPositions.ts';
import type { LockstepValue } from './samplePath.ts';
import { coarseness } from './coarseness.ts';
import { withoutFold } from './sweepOracle.ts';
import { fitValue } from './value.ts';
import type { ValueResult, ValueSetting } from './value.ts';
import type { Point } from './workingScale.ts';

/** Anchors of the folds, at most and at least; in between their Grams cost about a quarter of a sweep over all columns. */
const MOST_ANCHORS = 7;
const LEAST_ANCHORS = 3;
/** Sweeps over the folds' columns that look at their leaders only. */
const LEADING_SWEEPS = 2;
/** Hessians are of all features where that costs up to so many times those of the features that may have a coefficient. */
const ALL_FEATURES = 2;

/** Values of the path, in descending order of lambda, and their solutions on all rows. */
export interface PathPart {
  readonly values: readonly LockstepValue[];
  readonly results: readonly ValueResult[];
}

/** Features that may have a coefficient in some fold, by what they are worth on all rows; all where their Hessians cost hardly more. */
export function foldFeatures({ setting }: FoldFitting, part: PathPart): Int32Array {
  const { usable } = setting.scale;
  const features = usable.filter((j) => part.results.some(({ evaluation }, k) => wants(setting, part.values[k]!, evaluation, j, SCREEN)));
  return usable.length ** 2 <= ALL_FEATURES * features.length ** 2 ? usable : features;
}

/** Whether feature j has a coefficient at a value's point, or a gradient of a `share` of its slope at zero there. */
function wants({ penalty, scale }: ValueSetting, { lambda }: LockstepValue, { point, gradient }: Evaluation, j: number, share: number): boolean {
  return point.beta[j] !== 0 || Math.abs(gradient[j]!) >= share * penalty.slopeAtZero(lambda) * scale.l1[j]!;
}

/** Hessians that the folds share: of which features, and at which values; those are leaders in any case. Where the path has left a model that serves none are formed. */
export interface SharedHessians {
  readonly features: Int32Array;
  readonly anchors: readonly number[];
  readonly positions: Float64Array;
}

export function shareHessians({ folds: { sets }, setting }: FoldFitting, { values, results }: PathPart, features: Int32Array): SharedHessians {
  const wanted = setting.loss.quadratic ? 1 : Math.max(LEAST_ANCHORS, Math.min(MOST_ANCHORS, Math.round((sets.length * values.length) / Math.max(1, features.length))));
  const positions = pathPositions(results.map(({ evaluation }) => evaluation), values.map(({ lambda }) => lambda));
  return { features, anchors: spreadAnchors(positions, wanted), positions };
}

/** What is known of each value without each fold before the first step: of the leaders an evaluation, of the others what those tell. */
interface Starts {
  readonly leaders: readonly number[];
  /** [leader][fold], and [value][fold]. */
  readonly without: readonly (readonly Evaluation[])[];
  readonly expected: readonly (readonly Evaluation[])[];
  readonly model: Anchors;
}

/**
 * @param separable whether no value of a fold has a finite optimum
 * @param done is told how many values have been fitted
 * @returns results [fold][value]
 */
export async function foldsTogether(fitting: FoldFitting, part: PathPart, shared: SharedHessians, separable: readonly boolean[], done: (count: number) => void): Promise<ValueResult[][]> {
  const { solved: { sweeps, moments }, setting, folds } = fitting;
  const { values } = part;
  const starts = await begin(fitting, part, shared);
  const { leaders, model } = starts;
  const saturated = moments.folds!.map(({ training }) => training.saturatedLoss);
  const results: ValueResult[][] = folds.sets.map(() => []);
  let count = 0;
  const leave = (column: Column, result: ValueResult): void => {
    results[column.fold]![column.index] = result;
    count++;
  };
  const columns = folds.sets.flatMap(({ scale }, fold) =>
    values.map(({ lambda }, index) => {
      const { point } = part.results[index]!.evaluation;
      const next = withoutConstants(point, scale);
      const column = newColumn({ index, lambda, scale, fold, saturatedLoss: saturated[fold]!, separable: separable[fold]!, next, expected: null });
      const leader = leaders.indexOf(index);
      // Another point than the one of which something is known.
      if (next !== point) return column;
      if (leader < 0) column.at = starts.expected[index]![fold]!;
      else consider(column, starts.without[leader]![fold]!, setting, model);
      return column;
    }),
  );
  await advance(columns, {
    setting,
    model,
    leave,
    leading: { leaders, sweeps: Math.min(LEADING_SWEEPS, setting.maxPasses - 1), positions: shared.positions },
    evaluate: async (open) => {
      done(count);
      return { evaluations: await sweeps.evaluateWithout(folds, open.map(({ fold }) => fold), open.map(({ next }) => next), [], open.length) };
    },
  });
  done(count);
  for (const column of columns) {
    if (!column.open) continue;
    const { fold, index } = column;
    leave(column, await fitValue(withoutFold(sweeps, folds, fold), finishing(setting, column), { ...values[index]!, next: null, features: null }, column.at!, saturated[fold]!));
    done(count);
  }
  return results;
}

/** One sweep at the leaders; another one where some fold wants a feature that the Hessians are not of. */
async function begin({ solved: { sweeps, model: ofPath }, setting, folds }: FoldFitting, { values, results }: PathPart, { features, anchors, positions }: SharedHessians): Promise<Starts> {
  const { scale, penalty } = setting;
  const coarse = coarseness(scale, penalty, values.at(-1)!.lambda);
  const leaders = leadersAmong(values.length, anchors);
  const pointOf = (k: number): Point => results[k]!.evaluation.point;
  const asked = ofPath === null ? anchors.map((k) => ({ at: leaders.indexOf(k), features, coarse })) : [];
  const { without, hessians } = await sweeps.evaluateWithoutEach(folds, leaders.map(pointOf), asked, leaders.length);
  const found = folds.sets.map((_, fold) => leaders.map((index, l): Found => ({ index, expected: results[index]!.evaluation, actual: without[l]![fold]! })));
  const expected = results.map(({ evaluation }, k) => found.map((leaders) => shifted(evaluation, k, leaders, positions)));
  const filled = (of: Int32Array, formed: readonly Hessian[]): Anchors => {
    const model = new Anchors(of, anchors, positions);
    formed.forEach((hessian, a) => model.set(a, hessian));
    return model;
  };
  const known = { leaders, without, expected };
  if (ofPath !== null) return { ...known, model: ofPath };
  const have = new Set(features);
  const inSome = (j: number, share: number): boolean => expected.some((sets, k) => sets.some((at) => wants(setting, values[k]!, at, j, share)));
  if (!scale.usable.some((j) => !have.has(j) && inSome(j, 1))) return { ...known, model: filled(features, hessians) };
  const all = scale.usable.filter((j) => have.has(j) || inSome(j, SCREEN));
  const formed = await sweeps.evaluate(anchors.map(pointOf), anchors.map((_, at) => ({ at, features: all, coarse })), anchors.length);
  return { ...known, model: filled(all, formed.map(({ hessian }) => hessian!)) };
}
