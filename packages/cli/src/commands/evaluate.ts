import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { applyOptions, commonOptions, readOptions } from '../options/tables.ts';
import { inputRequest } from '../options/request.ts';
import { readModel } from '../readModel.ts';
import { evaluationReport } from '../show/evaluation.ts';
import { dataInput, modelInput } from './positionals.ts';

const options = { ...applyOptions, ...readOptions, ...commonOptions };

export const evaluateCommand = defineCommand({
  name: 'evaluate',
  positionals: [modelInput, dataInput],
  describe: 'Measure how well a model predicts data that hold the response',
  options,
  examples: [
    ['evaluate model.json test.csv', 'deviance, and what suits the loss: AUC and confusion, or R2 and RMSE'],
    ['evaluate path.json test.parquet --at 12 --json', 'one value of a path, as JSON'],
  ],
  epilogue: 'Response, trials, weights and offset are the columns that the fit had. Weights count in every measure.',
  run,
});

async function run({ inputs, model: path, settings, output, signal }: Call<typeof options>): Promise<number> {
  const { chooseValue } = await import('@scalemix/core');
  const model = readModel(path);
  const index = chooseValue(model, settings.at);
  const { evaluateTable } = await import('@scalemix/coordinator');
  const report = await evaluateTable({ model, index, data: inputRequest(inputs, settings), ...(settings.unseen && { unseen: settings.unseen }) }, signal);
  const document = { model: path, index, lambda: model.lambda[index]!, ...report };
  await output.result(settings.json === true ? `${JSON.stringify(document, null, 2)}\n` : evaluationReport(model, index, report, output.stdout));
  return EXIT.converged;
}
