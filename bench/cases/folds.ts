/** Five folds of a path of 100 values, 1e5 rows of 50 columns. */
import type { CrossValidationProblem } from '@scalemix/core';
import { correlatedData } from '../support/designs.ts';
import { LASSO_LOGISTIC, matrixSides } from './case.ts';
import type { Case } from './case.ts';

export const fiveFolds: Case & { readonly problem: CrossValidationProblem } = {
  name: 'cv-1e5',
  what: 'five-fold cross-validation of 100 values; 1e5 rows of 50 columns',
  problem: { ...LASSO_LOGISTIC, lambdas: 100, folds: { count: 5, by: 'modulo', seed: 0 } },
  data: async () => matrixSides(correlatedData({ rows: 1e5, columns: 50, correlation: 0.5, response: 'logistic', seed: 1 })),
};
