/**
 * The model document: what `fit`, `path` and `cv` write and `predict` and `evaluate`
 * read. One format, versioned. Arrays named by K hold one entry a value of
 * lambda; coefficients are on the original scale of the data.
 */
import type { ColumnDescription, ResponseDescription } from '../rowSource.ts';
import type { LossSpec } from '../loss/loss.ts';
import type { FoldSpec } from '../path/folds.ts';
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
  readonly cv: CrossValidation | null;
  readonly fingerprint: Readonly<Record<string, unknown>> | null;
  /** Seconds. */
  readonly timing: ModelTiming;
  readonly environment: ModelEnvironment;
}

/** What a cross-validation has found. Arrays named by F hold one entry a fold. */
export interface CrossValidation {
  /** F. */
  readonly folds: number;
  /** How rows were shared out: by row number, by a seeded shuffle of row numbers, by a column. */
  readonly by: FoldSpec['by'];
  /** Of the shuffle; null otherwise. */
  readonly seed: number | null;
  /** The column, and its values in the order of the folds; null where folds come from row numbers. */
  readonly column: string | null;
  readonly values: readonly string[] | null;
  /** Relative gap asked of what is fitted without a fold. */
  readonly tolerance: number;
  /** [F]: weights of the folds' rows. */
  readonly weights: readonly number[];
  /** [K]: mean deviance of rows held out, by fold weight. */
  readonly mean: readonly number[];
  /** [K]. */
  readonly standardError: readonly number[];
  /** Index of the smallest mean. */
  readonly best: number;
  /** Index of the largest lambda whose mean is at most one standard error above the smallest. */
  readonly oneStandardError: number;
  /** [F][K]: mean deviance of each fold's rows under what was fitted to the others. */
  readonly deviance: readonly (readonly number[])[];
  /** [F][K]: of what was fitted without the fold; null where none can be proven. */
  readonly relativeGap: readonly (readonly (number | null)[])[];
  /** [F][K]. */
  readonly converged: readonly (readonly boolean[])[];
  /** [F][K]: why not; null where it has. */
  readonly reason: readonly (readonly (string | null)[])[];
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

/** Whether every value has converged, those fitted without a fold included. */
export function hasConverged({ converged, cv }: Pick<ModelDocument, 'converged' | 'cv'>): boolean {
  return converged.every(Boolean) && (cv === null || cv.converged.every((fold) => fold.every(Boolean)));
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
