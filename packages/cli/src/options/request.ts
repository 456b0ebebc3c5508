/** From the settings of fit, path and cv to the request of a job. */
import type { MissingPolicy, PenaltyName, PenaltySpec } from '@scalemix/core';
import type { ClusterRequest, FoldsRequest, InputRequest, JobCommand, JobRequest, MachineRequest } from '@scalemix/coordinator';
import type { Settings } from './option.ts';
import { checkReading } from './applies.ts';
import type { FoldSettings, ModelSettings } from './applies.ts';
import { UsageError } from '@scalemix/core';
import type { checkpointOption, clusterOptions, commonOptions, machineOptions, modelOutputOptions, naOption, problemOptions, readOptions, roleOptions, showAllOption } from './tables.ts';

/** What is asked of which data. */
export type ProblemSettings = Settings<typeof roleOptions & typeof readOptions & typeof naOption & typeof problemOptions & typeof machineOptions> & ModelSettings & FoldSettings;

export type TrainSettings = ProblemSettings & Settings<typeof checkpointOption & typeof clusterOptions & typeof modelOutputOptions & typeof commonOptions & typeof showAllOption>;

const DEFAULT_L1_RATIO = 0.5;

export function jobRequest(command: JobCommand, inputs: readonly string[], settings: ProblemSettings): JobRequest {
  const unpenalised = settings.penalty === 'none';
  return {
    data: {
      ...inputRequest(inputs, settings),
      response: settings.response!,
      ...given({
        positive: settings.positive,
        trials: settings.trials,
        weights: settings.weights,
        offset: settings.offset,
        columns: settings.columns,
        exclude: settings.exclude,
        categorical: settings.categorical,
        drop: settings.drop,
        missing: settings.missing as MissingPolicy | undefined,
      }),
    },
    problem: {
      loss: { name: settings.loss ?? 'squared', parameters: {} },
      penalty: penaltySpec(settings),
      ...given({
        penaltyFactors: settings['penalty-factors'],
        standardize: settings.standardize,
        intercept: settings.intercept,
        lambda: unpenalised ? [0] : settings.lambda,
        lambdas: settings.lambdas,
        lambdaMinRatio: settings['lambda-min-ratio'],
        tolerance: settings.tolerance,
        maxPasses: settings['max-passes'],
      }),
    },
    ...(command === 'cv' && { folds: foldsRequest(settings) }),
    machine: machineRequest(settings),
  };
}

function foldsRequest(settings: ProblemSettings): FoldsRequest {
  const { folds: count, seed, 'fold-column': column, 'fold-tolerance': tolerance } = settings;
  if (column !== undefined) return { by: 'column', column, ...given({ tolerance }) };
  if (settings['fold-shuffle'] === true) return { by: 'shuffle', ...given({ count, seed, tolerance }) };
  return { by: 'modulo', ...given({ count, tolerance }) };
}

/** How the files of any command are read. @throws UsageError INAPPLICABLE_OPTION */
export function inputRequest(inputs: readonly string[], settings: Settings<typeof readOptions> & Partial<Settings<typeof naOption>>): InputRequest & { readonly inputs: readonly string[] } {
  checkReading(inputs, settings);
  return { inputs, ...given({ query: settings.query, format: settings.format, delimiter: settings.delimiter, na: settings.na }) };
}

export function machineRequest(settings: Settings<typeof machineOptions>): MachineRequest {
  return given({ wideVectors: true, threads: settings.threads, memory: settings.memory, precision: settings.precision, kernel: settings.kernel });
}

/** The cluster of a job, where one is named. @throws UsageError INAPPLICABLE_OPTION for its options without it */
export function clusterRequest(settings: Settings<typeof clusterOptions>): { readonly cluster?: ClusterRequest } {
  const { cluster: nodes, data, 'token-file': tokenFile, 'tls-ca': tlsCa, 'tls-cert': tlsCert, 'tls-key': tlsKey, insecure, 'suspect-after': suspectAfter } = settings;
  const options = { data, tokenFile, tlsCa, tlsCert, tlsKey, insecure, suspectAfter };
  if (nodes !== undefined) return { cluster: { nodes, ...options } };
  const stray = Object.entries(options).find(([, value]) => value !== undefined)?.[0];
  if (stray !== undefined) throw new UsageError('INAPPLICABLE_OPTION', `--${stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} does not apply: it belongs to --cluster, which names the nodes.`);
  return {};
}

function penaltySpec(settings: ModelSettings): PenaltySpec {
  const name = (settings.penalty ?? 'lasso') as PenaltyName;
  const ratios: Readonly<Record<PenaltyName, number>> = { none: 0, ridge: 0, lasso: 1, 'elastic-net': settings['l1-ratio'] ?? DEFAULT_L1_RATIO };
  return { name, l1Ratio: ratios[name] };
}

type Given<Fields> = { -readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Leaves out what was not given. */
function given<Fields extends Readonly<Record<string, unknown>>>(fields: Fields): Given<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;
}
