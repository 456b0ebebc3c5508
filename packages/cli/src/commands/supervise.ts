import process from 'node:process';
import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { tell } from '../failure.ts';
import { commonOptions } from '../options/tables.ts';
import { jobInput } from './positionals.ts';

/** Milliseconds that the workers may take to end. */
const PATIENCE = 20_000;
/** Milliseconds that the machine of a run before may take to give its log up: as long as file servers keep the locks of a client that is gone. */
const LOG_PATIENCE = 120_000;

const options = { quiet: commonOptions.quiet };

export const superviseCommand = defineCommand({
  name: 'supervise',
  positionals: [{ ...jobInput, describe: 'The folder of the job' }],
  describe: 'Run a submitted job inside its Slurm allocation: what its batch script calls',
  options,
  patience: PATIENCE,
  examples: [['supervise .scalemix/path-20260102-101500-1a2b', 'inside a job of Slurm']],
  epilogue: 'Starts a worker on every node, starts again those that end, and coordinates them. A job that has a log goes on with it.',
  run,
});

async function run({ job: folder, settings, output, program, signal }: Call<typeof options>): Promise<number> {
  const { allocatedHosts, readJob, runOnWorkers } = await import('@scalemix/coordinator/launch');
  const note = settings.quiet === true ? () => {} : output.note;
  return runOnWorkers(readJob(folder), allocatedHosts, { run: program.run, exitCodeOf: (error) => tell(error, signal).exitCode, note, signal, logPatience: begunAgain() ? LOG_PATIENCE : 0 });
}

/** Whether Slurm has begun the job before. */
function begunAgain(): boolean {
  const { SLURM_RESTART_COUNT: restarts = '0' } = process.env;
  return Number(restarts) > 0;
}
