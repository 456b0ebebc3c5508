/** Runs a job's coordinator in this process while its workers live on their hosts. */
import { setTimeout as delay } from 'node:timers/promises';
import { ScalemixError } from '@scalemix/core';
import { prepareCredentials, filesOf, finishJob } from './jobFolder.ts';
import type { Job } from './job.ts';
import { startWorkers } from './workers.ts';
import type { WorkerHost } from './workers.ts';
import { coordinatorWords } from './words.ts';

export interface Coordination {
  /** Runs a command line of scalemix, and returns its exit code. */
  readonly run: (words: readonly string[], signal: AbortSignal) => Promise<number>;
  readonly exitCodeOf: (error: unknown) => number;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds to wait for a log that another run has. @default 0 */
  readonly logPatience?: number;
}

/** Milliseconds between two attempts at a log that another run has. */
const LOG_POLL = 2000;

/**
 * Coordinator and launcher share one process, so that nothing is left of either when it is killed: the workers' hosts
 * see their standard input close.
 * @param hostsOf makes the hosts when the job's credentials are there
 * @returns the coordinator's exit code @throws FailureError WORKERS_FAILED, ENGINE_MISSING and what the coordinator throws
 */
export async function runOnWorkers(job: Job, hostsOf: (job: Job) => readonly WorkerHost[] | Promise<readonly WorkerHost[]>, { run, exitCodeOf, note, signal, logPatience = 0 }: Coordination): Promise<number> {
  const files = filesOf(job.folder);
  let exitCode = 1;
  try {
    await prepareCredentials(job);
    const workers = startWorkers(job.folder, await hostsOf(job), note);
    try {
      await Promise.race([workers.ready, aborted(signal)]);
      const ended = AbortSignal.any([signal, workers.failed]);
      for (const last = performance.now() + logPatience; ; await delay(LOG_POLL, undefined, { signal: ended })) {
        try {
          exitCode = await run(coordinatorWords(job, `@${files.nodes}`, files.credentials), ended);
          break;
        } catch (error) {
          if (!(error instanceof ScalemixError && error.code === 'LOG_IN_USE') || performance.now() > last) throw error;
          note(`${error.message} Trying again.\n`);
        }
      }
    } catch (error) {
      throw workers.failed.aborted && !signal.aborted ? workers.failed.reason : error;
    } finally {
      await workers.stop();
    }
    return exitCode;
  } catch (error) {
    exitCode = exitCodeOf(error);
    throw error;
  } finally {
    finishJob(job, { exitCode, cancelled: false });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
