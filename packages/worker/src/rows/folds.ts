/** A column that says which fold a row belongs to: each of its values is one. */
import { DataError } from '@scalemix/core';
import type { BatchColumn } from '../read/table.ts';
import type { Slice } from './encoding.ts';
import { SKIPPED_CODE, compareLevels, levelPlan } from './levels.ts';
import type { LevelPlan } from './levels.ts';
import type { Roles } from './roles.ts';

/** Distinct values that a column of folds may have. */
const MOST = 1000;

/** Writes provisional numbers, in order of first appearance; `plan` says how they change. Only rows that count are looked at. */
export class FoldEncoder {
  readonly #name: string;
  readonly #kind: 'numeric' | 'boolean' | 'text';
  /** Provisional number of each value (a text column's code). */
  readonly #numbers = new Map<number, number>();
  #texts: readonly string[] = [];

  constructor(name: string, kind: 'numeric' | 'boolean' | 'text') {
    this.#name = name;
    this.#kind = kind;
  }

  /** @throws DataError FOLD_COLUMN for more than 1,000 values */
  write(column: BatchColumn, { from, count, row, weights }: Slice, folds: Uint32Array): void {
    if (column.kind === 'sparse') throw new TypeError(`Column ${this.#name}: values were asked for.`);
    if (column.kind === 'text') this.#texts = column.levels;
    const values = column.kind === 'text' ? column.codes : column.values;
    const absent = (value: number): boolean => (column.kind === 'text' ? value < 0 : value !== value);
    for (let i = from, at = row; i < from + count; i++, at++) {
      const value = values[i]!;
      folds[at] = (weights !== null && weights[i] === 0) || absent(value) ? SKIPPED_CODE : this.#number(value);
    }
  }

  #number(value: number): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    if (number === MOST) throw tooMany(this.#name);
    this.#numbers.set(value, number);
    return number;
  }

  /** The values met, in order of first appearance. */
  get values(): readonly string[] {
    return Array.from(this.#numbers.keys(), (value) => (this.#kind === 'text' ? this.#texts[value]! : String(value)));
  }

  /** How provisional numbers become places among `values` (foldValues). */
  plan(values: readonly string[]): LevelPlan {
    return levelPlan(this.values.map((value) => foldText(value, this.#kind)), values, null, 0);
  }
}

/**
 * The values that occur, numbers in ascending order and texts in byte order: each is a fold.
 * @throws DataError FOLD_COLUMN where there is one only, or more than 1,000
 */
export function foldValues({ name, kind }: NonNullable<Roles['folds']>, met: readonly string[]): readonly string[] {
  if (met.length > MOST) throw tooMany(name);
  const sorted = kind === 'text' ? met.toSorted(compareLevels) : met.toSorted((a, b) => Number(a) - Number(b));
  const values = sorted.map((value) => foldText(value, kind));
  if (values.length === 1) {
    throw new DataError('FOLD_COLUMN', `Column ${JSON.stringify(name)} (--fold-column) has one value only, ${JSON.stringify(values[0])}, in every row that counts; two folds are needed at least.`);
  }
  return values;
}

function foldText(value: string, kind: NonNullable<Roles['folds']>['kind']): string {
  return kind === 'boolean' ? (value === '1' ? 'true' : 'false') : value;
}

function tooMany(name: string): DataError {
  return new DataError('FOLD_COLUMN', `Column ${JSON.stringify(name)} (--fold-column) has more than ${MOST} values; each value is a fold. Name a column with a few values, such as a group or a number from 1 to 5.`);
}
