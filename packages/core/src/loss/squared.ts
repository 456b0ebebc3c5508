import type { Loss } from './loss.ts';

/** Least squares: l(y, psi) = (y - psi)^2 / 2. One weighted least squares step is exact (kappa = 0, m = y, w = 1). */
export const squaredLoss: Loss = {
  name: 'squared',
  response: 'numeric',
  value: (y, psi) => ((y - psi) * (y - psi)) / 2,
  derivative: (y, psi) => psi - y,
  curvature: () => 1,
  weight: () => 1,
  maxCurvature: 1,
  conjugate: (y, a) => (a * a) / 2 + a * y,
  saturated: () => 0,
  mean: (psi) => psi,
  startingValue: (mean) => mean,
  check: (y) => (Number.isFinite(y) ? null : 'is not a finite number'),
  quadratic: true,
  linearInResponse: false,
};
