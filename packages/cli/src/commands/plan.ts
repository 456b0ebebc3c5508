import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { checkModelSettings } from '../options/applies.ts';
import { jobRequest } from '../options/request.ts';
import { commonOptions, machineOptions, naOption, pathLambdaOptions, problemOptions, readOptions, roleOptions } from '../options/tables.ts';
import { planReport } from '../show/plan.ts';
import { dataInput } from './positionals.ts';

const options = { ...roleOptions, ...readOptions, ...naOption, ...problemOptions, ...pathLambdaOptions, ...machineOptions, ...commonOptions };

export const planCommand = defineCommand({
  name: 'plan',
  positionals: [dataInput],
  describe: 'Say what path or fit would take: rows, memory, sweeps, time',
  options,
  examples: [
    ['plan flights.parquet --response late --loss logistic --lambdas 40', 'a path'],
    ['plan houses.csv --response price --lambda 0.01 --json', 'one value, as JSON'],
  ],
  epilogue: 'Takes the flags of path; with one --lambda it speaks of fit. Reads the first rows and times this machine on them; nothing is fitted.',
  run,
});

async function run({ inputs, settings, output, signal }: Call<typeof options>): Promise<number> {
  checkModelSettings('path', settings);
  const { planJob } = await import('@scalemix/coordinator');
  const plan = await planJob(jobRequest('path', inputs, settings), { signal });
  await output.result(settings.json === true ? `${JSON.stringify(plan, null, 2)}\n` : planReport(plan, output.stdout));
  return EXIT.converged;
}
