/**
 * The head of a row: response, weight and offset, and with them whether the
 * row counts. A row of weight zero, of no trials, or dropped for a missing
 * value keeps its number and is stored as zeros with weight zero.
 */
import { DataError } from '@scalemix/core';
import type { Batch, BatchColumn } from '../read/table.ts';
import { MissingRoles } from './missing.ts';
import type { LoadOptions } from './options.ts';
import { nonFinite, responseEncoder } from './response.ts';
import type { Locate, ResponseEncoder } from './response.ts';
import type { Roles } from './roles.ts';

/** Stored for a text response in a row that does not count, until codes become classes. */
const NO_CODE = -1;

export class HeadReader {
  readonly missing = new MissingRoles();
  readonly encoder: ResponseEncoder;
  /** Levels of a text response. */
  levels: readonly string[] = [];
  /** Rows left out for a missing value. */
  dropped = 0;
  /** Missing values of each predictor in rows dropped for them. */
  readonly predictorMissing: Float64Array;
  /** Rows that count. */
  rows = 0;
  /** Whether every weight so far is 1. */
  unit = true;
  response = new Float64Array(0);
  offset: Float64Array | null;
  /** null: every row of the batch has weight 1. */
  weights: Float64Array | null = null;
  readonly #roles: Roles;
  readonly #options: LoadOptions;
  readonly #drop: boolean;
  readonly #locate: Locate;
  #weights = new Float64Array(0);

  constructor(roles: Roles, options: LoadOptions, locate: Locate) {
    this.#roles = roles;
    this.#options = options;
    this.#drop = options.missing === 'drop';
    this.#locate = locate;
    this.encoder = responseEncoder(roles, options, locate);
    this.offset = roles.offset >= 0 ? new Float64Array(0) : null;
    this.predictorMissing = new Float64Array(roles.predictors.length);
  }

  /** Reads the heads of a batch into `response`, `weights` and `offset`; they hold until the next batch. */
  read(batch: Batch): void {
    if (this.response.length < batch.rows) this.#grow(batch.rows);
    const { trials, weights, offset, folds } = this.#roles;
    const response = batch.columns[this.#roles.response.at]!;
    const responseMissing = missingTest(response);
    if (response.kind === 'text') this.levels = response.levels;
    const none = response.kind === 'text' ? NO_CODE : 0;
    const responseValues = response.kind === 'text' ? response.codes : numbers(response);
    const trialValues = trials < 0 ? null : numbers(batch.columns[trials]!);
    const offsets = offset < 0 ? null : numbers(batch.columns[offset]!);
    const foldMissing = folds === null ? null : missingTest(batch.columns[folds.at]!);
    const w = this.#weights;
    w.fill(1, 0, batch.rows);
    if (weights >= 0) this.#readWeights(batch, numbers(batch.columns[weights]!));
    if (trialValues !== null) this.#readTrials(batch, trialValues);
    for (let i = 0; i < batch.rows; i++) {
      if (w[i] === 0) continue;
      const lacking = responseMissing(i) ? 'response' : offsets !== null && offsets[i] !== offsets[i] ? 'offset' : foldMissing?.(i) === true ? 'foldColumn' : null;
      if (lacking !== null) this.#lack(i, lacking);
    }
    if (this.#drop) this.#dropIncomplete(batch);

    let unit = true;
    for (let i = 0; i < batch.rows; i++) {
      if (w[i] !== 1) unit = false;
      if (w[i] === 0) {
        this.response[i] = none;
        if (this.offset !== null) this.offset[i] = 0;
        continue;
      }
      this.rows++;
      const row = batch.firstRow + i;
      this.response[i] = responseMissing(i) ? none : this.encoder.encode(responseValues[i]!, trialValues === null ? 1 : trialValues[i]!, row);
      if (offsets !== null) {
        const value = offsets[i]!;
        if (value === Infinity || value === -Infinity) throw nonFinite(this.#options.offset!, value, this.#locate(row));
        this.offset![i] = value;
      }
    }
    if (!unit) this.unit = false;
    this.weights = unit ? null : w;
  }

  #readWeights(batch: Batch, values: Float64Array): void {
    const w = this.#weights;
    for (let i = 0; i < batch.rows; i++) {
      const value = values[i]!;
      if (value >= 0 && value < Infinity) w[i] = value;
      else if (value !== value && this.#drop) this.#lack(i, 'weights');
      else throw this.#badWeight('weights', value, batch.firstRow + i);
    }
  }

  #readTrials(batch: Batch, values: Float64Array): void {
    const w = this.#weights;
    for (let i = 0; i < batch.rows; i++) {
      if (w[i] === 0) continue;
      const value = values[i]!;
      if (value >= 0 && value * w[i]! < Infinity) w[i]! *= value;
      else if (value !== value && this.#drop) this.#lack(i, 'trials');
      else throw this.#badWeight('trials', value, batch.firstRow + i);
    }
  }

  #badWeight(role: 'weights' | 'trials', value: number, row: number): DataError {
    const what = value !== value ? 'missing' : String(value);
    return new DataError(
      role === 'weights' ? 'BAD_WEIGHT' : 'BAD_TRIALS',
      `Column ${JSON.stringify(this.#options[role])} (--${role}) is ${what} in ${this.#locate(row)}; ${role} must be finite and not negative.${what === 'missing' ? ' Leave such rows out with --missing drop.' : ''}`,
    );
  }

  /** A row lacks what it cannot be used without. */
  #lack(i: number, role: 'response' | 'weights' | 'trials' | 'offset' | 'foldColumn'): void {
    if (this.#drop) {
      this.#weights[i] = 0;
      this.dropped++;
    } else this.missing.add(this.#options[role]!, role === 'foldColumn' ? 'fold-column' : role);
  }

  /** Rows with a missing predictor. */
  #dropIncomplete(batch: Batch): void {
    const w = this.#weights;
    this.#roles.predictors.forEach(({ at, kind }, predictor) => {
      const column = batch.columns[at]!;
      const missing = kind === 'sparse' ? missingSparse(column) : missingTest(column);
      for (let i = 0; i < batch.rows; i++) {
        if (w[i] === 0 || !missing(i)) continue;
        w[i] = DROPPED;
        this.predictorMissing[predictor]!++;
      }
    });
    for (let i = 0; i < batch.rows; i++) {
      if (w[i] === DROPPED) {
        w[i] = 0;
        this.dropped++;
      }
    }
  }

  #grow(rows: number): void {
    this.response = new Float64Array(rows);
    this.#weights = new Float64Array(rows);
    if (this.offset !== null) this.offset = new Float64Array(rows);
  }
}

/** Marks a row to be dropped while its other columns are still looked at, so that each row is counted once. */
const DROPPED = -1;

function numbers(column: BatchColumn): Float64Array {
  if (column.kind !== 'numeric') throw new TypeError(`A ${column.kind} column came where numbers were asked for.`);
  return column.values;
}

function missingTest(column: BatchColumn): (i: number) => boolean {
  if (column.kind === 'text') {
    const { codes } = column;
    return (i) => codes[i]! < 0;
  }
  const values = numbers(column);
  return (i) => values[i] !== values[i];
}

function missingSparse(column: BatchColumn): (i: number) => boolean {
  if (column.kind !== 'sparse') throw new TypeError(`A ${column.kind} column came where a sparse matrix was asked for.`);
  const { indptr, values } = column;
  return (i) => {
    for (let e = indptr[i]!; e < indptr[i + 1]!; e++) if (values[e] !== values[e]) return true;
    return false;
  };
}
