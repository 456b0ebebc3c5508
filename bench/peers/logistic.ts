/** Logistic paths of a million rows against glmnet. */
import type { PathProblem } from '@scalemix/core';
import type { Comparison } from '../support/compare.ts';
import { correlatedData } from '../support/designs.ts';
import { matrixSides } from '../support/exchange.ts';
import { GLMNET } from '../support/peer.ts';

export const LASSO_1E6: PathProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 100 };

export const million = (response: 'logistic' | 'squared') => correlatedData({ rows: 1e6, columns: 100, correlation: 0.5, response, seed: 1 });

export const lasso: Comparison = {
  name: 'lasso-1e6-glmnet',
  peer: GLMNET,
  problem: LASSO_1E6,
  floor: 5,
  tolerances: [1e-7, 1e-8, 1e-9, 1e-10],
  data: async () => matrixSides(million('logistic')),
};

export const ridge: Comparison = {
  name: 'ridge-1e6-glmnet',
  peer: GLMNET,
  problem: { ...LASSO_1E6, penalty: { name: 'ridge', l1Ratio: 0 }, lambdas: 40 },
  floor: 10,
  tolerances: [1e-7, 1e-8, 1e-9, 1e-10],
  data: async () => matrixSides(million('logistic')),
};
