import { UsageError } from '@scalemix/core';
import { runJob } from '../job.ts';
import type { FoldsRequest } from '../request.ts';
import type { ArrayData } from './data.ts';
import { FittedPath } from './fittedPath.ts';
import type { FileData, FitPathOptions } from './options.ts';
import { checkOptions, foldColumnOf, jobOptions, jobRequest } from './request.ts';

export interface CrossValidateOptions extends FitPathOptions {
  /** Number of folds; row i (from 0) is in fold i mod the number. @default 5, or one a value of the data's column of folds */
  readonly folds?: number;
  /** Shuffles the rows among the folds. @default false */
  readonly foldShuffle?: boolean;
  /** Of the shuffle, an unsigned 32-bit number. @default 0 */
  readonly seed?: number;
  /** Certified relative gap of what is fitted without a fold. @default 1e-4, or the tolerance if that is larger */
  readonly foldTolerance?: number;
}

/**
 * Fits a certified penalty path and cross-validates it.
 *
 *     const path = await crossValidate({ x, columns: 3, y }, { loss: logistic(), folds: 10 });
 *     path.at('1se').coefficients;
 *
 * Without more said the path predicts by its best value. What does not reach
 * its tolerance, in a fold too, is there and says so (`path.converged`, `path.cv`).
 * @throws UsageError for options that are unknown or do not apply; DataError for data that cannot be fitted, EMPTY_FOLD, ONE_CLASS_FOLD
 */
export async function crossValidate(data: ArrayData | FileData, options: CrossValidateOptions = {}): Promise<FittedPath> {
  checkOptions('crossValidate', options, ['folds', 'foldShuffle', 'seed', 'foldTolerance']);
  const folds = foldsRequest(options, foldColumnOf(data));
  return new FittedPath(await runJob({ ...jobRequest(data, options), folds }, jobOptions('cv', options)));
}

/** @throws UsageError CONTRADICTORY_OPTIONS, INAPPLICABLE_OPTION, BAD_FOLDS, BAD_TOLERANCE */
function foldsRequest({ folds: count, foldShuffle = false, seed, foldTolerance: tolerance }: CrossValidateOptions, column: string | undefined): FoldsRequest {
  if (column !== undefined && (count !== undefined || foldShuffle)) {
    throw new UsageError('CONTRADICTORY_OPTIONS', `The data have a column of folds, ${JSON.stringify(column)}, beside the option ${foldShuffle ? 'foldShuffle' : 'folds'}. Give one or the other.`);
  }
  if (seed !== undefined && !foldShuffle) throw new UsageError('INAPPLICABLE_OPTION', 'seed belongs to foldShuffle: without it nothing is left to chance.');
  if (seed !== undefined && !(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) throw new UsageError('BAD_FOLDS', `seed is ${seed}; it must be a whole number from 0 to 4294967295.`);
  if (tolerance !== undefined && !(tolerance > 0 && tolerance < 1)) throw new UsageError('BAD_TOLERANCE', `foldTolerance is ${tolerance}; it must lie between 0 and 1.`);
  const shared = tolerance === undefined ? {} : { tolerance };
  if (column !== undefined) return { by: 'column', column, ...shared };
  const counted = { ...shared, ...(count !== undefined && { count }) };
  return foldShuffle ? { by: 'shuffle', ...counted, ...(seed !== undefined && { seed }) } : { by: 'modulo', ...counted };
}
