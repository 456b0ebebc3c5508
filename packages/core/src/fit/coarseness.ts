/** How coarse Hessians may be: products in float32 take two thirds of the time, or half of it, but round away directions of little curvature. */
import type { Penalty } from '../penalty/penalty.ts';
import type { Executor } from '../rowSource.ts';
import type { Anchors } from './anchors.ts';
import type { Coarseness } from './evaluation.ts';
import type { WorkingScale } from './workingScale.ts';

/** Share of a feature's curvature that rounding to float32 moves eigenvalues of a Hessian of p features by, over the root of p: about, and at most. */
const FLOAT32_ROUNDING = 4e-8;
/** Share of a feature's curvature that is more than 200 times that, up to 4,000 features. */
const CLEAR = 1e-3;

/** For steps at lambda, or at a larger one, where nothing is known but the penalty: what has curvature from it loses no direction. */
export function coarseness({ usable, l2 }: WorkingScale, penalty: Penalty, lambda: number): Coarseness {
  const least = penalty.curvature(lambda) * usable.reduce((least, j) => Math.min(least, l2[j]!), Infinity);
  return least >= FLOAT32_ROUNDING * Math.sqrt(usable.length) ? 'always' : true;
}

/**
 * The same where Hessians of a sample are known: with the first and the last of them, of the most even curvatures and the most
 * uneven, what every feature has of its own beside those before it (the pivots) tells whether there is a direction to lose.
 */
export async function knownCoarseness(model: Anchors, executor: Executor, otherwise: Coarseness): Promise<Coarseness> {
  if (otherwise === 'always') return otherwise;
  const { matrices } = model.shared();
  const clear = await executor.map('pivots', { size: model.features.length + 1, share: CLEAR }, [matrices[0]!, matrices.at(-1)!]);
  return clear.every(Boolean) ? 'always' : otherwise;
}
