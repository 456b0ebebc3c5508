import type { PathProblem, PathResult } from '../fit/problem.ts';
import type { Description } from '../rowSource.ts';
import { MODEL_FORMAT } from './document.ts';
import type { CrossValidation, MissingPolicy, ModelDocument, ModelEnvironment, ModelTiming } from './document.ts';

/** What a model says of its data and its making beside the fit itself. */
export interface ModelContext {
  /** Moments of the features over the rows of the fit, original scale. */
  readonly featureMeans: Float64Array;
  readonly featureScales: Float64Array;
  readonly weights: string | null;
  readonly offset: string | null;
  readonly missing: MissingPolicy;
  readonly na: readonly string[];
  readonly query: string | null;
  readonly fingerprint: Readonly<Record<string, unknown>> | null;
  /** @default null */
  readonly cv?: CrossValidation;
  readonly timing: ModelTiming;
  readonly environment: ModelEnvironment;
}

/** The document of a fitted path. NaN (no gap proven, no deviance to explain) becomes null. */
export function buildModel(problem: PathProblem, description: Description, path: PathResult, context: ModelContext): ModelDocument {
  const { response } = description;
  const classes = response.kind === 'classes' && response.negative !== null && response.positive !== null;
  return {
    format: MODEL_FORMAT,
    loss: problem.loss,
    penalty: problem.penalty,
    standardize: problem.standardize ?? true,
    interceptFitted: problem.intercept ?? true,
    tolerance: problem.tolerance ?? 1e-6,
    rows: path.rows,
    weightSum: path.weightSum,
    response,
    weights: context.weights,
    offset: context.offset,
    missing: context.missing,
    na: context.na,
    query: context.query,
    columns: description.columns,
    features: description.features,
    featureMeans: Array.from(context.featureMeans),
    featureScales: Array.from(context.featureScales),
    penaltyFactors: problem.penaltyFactors === undefined ? null : Array.from(problem.penaltyFactors),
    classes: classes ? [response.negative!, response.positive!] : null,
    lambda: Array.from(path.lambda),
    intercept: Array.from(path.intercept),
    coefficients: path.coefficients.map((vector) => Array.from(vector)),
    objective: Array.from(path.objective),
    gap: Array.from(path.gap, numberOrNull),
    stationarity: Array.from(path.stationarity, numberOrNull),
    nonzero: Array.from(path.nonzero),
    devianceRatio: Array.from(path.devianceRatio, numberOrNull),
    converged: [...path.converged],
    reason: [...path.reason],
    nullLoss: path.nullLoss,
    saturatedLoss: path.saturatedLoss,
    sweeps: path.sweeps,
    columnPasses: path.columnPasses,
    grams: path.grams,
    cv: context.cv ?? null,
    fingerprint: context.fingerprint,
    timing: context.timing,
    environment: context.environment,
  };
}

function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
