/** Missing values: who lacks how many, and the one error that says so. */
import { DataError } from '@scalemix/core';

/** A column of a role other than predictor, and how many values it lacks. */
export interface MissingRole {
  readonly name: string;
  readonly role: string;
  readonly count: number;
}

/** Missing values met in the columns of roles other than predictor. */
export class MissingRoles {
  readonly #counts = new Map<string, { role: string; count: number }>();

  add(name: string, role: string): void {
    const entry = this.#counts.get(name);
    if (entry === undefined) this.#counts.set(name, { role, count: 1 });
    else entry.count++;
  }

  get entries(): MissingRole[] {
    return [...this.#counts].map(([name, entry]) => ({ name, ...entry }));
  }
}

/** Columns named in the message. */
const SHOWN = 20;

/**
 * One error for all columns that lack values where they must not: any column
 * with `missing: 'error'`, the response and its like unless rows are dropped.
 */
export function missingValues(rows: number, roles: readonly MissingRole[], predictors: readonly { name: string; count: number }[]): DataError {
  const named = [
    ...roles.map(({ name, role, count }) => `${JSON.stringify(name)} (${role}) ${count}`),
    ...predictors.map(({ name, count }) => `${JSON.stringify(name)} ${count}`),
  ];
  const list = named.slice(0, SHOWN).join(', ') + (named.length > SHOWN ? ` and ${named.length - SHOWN} more columns` : '');
  const columns = named.length === 1 ? '1 column has' : `${named.length} columns have`;
  // Only dropping rows helps where it is not a predictor that lacks values.
  const remedy = roles.length > 0
    ? 'Leave such rows out with --missing drop.'
    : `Leave such rows out with --missing drop; fill in the mean or the most frequent level with --missing mean, or mark them too with --missing indicator; or do without ${predictors.length === 1 ? 'the column' : 'such columns'}: --exclude ${predictors.slice(0, 3).map(({ name }) => name).join(',')}${predictors.length > 3 ? ',...' : ''}.`;
  return new DataError('MISSING_VALUES', `${columns} missing values among ${rows} rows: ${list}. ${remedy}`);
}
