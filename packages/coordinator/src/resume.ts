/** A job that was cut off, gone on with from its log. */
import { UsageError } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import { continuedJobLog } from './checkpoint/jobLog.ts';
import type { JobCommand } from './checkpoint/jobLog.ts';
import { carryOut } from './job.ts';
import type { JobOptions } from './job.ts';
import type { MachineRequest } from './request.ts';

export interface ResumeOptions extends Omit<JobOptions, 'checkpoint'> {
  /** Takes the place of what the job was begun with: it changes no bits. */
  readonly machine?: Pick<MachineRequest, 'threads' | 'memory'>;
  /** The query of the job, once more: no file may make the program run one. */
  readonly query?: string;
}

export interface Resumed {
  /** The command that began the job. */
  readonly command: JobCommand;
  readonly model: ModelDocument;
}

/**
 * Replays the replies in the log through the solver, goes on where they end,
 * and appends. The model has the bits of a job that was never interrupted.
 * @throws UsageError QUERY_NEEDED, INAPPLICABLE_OPTION; FailureError LOG_IN_USE
 * @throws DataError LOG_CORRUPT, LOG_VERSION, LOG_MISMATCH, KERNEL_MISMATCH and what the job throws; the signal's reason
 */
export async function resumeJob(path: string, { machine, query, ...options }: ResumeOptions = {}): Promise<Resumed> {
  const { command, request, replies, log } = continuedJobLog(path);
  try {
    checkQuery(path, request.data.query, query);
    options.onEvent?.({ type: 'resumed', replies });
    const model = await carryOut({ ...request, machine: { ...request.machine, ...machine } }, options, log);
    return { command, model };
  } finally {
    log.close();
  }
}

function checkQuery(path: string, logged: string | undefined, given: string | undefined): void {
  if (logged === given) return;
  if (logged === undefined) throw new UsageError('INAPPLICABLE_OPTION', `--query does not apply: the job of ${path} has none.`);
  const problem = given === undefined ? 'was begun with a query, which a log does not run by itself' : 'was begun with another query';
  throw new UsageError('QUERY_NEEDED', `The job of ${path} ${problem}. Give it again: --query ${JSON.stringify(logged)}.`);
}
