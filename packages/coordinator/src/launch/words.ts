/** The command lines of a job's worker and coordinator. */
import { statSync } from 'node:fs';
import { credentialFlags } from './credentialFiles.ts';
import type { Job } from './job.ts';

/** @param credentials the folder of the worker's credentials, on its machine */
export function workerWords(job: Job, credentials: string): string[] {
  return [...job.program, 'worker', '--listen', `0.0.0.0:${job.port}`, ...(job.dataRoot === null ? [] : ['--data-root', job.dataRoot]), ...job.workerOptions, ...credentialFlags('node', credentials)];
}

/**
 * @param cluster where the nodes are, for --cluster
 * @param credentials the folder of the coordinator's credentials
 * @returns words without the program: `path`, ours, the user's
 */
export function beginWords({ command: [name, ...rest], checkpoint }: Job, cluster: string, credentials: string): string[] {
  return [name!, ...(name === 'resume' ? [] : ['--checkpoint', checkpoint]), ...clusterFlags(cluster, credentials), ...rest];
}

export function resumeWords(job: Job, cluster: string, credentials: string): string[] {
  return job.command[0] === 'resume' ? beginWords(job, cluster, credentials) : ['resume', job.checkpoint, ...clusterFlags(cluster, credentials), ...job.resumeOptions];
}

/** Begins, or goes on where there is a log. */
export function coordinatorWords(job: Job, cluster: string, credentials: string): string[] {
  const begun = (statSync(job.checkpoint, { throwIfNoEntry: false })?.size ?? 0) > 0;
  return begun ? resumeWords(job, cluster, credentials) : beginWords(job, cluster, credentials);
}

function clusterFlags(cluster: string, credentials: string): string[] {
  return ['--cluster', cluster, ...credentialFlags('coordinator', credentials)];
}
