/** Small random problems of every kind that the solver knows, well enough conditioned for the slow reference solver. */
import type { PathProblem } from '@scalemix/core';
import type { ArrayData } from './arraySource.ts';
import { elasticNet, lasso, logistic, ridge, squared } from './engine.ts';
import { explicitProblem, lossGradient, sum } from './explicitProblem.ts';
import { Random } from './random.ts';

export interface RandomProblem {
  readonly data: ArrayData;
  readonly problem: PathProblem;
  /** Near the largest lambda that has any effect. */
  readonly largest: number;
}

export function randomProblem(seed: number): RandomProblem {
  const random = new Random(seed);
  const n = random.pick([25, 60, 120]);
  const dense = Array.from({ length: random.pick([1, 2, 5]) }, () => {
    const scale = random.pick([1, 1, 30, 0.01]);
    const shift = random.pick([0, 0, 2, -20]);
    return random.normals(n).map((value) => scale * (value + shift));
  });
  const levels = random.pick([2, 4]);
  const codes = random.chance(0.4) ? [{ levels, values: Int32Array.from({ length: n }, () => random.integer(levels)) }] : [];
  const loss = random.pick([squared, logistic, logistic]);
  const eta = Array.from({ length: n }, (_, i) => 1.5 * Math.sin(3 * i) + (dense[0]![i]! - dense[0]![0]!) / (1 + Math.abs(dense[0]![0]!)));
  const fractional = random.chance(0.4);
  const y = Float64Array.from({ length: n }, (_, i) => {
    if (loss === squared) return 5 * eta[i]! + random.normal();
    if (fractional && random.chance(0.5)) return random.integer(9) / 8;
    return random.chance(1 / (1 + Math.exp(-eta[i]!))) ? 1 : 0;
  });
  if (loss === logistic) [y[0], y[1]] = [0, 1];
  const weights = random.chance(0.4) ? Float64Array.from({ length: n }, (_, i) => (i > 1 && random.chance(0.1) ? 0 : 10 ** (random.uniform() * 2 - 1))) : undefined;
  const offset = random.chance(0.3) ? random.normals(n) : undefined;
  const data: ArrayData = {
    y, dense, codes, ...(weights === undefined ? {} : { weights }), ...(offset === undefined ? {} : { offset }),
    ...(loss === squared && random.chance(0.5) ? { responseCentre: sum(y) / n } : {}),
  };
  const p = dense.length + codes.reduce((total, code) => total + code.levels - 1, 0);
  const problem: PathProblem = {
    loss,
    penalty: random.pick([ridge, lasso, elasticNet(0.5), elasticNet(0.95)]),
    standardize: random.chance(0.7),
    intercept: random.chance(0.7),
    ...(random.chance(0.3) ? { penaltyFactors: Float64Array.from({ length: p }, () => random.pick([0.3, 1, 1, 2])) } : {}),
  };
  const explicit = explicitProblem(data, problem, 0);
  const { gradient } = lossGradient(explicit, { b: new Float64Array(p), b0: 0 });
  const largest = Math.max(...gradient.map((g, j) => (explicit.s[j]! > 0 ? Math.abs(g) / (explicit.s[j]! * explicit.v[j]! * Math.max(explicit.l1Ratio, 0.1)) : 0)));
  return { data, problem, largest };
}
