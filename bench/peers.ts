/**
 * Our paths against glmnet and scikit-learn: the same rows and values of lambda, times of the fit alone at equal
 * objectives. Peers run in processes of their own (bench/peers holds their scripts and what installs them); one that is
 * missing is skipped and named.
 */
import { flightsMillion } from './cases/flights.ts';
import { illConditioned } from './cases/illConditioned.ts';
import { gaussianMillion, lassoMillion, ridgeMillion } from './cases/million.ts';
import { mnist } from './cases/mnist.ts';
import type { Options } from './support/benchmark.ts';
import { compare } from './support/compare.ts';
import type { Comparison } from './support/compare.ts';
import { crossValidation } from './support/compareFolds.ts';
import { measure } from './support/figures.ts';
import type { Measures } from './support/figures.ts';
import { GLMNET, SKLEARN } from './support/peer.ts';
import type { Figure } from './support/row.ts';

export const takes = ['only', 'profile', 'mnist'] as const;

const comparisons: readonly Comparison[] = [
  { name: 'lasso-1e6-glmnet', fit: lassoMillion, peer: GLMNET, floor: 5, tolerances: [1e-7, 1e-8, 1e-9] },
  { name: 'ridge-1e6-glmnet', fit: ridgeMillion, peer: GLMNET, floor: 10, tolerances: [5e-7, 1e-7, 1e-8] },
  { name: 'gauss-1e6-glmnet', fit: gaussianMillion, peer: GLMNET, floor: 10, tolerances: [5e-7, 1e-7, 1e-8] },
  { name: 'ill-500', fit: illConditioned, peer: SKLEARN, floor: 3, tolerances: [1e-2, 1e-3, 1e-4, 1e-5, 1e-6] },
  { name: 'flights-1e6', fit: flightsMillion, peer: GLMNET, floor: 2, tolerances: [5e-10, 1e-10] },
  { name: 'mid-1e4', fit: mnist, peer: GLMNET, floor: 1, tolerances: [1e-11, 1e-12] },
];

const measures: Measures = {
  ...Object.fromEntries(comparisons.map((comparison) => [comparison.name, (options: Options) => compare(comparison, options)])),
  'cv-1e5': crossValidation,
};

export const figures = Object.keys(measures);

export async function run(options: Options): Promise<Figure[]> {
  return measure(measures, options);
}
