/** From what a program gives to the request of a job. */
import { UsageError } from '@scalemix/core';
import type { Table } from '@scalemix/worker';
import type { JobCommand } from '../checkpoint/jobLog.ts';
import type { JobOptions } from '../job.ts';
import type { DataRequest, JobRequest } from '../request.ts';
import { ROLE_NAMES, namedColumns } from './data.ts';
import type { ArrayData } from './data.ts';
import type { FileData, FitPathOptions } from './options.ts';
import { arrayTable } from './table.ts';

const PROBLEM = ['standardize', 'intercept', 'lambda', 'lambdas', 'lambdaMinRatio', 'tolerance', 'maxPasses'] as const;
const ROLES = ['positive', 'categorical', 'drop', 'missing'] as const;
const MACHINE = ['threads', 'memory', 'precision', 'kernel', 'wideVectors'] as const;
const RUNNING = ['checkpoint', 'signal', 'onEvent'] as const;
const KNOWN: readonly string[] = [...PROBLEM, ...ROLES, ...MACHINE, ...RUNNING, 'loss', 'penalty', 'penaltyFactors'];

/** @param caller for messages @throws UsageError UNKNOWN_OPTION */
export function checkNames(caller: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) if (!known.includes(name)) throw new UsageError('UNKNOWN_OPTION', `${caller} has no option ${JSON.stringify(name)}; it has ${known.join(', ')}.`);
}

/**
 * @param caller for messages
 * @param further options of the caller's own
 * @throws UsageError UNKNOWN_OPTION, CONTRADICTORY_OPTIONS
 */
export function checkOptions(caller: string, options: FitPathOptions, further: readonly string[] = []): void {
  checkNames(caller, options, [...KNOWN, ...further]);
  if (options.lambda !== undefined && (options.lambdas !== undefined || options.lambdaMinRatio !== undefined)) {
    throw new UsageError('CONTRADICTORY_OPTIONS', 'lambda lists the values, lambdas and lambdaMinRatio shape a grid. Give one or the other.');
  }
}

/** @throws UsageError BAD_ARRAY, COLUMN_ROLES */
export function jobRequest(data: ArrayData | FileData, options: FitPathOptions): JobRequest {
  const { penaltyFactors } = options;
  return {
    data: { ...source(data), ...pick(options, ROLES) },
    problem: {
      loss: options.loss ?? { name: 'squared', parameters: {} },
      penalty: options.penalty ?? { name: 'lasso', l1Ratio: 1 },
      ...pick(options, PROBLEM),
      ...(penaltyFactors && { penaltyFactors: new Map(Object.entries(penaltyFactors)) }),
    },
    machine: pick(options, MACHINE),
  };
}

/** How the job is run. */
export function jobOptions(command: JobCommand, { checkpoint, ...options }: FitPathOptions): JobOptions {
  return { ...pick(options, ['signal', 'onEvent']), ...(checkpoint !== undefined && { checkpoint: { path: checkpoint, command } }) };
}

/** Name of the column of folds; undefined where the data have none. */
export function foldColumnOf(data: ArrayData | FileData): string | undefined {
  if ('files' in data) return data.foldColumn;
  return data.folds === undefined ? undefined : ROLE_NAMES.folds;
}

function source(data: ArrayData | FileData): Omit<DataRequest, (typeof ROLES)[number]> {
  if ('files' in data) {
    const { files, foldColumn: _foldColumn, ...rest } = data;
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

export function pick<Source extends object, Name extends keyof Source>(from: Source, names: readonly Name[]): Pick<Source, Name> {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])) as Pick<Source, Name>;
}
