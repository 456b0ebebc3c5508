import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { checkOutput } from '../files.ts';
import { applyOptions, commonOptions, predictOutputOptions, readOptions } from '../options/tables.ts';
import { inputRequest } from '../options/request.ts';
import { csvSink, fileSink, jsonSink } from '../predictions.ts';
import type { PredictionSink } from '../predictions.ts';
import { readModel } from '../readModel.ts';
import { counted, duration, significant } from '../show/numbers.ts';
import { dataInput, modelInput } from './positionals.ts';

const options = { ...applyOptions, ...readOptions, ...predictOutputOptions, ...commonOptions };

export const predictCommand = defineCommand({
  name: 'predict',
  positionals: [modelInput, dataInput],
  describe: 'Predict new data with a model',
  options,
  examples: [
    ['predict model.json new.csv -o predictions.csv', 'the model of a fit'],
    ['predict path.json new.parquet --at 12 -o predictions.parquet', 'the value with index 12 of a path'],
    ['predict path.json new.csv --at 0.01234 | head', 'the value by its lambda, to standard output'],
  ],
  epilogue: 'Writes one line a row, in order: psi, the linear predictor, and mean, the expected response (for a logistic model the probability of the positive class). A row without a prediction has empty cells.\nLevels are matched by name; missing values are treated as at the fit.',
  run,
});

async function run(call: Call<typeof options>): Promise<number> {
  const { inputs, settings, output, signal } = call;
  checkOutput(settings.output, '--output', [...inputs, call.model]);
  const began = performance.now();
  const { chooseValue } = await import('@scalemix/core');
  const model = readModel(call.model);
  const index = chooseValue(model, settings.at);
  const lambda = model.lambda[index]!;
  const toFile = settings.output !== undefined;
  const sink: PredictionSink = toFile ? fileSink(settings.output) : settings.json === true ? jsonSink(output.result, { model: call.model, index, lambda }) : csvSink(output.result);
  try {
    const { predictTable } = await import('@scalemix/coordinator');
    const found = await predictTable({ model, index, data: inputRequest(inputs, settings), ...(settings.unseen && { unseen: settings.unseen }) }, (batch) => sink.write(batch), signal);
    signal.throwIfAborted();
    await sink.finish();
    if (toFile && settings.json === true) await output.result(`${JSON.stringify({ model: call.model, index, lambda, output: settings.output, ...found })}\n`);
    else if (toFile && settings.quiet !== true) {
      const without = found.without > 0 ? `, ${counted(found.without, 'row')} without a prediction` : '';
      output.note(`Predicted ${counted(found.rows, 'row')}${without} at lambda ${significant(lambda)} (index ${index}) in ${duration((performance.now() - began) / 1000)}. Wrote ${settings.output}.\n`);
    }
  } catch (error) {
    sink.abandon();
    throw error;
  }
  return EXIT.converged;
}
