import type { JobEvent } from '../events.ts';
import { resumeJob } from '../resume.ts';
import { FittedPath } from './fittedPath.ts';
import { checkNames, pick } from './request.ts';

export interface ResumePathOptions {
  /** @default those the fit was begun with */
  readonly threads?: number;
  /** Bytes of rows in memory. @default as the fit was begun */
  readonly memory?: number;
  /** The query of the fit, once more: no file may make a program run one. */
  readonly query?: string;
  /** Ends the fit with its reason. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: JobEvent) => void;
}

/**
 * Goes on with a fit of fitPath, crossValidate or the command line that was cut off, from its checkpoint.
 *
 *     const path = await resumePath('late.log');
 *
 * The path has the bits of one that was never interrupted. The data must be what they were.
 * @throws UsageError UNKNOWN_OPTION, QUERY_NEEDED; FailureError LOG_IN_USE; DataError LOG_CORRUPT, LOG_VERSION, LOG_MISMATCH, KERNEL_MISMATCH, FILE_NOT_FOUND, and what the fit throws
 */
export async function resumePath(log: string, options: ResumePathOptions = {}): Promise<FittedPath> {
  checkNames('resumePath', options, ['threads', 'memory', 'query', 'signal', 'onEvent']);
  const { model } = await resumeJob(log, { ...pick(options, ['query', 'signal', 'onEvent']), machine: pick(options, ['threads', 'memory']) });
  return new FittedPath(model);
}
