import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { inputRequest } from '../options/request.ts';
import { commonOptions, naOption, readOptions } from '../options/tables.ts';
import { tableReport } from '../show/columns.ts';
import { dataInput } from './positionals.ts';

const options = { ...readOptions, ...naOption, ...commonOptions };

export const describeCommand = defineCommand({
  name: 'describe',
  positionals: [dataInput],
  describe: 'Show the columns of data: types, missing values, ranges, levels',
  options,
  examples: [
    ['describe houses.csv', ''],
    ["describe 'flights/*.parquet' --json", 'all files of a glob, as JSON'],
    ["describe flights.parquet --query 'select hour(date) as hour, delay from data'", 'columns made by SQL'],
  ],
  run,
});

async function run({ inputs, settings, output, signal }: Call<typeof options>): Promise<number> {
  const { describeInput } = await import('@scalemix/coordinator');
  const summary = await describeInput(inputRequest(inputs, settings), {}, signal);
  await output.result(settings.json === true ? `${JSON.stringify(summary, null, 2)}\n` : tableReport(summary, output.stdout));
  return EXIT.converged;
}
