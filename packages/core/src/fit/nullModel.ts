/**
 * The null model: the intercept alone, then with the features that no penalty
 * touches. Where it has no finite optimum no value of the path has one.
 */
import type { Evaluation, Oracle } from './evaluation.ts';
import { fitValue } from './value.ts';
import type { ValueResult, ValueSetting, ValueTarget } from './value.ts';

/** Of its stationarity. Beyond it what separates the classes would be fitted beyond all digits before it shows. */
const TOLERANCE = 1e-9;

export interface NullModel {
  readonly alone: Evaluation;
  /** With the free features. */
  readonly at: Evaluation;
  readonly separable: boolean;
}

export async function fitNull(oracle: Oracle, setting: ValueSetting, first: Evaluation, saturatedLoss: number): Promise<NullModel> {
  const alone = (await fitFeatures(oracle, setting, new Int32Array(0), first, saturatedLoss)).evaluation;
  const free = freeFeatures(setting);
  if (free.length === 0) return { alone, at: alone, separable: false };
  const { evaluation, reason } = await fitFeatures(oracle, setting, free, alone, saturatedLoss);
  return { alone, at: evaluation, separable: reason === 'SEPARABLE' };
}

/** Those that no penalty touches: ascending. */
export function freeFeatures({ scale }: Pick<ValueSetting, 'scale'>): Int32Array {
  return scale.usable.filter((j) => scale.l1[j] === 0);
}

/** Whether the free features separate the classes. @param start where they have no or nearly their coefficients, and nothing else has any */
export async function areSeparated(oracle: Oracle, setting: ValueSetting, start: Evaluation, saturatedLoss: number): Promise<boolean> {
  return (await fitFeatures(oracle, setting, freeFeatures(setting), start, saturatedLoss)).reason === 'SEPARABLE';
}

function fitFeatures(oracle: Oracle, setting: ValueSetting, features: Int32Array, start: Evaluation, saturatedLoss: number): Promise<ValueResult> {
  const target: ValueTarget = { lambda: 0, previous: 0, next: null, features };
  return fitValue(oracle, { ...setting, rough: false, tolerance: TOLERANCE }, target, start, saturatedLoss);
}
