/** Who is who among the columns of a table. */
import { DataError, UsageError, listNames, nearNames } from '@scalemix/core';
import type { Table, TableColumn } from '../read/table.ts';
import type { LoadOptions } from './options.ts';

export interface PredictorRole {
  readonly name: string;
  readonly kind: 'numeric' | 'text' | 'sparse';
  /** Features a sparse column is known to have. */
  readonly width: number;
  /** Position in a batch. */
  readonly at: number;
}

export interface Roles {
  /** Names to read, in the order of a batch. */
  readonly names: readonly string[];
  readonly asText: ReadonlySet<string>;
  readonly response: { readonly name: string; readonly kind: 'numeric' | 'boolean' | 'text'; readonly at: number };
  /** Positions in a batch, or -1. */
  readonly trials: number;
  readonly weights: number;
  readonly offset: number;
  /** null: no column of folds. */
  readonly folds: { readonly name: string; readonly kind: 'numeric' | 'boolean' | 'text'; readonly at: number } | null;
  /** In file order. */
  readonly predictors: readonly PredictorRole[];
}

/**
 * @throws UsageError UNKNOWN_COLUMN for a name that is not in the table
 * @throws UsageError COLUMN_ROLES for a column named in two roles that exclude each other
 * @throws UsageError INAPPLICABLE_OPTION where positive or trials do not fit the loss or the response
 * @throws DataError NOT_NUMERIC for text where numbers are needed
 * @throws DataError TEXT_RESPONSE for a text response and a loss of numbers
 */
export function assignRoles(table: Pick<Table, 'columns' | 'files'>, options: LoadOptions): Roles {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const find = (name: string, role: string): TableColumn => {
    const column = byName.get(name);
    if (column === undefined) throw unknownColumn(name, role, table);
    return column;
  };
  const single = singleRoles(options);
  for (const [role, name] of single) find(name, role);
  for (const name of options.columns ?? []) find(name, 'columns');
  for (const name of options.exclude ?? []) find(name, 'exclude');
  for (const name of options.categorical ?? []) find(name, 'categorical');
  checkRoles(options, single);

  const asText = new Set<string>();
  for (const name of options.categorical ?? []) {
    const kind = find(name, 'categorical').kind;
    if (kind === 'sparse') throw new UsageError('COLUMN_ROLES', `Column ${JSON.stringify(name)} is a sparse matrix and cannot be taken as categorical.`);
    if (kind !== 'text') asText.add(name);
  }

  const names: string[] = [];
  const request = (name: string): number => names.push(name) - 1;
  const response = find(options.response, 'response');
  // An unsupported column is asked for all the same: the reader's error says what it is.
  const responseKind = asText.has(response.name) ? 'text' : response.kind === 'unsupported' ? 'numeric' : response.kind;
  if (responseKind === 'sparse') throw new DataError('NOT_NUMERIC', `Response ${JSON.stringify(response.name)} is a sparse matrix; a column of values is needed.`);
  checkResponse(response.name, responseKind, options);
  const responseAt = request(response.name);
  const numeric = (name: string | undefined, role: string): number => {
    if (name === undefined) return -1;
    const kind = find(name, role).kind;
    if (kind === 'text' || kind === 'sparse') {
      throw new DataError('NOT_NUMERIC', `Column ${JSON.stringify(name)} (--${role}) holds ${kind === 'text' ? 'text' : 'a sparse matrix'}; numbers are needed.`);
    }
    return request(name);
  };
  const trials = numeric(options.trials, 'trials');
  const weights = numeric(options.weights, 'weights');
  const offset = numeric(options.offset, 'offset');
  const folds = foldRole(options.foldColumn, find, request);

  const taken = new Set(single.map(([, name]) => name));
  const included = options.columns === undefined ? null : new Set(options.columns);
  const excluded = new Set(options.exclude ?? []);
  const predictors = table.columns
    .filter((column) => !taken.has(column.name) && !excluded.has(column.name) && (included === null || included.has(column.name)))
    .map((column): PredictorRole => {
      const kind = column.kind === 'sparse' ? 'sparse' : column.kind === 'text' || asText.has(column.name) ? 'text' : 'numeric';
      return { name: column.name, kind, width: column.kind === 'sparse' ? (column.width ?? 0) : 0, at: request(column.name) };
    });
  if (predictors.filter((predictor) => predictor.kind === 'sparse').length > 1) {
    throw new DataError('SPARSE_COLUMNS', `Only one sparse matrix can be read from ${table.files.join(', ')}.`);
  }
  const used = new Set(names);
  return {
    names,
    asText: new Set([...asText].filter((name) => used.has(name))),
    response: { name: response.name, kind: responseKind, at: responseAt },
    trials,
    weights,
    offset,
    folds,
    predictors,
  };
}

function singleRoles(options: LoadOptions): (readonly [role: string, name: string])[] {
  const roles: (readonly [string, string])[] = [['response', options.response]];
  for (const [role, name] of [['trials', options.trials], ['weights', options.weights], ['offset', options.offset], ['fold-column', options.foldColumn]] as const) {
    if (name !== undefined) roles.push([role, name]);
  }
  return roles;
}

function foldRole(name: string | undefined, find: (name: string, role: string) => TableColumn, request: (name: string) => number): Roles['folds'] {
  if (name === undefined) return null;
  const { kind } = find(name, 'fold-column');
  if (kind === 'sparse') throw new DataError('FOLD_COLUMN', `Column ${JSON.stringify(name)} (--fold-column) is a sparse matrix; a column of values is needed.`);
  return { name, kind: kind === 'unsupported' ? 'numeric' : kind, at: request(name) };
}

function checkRoles(options: LoadOptions, single: readonly (readonly [string, string])[]): void {
  const conflict = (name: string, one: string, other: string): UsageError =>
    new UsageError('COLUMN_ROLES', `Column ${JSON.stringify(name)} is named both as --${one} and as --${other}; it can have one of these roles.`);
  const seen = new Map<string, string>();
  for (const [role, name] of single) {
    const other = seen.get(name);
    if (other !== undefined) throw conflict(name, other, role);
    seen.set(name, role);
  }
  const excluded = new Set(options.exclude ?? []);
  for (const name of options.columns ?? []) {
    const other = seen.get(name) ?? (excluded.has(name) ? 'exclude' : undefined);
    if (other !== undefined) throw conflict(name, 'columns', other);
  }
  for (const name of options.categorical ?? []) {
    const role = seen.get(name);
    if (role !== undefined && role !== 'response') throw conflict(name, role, 'categorical');
  }
}

function checkResponse(name: string, kind: 'numeric' | 'boolean' | 'text', options: LoadOptions): void {
  const quoted = JSON.stringify(name);
  if (options.responseKind === 'numeric') {
    if (kind === 'text') {
      throw new DataError('TEXT_RESPONSE', `Response ${quoted} holds text and this loss needs numbers. For two classes use --loss logistic, or name another column.`);
    }
    for (const option of ['positive', 'trials'] as const) {
      if (options[option] !== undefined) throw new UsageError('INAPPLICABLE_OPTION', `--${option} applies to losses of a class or probability; this loss takes the response as a number.`);
    }
  }
  if (options.trials !== undefined) {
    if (options.positive !== undefined) throw new UsageError('INAPPLICABLE_OPTION', `--positive does not apply beside --trials: the response is then a number of successes.`);
    if (kind === 'text') throw new DataError('TEXT_RESPONSE', `Response ${quoted} holds text; with --trials it must be the number of successes.`);
  }
}

function unknownColumn(name: string, role: string, table: Pick<Table, 'columns' | 'files'>): UsageError {
  const names = table.columns.map((column) => column.name);
  const near = nearNames(name, names);
  const hint = near.length > 0 ? `Did you mean ${listNames(near)}?` : `${names.length === 1 ? 'There is 1 column' : `There are ${names.length} columns`}: ${listNames(names)}.`;
  return new UsageError('UNKNOWN_COLUMN', `Column ${JSON.stringify(name)} (--${role}) is not in ${table.files.join(', ') || 'the data'}. ${hint}`);
}
