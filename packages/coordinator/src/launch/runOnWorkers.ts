/** Runs a job's coordinator in this process while its workers live on their hosts. */
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
}

/**
 * Coordinator and launcher share one process, so that nothing is left of either when it is killed: the workers' hosts
 * see their standard input close.
 * @param hostsOf makes the hosts when the job's credentials are there
 * @returns the coordinator's exit code @throws FailureError WORKERS_FAILED, ENGINE_MISSING and what the coordinator throws
 */
export async function runOnWorkers(job: Job, hostsOf: (job: Job) => readonly WorkerHost[] | Promise<readonly WorkerHost[]>, { run, exitCodeOf, note, signal }: Coordination): Promise<number> {
  const files = filesOf(job.folder);
  let exitCode = 1;
  try {
    await prepareCredentials(job);
    const workers = startWorkers(job.folder, await hostsOf(job), note);
    try {
      await Promise.race([workers.ready, aborted(signal)]);
      exitCode = await run(coordinatorWords(job, `@${files.nodes}`, files.credentials), AbortSignal.any([signal, workers.failed]));
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
