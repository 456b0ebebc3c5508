import type { EngineName, Job } from './job.ts';

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled' | 'lost';

export interface JobStatus {
  readonly state: JobState;
  /** Of the job's command, once it has ended. */
  readonly exitCode: number | null;
  /** What the engine says of it. */
  readonly detail: string;
}

/** Where a job's output goes. */
export interface Sinks {
  readonly result: (text: string) => Promise<void> | void;
  readonly note: (text: string) => void;
}

/** A program that others use to run jobs on many machines. Whatever needs it fails with ENGINE_MISSING where it is not installed. */
export interface Engine {
  readonly name: EngineName;
  /** What would be handed to it, without secrets. */
  preview(job: Job): string;
  /** Returns its own name of the job when it has accepted it. @throws FailureError ENGINE_REFUSED */
  submit(job: Job): Promise<string>;
  status(job: Job): Promise<JobStatus>;
  /** The job's output so far. */
  logs(job: Job, sinks: Sinks, signal: AbortSignal): Promise<void>;
  /** Passes the job's output on until it has ended, and returns how. */
  follow(job: Job, sinks: Sinks, signal: AbortSignal): Promise<JobStatus>;
  /** Ends the job, its workers included. */
  cancel(job: Job): Promise<void>;
}

/** Of a job that said how it ended. */
export function endedStatus({ exitCode, cancelled }: { readonly exitCode: number; readonly cancelled: boolean }): JobStatus {
  if (cancelled) return { state: 'cancelled', exitCode, detail: 'by scalemix cancel' };
  // 4: not converged, and the answer is there.
  return { state: exitCode === 0 || exitCode === 4 ? 'done' : 'failed', exitCode, detail: `ended with exit code ${exitCode}` };
}
