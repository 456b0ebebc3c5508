/** Paths on a million rows of 100 correlated columns. */
import { correlatedData } from '../support/designs.ts';
import { LASSO_LOGISTIC, RIDGE_LOGISTIC, matrixSides } from './case.ts';
import type { Case, Sides } from './case.ts';

const data = (response: 'logistic' | 'squared') => async (): Promise<Sides> =>
  matrixSides(correlatedData({ rows: 1e6, columns: 100, correlation: 0.5, response, seed: 1 }));

export const lassoMillion: Case = {
  name: 'lasso-1e6',
  what: 'logistic lasso path; 100 values; 1e6 rows of 100 columns',
  problem: { ...LASSO_LOGISTIC, lambdas: 100 },
  data: data('logistic'),
};

export const ridgeMillion: Case = {
  name: 'ridge-1e6',
  what: 'logistic ridge path; 40 values; the same rows',
  problem: { ...RIDGE_LOGISTIC, lambdas: 40 },
  data: data('logistic'),
};

export const gaussianMillion: Case = {
  name: 'gauss-1e6',
  what: 'least-squares lasso path; 100 values; 1e6 rows of 100 columns',
  problem: { ...LASSO_LOGISTIC, loss: { name: 'squared', parameters: {} }, lambdas: 100 },
  data: data('squared'),
};
