/** One ridge logistic fit of condition 1e4 against scikit-learn's newton-cholesky. */
import type { Comparison } from '../support/compare.ts';
import { illConditionedData } from '../support/designs.ts';
import { matrixSides } from '../support/exchange.ts';
import { SKLEARN } from '../support/peer.ts';

export const illConditioned: Comparison = {
  name: 'ill-500',
  peer: SKLEARN,
  problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'ridge', l1Ratio: 0 }, standardize: false, lambda: [1e-6] },
  floor: 3,
  tolerances: [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8],
  data: async () => matrixSides(illConditionedData({ rows: 1e5, columns: 500, condition: 1e4, deviation: 3, seed: 1 })),
};
