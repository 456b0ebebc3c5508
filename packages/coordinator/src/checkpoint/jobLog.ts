/**
 * The log of a job: made when its rows are there, or continued. Its header
 * holds the whole request and tells the data apart from others: by the
 * fingerprint of the files before they are read, by a digest of the rows after.
 */
import { createHash } from 'node:crypto';
import { DataError } from '@scalemix/core';
import type { LossSpec } from '@scalemix/core';
import type { Fingerprint } from '@scalemix/worker';
import type { JobRequest, MachineRequest } from '../request.ts';
import { ReplayLog, refuseExisting } from '../sources/replayLog.ts';
import type { Statistics } from '../sources/statistics.ts';
import { version } from '../version.ts';
import { readRequest, saveRequest } from './savedRequest.ts';

/** What a job was asked as; `resume` reports as that command does. */
export const JOB_COMMANDS = ['fit', 'path', 'cv'] as const;
export type JobCommand = (typeof JOB_COMMANDS)[number];

/** Where the log of a job is written. */
export interface CheckpointTarget {
  readonly path: string;
  readonly command: JobCommand;
}

export interface JobLog {
  /**
   * Told before rows are read.
   * @param elsewhere whether only nodes have the files: their names are not made absolute
   * @throws DataError LOG_MISMATCH where the log is of other files
   */
  begin(fingerprint: Fingerprint | null, elsewhere: boolean): void;
  /** Told when the rows are there. @throws DataError LOG_MISMATCH where the log is of other rows */
  open(statistics: Statistics, signal: { readonly signal?: AbortSignal }): Promise<ReplayLog>;
  close(): void;
}

/** What the header says of the job. */
interface LoggedJob {
  readonly command: JobCommand;
  readonly request: JobRequest;
  /** Fingerprint of the files. */
  readonly files: string | null;
  /** Digest of the rows as they were stored. */
  readonly rows: string;
}

/**
 * A log that begins when the rows of the job have been read.
 * @throws UsageError CHECKPOINT_EXISTS, INAPPLICABLE_OPTION
 */
export function newJobLog({ path, command }: CheckpointTarget, request: JobRequest): JobLog {
  let saved = saveRequest(request);
  refuseExisting(path);
  let files: string | null = null;
  let log: ReplayLog | null = null;
  return {
    begin: (fingerprint, elsewhere) => {
      files = fingerprint?.hash ?? null;
      if (elsewhere) saved = { ...saved, data: { ...saved.data, inputs: request.data.inputs as readonly string[] } };
    },
    open: async (statistics, options) => {
      const rows = await rowsDigest(statistics, request.problem.loss, options);
      log = ReplayLog.create(path, { kernel: statistics.description.kernel, version, job: { command, request: saved, files, rows } });
      return log;
    },
    close: () => log?.close(),
  };
}

/**
 * The job of an existing log, and the log to go on with; it must be closed.
 * @throws FailureError LOG_IN_USE; DataError LOG_CORRUPT, LOG_VERSION, FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export function continuedJobLog(path: string): { readonly command: JobCommand; readonly request: JobRequest; readonly replies: number; readonly log: JobLog } {
  const log = ReplayLog.open(path);
  try {
    if (log.header.version !== version) {
      throw new DataError('LOG_VERSION', `The log ${path} was written by scalemix ${log.header.version}; this is ${version}, which may compute otherwise. Go on with that version, or start the job anew without the log.`);
    }
    const { command, request, files, rows } = readJob(log.header.job, path);
    const other = (what: string): DataError => new DataError('LOG_MISMATCH', `The log ${path} belongs to other data: ${what} since it was begun. Bring the data back, or start the job anew without the log.`);
    return {
      command,
      request,
      replies: log.replies,
      log: {
        begin: (fingerprint) => {
          if (files !== (fingerprint?.hash ?? null)) throw other('the files have changed');
        },
        open: async (statistics, options) => {
          if (log.header.kernel === statistics.description.kernel && (await rowsDigest(statistics, request.problem.loss, options)) !== rows) throw other('the rows that are read from them have changed');
          return log;
        },
        close: () => log.close(),
      },
    };
  } catch (error) {
    log.close();
    throw error;
  }
}

/**
 * What the run of a log asked of its machine.
 * @throws DataError LOG_CORRUPT, FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export function loggedMachine(path: string): MachineRequest {
  return readJob(ReplayLog.header(path).job, path).request.machine ?? {};
}

/** SHA-256 of the description and of the moments of all rows: one read of the rows, less than loading them takes. */
async function rowsDigest(statistics: Statistics, loss: LossSpec, options: { readonly signal?: AbortSignal }): Promise<string> {
  const { kernel: _kernel, centres, ...rest } = statistics.description;
  const moments = await statistics.collect({ kind: 'moments', loss, gram: false }, options);
  const hash = createHash('sha256').update(JSON.stringify(rest));
  for (const values of [centres, moments]) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}

function readJob(value: unknown, path: string): LoggedJob {
  const { command, request, files, rows } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const known = JOB_COMMANDS.find((name) => name === command);
  if (known === undefined || typeof rows !== 'string' || (files !== null && typeof files !== 'string')) throw new DataError('LOG_CORRUPT', `The log ${path} has a header without a job. Start the job anew without it.`);
  const read = readRequest(request, path);
  if ((known === 'cv') !== (read.folds !== undefined)) throw new DataError('LOG_CORRUPT', `The log ${path} has a header of ${known} ${read.folds === undefined ? 'without' : 'with'} folds. Start the job anew without it.`);
  return { command: known, request: read, files, rows };
}
