/** Folds one after the other, value by value. */
import type { FoldFitting } from './foldFitting.ts';
import type { LockstepValue } from './samplePath.ts';
import { startingIntercept, valueByValue } from './path.ts';
import { withoutFold } from './sweepOracle.ts';
import type { ValueResult } from './value.ts';
import type { Point } from './workingScale.ts';

/**
 * @param separable whether no value of a fold has a finite optimum
 * @param done is told how many values have been fitted
 * @returns results [fold][value]
 */
export async function foldsApart({ source, solved, setting, folds }: FoldFitting, values: readonly LockstepValue[], separable: readonly boolean[], done: (count: number) => void): Promise<ValueResult[][]> {
  const { sweeps, moments } = solved;
  const { responseCentre } = source.describe();
  // From the constant that fits its own rows: nothing here has seen those of the fold.
  const constants = folds.sets.map(({ scale: own }, fold): Point => ({
    beta: new Float64Array(own.features),
    intercept: startingIntercept(own, setting.loss, moments.folds![fold]!.training, responseCentre),
  }));
  const start = await sweeps.evaluateWithout(folds, constants.map((_, fold) => fold), constants, [], 1);
  const results: ValueResult[][] = [];
  let count = 0;
  for (const [fold, { scale }] of folds.sets.entries()) {
    const oracle = withoutFold(sweeps, folds, fold);
    const own = { ...setting, scale, separable: separable[fold]! };
    results.push(await valueByValue(oracle, oracle, null, own, values, start[fold]!, moments.folds![fold]!.training.saturatedLoss, () => done(++count)));
  }
  return results;
}
