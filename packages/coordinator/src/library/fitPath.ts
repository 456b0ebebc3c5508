import { UsageError } from '@scalemix/core';
import { runJob } from '../job.ts';
import type { ArrayData } from './data.ts';
import { FittedPath } from './fittedPath.ts';
import type { FileData, FitPathOptions } from './options.ts';
import { checkOptions, foldColumnOf, jobOptions, jobRequest } from './request.ts';

/**
 * Fits a certified penalty path to data in memory or in files.
 *
 *     const path = await fitPath({ x, columns: 3, y }, { loss: logistic(), penalty: lasso() });
 *     path.at(0.01).coefficients;
 *
 * A value that does not reach the tolerance is in the path and says so
 * (`path.converged`).
 * @throws UsageError for options that are unknown or do not apply; DataError for data that cannot be fitted
 */
export async function fitPath(data: ArrayData | FileData, options: FitPathOptions = {}): Promise<FittedPath> {
  checkOptions('fitPath', options);
  if (foldColumnOf(data) !== undefined) throw new UsageError('INAPPLICABLE_OPTION', `fitPath has no folds: leave ${'files' in data ? 'foldColumn' : 'folds'} out of the data, or call crossValidate.`);
  return new FittedPath(await runJob(jobRequest(data, options), jobOptions('path', options)));
}
