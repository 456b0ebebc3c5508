/** One ridge logistic fit of 500 columns of condition 1e4. */
import { illConditionedData } from '../support/designs.ts';
import { RIDGE_LOGISTIC, matrixSides } from './case.ts';
import type { Case } from './case.ts';

export const illConditioned: Case = {
  name: 'ill-500',
  what: 'one ridge logistic fit; condition 1e4; 1e5 rows of 500 columns',
  problem: { ...RIDGE_LOGISTIC, standardize: false, lambda: [1e-6] },
  data: async () => matrixSides(illConditionedData({ rows: 1e5, columns: 500, condition: 1e4, deviation: 3, seed: 1 })),
};
