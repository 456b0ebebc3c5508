/**
 * Predictor columns on their way from a batch into a block: dense numbers less
 * their centre, codes of levels, sparse entries. Each encoder owns one column
 * of the table and writes slices of a batch straight into the block.
 */
import { BLOCK_ROWS, DataError } from '@scalemix/core';
import type { BatchColumn } from '../read/table.ts';
import type { BlockParts } from './blockParts.ts';
import { MISSING_CODE, SKIPPED_CODE } from './levels.ts';
import { nonFinite } from './response.ts';
import type { Locate } from './response.ts';

/** Rows [from, from + count) of a batch, which become rows `row`... of the block. */
export interface Slice {
  readonly from: number;
  readonly count: number;
  readonly row: number;
  /** Number of the batch's first row, over all files. */
  readonly firstRow: number;
  /** Of the batch; a row of weight 0 does not count. null: all 1. */
  readonly weights: Float64Array | null;
}

/** What a missing predictor value does to its row. */
export type MissingRule = 'error' | 'drop' | 'mean' | 'indicator';

/** A column of numbers: dense column `index`, less `centre`. */
export class NumericEncoder {
  readonly name: string;
  readonly index: number;
  /** Code column that marks missing values, or -1. */
  readonly indicator: number;
  centre = 0;
  missing = 0;
  readonly #stride: number;
  readonly #locate: Locate;
  /** Of the centred values of the block that are not missing: sum w x and sum w. */
  #sum = 0;
  #weight = 0;

  constructor(name: string, index: number, stride: number, indicator: number, locate: Locate) {
    this.name = name;
    this.index = index;
    this.indicator = indicator;
    this.#stride = stride;
    this.#locate = locate;
  }

  /** Puts the block's sums to `sums` at 2 `index`, and begins those of the next. */
  takeSums(sums: Float64Array): void {
    sums[2 * this.index] = this.#sum;
    sums[2 * this.index + 1] = this.#weight;
    this.#sum = 0;
    this.#weight = 0;
  }

  /** Writes x - centre; a missing value is NaN until the fill is known. */
  write(column: BatchColumn, slice: Slice, parts: BlockParts, dense: Float64Array | Float32Array): void {
    if (column.kind !== 'numeric') throw new TypeError(`Column ${this.name}: numbers were asked for.`);
    const { values } = column;
    const { from, count, weights, row } = slice;
    const stride = this.#stride;
    const centre = this.centre;
    const indicator = this.indicator < 0 ? null : parts.codes[this.indicator]!.fill(0, row, row + count);
    let at = row * stride + this.index;
    let sum = this.#sum;
    let total = this.#weight;
    for (let i = from; i < from + count; i++, at += stride) {
      const w = weights === null ? 1 : weights[i]!;
      if (w === 0) {
        dense[at] = 0;
        continue;
      }
      dense[at] = values[i]! - centre;
      const stored = dense[at]!;
      if (stored - stored !== 0) {
        this.#missing(values[i]!, slice.firstRow + i);
        if (indicator !== null) indicator[row + i - from] = 1;
        continue;
      }
      sum += w * stored;
      total += w;
    }
    this.#sum = sum;
    this.#weight = total;
  }

  #missing(value: number, row: number): void {
    if (value !== value) this.missing++;
    else if (value - value === 0) throw tooLarge(this.name, value, this.#locate(row));
    else throw nonFinite(this.name, value, this.#locate(row));
  }

  /**
   * Sets the centre to the mean of the finite values among the first rows,
   * which were written uncentred into `raw`, and moves them to where they stay.
   * The mean is taken of the differences from the first value, so that a
   * constant column becomes exactly zero.
   */
  settle(raw: Float64Array, rows: number, weights: Float64Array, dense: Float64Array | Float32Array): void {
    const stride = this.#stride;
    let first = NaN;
    let differences = 0;
    let count = 0;
    for (let i = 0, at = this.index; i < rows; i++, at += stride) {
      const value = raw[at]!;
      if (weights[i] === 0 || value !== value) continue;
      if (count === 0) first = value;
      differences += value - first;
      count++;
    }
    const mean = first + differences / count;
    this.centre = Number.isFinite(mean) ? mean : 0;
    this.#sum = 0;
    this.#weight = 0;
    for (let i = 0, at = this.index; i < rows; i++, at += stride) {
      const w = weights[i]!;
      if (w === 0) {
        dense[at] = 0;
        continue;
      }
      dense[at] = raw[at]! - this.centre;
      const stored = dense[at]!;
      if (stored - stored === 0) {
        this.#sum += w * stored;
        this.#weight += w;
      } else if (raw[at] === raw[at]) throw tooLarge(this.name, raw[at]!, this.#locate(i));
    }
  }
}

/** A categorical column: code column `index`, with provisional codes until all levels are known. */
export class CodesEncoder {
  readonly name: string;
  readonly index: number;
  readonly indicator: number;
  missing = 0;
  /** Of the batches: all levels in order of first appearance, also of rows that do not count. */
  levels: readonly string[] = [];
  #weights = new Float64Array(16);

  constructor(name: string, index: number, indicator: number) {
    this.name = name;
    this.index = index;
    this.indicator = indicator;
  }

  /** Weight of the rows of each level. */
  get levelWeights(): Float64Array {
    const all = new Float64Array(this.levels.length);
    all.set(this.#weights.subarray(0, this.levels.length));
    return all;
  }

  write(column: BatchColumn, slice: Slice, parts: BlockParts): void {
    if (column.kind !== 'text') throw new TypeError(`Column ${this.name}: text was asked for.`);
    const { codes } = column;
    const { from, count, weights, row } = slice;
    this.levels = column.levels;
    if (this.levels.length > this.#weights.length) {
      const grown = new Float64Array(this.levels.length * 2);
      grown.set(this.#weights);
      this.#weights = grown;
    }
    const levelWeights = this.#weights;
    const out = parts.codes[this.index]!;
    const indicator = this.indicator < 0 ? null : parts.codes[this.indicator]!.fill(0, row, row + count);
    for (let i = from, at = row; i < from + count; i++, at++) {
      const w = weights === null ? 1 : weights[i]!;
      const code = codes[i]!;
      if (w === 0) out[at] = SKIPPED_CODE;
      else if (code >= 0) {
        out[at] = code;
        levelWeights[code]! += w;
      } else {
        out[at] = MISSING_CODE;
        this.missing++;
        if (indicator !== null) indicator[at] = 1;
      }
    }
  }
}

/** The sparse part of the block being filled. */
export interface SparseEntries {
  readonly indptr: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float64Array;
  readonly count: number;
}

/** The sparse matrix: entries of the block being filled, in growing arrays. */
export class SparseEncoder {
  readonly name: string;
  /** Features: as many as announced, or as indices have shown. */
  width: number;
  missing = 0;
  readonly #rule: MissingRule;
  readonly #locate: Locate;
  readonly #indptr = new Uint32Array(BLOCK_ROWS + 1);
  #indices = new Uint32Array(1024);
  #values = new Float64Array(1024);
  #count = 0;

  constructor(name: string, width: number, rule: MissingRule, locate: Locate) {
    this.name = name;
    this.width = width;
    this.#rule = rule;
    this.#locate = locate;
  }

  write(column: BatchColumn, slice: Slice): void {
    if (column.kind !== 'sparse') throw new TypeError(`Column ${this.name}: a sparse matrix was asked for.`);
    const { from, count, weights, row } = slice;
    this.#reserve(this.#count + column.indptr[from + count]! - column.indptr[from]!);
    for (let i = from, at = row; i < from + count; i++, at++) {
      this.#indptr[at] = this.#count;
      if (weights !== null && weights[i] === 0) continue;
      for (let e = column.indptr[i]!; e < column.indptr[i + 1]!; e++) {
        const value = column.values[e]!;
        const index = column.indices[e]!;
        if (value - value !== 0) this.#notFinite(value, index, slice.firstRow + i);
        if (index >= this.width) this.width = index + 1;
        this.#indices[this.#count] = index;
        this.#values[this.#count++] = value;
      }
    }
  }

  #notFinite(value: number, index: number, row: number): void {
    const feature = String(index + 1);
    if (value === value) throw nonFinite(feature, value, this.#locate(row));
    this.missing++;
    if (this.#rule === 'error') return;
    throw new DataError(
      'MISSING_SPARSE',
      `Feature ${feature} of the sparse matrix is missing in ${this.#locate(row)}; --missing ${this.#rule} fills dense and categorical columns only. Leave such rows out with --missing drop.`,
    );
  }

  /** The entries of a block of `rows` rows; the next block begins with the next `write`. */
  take(rows: number): SparseEntries {
    this.#indptr[rows] = this.#count;
    const taken = { indptr: this.#indptr, indices: this.#indices, values: this.#values, count: this.#count };
    this.#count = 0;
    return taken;
  }

  #reserve(entries: number): void {
    if (entries <= this.#indices.length) return;
    const length = Math.max(entries, this.#indices.length * 2);
    const indices = new Uint32Array(length);
    indices.set(this.#indices.subarray(0, this.#count));
    const values = new Float64Array(length);
    values.set(this.#values.subarray(0, this.#count));
    this.#indices = indices;
    this.#values = values;
  }
}

export type PredictorEncoder = NumericEncoder | CodesEncoder | SparseEncoder;

function tooLarge(column: string, value: number, place: string): DataError {
  return new DataError('NON_FINITE_VALUE', `Column ${JSON.stringify(column)} is ${value} in ${place}: too far from the column's mean to be stored. Use --precision f64, or rescale the column.`);
}
