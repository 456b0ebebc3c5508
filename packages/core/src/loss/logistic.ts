import { exp, log, log1p } from '../kernels/elementary.ts';
import type { Loss } from './loss.ts';

/** log(1 + e^x), without overflow and without losing small values. */
function softplus(x: number): number {
  return (x > 0 ? x : 0) + log1p(exp(x > 0 ? -x : x));
}

/** 1 / (1 + e^-x), each tail to full relative precision. */
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** u ln u, 0 at 0 and 1. */
function entropyTerm(u: number): number {
  return u > 0 && u !== 1 ? u * log(u) : 0;
}

/**
 * Logistic regression: l(y, psi) = log(1 + e^psi) - y psi with y in [0, 1],
 * written y log(1 + e^-psi) + (1 - y) log(1 + e^psi) so that nothing cancels
 * where the classes are separated.
 * Polya-Gamma weight w(psi) = tanh(psi/2) / (2 psi), kappa = y - 1/2, m = 0.
 */
export const logisticLoss: Loss = {
  name: 'logistic',
  response: 'probability',
  value: (y, psi) => (y === 0 ? softplus(psi) : y === 1 ? softplus(-psi) : y * softplus(-psi) + (1 - y) * softplus(psi)),
  derivative: (y, psi) => (y === 0 ? sigmoid(psi) : y === 1 ? -sigmoid(-psi) : (1 - y) * sigmoid(psi) - y * sigmoid(-psi)),
  curvature: (_y, psi) => sigmoid(psi) * sigmoid(-psi),
  weight: (_y, psi) => {
    const x = psi < 0 ? -psi : psi;
    if (x < 0.01) return 0.25 - (x * x) / 48 + (x * x * x * x) / 480;
    const e = exp(-x);
    return (1 - e) / (1 + e) / (2 * x);
  },
  maxCurvature: 0.25,
  conjugate: (y, a) => {
    const u = y + a;
    return u < 0 || u > 1 ? Infinity : entropyTerm(u) + entropyTerm(1 - u);
  },
  saturated: (y) => -entropyTerm(y) - entropyTerm(1 - y),
  mean: sigmoid,
  startingValue: (mean) => log(mean) - log(1 - mean),
  check: (y) => (y >= 0 && y <= 1 ? null : 'is not between 0 and 1'),
  quadratic: false,
  linearInResponse: true,
};
