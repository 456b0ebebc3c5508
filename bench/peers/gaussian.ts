/** A least-squares path of a million rows against glmnet. */
import type { Comparison } from '../support/compare.ts';
import { matrixSides } from '../support/exchange.ts';
import { GLMNET } from '../support/peer.ts';
import { LASSO_1E6, million } from './logistic.ts';

export const gaussian: Comparison = {
  name: 'gauss-1e6-glmnet',
  peer: GLMNET,
  problem: { ...LASSO_1E6, loss: { name: 'squared', parameters: {} } },
  floor: 10,
  tolerances: [1e-7, 1e-8, 1e-9, 1e-10],
  data: async () => matrixSides(million('squared')),
};
