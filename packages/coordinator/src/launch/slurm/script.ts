import { filesOf } from '../jobFolder.ts';
import type { Job } from '../job.ts';
import { shellWord, shellWords } from '../shellWords.ts';

/** Seconds between the warning and the end of a job that has used its time up: enough to end in good order. */
const WARNING = 120;

/**
 * The batch script of a job. It runs on the first node of the allocation, where `supervise` starts a worker on every
 * node and coordinates them. A node may be lost (--no-kill); a job that is begun again (--requeue) goes on with its log.
 */
export function batchScript(job: Job): string {
  const { nodes, cpus, directives } = job.slurm!;
  const files = filesOf(job.folder);
  const lines = [
    `--job-name=${job.id}`,
    `--nodes=${nodes}`,
    '--ntasks-per-node=1',
    cpus === null ? '--exclusive' : `--cpus-per-task=${cpus}`,
    '--no-kill',
    '--requeue',
    '--open-mode=append',
    `--signal=B:TERM@${WARNING}`,
    `--chdir=${job.workingFolder}`,
    `--output=${files.stdout}`,
    `--error=${files.stderr}`,
    ...directives,
  ];
  // exec: the signals of Slurm go to the program itself.
  return `#!/bin/sh\n${lines.map((line) => `#SBATCH ${directive(line)}\n`).join('')}exec ${shellWords([...job.program, 'supervise'])} ${shellWord(job.folder)}\n`;
}

/** sbatch splits its directives at spaces, save in quotes; % in the name of a file is its own. */
function directive(line: string): string {
  const [, name, value] = /^--(chdir|output|error)=(.*)$/.exec(line) ?? [];
  return name === undefined ? line : `--${name}="${name === 'chdir' ? value! : value!.replaceAll('%', '%%')}"`;
}
