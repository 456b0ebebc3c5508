/** What folds must be for a cross-validation to mean something. */
import { DataError, UsageError } from '../errors.ts';
import type { Loss } from '../loss/loss.ts';
import type { FoldsDescription } from '../rowSource.ts';
import type { Moments } from '../statistics/moments.ts';
import type { FoldSpec } from './folds.ts';

/** @throws UsageError BAD_FOLDS */
export function checkFoldCount(count: number): void {
  if (!Number.isInteger(count) || count < 2) throw new UsageError('BAD_FOLDS', `The number of folds is ${count}; it must be a whole number of at least 2.`);
}

/**
 * Each fold must hold a row that counts and, where the response is a
 * probability, leave both classes to the others.
 * @param moments with those of the folds
 * @param column the values of the fold column, null where folds come from row numbers
 * @throws DataError EMPTY_FOLD, ONE_CLASS_FOLD
 */
export function checkTrainingSets(folds: FoldSpec, moments: Moments, loss: Loss, column: FoldsDescription | null): void {
  const remedy = column === null ? 'Use fewer folds, --fold-shuffle, or a column of folds (--fold-column).' : 'Put rows into other folds.';
  moments.folds!.forEach(({ heldOut, training }, f) => {
    const name = foldName(folds, f, column);
    if (!(heldOut.weightSum > 0)) throw new DataError('EMPTY_FOLD', `No row with a weight above zero is in ${name}, so that nothing can be measured on it. ${remedy}`);
    if (!(training.weightSum > 0)) throw new DataError('EMPTY_FOLD', `Every row with a weight above zero is in ${name}, so that none is left to fit without it. ${remedy}`);
    if (loss.response === 'probability' && isOneClass(training)) throw new DataError('ONE_CLASS_FOLD', `Without ${name} the response has one class only, so that no model can be fitted. ${remedy}`);
  });
}

/** Share of its parts below which the mean of zeros, or of ones, is rounding. */
const ROUNDING = 1e-12;

/** All responses 0, or all 1: none lies outside. */
function isOneClass({ responseMean, offsetMean }: Moments): boolean {
  const mean = responseMean + offsetMean;
  return Math.min(Math.abs(mean), Math.abs(mean - 1)) <= ROUNDING * Math.max(1, Math.abs(offsetMean));
}

function foldName({ count, by }: FoldSpec, fold: number, column: FoldsDescription | null): string {
  if (by === 'column' && column !== null) return `fold ${JSON.stringify(column.values[fold])} (column ${JSON.stringify(column.column)})`;
  return `fold ${fold + 1} of ${count}${by === 'modulo' ? ` (data rows ${fold + 1}, ${fold + 1 + count}, ...)` : ''}`;
}
