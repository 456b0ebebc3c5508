/**
 * ssh: the job runs in the foreground of the program that submits it, which starts a worker on every host and
 * coordinates them. When it goes, for whatever reason, the connections and with them the workers go.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '@scalemix/core';
import { NODE_FILES } from '../credentialFiles.ts';
import type { JobCredentials } from '../credentialFiles.ts';
import { endedStatus } from '../engine.ts';
import type { Engine, JobStatus } from '../engine.ts';
import { endOf, filesOf, finishJob } from '../jobFolder.ts';
import type { Job, SshHost } from '../job.ts';
import { shellWords } from '../shellWords.ts';
import { coordinatorWords } from '../words.ts';
import type { WorkerHost } from '../workers.ts';
import { credentialInput, remoteScript } from './remoteScript.ts';

/** Never asks for a password, and notices within 15 seconds that a host is gone. */
const OPTIONS = ['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3', '-o', 'ForwardX11=no', '-o', 'ForwardAgent=no'];

/** The hosts of a job whose credentials are in its folder. */
export function sshHosts(job: Job): WorkerHost[] {
  const { credentials } = filesOf(job.folder);
  const texts = Object.fromEntries(NODE_FILES.map((name) => [name, readFileSync(join(credentials, name), 'utf8')])) as JobCredentials;
  return job.ssh!.hosts.map((host) => ({ name: host.name, address: host.address, file: 'ssh', args: sshArgs(job, host), input: credentialInput(texts) }));
}

function sshArgs(job: Job, { destination, sshPort }: SshHost): string[] {
  const { config } = job.ssh!;
  return [...(config === null ? [] : ['-F', config]), ...OPTIONS, ...(sshPort === null ? [] : ['-p', String(sshPort)]), destination, remoteScript(job)];
}

function preview(job: Job): string {
  const files = filesOf(job.folder);
  const workers = job.ssh!.hosts.map((host) => `${shellWords(['ssh', ...sshArgs(job, host)])}\n`).join('');
  return `${workers}${shellWords([...job.program, ...coordinatorWords(job, `@${files.nodes}`, files.credentials)])}\n`;
}

/** Names the process that runs a job in its foreground. */
function foreground(): string {
  return `${hostname()}:${process.pid}`;
}

export const ssh: Engine = {
  name: 'ssh',
  preview,
  submit: async () => foreground(),
  status,
  logs: async (job) => {
    throw new UsageError('IN_FOREGROUND', `The job ${job.id} runs in the foreground: its output goes to where it was started. What its workers say is in ${job.folder}.`);
  },
  follow: async (job, _sinks, signal) => {
    for (;;) {
      const found = await status(job);
      if (found.state !== 'running') return found;
      await delay(1000, undefined, { signal });
    }
  },
  cancel: async (job) => {
    const pid = ownProcess(job);
    if (pid === null) throw new UsageError('IN_FOREGROUND', `The job ${job.id} runs in the foreground of ${job.nativeId}. End it there, with Ctrl-C.`);
    if (alive(pid)) process.kill(pid, 'SIGTERM');
    finishJob(job, { exitCode: 143, cancelled: true });
  },
};

async function status(job: Job): Promise<JobStatus> {
  const end = endOf(job);
  if (end !== null) return endedStatus(end);
  const pid = ownProcess(job);
  if (pid !== null && !alive(pid)) return { state: 'lost', exitCode: null, detail: `its process ${job.nativeId} is gone and did not say how it ended` };
  return { state: 'running', exitCode: null, detail: `in the foreground of ${job.nativeId}` };
}

/** Its process, if it runs on this machine. */
function ownProcess({ nativeId }: Job): number | null {
  const [host, pid] = nativeId?.split(':') ?? [];
  return host === hostname() && pid !== undefined ? Number(pid) : null;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
