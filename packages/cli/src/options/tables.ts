/**
 * Every option of this release, in tables that commands put together. Only
 * what does something now is here; `later.ts` knows what comes later.
 */
import { MOST_LAMBDAS, losses, penalties } from '@scalemix/core';
import type { PenaltyName } from '@scalemix/core';
import { laterLosses, laterPenalties } from './later.ts';
import { readMemory } from './memory.ts';
import { choice, custom, names, number, numbers, text, toggle } from './option.ts';
import { readPenaltyFactors } from './penaltyFactors.ts';

const data = 'Data';
const model = 'Model';
const folding = 'Folds';
const fitting = 'Fitting';
const machine = 'Machine';
const cluster = 'Cluster';
const output = 'Output';

const notNegative = { expected: 'a number, zero or more', accepts: (value: number) => value >= 0 };
const fraction = { expected: 'a number between 0 and 1', accepts: (value: number) => value >= 0 && value <= 1 };
const betweenZeroAndOne = { expected: 'a number above 0 and below 1', accepts: (value: number) => value > 0 && value < 1 };
const counting = (expected: string) => ({ expected, accepts: (value: number) => Number.isSafeInteger(value) && value >= 1 });

export const queryOption = {
  query: text('SQL', { group: data, describe: 'One SELECT over the input, which it sees as the table data' }),
};

/** How data files are read. */
export const readOptions = {
  ...queryOption,
  format: choice(['csv', 'tsv', 'parquet', 'arrow', 'libsvm'], { group: data, describe: 'Format of the input, where the file name does not say it' }),
  delimiter: text('CHARACTER', { group: data, describe: 'What separates the cells of a CSV file, where it is not found by itself' }),
};

export const naOption = {
  na: names({ group: data, describe: 'Texts that mean a missing value, beside the empty cell, NA, NaN and null' }),
};

/** What the columns of a table are for. */
export const roleOptions = {
  response: text('COLUMN', { group: data, describe: 'The column to predict (required)' }),
  positive: text('CLASS', { group: data, describe: 'Logistic: the value of the response that counts as 1' }),
  trials: text('COLUMN', { group: data, describe: 'Logistic: the response counts successes out of this many trials' }),
  weights: text('COLUMN', { group: data, describe: 'Weight of each row' }),
  offset: text('COLUMN', { group: data, describe: 'A term of the linear predictor with coefficient 1' }),
  columns: names({ group: data, describe: 'Predictors; all other columns where not given' }),
  exclude: names({ group: data, describe: 'Columns that are no predictors' }),
  categorical: names({ group: data, describe: 'Numeric columns to be taken as categories' }),
  drop: choice(['first', 'none'], { group: data, describe: 'Which level of a category has no coefficient (default: first)' }),
  missing: choice(['error', 'drop', 'mean', 'indicator'], { group: data, describe: 'What to do about missing values: refuse, leave the row out, fill in the mean (or commonest level), fill in and mark (default: error)' }),
};

export const problemOptions = {
  loss: choice(Object.keys(losses), { group: model, describe: 'What a wrong prediction costs (default: squared)' }, laterLosses),
  penalty: choice(Object.keys(penalties) as PenaltyName[], { group: model, describe: 'What a coefficient costs (default: lasso)' }, laterPenalties),
  'l1-ratio': number(fraction, { group: model, describe: 'Elastic net: share of the lasso, from 0 to 1 (default: 0.5)' }),
  'penalty-factors': custom('NAME=FACTOR,...|FILE', readPenaltyFactors, { group: model, describe: 'Factors of the penalty by column or feature, 0 for none; a .json or .csv file may hold them' }),
  standardize: toggle({ group: model, describe: 'Penalise coefficients on the scale of standardized columns (default: yes)' }),
  intercept: toggle({ group: model, describe: 'Fit an intercept (default: yes)' }),
  tolerance: number(betweenZeroAndOne, { group: fitting, describe: 'Certified relative gap at which a value has converged (default: 1e-6)' }),
  'max-passes': number(counting('a whole number, 1 or more'), { group: fitting, describe: 'Sweeps over the data allowed for one value of lambda (default: 100)' }),
};

export const fitLambdaOptions = {
  lambda: numbers(notNegative, { group: model, describe: 'Strength of the penalty (required, save with --penalty none)' }),
};

export const pathLambdaOptions = {
  lambda: numbers(notNegative, { group: model, describe: 'Strengths of the penalty, separated by commas, instead of a grid' }),
  lambdas: number({ expected: `a whole number from 1 to ${MOST_LAMBDAS}`, accepts: (value) => Number.isInteger(value) && value >= 1 && value <= MOST_LAMBDAS }, { group: model, describe: 'Values of the grid (default: 100)' }),
  'lambda-min-ratio': number(betweenZeroAndOne, { group: model, describe: 'Smallest over largest value of the grid (default: 1e-4, or 1e-2 where there are no more rows than coefficients)' }),
};

/** How rows are shared out among the folds of a cross-validation. */
export const foldOptions = {
  folds: number({ expected: 'a whole number from 2 to 1000', accepts: (value) => Number.isInteger(value) && value >= 2 && value <= 1000 }, { group: folding, describe: 'How many parts of the rows are held out in turn; row i (from 0) is in part i mod the number (default: 5)' }),
  'fold-shuffle': toggle({ group: folding, describe: 'Shuffle the rows among the folds: for data that are sorted, or come in a rhythm (default: no)' }),
  seed: number({ expected: 'a whole number from 0 to 4294967295', accepts: (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32 }, { group: folding, describe: 'Of --fold-shuffle (default: 0)' }),
  'fold-column': text('COLUMN', { group: folding, describe: 'A column whose values are the folds, such as a year or a group; it is no predictor' }),
  'fold-tolerance': number(betweenZeroAndOne, { group: fitting, describe: 'Certified relative gap of what is fitted without a fold (default: 1e-4, or --tolerance if that is larger)' }),
};

/** What may change from one machine to the next and changes no bits. */
export const capacityOptions = {
  threads: number({ expected: 'a whole number from 1 to 1024', accepts: (value) => Number.isInteger(value) && value >= 1 && value <= 1024 }, { group: machine, describe: 'Threads (default: all cores)' }),
  memory: custom('SIZE', readMemory, { group: machine, describe: 'Memory for the rows, such as 4GB; more rows are kept on disk (default: 70 % of what is free)' }),
};

export const machineOptions = {
  ...capacityOptions,
  precision: choice(['f64', 'f32'], { group: machine, describe: 'How numbers are stored (default: f64)' }),
  kernel: choice(['auto', 'wasm', 'scalar'], { group: machine, describe: 'Which kernels compute (default: auto)' }),
};

/** Who may talk to whom. */
export const securityOptions = {
  'token-file': text('FILE', { group: cluster, describe: 'Holds the token that all programs of the cluster share' }),
  'tls-ca': text('FILE', { group: cluster, describe: 'Certificate of the authority that both sides trust (PEM)' }),
  'tls-cert': text('FILE', { group: cluster, describe: 'Own certificate (PEM)' }),
  'tls-key': text('FILE', { group: cluster, describe: 'Its key (PEM)' }),
  insecure: toggle({ group: cluster, describe: 'Go without token, and without TLS off this machine (default: no)' }),
};

/** The nodes that answer the passes of a fit. */
export const clusterOptions = {
  cluster: text('NODES', { group: cluster, describe: 'Nodes that hold the rows: HOST:PORT,... (local: own threads too), @FILE with one a line, or dns:NAME:PORT' }),
  data: choice(['local', 'push', 'auto'], { group: cluster, describe: 'Nodes read the rows from their own files (Parquet, Arrow) and the coordinator reads none, or are sent them; auto: they read if all have the files (default: auto)' }),
  ...securityOptions,
  'suspect-after': number({ expected: 'a number of seconds from 0.1 to 3600', accepts: (value) => value >= 0.1 && value <= 3600 }, { group: cluster, describe: 'Seconds of silence after which the work of a node goes to others (default: 10)' }),
};

export const workerOptions = {
  listen: text('HOST:PORT', { group: cluster, describe: 'Where to serve; port 0 picks one (required)' }),
  'data-root': text('DIR', { group: cluster, describe: 'The folder under which the node reads data files by itself; none where not given' }),
  ...securityOptions,
  metrics: text('HOST:PORT', { group: cluster, describe: 'Where to serve /metrics and /healthz over HTTP' }),
  'ends-with-stdin': toggle({ group: cluster, describe: 'End when standard input closes, as it does with an ssh client (default: no)' }),
};

export const applyOptions = {
  at: text('VALUE', { group: model, describe: 'Which value of a path: its index in the table, its lambda, or of a cross-validation best or 1se (default: best)' }),
  unseen: choice(['error', 'base'], { group: data, describe: 'A level that the fit never met: refuse, or count as the base level (default: error)' }),
};

/** Options of every command. */
export const commonOptions = {
  json: toggle({ group: output, describe: 'Print one JSON document' }),
  quiet: toggle({ group: output, describe: 'No progress and no notes on standard error' }),
  config: text('FILE', { group: output, describe: 'JSON file of options; what is given on the command line wins' }),
};

export const modelOutputOptions = {
  output: text('FILE', { group: output, letter: 'o', describe: 'Write the model here' }),
  events: text('FILE', { group: output, describe: 'Write what happens here, one JSON line an event' }),
  explain: toggle({ group: output, describe: 'Say on standard error what was chosen and why' }),
};

export const checkpointOption = {
  checkpoint: text('FILE', { group: machine, describe: 'Keep a log here from which scalemix resume goes on, should the run be cut off' }),
};

export const showAllOption = {
  all: toggle({ group: output, describe: 'Show every row of the table' }),
};

export const predictOutputOptions = {
  output: text('FILE', { group: output, letter: 'o', describe: 'Write the predictions here (.csv or .parquet) instead of standard output' }),
};
