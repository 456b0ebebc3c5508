/**
 * The folder of a job: job.json, its credentials, the addresses of its workers, its replay log, its output, and how
 * it ended. Nobody but its owner can read it.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DataError, FailureError, UsageError } from '@scalemix/core';
import { writeSecrets } from '../credentials/index.ts';
import { makeJobCredentials } from './credentialFiles.ts';
import { JOB_FORMAT } from './job.ts';
import type { Job } from './job.ts';

export interface JobEnd {
  readonly exitCode: number;
  readonly cancelled: boolean;
}

export const filesOf = (folder: string) => ({
  job: join(folder, 'job.json'),
  end: join(folder, 'end.json'),
  credentials: join(folder, 'credentials'),
  nodes: join(folder, 'nodes'),
  checkpoint: join(folder, 'replay.log'),
  stdout: join(folder, 'stdout'),
  stderr: join(folder, 'stderr'),
  /** What the worker of a machine says. */
  workerLog: (host: string) => join(folder, `worker.${host.replaceAll(/[^A-Za-z0-9.-]/g, '_')}.log`),
});

/** `path-20261124-133000-3f9a`: in order of time, and a name that every engine accepts. */
export function newJobId(command: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, '').replace('T', '-');
  return `${command}-${time}-${randomBytes(2).toString('hex')}`;
}

/** Makes the folder. @throws UsageError JOB_EXISTS @throws FailureError CANNOT_WRITE */
export function createJob(job: Job): void {
  if (existsSync(filesOf(job.folder).job)) throw new UsageError('JOB_EXISTS', `There is a job ${job.id} already, in ${job.folder}. Give another --name, or remove that folder.`);
  try {
    mkdirSync(job.folder, { recursive: true, mode: 0o700 });
    writeJob(job);
  } catch (error) {
    throw cannotWrite(job.folder, error);
  }
}

export function writeJob(job: Job): void {
  replaceFile(filesOf(job.folder).job, `${JSON.stringify(job, null, 2)}\n`);
}

/** Notes the engine's own name of a job that it has accepted. */
export function beginJob(job: Job, nativeId: string): Job {
  const begun = { ...job, nativeId };
  writeJob(begun);
  return begun;
}

/** Removes the folder of a job that never began. */
export function discardJob(job: Job): void {
  rmSync(job.folder, { recursive: true, force: true });
}

/** Makes the job's credentials as files in its folder, unless it is begun again and has them. */
export async function prepareCredentials({ folder }: Job): Promise<void> {
  const { credentials, end } = filesOf(folder);
  rmSync(end, { force: true });
  if (!existsSync(credentials)) writeSecrets(credentials, await makeJobCredentials());
}

/** Notes how the job ended and removes its credentials. A job that was cancelled stays so, whatever its last words are. */
export function finishJob(job: Job, end: JobEnd): void {
  const files = filesOf(job.folder);
  rmSync(files.credentials, { recursive: true, force: true });
  if (existsSync(job.folder) && endOf(job)?.cancelled !== true) replaceFile(files.end, `${JSON.stringify(end)}\n`);
}

export function endOf({ folder }: Pick<Job, 'folder'>): JobEnd | null {
  try {
    return JSON.parse(readFileSync(filesOf(folder).end, 'utf8')) as JobEnd;
  } catch {
    return null;
  }
}

/** The job of a folder. @throws DataError JOB_CORRUPT */
export function readJob(folder: string): Job {
  const { job: path } = filesOf(resolve(folder));
  try {
    const job = JSON.parse(readFileSync(path, 'utf8')) as Job;
    if (job.format !== JOB_FORMAT || typeof job.id !== 'string' || !Array.isArray(job.command)) throw new Error(`it is not of the format ${JOB_FORMAT}`);
    return job;
  } catch (error) {
    throw new DataError('JOB_CORRUPT', `${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

/** @param given an id, as submit printed it, or the engine's own @throws UsageError UNKNOWN_JOB @throws DataError JOB_CORRUPT */
export function findJob(jobs: string, given: string): Job {
  const ids = existsSync(jobs) ? readdirSync(jobs).filter((name) => existsSync(filesOf(join(jobs, name)).job)).sort() : [];
  if (ids.includes(given)) return readJob(join(jobs, given));
  const native = ids.map((id) => readJob(join(jobs, id))).find(({ nativeId }) => nativeId === given);
  if (native !== undefined) return native;
  const known = ids.length === 0 ? 'there are none' : `there ${ids.length === 1 ? 'is' : 'are'} ${ids.slice(-10).join(', ')}`;
  throw new UsageError('UNKNOWN_JOB', `There is no job ${JSON.stringify(given)} in ${jobs}: ${known}. Jobs are kept where submit was run; --jobs names another folder.`);
}

/** Whole or not at all, for whoever reads meanwhile. */
export function replaceFile(path: string, text: string): void {
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  writeFileSync(partial, text, { mode: 0o600 });
  renameSync(partial, path);
}

function cannotWrite(path: string, error: unknown): FailureError {
  return new FailureError('CANNOT_WRITE', `${path} cannot be written: ${(error as Error).message}.`, { cause: error });
}
