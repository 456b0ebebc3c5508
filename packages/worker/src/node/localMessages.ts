/** How a coordinator speaks of files that nodes read by themselves: plain data as JSON, checked field by field. */
import { DataError } from '@scalemix/core';
import { FORMATS } from '../read/index.ts';
import type { Format } from '../read/index.ts';
import type { LoadOptions } from '../rows/options.ts';
import type { Centres, RowsPlan } from '../rows/plan.ts';

/** Which files. */
export interface FilesRequest {
  /** Paths and globs: relative to the data root, or absolute. */
  readonly inputs: readonly string[];
  readonly format: Format | null;
  readonly na: readonly string[];
}

/** How columns become rows: what of LoadOptions is not of a machine. */
export type RowRoles = Pick<LoadOptions, 'response' | 'responseKind' | 'positive' | 'trials' | 'weights' | 'offset' | 'foldColumn' | 'columns' | 'exclude' | 'categorical' | 'drop' | 'missing' | 'precision'>;

/** A table of files that have been found. */
export interface LocalTable extends Omit<FilesRequest, 'inputs'> {
  readonly files: readonly string[];
  /** Of all files (read/fingerprint.ts). */
  readonly fingerprint: string;
  readonly roles: RowRoles;
  /** How rows are stored; null while that is to be found out. */
  readonly plan: RowsPlan | null;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isFormat: Check = (value) => value === null || FORMATS.includes(value as Format);
const isNumber: Check = (value) => typeof value === 'number';
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isFiles: Check = (value) => isTexts(value) && (value as string[]).length > 0 && !(value as string[]).includes('-');
const oneOf = (...choices: readonly string[]): Check => (value) => choices.includes(value as string);
const optional = (check: Check): Check => (value) => value === undefined || check(value);
const orNull = (check: Check): Check => (value) => value === null || check(value);
const each = (check: Check): Check => (value) => isObject(value) && Object.values(value as object).every(check);
const fits = (checks: Readonly<Record<string, Check>>): Check => (value) => {
  if (!isObject(value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.keys(fields).every((name) => Object.hasOwn(checks, name)) && Object.entries(checks).every(([name, check]) => check(fields[name]));
};

const isFilesRequest = fits({ inputs: isFiles, format: isFormat, na: isTexts });

const isRoles = fits({
  response: isText,
  responseKind: oneOf('numeric', 'probability'),
  positive: optional(isText),
  trials: optional(isText),
  weights: optional(isText),
  offset: optional(isText),
  foldColumn: optional(isText),
  columns: optional(isTexts),
  exclude: optional(isTexts),
  categorical: optional(isTexts),
  drop: optional(oneOf('first', 'none')),
  missing: optional(oneOf('error', 'drop', 'mean', 'indicator')),
  precision: optional(oneOf('f64', 'f32')),
});

const isPlan = fits({
  centres: each(isNumber),
  levels: each(isTexts),
  fills: each((fill) => isNumber(fill) || isText(fill)),
  positive: orNull(isText),
  folds: orNull(isTexts),
  weights: (value) => typeof value === 'boolean',
});

const isTable = fits({ files: isFiles, format: isFormat, na: isTexts, fingerprint: isText, roles: isRoles, plan: orNull(isPlan) });

const isCentres = fits({ columns: each(isNumber), response: isNumber });

/** @throws DataError BAD_MESSAGE */
export function filesRequestOf(text: string): FilesRequest {
  return read<FilesRequest>(text, isFilesRequest, 'files');
}

/** @throws DataError BAD_MESSAGE */
export function localTableOf(text: string): LocalTable {
  return read<LocalTable>(text, isTable, 'files');
}

/** @throws DataError BAD_MESSAGE */
export function centresOf(text: string): Centres {
  return read<Centres>(text, isCentres, 'centres');
}

function read<Value>(text: string, check: Check, what: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError('BAD_MESSAGE', `A message describes ${what} in a way that is no JSON.`, { cause });
  }
  if (!check(value)) throw new DataError('BAD_MESSAGE', `A message describes ${what} in a way that is not understood.`);
  return value as Value;
}
