import { UsageError } from '@scalemix/core';
import type { LossSpec, MissingPolicy, PenaltySpec } from '@scalemix/core';
import type { Table } from '@scalemix/worker';
import type { JobEvent } from '../events.ts';
import { runJob } from '../job.ts';
import type { DataRequest, MachineRequest, ProblemRequest } from '../request.ts';
import { ROLE_NAMES, namedColumns } from './data.ts';
import type { ArrayData } from './data.ts';
import { FittedPath } from './fittedPath.ts';
import { arrayTable } from './table.ts';

/** Data in files: what the command line takes. */
export interface FileData extends Omit<DataRequest, 'inputs' | 'missing' | 'categorical' | 'drop' | 'positive'> {
  /** Files and globs: .csv, .tsv, .parquet, .arrow, .libsvm. */
  readonly files: string | readonly string[];
}

export interface FitPathOptions extends MachineRequest, Omit<ProblemRequest, 'penaltyFactors' | 'loss' | 'penalty'> {
  /** @default squared() */
  readonly loss?: LossSpec;
  /** @default lasso() */
  readonly penalty?: PenaltySpec;
  /** Factors of the penalty by column or feature name; 0 for none. @default 1 for each */
  readonly penaltyFactors?: Readonly<Record<string, number>>;
  /** Which class counts as 1. @default 1 of {0, 1}, true of booleans, the later of two in byte order */
  readonly positive?: string;
  /** Numeric columns to be taken as categories. */
  readonly categorical?: readonly string[];
  /** Which level of a category has no coefficient. @default 'first' */
  readonly drop?: 'first' | 'none';
  /** @default 'error' */
  readonly missing?: MissingPolicy;
  /** Ends the fit with its reason. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: JobEvent) => void;
}

const PROBLEM = ['standardize', 'intercept', 'lambda', 'lambdas', 'lambdaMinRatio', 'tolerance', 'maxPasses'] as const;
const ROLES = ['positive', 'categorical', 'drop', 'missing'] as const;
const MACHINE = ['threads', 'memory', 'precision', 'kernel', 'wideVectors'] as const;
const KNOWN: ReadonlySet<string> = new Set([...PROBLEM, ...ROLES, ...MACHINE, 'loss', 'penalty', 'penaltyFactors', 'signal', 'onEvent']);

/**
 * Fits a certified penalty path to data in memory or in files.
 *
 *     const path = await fitPath({ x, columns: 3, y }, { loss: logistic(), penalty: lasso() });
 *     path.at(0.01).coefficients;
 *
 * A value that does not reach the tolerance is in the path and says so
 * (`path.converged`).
 * @throws UsageError for options that are unknown or do not apply; DataError for data that cannot be fitted
 */
export async function fitPath(data: ArrayData | FileData, options: FitPathOptions = {}): Promise<FittedPath> {
  for (const name of Object.keys(options)) if (!KNOWN.has(name)) throw new UsageError('UNKNOWN_OPTION', `fitPath has no option ${JSON.stringify(name)}; it has ${[...KNOWN].join(', ')}.`);
  if (options.lambda !== undefined && (options.lambdas !== undefined || options.lambdaMinRatio !== undefined)) {
    throw new UsageError('CONTRADICTORY_OPTIONS', 'lambda lists the values, lambdas and lambdaMinRatio shape a grid. Give one or the other.');
  }
  const { penaltyFactors, signal, onEvent } = options;
  const model = await runJob(
    {
      data: { ...source(data), ...pick(options, ROLES) },
      problem: {
        loss: options.loss ?? { name: 'squared', parameters: {} },
        penalty: options.penalty ?? { name: 'lasso', l1Ratio: 1 },
        ...pick(options, PROBLEM),
        ...(penaltyFactors && { penaltyFactors: new Map(Object.entries(penaltyFactors)) }),
      },
      machine: pick(options, MACHINE),
    },
    { ...(signal && { signal }), ...(onEvent && { onEvent }) },
  );
  return new FittedPath(model);
}

function source(data: ArrayData | FileData): Omit<DataRequest, (typeof ROLES)[number]> {
  if ('files' in data) {
    const { files, ...rest } = data;
    return { ...rest, inputs: typeof files === 'string' ? [files] : files };
  }
  if (data.y === undefined) throw new UsageError('BAD_ARRAY', 'y, the response, is missing from the data.');
  const table: Table = arrayTable(namedColumns(data));
  return {
    inputs: table,
    response: ROLE_NAMES.y,
    ...(data.weights && { weights: ROLE_NAMES.weights }),
    ...(data.offset && { offset: ROLE_NAMES.offset }),
    ...(data.trials && { trials: ROLE_NAMES.trials }),
  };
}

function pick<Source extends object, Name extends keyof Source>(from: Source, names: readonly Name[]): Pick<Source, Name> {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])) as Pick<Source, Name>;
}
