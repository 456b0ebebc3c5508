/**
 * The model document: what `fit` and `path` write and `predict` and `evaluate`
 * read. One format, versioned. Arrays named by K hold one entry a value of
 * lambda; coefficients are on the original scale of the data.
 */
import type { ColumnDescription, ResponseDescription } from '../rowSource.ts';
import type { LossSpec } from '../loss/loss.ts';
import type { PenaltySpec } from '../penalty/penalty.ts';

export const MODEL_FORMAT = 'scalemix.model/1';

/** What becomes of missing values in predictors: an error, the row left out, or the value filled in (and marked by an indicator feature). */
export type MissingPolicy = 'error' | 'drop' | 'mean' | 'indicator';

export interface ModelDocument {
  readonly format: typeof MODEL_FORMAT;
  readonly loss: LossSpec;
  readonly penalty: PenaltySpec;
  readonly standardize: boolean;
  readonly interceptFitted: boolean;
  /** Relative gap asked for. */
  readonly tolerance: number;
  /** Rows used (weight above zero). */
  readonly rows: number;
  readonly weightSum: number;
  readonly response: ResponseDescription;
  /** Name of the weights column. */
  readonly weights: string | null;
  /** Name of the offset column. */
  readonly offset: string | null;
  readonly missing: MissingPolicy;
  /** Texts read as missing. */
  readonly na: readonly string[];
  /** The SELECT that made the table, for the reader's information: it is never run from a model. */
  readonly query: string | null;
  readonly columns: readonly ColumnDescription[];
  /** Names of the p features. */
  readonly features: readonly string[];
  /** Weighted mean and standard deviation (denominator: the sum of weights) of each feature over the rows of the fit. */
  readonly featureMeans: readonly number[];
  readonly featureScales: readonly number[];
  /** v_j, one a feature; null: all 1. */
  readonly penaltyFactors: readonly number[] | null;
  readonly classes: readonly string[] | null;
  readonly lambda: readonly number[];
  readonly intercept: readonly number[];
  /** [K][p]. */
  readonly coefficients: readonly (readonly number[])[];
  /** Mean loss plus penalty. */
  readonly objective: readonly number[];
  /** Absolute gap of the mean objective; null where none can be proven. */
  readonly gap: readonly (number | null)[];
  readonly stationarity: readonly (number | null)[];
  readonly nonzero: readonly number[];
  /** 1 - deviance / null deviance on the rows of the fit; null where the null deviance is zero. */
  readonly devianceRatio: readonly (number | null)[];
  readonly converged: readonly boolean[];
  /** Why a value has not converged; null where it has. */
  readonly reason: readonly (string | null)[];
  /** Mean loss of the null model. */
  readonly nullLoss: number;
  /** Mean saturated loss. */
  readonly saturatedLoss: number;
  readonly sweeps: number;
  readonly columnPasses: number;
  readonly grams: number;
  readonly cv: null;
  readonly fingerprint: Readonly<Record<string, unknown>> | null;
  /** Seconds. */
  readonly timing: ModelTiming;
  readonly environment: ModelEnvironment;
}

export interface ModelTiming {
  readonly read: number;
  readonly fit: number;
  readonly total: number;
}

export interface ModelEnvironment {
  readonly node: string;
  /** kernelIdText of the kernels that answered the passes. */
  readonly kernel: string;
  readonly precision: 'f64' | 'f32';
  readonly threads: number;
  /** Of scalemix. */
  readonly version: string;
}

/**
 * The proven gap of value k relative to the objective above its floor:
 * gap / (objective - mean saturated loss). null where no gap can be proven;
 * 0 where the objective stands on its floor.
 */
export function relativeGap(model: ModelDocument, k: number): number | null {
  const gap = model.gap[k];
  if (gap === undefined || gap === null) return null;
  const scale = model.objective[k]! - model.saturatedLoss;
  return scale > 0 ? gap / scale : 0;
}
