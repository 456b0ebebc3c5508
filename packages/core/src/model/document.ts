/**
 * The model document: what `fit` and `path` write and `predict` and `evaluate`
 * read. One format, versioned (design: the document of fit, path and cv).
 */
import type { ColumnDescription } from '../rowSource.ts';
import type { LossSpec } from '../loss/loss.ts';
import type { PenaltySpec } from '../penalty/penalty.ts';

export const MODEL_FORMAT = 'scalemix.model/1';

export interface ModelDocument {
  readonly format: typeof MODEL_FORMAT;
  readonly loss: LossSpec;
  readonly penalty: PenaltySpec;
  readonly standardize: boolean;
  readonly interceptFitted: boolean;
  readonly tolerance: number;
  /** Rows used (weight above zero). */
  readonly rows: number;
  readonly weightSum: number;
  readonly response: { readonly name: string; readonly kind: 'numeric' | 'classes'; readonly positive: string | null; readonly negative: string | null; readonly trials: string | null };
  readonly weights: string | null;
  readonly offset: string | null;
  /** What to do with missing values, as at fitting. */
  readonly missing: 'error' | 'drop' | 'mean' | 'indicator';
  readonly na: readonly string[];
  readonly query: string | null;
  readonly columns: readonly ColumnDescription[];
  readonly features: readonly string[];
  readonly penaltyFactors: readonly number[] | null;
  readonly classes: readonly string[] | null;
  readonly lambda: readonly number[];
  /** Original scale. */
  readonly intercept: readonly number[];
  readonly coefficients: readonly (readonly number[])[];
  readonly objective: readonly number[];
  /** Absolute gap of the mean objective; null where none can be proven. */
  readonly gap: readonly (number | null)[];
  readonly stationarity: readonly number[];
  readonly nonzero: readonly number[];
  readonly devianceRatio: readonly number[];
  readonly converged: readonly boolean[];
  readonly reason: readonly (string | null)[];
  readonly nullLoss: number;
  readonly saturatedLoss: number;
  readonly sweeps: number;
  readonly columnPasses: number;
  readonly grams: number;
  readonly cv: null;
  readonly fingerprint: Readonly<Record<string, unknown>> | null;
  /** Seconds. */
  readonly timing: { readonly read: number; readonly fit: number; readonly total: number };
  readonly environment: { readonly node: string; readonly kernel: string; readonly precision: 'f64' | 'f32'; readonly threads: number; readonly version: string };
}
