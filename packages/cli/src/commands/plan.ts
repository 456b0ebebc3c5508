import { UsageError } from '@scalemix/core';
import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { checkFoldSettings, checkModelSettings } from '../options/applies.ts';
import { clusterRequest, jobRequest } from '../options/request.ts';
import { clusterOptions, commonOptions, foldOptions, machineOptions, naOption, pathLambdaOptions, problemOptions, readOptions, roleOptions } from '../options/tables.ts';
import { planReport } from '../show/plan.ts';
import { dataInput } from './positionals.ts';

const options = { ...roleOptions, ...readOptions, ...naOption, ...problemOptions, ...pathLambdaOptions, ...foldOptions, ...machineOptions, ...clusterOptions, ...commonOptions };

export const planCommand = defineCommand({
  name: 'plan',
  positionals: [dataInput],
  describe: 'Say what path, fit or cv would take: rows, memory, sweeps, time',
  options,
  examples: [
    ['plan flights.parquet --response late --loss logistic --lambdas 40', 'a path'],
    ['plan houses.csv --response price --lambda 0.01 --json', 'one value, as JSON'],
    ['plan houses.csv --response price --folds 10', 'a cross-validation'],
    ['plan flights.parquet --response late --cluster a:7077,b:7077 --token-file token', 'on two nodes'],
  ],
  epilogue: 'Takes the flags of path; with one --lambda it speaks of fit, with folds of cv. Reads the first rows and times this machine on them; nothing is fitted. With --cluster the nodes are asked for their threads and memory; one that does not answer is taken to be like this machine.',
  run,
});

async function run({ inputs, settings, output, signal }: Call<typeof options>): Promise<number> {
  const folding = settings.folds !== undefined || settings['fold-column'] !== undefined || settings['fold-shuffle'] === true;
  const command = folding ? 'cv' : 'path';
  if (settings.response === undefined) throw new UsageError('MISSING_OPTION', 'plan needs --response: the name of the column to predict.');
  checkModelSettings(command, settings);
  checkFoldSettings(settings);
  if (!folding && settings['fold-tolerance'] !== undefined) throw new UsageError('INAPPLICABLE_OPTION', '--fold-tolerance does not apply: without --folds, --fold-column or --fold-shuffle there are no folds.');
  const { planJob } = await import('@scalemix/coordinator');
  const plan = await planJob(jobRequest(command, inputs, settings), { signal, ...clusterRequest(settings) });
  await output.result(settings.json === true ? `${JSON.stringify(plan, null, 2)}\n` : planReport(plan, output.stdout));
  return EXIT.converged;
}
