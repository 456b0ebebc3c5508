import { defineCommand } from '../command.ts';
import { checkpointOption, clusterOptions, commonOptions, fitLambdaOptions, machineOptions, modelOutputOptions, naOption, problemOptions, readOptions, roleOptions, showAllOption } from '../options/tables.ts';
import { dataInput } from './positionals.ts';
import { train } from './train.ts';

export const fitCommand = defineCommand({
  name: 'fit',
  positionals: [dataInput],
  describe: 'Fit a model at one strength of the penalty, certified',
  options: { ...roleOptions, ...readOptions, ...naOption, ...problemOptions, ...fitLambdaOptions, ...machineOptions, ...checkpointOption, ...clusterOptions, ...modelOutputOptions, ...showAllOption, ...commonOptions },
  examples: [
    ['fit houses.csv --response price --lambda 0.01', 'least squares with a lasso'],
    ['fit loans.csv --response default --loss logistic --penalty ridge --lambda 0.001 -o model.json', 'kept in a file'],
    ['fit trial.csv --response cured --trials patients --loss logistic --penalty none', 'without a penalty'],
    ['fit a.csv --response y --lambda 0.1 --penalty-factors age=0,sex=0', 'some columns not penalised'],
  ],
  epilogue: 'DATA: .csv, .tsv, .parquet, .arrow, .libsvm files (.gz too), globs of them, or - for standard input.\nExit code 0: converged; 4: not, the answer is written and says so.',
  run: (call) => train('fit', call, call.settings),
});
