import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { DEFAULT_JOBS, jobsOption } from '../options/launch.ts';
import { commonOptions } from '../options/tables.ts';
import { jobInput } from './positionals.ts';

const options = { ...jobsOption, quiet: commonOptions.quiet, config: commonOptions.config };

export const cancelCommand = defineCommand({
  name: 'cancel',
  positionals: [jobInput],
  describe: 'End a submitted job and its workers',
  options,
  examples: [['cancel path-20260102-101500-1a2b', '']],
  run,
});

async function run({ job: given, settings, output }: Call<typeof options>): Promise<number> {
  const { engines, findJob } = await import('@scalemix/coordinator/launch');
  const job = findJob(settings.jobs ?? DEFAULT_JOBS, given);
  await engines[job.engine].cancel(job);
  if (settings.quiet !== true) output.note(`Cancelled ${job.id}. What was computed is in ${job.checkpoint}.\n`);
  return EXIT.converged;
}
