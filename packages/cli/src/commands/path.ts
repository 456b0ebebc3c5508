import { defineCommand } from '../command.ts';
import { checkpointOption, clusterOptions, commonOptions, machineOptions, modelOutputOptions, naOption, pathLambdaOptions, problemOptions, readOptions, roleOptions, showAllOption } from '../options/tables.ts';
import { dataInput } from './positionals.ts';
import { train } from './train.ts';

export const pathCommand = defineCommand({
  name: 'path',
  positionals: [dataInput],
  describe: 'Fit a model at many strengths of the penalty, each certified',
  options: { ...roleOptions, ...readOptions, ...naOption, ...problemOptions, ...pathLambdaOptions, ...machineOptions, ...checkpointOption, ...clusterOptions, ...modelOutputOptions, ...showAllOption, ...commonOptions },
  examples: [
    ['path houses.csv --response price', 'least squares with a lasso, 100 values'],
    ['path flights.parquet --response late --loss logistic --lambdas 40 -o path.json', 'a logistic lasso, kept in a file'],
    ["path flights.parquet --query 'select *, delay > 15 as late from data' --response late --loss logistic --exclude delay,date --categorical hour", 'columns made by SQL'],
    ['path a.csv --response y --penalty elastic-net --l1-ratio 0.5 --lambda 0.5,0.1,0.02', 'values of your own'],
  ],
  epilogue: 'DATA: .csv, .tsv, .parquet, .arrow, .libsvm files (.gz too), globs of them, or - for standard input.\nExit code 0: every value converged; 4: some did not, the answer is written and says so.',
  run: (call) => train('path', call, call.settings),
});
