/** Slurm: `sbatch` takes the job, `squeue` knows it while it waits and runs, and it says itself how it ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { endedStatus } from '../engine.ts';
import type { Engine, JobStatus, Sinks } from '../engine.ts';
import { execute, executed } from '../execute.ts';
import { endOf, filesOf, finishJob } from '../jobFolder.ts';
import type { Job } from '../job.ts';
import { GrowingFile } from '../outputFiles.ts';
import { batchScript } from './script.ts';

const POLL = 1000;
/** Polls between the end of a job and its last words, which may come late through a shared file system. */
const LAST_WORDS = 10;

const WAITING = /^(?:PENDING|CONFIGURING|SUSPENDED|REQUEUED?\w*|SPECIAL_EXIT)$/;

export const slurm: Engine = {
  name: 'slurm',
  preview: batchScript,
  submit: async (job) => {
    // --parsable prints the number, and the cluster's name after a semicolon where there are several.
    const answer = await executed('sbatch', ['--parsable'], { input: batchScript(job) });
    return answer.trim().split('\n').at(-1)!.split(';')[0]!;
  },
  status,
  logs: async (job, sinks) => outputOf(job, sinks)(),
  follow,
  cancel: async (job) => {
    await executed('scancel', ['--quiet', job.nativeId!]);
    finishJob(job, { exitCode: 143, cancelled: true });
  },
};

async function status(job: Job): Promise<JobStatus> {
  const end = endOf(job);
  // What has been cancelled may take Slurm a while to end.
  if (end?.cancelled === true) return endedStatus(end);
  // squeue fails on a job that it has forgotten.
  const { code, stdout } = await execute('squeue', ['--noheader', '--jobs', job.nativeId!, '--states=all', '--format=%T|%N|%M|%r']);
  const [state = '', nodes = '', time = '', reason = ''] = code === 0 ? stdout.trim().split('|') : [];
  if (WAITING.test(state)) return { state: 'waiting', exitCode: null, detail: `${state.toLowerCase()}, ${reason}` };
  if (state === 'RUNNING' || state === 'COMPLETING') return { state: 'running', exitCode: null, detail: `${nodes}, for ${time}` };
  if (end === null) return { state: 'lost', exitCode: null, detail: state === '' ? 'Slurm knows it no more, and it did not say how it ended' : `${state.toLowerCase().replaceAll('_', ' ')}, ${reason}` };
  return endedStatus(end);
}

async function follow(job: Job, sinks: Sinks, signal: AbortSignal): Promise<JobStatus> {
  const output = outputOf(job, sinks);
  for (let lost = 0; ; ) {
    const found = await status(job);
    await output();
    lost = found.state === 'lost' ? lost + 1 : 0;
    if (!['waiting', 'running', 'lost'].includes(found.state) || lost > LAST_WORDS) return found;
    await delay(POLL, undefined, { signal });
  }
}

function outputOf({ folder }: Job, { result, note }: Sinks): () => Promise<void> {
  const files = filesOf(folder);
  const [stdout, stderr] = [new GrowingFile(files.stdout), new GrowingFile(files.stderr)];
  return async () => {
    note(stderr.read());
    await result(stdout.read());
  };
}
