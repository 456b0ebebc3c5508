import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { DEFAULT_JOBS, jobsOption } from '../options/launch.ts';
import { toggle } from '../options/option.ts';
import { commonOptions } from '../options/tables.ts';
import { jobInput } from './positionals.ts';

const options = { follow: toggle({ group: 'Output', describe: 'Go on until the job has ended' }), ...jobsOption, config: commonOptions.config };

export const logsCommand = defineCommand({
  name: 'logs',
  positionals: [jobInput],
  describe: 'Show what a submitted job has said: its result, and on standard error the rest',
  options,
  examples: [['logs path-20260102-101500-1a2b', ''], ['logs path-20260102-101500-1a2b --follow', 'until it ends']],
  run,
});

async function run({ job: given, settings, output, signal }: Call<typeof options>): Promise<number> {
  const { engines, findJob } = await import('@scalemix/coordinator/launch');
  const job = findJob(settings.jobs ?? DEFAULT_JOBS, given);
  const engine = engines[job.engine];
  if (settings.follow === true) await engine.follow(job, output, signal);
  else await engine.logs(job, output, signal);
  return EXIT.converged;
}
