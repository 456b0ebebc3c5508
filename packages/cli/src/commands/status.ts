import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { DEFAULT_JOBS, jobsOption } from '../options/launch.ts';
import { commonOptions } from '../options/tables.ts';
import { headedText } from '../show/headed.ts';
import { jobInput } from './positionals.ts';

const options = { ...jobsOption, ...commonOptions };

export const statusCommand = defineCommand({
  name: 'status',
  positionals: [jobInput],
  describe: 'Show how a submitted job is getting on',
  options,
  examples: [['status path-20260102-101500-1a2b', ''], ['status 4711 --json', 'by the number that Slurm gave it']],
  run,
});

async function run({ job: given, settings, output }: Call<typeof options>): Promise<number> {
  const { engines, findJob } = await import('@scalemix/coordinator/launch');
  const job = findJob(settings.jobs ?? DEFAULT_JOBS, given);
  const { id, engine, nativeId, submitted, command, folder } = job;
  const { state, exitCode, detail } = await engines[engine].status(job);
  if (settings.json === true) await output.result(`${JSON.stringify({ id, engine, nativeId, state, exitCode, detail, submitted, command, folder }, null, 2)}\n`);
  else {
    const parts = [['state', `${state}: ${detail}`], ['engine', `${engine}, as ${nativeId}`], ['command', command.join(' ')], ['submitted', submitted], ['kept in', folder]] as const;
    await output.result(headedText(id, parts, output.stdout));
  }
  return EXIT.converged;
}
