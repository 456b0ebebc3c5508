/** Where each predictor column is stored: known from the roles alone, before any row is read. */
import type { RowLayout } from '@scalemix/core';
import type { LoadOptions } from './options.ts';
import type { PredictorRole, Roles } from './roles.ts';

export interface PredictorPlace extends PredictorRole {
  /** Dense or code column; -1 for the sparse matrix. */
  readonly index: number;
  /** Code column that marks missing values, or -1. */
  readonly indicator: number;
}

export interface Places {
  readonly predictors: readonly PredictorPlace[];
  /** While rows are read: weights of 1 may be forgotten at the end. */
  readonly layout: RowLayout;
}

export function placesOf(roles: Roles, options: LoadOptions): Places {
  const missing = options.missing ?? 'error';
  const text = roles.predictors.filter(({ kind }) => kind === 'text').length;
  let dense = 0;
  let codes = 0;
  let indicators = text;
  const predictors = roles.predictors.map((role): PredictorPlace => {
    if (role.kind === 'sparse') return { ...role, index: -1, indicator: -1 };
    const indicator = missing === 'indicator' ? indicators++ : -1;
    return { ...role, index: role.kind === 'numeric' ? dense++ : codes++, indicator };
  });
  const layout: RowLayout = {
    dense,
    denseType: options.precision ?? 'f64',
    codes: indicators,
    sparse: predictors.some(({ kind }) => kind === 'sparse'),
    folds: roles.folds !== null,
    weights: roles.weights >= 0 || roles.trials >= 0 || missing === 'drop',
    offset: roles.offset >= 0,
  };
  return { predictors, layout };
}
