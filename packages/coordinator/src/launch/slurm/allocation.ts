/** The nodes that Slurm gave the job which this process runs in. */
import { UsageError, allInOrder } from '@scalemix/core';
import { executed } from '../execute.ts';
import type { Job } from '../job.ts';
import { filesOf } from '../jobFolder.ts';
import type { WorkerHost } from '../workers.ts';
import { workerWords } from '../words.ts';

/** @throws UsageError NO_ALLOCATION @throws FailureError ENGINE_MISSING, ENGINE_REFUSED */
export async function allocatedHosts(job: Job): Promise<WorkerHost[]> {
  const { SLURM_JOB_NODELIST: list, SLURM_CPUS_ON_NODE: cpus = '1' } = process.env;
  if (list === undefined) throw new UsageError('NO_ALLOCATION', 'supervise runs inside a job of Slurm, and this is none: SLURM_JOB_NODELIST is not set. Use scalemix submit --engine slurm.');
  const names = (await executed('scontrol', ['show', 'hostnames', list])).split('\n').filter((name) => name !== '');
  return allInOrder(
    names.map(async (name) => {
      const shown = await executed('scontrol', ['show', 'node', '--oneliner', name]);
      return { name, address: /(?:^|\s)NodeAddr=(\S+)/.exec(shown)?.[1] ?? name, file: 'srun', args: stepWords(job, name, cpus), input: '' };
    }),
  );
}

/**
 * A step for the worker of one node, beside whatever else runs in the job: --overlap. Slurm of 22.05 and later gives a
 * step one core unless told how many.
 */
function stepWords(job: Job, node: string, cpus: string): string[] {
  const step = ['--overlap', '--no-kill', '--nodes=1', '--ntasks=1', `--nodelist=${node}`, `--cpus-per-task=${cpus}`, '--unbuffered', '--quit-on-interrupt'];
  return [...step, ...workerWords(job, filesOf(job.folder).credentials), '--ends-with-stdin'];
}
