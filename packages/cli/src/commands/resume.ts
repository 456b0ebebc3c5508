import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { checkSeparate } from '../files.ts';
import { clusterRequest } from '../options/request.ts';
import { capacityOptions, clusterOptions, commonOptions, modelOutputOptions, queryOption, showAllOption } from '../options/tables.ts';
import { logInput } from './positionals.ts';
import { carryOut } from './train.ts';

const options = { ...queryOption, ...capacityOptions, ...clusterOptions, ...modelOutputOptions, ...showAllOption, ...commonOptions };

export const resumeCommand = defineCommand({
  name: 'resume',
  positionals: [logInput],
  describe: 'Go on with a run that was cut off, from its checkpoint',
  options,
  examples: [
    ['path flights.parquet --response late --loss logistic --checkpoint late.log -o late.json', 'a run that keeps a log'],
    ['resume late.log -o late.json', 'after it was killed: the same bits as if it had not been'],
  ],
  epilogue: 'Data, model and fitting are those of the run; where the answer goes is said here. The data must be what they were.',
  run,
});

async function run({ log, output, signal, settings }: Call<typeof options>): Promise<number> {
  checkSeparate({ '--output': settings.output, '--events': settings.events, LOG: log });
  return carryOut({ inputs: [log], output, signal }, settings, log, async (watch) => {
    const { resumeJob } = await import('@scalemix/coordinator');
    const { threads, memory, query } = settings;
    return resumeJob(log, {
      ...watch,
      ...clusterRequest(settings),
      machine: { ...(threads !== undefined && { threads }), ...(memory !== undefined && { memory }) },
      ...(query !== undefined && { query }),
    });
  });
}
