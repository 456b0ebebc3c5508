import type { Penalty, PenaltyName } from './penalty.ts';

/**
 * lambda (r t + (1-r)/2 t^2). Conjugate ((v - lambda r)_+)^2 / (2 lambda (1-r)),
 * which for r = 1 is 0 up to lambda and infinite beyond. (Zou and Hastie 2005.)
 */
export function elasticNetPenalty(name: PenaltyName, l1Ratio: number): Penalty {
  return {
    name,
    slopeAtZero: (lambda) => lambda * l1Ratio,
    curvature: (lambda) => lambda * (1 - l1Ratio),
    value: (t, lambda) => lambda * (l1Ratio * t + ((1 - l1Ratio) / 2) * t * t),
    conjugate: (v, lambda) => {
      const excess = v - lambda * l1Ratio;
      if (excess <= 0) return 0;
      const curvature = lambda * (1 - l1Ratio);
      return curvature > 0 ? (excess * excess) / (2 * curvature) : Infinity;
    },
    weight: (t, lambda) => {
      const l1 = lambda * l1Ratio;
      return (l1 > 0 ? l1 / t : 0) + lambda * (1 - l1Ratio);
    },
  };
}
