/** A column that says which fold a row belongs to: each of its values is one. */
import { DataError } from '@scalemix/core';
import type { BatchColumn } from '../read/table.ts';
import type { Slice } from './encoding.ts';
import { SKIPPED_CODE, planLevels } from './levels.ts';
import type { LevelPlan } from './levels.ts';

/** Distinct values that a column of folds may have. */
const MOST = 1000;

/** Writes provisional numbers, in order of first appearance; `finish` says how they change. Only rows that count are looked at. */
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
    if (number === MOST) throw new DataError('FOLD_COLUMN', `Column ${JSON.stringify(this.#name)} (--fold-column) has more than ${MOST} values; each value is a fold. Name a column with a few values, such as a group or a number from 1 to 5.`);
    this.#numbers.set(value, number);
    return number;
  }

  /**
   * The values that occur, numbers in ascending order and texts in byte order, and each one's place among them.
   * @throws DataError FOLD_COLUMN where there is one only
   */
  finish(): LevelPlan {
    const plan = this.#kind === 'text' ? this.#textPlan() : this.#numberPlan();
    if (plan.levels.length === 1) {
      throw new DataError('FOLD_COLUMN', `Column ${JSON.stringify(this.#name)} (--fold-column) has one value only, ${JSON.stringify(plan.levels[0])}, in every row that counts; two folds are needed at least.`);
    }
    return plan;
  }

  #textPlan(): LevelPlan {
    const names = Array.from(this.#numbers.keys(), (code) => this.#texts[code]!);
    return planLevels(names, new Float64Array(names.length).fill(1), true);
  }

  #numberPlan(): LevelPlan {
    const sorted = [...this.#numbers].sort(([a], [b]) => a - b);
    const replace = new Uint32Array(sorted.length);
    sorted.forEach(([, number], place) => (replace[number] = place));
    const text = (value: number): string => (this.#kind === 'boolean' ? (value === 1 ? 'true' : 'false') : String(value === 0 ? 0 : value));
    return { levels: sorted.map(([value]) => text(value)), mostFrequent: 0, replace, fill: 0, identity: false };
  }
}
