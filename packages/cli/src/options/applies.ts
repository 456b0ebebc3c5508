/** Which combinations of model options say something: each rule names both parties. */
import { existsSync } from 'node:fs';
import { DataError, UsageError } from '@scalemix/core';
import type { JobCommand } from '@scalemix/coordinator';

/** The settings that the rules look at. */
export interface ModelSettings {
  readonly loss?: string | undefined;
  readonly penalty?: string | undefined;
  readonly 'l1-ratio'?: number | undefined;
  readonly 'penalty-factors'?: ReadonlyMap<string, number> | undefined;
  readonly positive?: string | undefined;
  readonly trials?: string | undefined;
  readonly lambda?: readonly number[] | undefined;
  readonly lambdas?: number | undefined;
  readonly 'lambda-min-ratio'?: number | undefined;
  readonly response?: string | undefined;
}

export interface FoldSettings {
  readonly folds?: number | undefined;
  readonly 'fold-shuffle'?: boolean | undefined;
  readonly seed?: number | undefined;
  readonly 'fold-column'?: string | undefined;
  readonly 'fold-tolerance'?: number | undefined;
}

const NAMED = ['l1-ratio', 'penalty-factors', 'positive', 'trials', 'lambda', 'lambdas', 'lambda-min-ratio'] as const;

/** @throws UsageError MISSING_OPTION, INAPPLICABLE_OPTION, CONTRADICTORY_OPTIONS, FIT_ONE_LAMBDA */
export function checkModelSettings(command: JobCommand, settings: ModelSettings): void {
  if (settings.response === undefined) throw new UsageError('MISSING_OPTION', `${command} needs --response: the name of the column to predict.`);
  const loss = settings.loss ?? 'squared';
  const penalty = settings.penalty ?? 'lasso';
  const given = new Set(NAMED.filter((name) => settings[name] !== undefined));
  const inapplicable = (name: (typeof NAMED)[number], reason: string): void => {
    if (given.has(name)) throw new UsageError('INAPPLICABLE_OPTION', `--${name} does not apply: ${reason}.`);
  };
  if (loss === 'squared') {
    inapplicable('positive', 'it names a class of --loss logistic, and the loss is squared');
    inapplicable('trials', 'it belongs to --loss logistic, and the loss is squared');
  }
  if (given.has('trials') && given.has('positive')) throw new UsageError('CONTRADICTORY_OPTIONS', '--trials and --positive contradict each other: with --trials the response counts successes and has no classes.');
  if (penalty !== 'elastic-net') inapplicable('l1-ratio', `it belongs to --penalty elastic-net, and the penalty is ${penalty}`);
  if (penalty === 'none') {
    for (const name of ['penalty-factors', 'lambdas', 'lambda-min-ratio'] as const) inapplicable(name, '--penalty none penalises nothing');
    if (given.has('lambda') && settings.lambda!.some((value) => value !== 0)) inapplicable('lambda', '--penalty none is one value, lambda 0');
  }
  if (command === 'fit') checkFitLambda(penalty, settings.lambda);
  else checkPathLambda(given, settings.lambda);
}

/** @throws UsageError CONTRADICTORY_OPTIONS, INAPPLICABLE_OPTION */
export function checkFoldSettings(settings: FoldSettings): void {
  const shuffled = settings['fold-shuffle'] === true;
  if (settings['fold-column'] !== undefined) {
    for (const [name, given] of [['folds', settings.folds !== undefined], ['fold-shuffle', shuffled]] as const) {
      if (given) throw new UsageError('CONTRADICTORY_OPTIONS', `--${name} and --fold-column contradict each other: the values of the column ${JSON.stringify(settings['fold-column'])} are the folds. Give one of them.`);
    }
  }
  if (settings.seed !== undefined && !shuffled) throw new UsageError('INAPPLICABLE_OPTION', '--seed does not apply: it belongs to --fold-shuffle, and without it nothing is left to chance.');
}

function checkFitLambda(penalty: string, lambda: readonly number[] | undefined): void {
  if (lambda === undefined && penalty !== 'none') throw new UsageError('MISSING_OPTION', 'fit needs --lambda, the strength of the penalty. To see how the model changes with it, run path, which needs none.');
  if (lambda !== undefined && lambda.length > 1) throw new UsageError('FIT_ONE_LAMBDA', `fit takes one --lambda, and ${lambda.length} were given. Run path for several.`);
}

function checkPathLambda(given: ReadonlySet<string>, lambda: readonly number[] | undefined): void {
  if (lambda === undefined) return;
  for (const name of ['lambdas', 'lambda-min-ratio']) {
    if (given.has(name)) throw new UsageError('CONTRADICTORY_OPTIONS', `--${name} and --lambda contradict each other: --lambda lists the values, --${name} shapes a grid. Give one of them.`);
  }
  const repeated = lambda.find((value, index) => lambda.indexOf(value) !== index);
  if (repeated !== undefined) throw new UsageError('BAD_OPTION_VALUE', `--lambda names ${repeated} twice. Give each value once.`);
}

/** Files whose cells nothing separates. */
const NO_CELLS = /\.(parquet|arrow|arrows|feather|libsvm|svm|svmlight)(\.gz)?$/i;

/**
 * @throws UsageError INAPPLICABLE_OPTION for a delimiter where nothing is delimited
 * @throws DataError FILE_NOT_FOUND for a word that looks like a stray item of a list
 */
export function checkReading(inputs: readonly string[], { format, delimiter }: { readonly format?: string | undefined; readonly delimiter?: string | undefined }): void {
  const stray = inputs.length > 1 ? inputs.find((input) => /^[\w ]+,?$/.test(input) && !existsSync(input)) : undefined;
  if (stray !== undefined) throw new DataError('FILE_NOT_FOUND', `${stray}: no such file. Does it belong to the list of an option? Lists are written with commas and no spaces: --columns a,b,c.`);
  if (delimiter === undefined) return;
  const other = format === undefined ? inputs.find((input) => NO_CELLS.test(input)) : format === 'csv' || format === 'tsv' ? undefined : `--format ${format}`;
  if (other !== undefined) throw new UsageError('INAPPLICABLE_OPTION', `--delimiter does not apply: it separates the cells of CSV files, and ${other} has none.`);
}
