import { defineCommand } from '../command.ts';
import { checkpointOption, clusterOptions, commonOptions, foldOptions, machineOptions, modelOutputOptions, naOption, pathLambdaOptions, problemOptions, readOptions, roleOptions, showAllOption } from '../options/tables.ts';
import { dataInput } from './positionals.ts';
import { train } from './train.ts';

export const cvCommand = defineCommand({
  name: 'cv',
  positionals: [dataInput],
  describe: 'Fit a path and cross-validate it: choose the strength of the penalty by rows held out',
  options: {
    ...roleOptions, ...readOptions, ...naOption, ...problemOptions, ...pathLambdaOptions, ...foldOptions, ...machineOptions, ...checkpointOption, ...clusterOptions, ...modelOutputOptions, ...showAllOption, ...commonOptions,
  },
  examples: [
    ['cv houses.csv --response price --folds 10 -o model.json', 'ten folds by row number'],
    ['cv flights.parquet --response late --loss logistic --fold-shuffle --seed 7', 'five folds of rows drawn by chance'],
    ['cv visits.csv --response cost --fold-column clinic', 'each clinic is held out in turn'],
    ['predict model.json new.csv --at 1se', 'the simplest model within one standard error of the best'],
  ],
  epilogue: 'The path is fitted to all rows, and to the rows outside each fold; the deviance of the rows held out says how well each strength predicts. best has the smallest mean deviance, 1se is the largest lambda within one standard error of it.\nExit code 0: every value converged, those of the folds included; 4: some did not, the answer is written and says so.',
  run: (call) => train('cv', call, call.settings),
});
