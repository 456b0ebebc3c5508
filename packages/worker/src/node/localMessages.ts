/** How a coordinator speaks of files that nodes read by themselves: plain data as JSON, checked field by field. */
import { BLOCK_ROWS, DataError } from '@scalemix/core';
import { FORMATS } from '../read/index.ts';
import type { Fingerprint, Format, TableColumn } from '../read/index.ts';
import type { PredictorFacts, RowFacts } from '../rows/facts.ts';
import type { LoadOptions } from '../rows/options.ts';
import type { RowRange, Scan } from '../rows/part.ts';
import type { Centres, RowsPlan } from '../rows/plan.ts';
import type { Roles } from '../rows/roles.ts';
import { MOST_ROWS } from './protocol/shape.ts';

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

/** What a node finds where it is asked for files. */
export interface FoundFiles {
  /** Relative to the data root where they were asked for so. */
  readonly files: readonly string[];
  readonly columns: readonly TableColumn[];
  readonly rows: number;
  readonly fingerprint: Fingerprint;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isFormat: Check = (value) => value === null || FORMATS.includes(value as Format);
const isNumber: Check = (value) => typeof value === 'number';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isFlag: Check = (value) => typeof value === 'boolean';
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
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
  weights: isFlag,
});

const isTable = fits({ files: isFiles, format: isFormat, na: isTexts, fingerprint: isText, roles: isRoles, plan: orNull(isPlan) });

const isColumn = fits({ name: isText, kind: oneOf('numeric', 'text', 'boolean', 'unsupported'), type: optional(isText), remedy: optional(isText) });

const isFound = fits({
  files: isFiles,
  columns: listOf((column) => isColumn(known(column, ['name', 'kind', 'type', 'remedy']))),
  // Whoever finds them plans by their number.
  rows: (value) => isCount(value) && (value as number) >= 1 && (value as number) <= MOST_ROWS,
  fingerprint: fits({ method: oneOf('sha256-sampled/1'), hash: isText, files: listOf(fits({ name: isText, bytes: isCount, hash: isText })) }),
});

const isPredictor = fits({ missing: isCount, leftOut: isCount, levels: orNull(isTexts), levelWeights: listOf(isNumber), sum: isNumber, weight: isNumber, width: isCount });

const isFacts = fits({
  rows: isCount,
  counted: isCount,
  dropped: isCount,
  unit: isFlag,
  roles: listOf(fits({ name: isText, role: isText, count: isCount })),
  predictors: listOf((value) => isPredictor(value) && levelsFit(value as PredictorFacts)),
  response: fits({ seen: isTexts, positive: isFlag, most: orNull(isCount) }),
  folds: orNull(isTexts),
});

function levelsFit({ levels, levelWeights }: PredictorFacts): boolean {
  return levelWeights.length === (levels?.length ?? 0);
}

/** Fields of these names; readers add their own. */
function known(value: unknown, names: readonly string[]): unknown {
  return isObject(value) ? Object.fromEntries(names.map((name) => [name, (value as Record<string, unknown>)[name]])) : value;
}

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

/** @throws DataError BAD_MESSAGE */
export function foundFilesOf(text: string): FoundFiles {
  return read<FoundFiles>(text, isFound, 'files');
}

/**
 * What a node has found in a range of rows.
 * @param roles of the columns that it was asked about
 * @throws DataError BAD_MESSAGE
 */
export function scanOf(text: string, digests: Uint8Array, { first, end }: RowRange, roles: Pick<Roles, 'predictors' | 'folds'>): Scan {
  const { facts, centres } = read<Pick<Scan, 'facts' | 'centres'>>(text, fits({ facts: isFacts, centres: isCentres }), 'rows');
  const blocks = Math.ceil((end - first) / BLOCK_ROWS);
  if (facts.rows !== end - first || digests.byteLength !== 32 * blocks) throw new DataError('BAD_MESSAGE', `A message describes ${facts.rows} rows and ${digests.byteLength / 32} blocks where ${end - first} rows were asked for.`);
  if (!fitRoles(facts, centres, roles)) throw new DataError('BAD_MESSAGE', 'A message describes rows of other columns than were asked for.');
  return { facts, centres, digests: Array.from({ length: blocks }, (_, block) => Uint8Array.from(digests.subarray(32 * block, 32 * block + 32))) };
}

/** Whether facts and centres can be merged with those of other rows, and made a plan of. */
function fitRoles({ predictors, folds }: RowFacts, { columns }: Centres, roles: Pick<Roles, 'predictors' | 'folds'>): boolean {
  return (
    (folds === null) === (roles.folds === null) &&
    predictors.length === roles.predictors.length &&
    roles.predictors.every(({ name, kind }, predictor) => (predictors[predictor]!.levels !== null) === (kind === 'text') && (kind !== 'numeric' || Object.hasOwn(columns, name)))
  );
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
