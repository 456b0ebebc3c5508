/**
 * A job's request as the header of its log holds it, and back. What is read
 * is checked field by field: a log is a file that anyone may have written.
 */
import { resolve } from 'node:path';
import { DataError, MOST_LAMBDAS, UsageError, losses, penalties } from '@scalemix/core';
import { FORMATS } from '@scalemix/worker';
import type { DataRequest, FoldsRequest, JobRequest, MachineRequest, ProblemRequest } from '../request.ts';

/** Inputs are absolute; factors are pairs. */
export interface SavedRequest {
  readonly data: SavedData;
  readonly problem: SavedProblem;
  readonly folds?: FoldsRequest;
  readonly machine?: MachineRequest;
}

type SavedData = Omit<DataRequest, 'inputs'> & { readonly inputs: readonly string[] };
type SavedProblem = Omit<ProblemRequest, 'penaltyFactors'> & { readonly penaltyFactors?: readonly (readonly [name: string, factor: number])[] };

/** @throws UsageError INAPPLICABLE_OPTION for data that cannot be read again */
export function saveRequest({ data, problem, folds, machine }: JobRequest): SavedRequest {
  const { inputs } = data;
  if (!isPaths(inputs)) throw new UsageError('INAPPLICABLE_OPTION', 'A checkpoint does not apply to data in memory: they could not be read again. Give files.');
  if (inputs.includes('-')) throw new UsageError('INAPPLICABLE_OPTION', '--checkpoint does not apply to standard input: resume could not read it again. Put the data into a file.');
  const { penaltyFactors, ...rest } = problem;
  return {
    data: { ...data, inputs: inputs.map((path) => resolve(path)) },
    problem: { ...rest, ...(penaltyFactors && { penaltyFactors: [...penaltyFactors] }) },
    ...(folds && { folds }),
    ...(machine && { machine }),
  };
}

function isPaths(inputs: DataRequest['inputs']): inputs is readonly string[] {
  return Array.isArray(inputs);
}

/** @throws DataError LOG_CORRUPT naming the first field that is wrong */
export function readRequest(value: unknown, path: string): JobRequest {
  const { data, problem, folds, machine } = checkedFields<SavedRequest>(value, { data: isObject, problem: isObject, folds: optional(isObject), machine: optional(isObject) }, 'request', path);
  const checkedData = checkedFields<SavedData>(data, dataChecks, 'request.data', path);
  const { penaltyFactors, ...rest } = checkedFields<SavedProblem>(problem, problemChecks, 'request.problem', path);
  return {
    data: checkedData,
    problem: { ...rest, ...(penaltyFactors && { penaltyFactors: new Map(penaltyFactors) }) },
    ...(folds && { folds: checkedFields<FoldsRequest>(folds, foldsChecks[known(folds.by)], 'request.folds', path) }),
    ...(machine && { machine: checkedFields<MachineRequest>(machine, machineChecks, 'request.machine', path) }),
  };
}

type Check = (value: unknown) => boolean;
/** A check for every field: a new one of the request cannot be forgotten here. */
type Checks<Fields> = { readonly [Name in keyof Required<Fields>]: Check };

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const count = (most: number): Check => (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;
const unsigned: Check = (value) => value === 0 || count(2 ** 32 - 1)(value);
const list = (check: Check, least = 0): Check => (value) => Array.isArray(value) && value.length >= least && value.every(check);
const oneOf = (...choices: readonly string[]): Check => (value) => choices.includes(value as string);
const optional = (check: Check): Check => (value) => value === undefined || check(value);
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? (value as Record<string, unknown>) : {});

const dataChecks: Checks<SavedData> = {
  inputs: list(text, 1),
  query: optional(text),
  format: optional(oneOf(...FORMATS)),
  delimiter: optional(text),
  na: optional(list(text)),
  response: text,
  positive: optional(text),
  trials: optional(text),
  weights: optional(text),
  offset: optional(text),
  columns: optional(list(text)),
  exclude: optional(list(text)),
  categorical: optional(list(text)),
  drop: optional(oneOf('first', 'none')),
  missing: optional(oneOf('error', 'drop', 'mean', 'indicator')),
};

const problemChecks: Checks<SavedProblem> = {
  loss: (value) => oneOf(...Object.keys(losses))(fieldsOf(value)['name']) && isObject(fieldsOf(value)['parameters']) && Object.values(fieldsOf(fieldsOf(value)['parameters'])).every(number),
  penalty: (value) => oneOf(...Object.keys(penalties))(fieldsOf(value)['name']) && number(fieldsOf(value)['l1Ratio']),
  penaltyFactors: optional(list((pair) => Array.isArray(pair) && pair.length === 2 && text(pair[0]) && number(pair[1]))),
  standardize: optional(flag),
  intercept: optional(flag),
  lambda: optional(list(number)),
  lambdas: optional(count(MOST_LAMBDAS)),
  lambdaMinRatio: optional(number),
  tolerance: optional(number),
  maxPasses: optional(count(2 ** 31)),
};

/** Of a way that is none the first: its check refuses it. */
function known(by: unknown): FoldsRequest['by'] {
  return by === 'shuffle' || by === 'column' ? by : 'modulo';
}

const foldsChecks: { readonly [By in FoldsRequest['by']]: Checks<Extract<FoldsRequest, { by: By }>> } = {
  modulo: { by: oneOf('modulo'), count: optional(count(2 ** 31)), tolerance: optional(number) },
  shuffle: { by: oneOf('shuffle'), count: optional(count(2 ** 31)), seed: optional(unsigned), tolerance: optional(number) },
  column: { by: oneOf('column'), column: text, tolerance: optional(number) },
};

const machineChecks: Checks<MachineRequest> = {
  threads: optional(count(1024)),
  memory: optional((value) => number(value) && (value as number) > 0),
  precision: optional(oneOf('f64', 'f32')),
  kernel: optional(oneOf('auto', 'wasm', 'scalar')),
  wideVectors: optional(flag),
};

function checkedFields<Fields>(value: unknown, checks: Checks<Fields>, name: string, path: string): Fields {
  const refuse = (what: string): never => {
    throw new DataError('LOG_CORRUPT', `The log ${path} has a header whose ${what}. Start the job anew without it.`);
  };
  if (!isObject(value)) refuse(`${name} is no object`);
  const fields = value as Readonly<Record<string, unknown>>;
  for (const field of Object.keys(fields)) if (!Object.hasOwn(checks, field)) refuse(`${name} has a field ${JSON.stringify(field)}, which is unknown`);
  for (const [field, check] of Object.entries<Check>(checks)) if (!check(fields[field])) refuse(`${name}.${field} is damaged`);
  return fields as Fields;
}
