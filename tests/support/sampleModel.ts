import { MODEL_FORMAT } from '@scalemix/core';
import type { ColumnDescription, CrossValidation, ModelDocument } from '@scalemix/core';

const none = { count: 0, fill: null, indicator: false } as const;

/** Columns x (numeric) and c (levels a, b, d; a has no feature). */
export const sampleColumns: readonly ColumnDescription[] = [
  { name: 'x', type: 'numeric', levels: null, dropFirst: false, missing: none, features: [0, 1] },
  { name: 'c', type: 'categorical', levels: ['a', 'b', 'd'], dropFirst: true, missing: none, features: [1, 2] },
];

/** Two folds by row number, of the three values of sampleModel: value 2 is best, value 1 within one standard error. */
export function sampleCv(changes: Partial<CrossValidation> = {}): CrossValidation {
  return {
    folds: 2,
    by: 'modulo',
    seed: null,
    column: null,
    values: null,
    tolerance: 1e-4,
    weights: [50, 50],
    mean: [1.38, 1.1, 1],
    standardError: [0.01, 0.1, 0.125],
    best: 2,
    oneStandardError: 1,
    deviance: [[1.37, 1, 0.875], [1.39, 1.2, 1.125]],
    relativeGap: [[0, 1e-6, 3e-5], [0, null, 2e-5]],
    converged: [[true, true, true], [true, true, true]],
    reason: [[null, null, null], [null, null, null]],
    ...changes,
  };
}

/** A logistic path of three values on x and c, made up. */
export function sampleModel(changes: Partial<ModelDocument> = {}): ModelDocument {
  return {
    format: MODEL_FORMAT,
    loss: { name: 'logistic', parameters: {} },
    penalty: { name: 'lasso', l1Ratio: 1 },
    standardize: true,
    interceptFitted: true,
    tolerance: 1e-6,
    rows: 100,
    weightSum: 100,
    response: { name: 'y', kind: 'classes', positive: 'yes', negative: 'no', trials: null },
    weights: null,
    offset: null,
    missing: 'error',
    na: [],
    query: null,
    columns: sampleColumns,
    features: ['x', 'c=b', 'c=d'],
    featureMeans: [0.5, 0.2, 0.3],
    featureScales: [1, 0.4, 0.46],
    penaltyFactors: null,
    classes: ['no', 'yes'],
    lambda: [0.5, 0.1, 0.02],
    intercept: [0.1, 1 / 3, 0.7],
    coefficients: [[0, 0, 0], [1, 0, -0.5], [Math.PI, 1e-300, -Number.MIN_VALUE]],
    objective: [0.69, 0.5, 0.4],
    gap: [1e-9, null, 3e-8],
    stationarity: [0, 1e-9, 1e-8],
    nonzero: [0, 2, 3],
    devianceRatio: [0, 0.3, 0.4],
    converged: [true, true, false],
    reason: [null, null, 'MAX_PASSES'],
    nullLoss: 0.69,
    saturatedLoss: 0,
    sweeps: 7,
    columnPasses: 5.5,
    grams: 2,
    cv: null,
    fingerprint: null,
    timing: { read: 0.1, fit: 0.2, total: 0.31 },
    environment: { node: '24.0.0', kernel: 'scalar/f64/k192/0', precision: 'f64', threads: 1, version: '0.1.0' },
    ...changes,
  };
}
