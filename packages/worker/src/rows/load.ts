/** From a table to rows in memory: read once, in order, written straight into blocks. */
import { ARENA_RESERVED, BLOCK_ROWS, DataError, leafRows } from '@scalemix/core';
import type { ColumnDescription, Description, MissingDescription, RowLayout } from '@scalemix/core';
import type { Batch, Table } from '../read/table.ts';
import { BlockBuilder } from './blockBuilder.ts';
import { CodesEncoder, NumericEncoder, SparseEncoder } from './encoding.ts';
import type { PredictorEncoder } from './encoding.ts';
import { FeatureBuilder } from './features.ts';
import { finishBlocks } from './finish.ts';
import { FoldEncoder } from './folds.ts';
import { rowsHandle } from './handle.ts';
import type { RowsHandle } from './handle.ts';
import { HeadReader } from './head.ts';
import { planLevels } from './levels.ts';
import type { LevelPlan } from './levels.ts';
import { defaultMemoryLimit } from './memoryLimit.ts';
import { missingValues } from './missing.ts';
import { plannedLevels } from './plan.ts';
import type { RowsPlan } from './plan.ts';
import type { LoadOptions } from './options.ts';
import { assignRoles } from './roles.ts';
import type { Roles } from './roles.ts';
import { SegmentAllocator, segmentLayout } from './segments.ts';
import { blockBytes } from './storedBlock.ts';

/** Rows in shared memory (and the spill file), ready to be computed on. */
export interface LoadedRows {
  /** What a thread needs to compute on them. */
  readonly handle: RowsHandle;
  /** All but the kernel, which whoever computes knows. */
  readonly description: Omit<Description, 'kernel'>;
  /** Closes the spill file; the memories go when nobody holds them. */
  close(): void;
}

/**
 * Reads a table to the end and stores what is asked of it. Memory beside the
 * rows themselves: one block of staging, and the levels of text columns.
 *
 * @throws UsageError for options that do not fit the table (roles.ts), UNKNOWN_CLASS
 * @throws DataError NO_ROWS, MISSING_VALUES, NON_FINITE_VALUE, BAD_WEIGHT, BAD_TRIALS, ALL_WEIGHTS_ZERO,
 *   ALL_ROWS_DROPPED, TOO_WIDE, FOLD_COLUMN, and those of the response (response.ts)
 * @throws FailureError SPILL_FILE, OUT_OF_MEMORY, ADDRESS_SPACE
 */
export async function loadRows(table: Table, options: LoadOptions): Promise<LoadedRows> {
  const loader = new Loader(table, options);
  try {
    for await (const batch of table.batches(loader.request)) {
      options.signal?.throwIfAborted();
      loader.take(batch);
      options.onProgress?.(loader.rows);
    }
    options.signal?.throwIfAborted();
    return loader.finish();
  } catch (error) {
    loader.builder.spill?.close();
    throw error;
  }
}

/** A block of a part, stored as it is when all rows are loaded. */
export interface PlannedBlock {
  readonly rows: number;
  readonly entries: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Rows of a table from the first row of a block on, and what they are to be stored by. */
interface Part {
  readonly plan: RowsPlan;
  readonly onBlock: (block: PlannedBlock) => void;
}

/**
 * Reads the rows [first, end) of a table, `first` the number of a block's first row, and hands their blocks out one by
 * one; one is in memory at a time. Rows that are not those the plan was made of make other blocks, or an error.
 *
 * @throws as loadRows
 */
export async function readPlanned(table: Table, rows: { readonly first: number; readonly end: number }, options: LoadOptions, part: Part): Promise<void> {
  const loader = new Loader(table, { ...options, memoryLimit: Infinity }, part);
  for await (const batch of table.range!(loader.request, rows.first, rows.end)) {
    options.signal?.throwIfAborted();
    loader.take(batch);
  }
  loader.finishPart();
}

class Loader {
  readonly request;
  readonly builder: BlockBuilder;
  /** Rows read. */
  rows = 0;
  readonly #table: Table;
  readonly #options: LoadOptions;
  readonly #roles: Roles;
  readonly #head: HeadReader;
  readonly #encoders: readonly PredictorEncoder[];
  readonly #numeric: readonly NumericEncoder[];
  readonly #sparse: SparseEncoder | null;
  readonly #folds: FoldEncoder | null;
  /** Rows of the block being filled. */
  #row = 0;
  /** The first rows, uncentred, and their weights, until the centres are known. */
  #first: { dense: Float64Array; weights: Float64Array } | null;
  readonly #part: Part | null;

  constructor(table: Table, options: LoadOptions, part: Part | null = null) {
    const roles = assignRoles(table, options);
    const missing = options.missing ?? 'error';
    const locate = (row: number): string => {
      const place = table.locate(row);
      return `row ${place.row} of ${place.file}`;
    };
    this.#table = table;
    this.#options = options;
    this.#roles = roles;
    this.#head = new HeadReader(roles, options, locate);
    const dense = roles.predictors.filter(({ kind }) => kind === 'numeric').length;
    const text = roles.predictors.filter(({ kind }) => kind === 'text').length;
    let nextDense = 0;
    let nextCode = 0;
    let nextIndicator = text;
    const indicator = (): number => (missing === 'indicator' ? nextIndicator++ : -1);
    this.#encoders = roles.predictors.map(({ name, kind, width }): PredictorEncoder => {
      if (kind === 'numeric') return new NumericEncoder(name, nextDense++, dense, indicator(), locate);
      if (kind === 'text') return new CodesEncoder(name, nextCode++, indicator());
      return new SparseEncoder(name, width, missing, locate);
    });
    this.#numeric = this.#encoders.filter((encoder) => encoder instanceof NumericEncoder);
    this.#sparse = this.#encoders.find((encoder) => encoder instanceof SparseEncoder) ?? null;
    this.#folds = roles.folds === null ? null : new FoldEncoder(roles.folds.name, roles.folds.kind);
    this.#part = part;
    this.#first = part === null ? { dense: new Float64Array(BLOCK_ROWS * dense), weights: new Float64Array(BLOCK_ROWS).fill(1) } : null;
    if (part !== null) for (const encoder of this.#numeric) encoder.centre = part.plan.centres[encoder.name] ?? 0;
    const layout: RowLayout = {
      dense,
      denseType: options.precision ?? 'f64',
      codes: nextIndicator,
      sparse: this.#sparse !== null,
      folds: this.#folds !== null,
      weights: roles.weights >= 0 || roles.trials >= 0 || missing === 'drop',
      offset: roles.offset >= 0,
    };
    const segments = segmentLayout({ threads: options.threads ?? 1, reserved: ARENA_RESERVED, width: dense + (this.#sparse?.width ?? 0), ...options.segments });
    this.builder = new BlockBuilder(layout, new SegmentAllocator(segments), {
      memoryLimit: options.memoryLimit ?? defaultMemoryLimit(),
      spillDirectory: options.spillDirectory,
    });
    this.request = { columns: roles.names, asText: roles.asText, ...(options.signal ? { signal: options.signal } : {}) };
  }

  take(batch: Batch): void {
    const head = this.#head;
    head.read(batch);
    for (let from = 0; from < batch.rows; ) {
      const count = Math.min(batch.rows - from, BLOCK_ROWS - this.#row);
      const { parts } = this.builder;
      const row = this.#row;
      parts.response.set(head.response.subarray(from, from + count), row);
      if (parts.offset !== null) parts.offset.set(head.offset!.subarray(from, from + count), row);
      if (parts.weights !== null) {
        if (head.weights === null) parts.weights.fill(1, row, row + count);
        else parts.weights.set(head.weights.subarray(from, from + count), row);
      }
      if (this.#first !== null && head.weights !== null) this.#first.weights.set(head.weights.subarray(from, from + count), row);
      const slice = { from, count, row, firstRow: batch.firstRow, weights: head.weights };
      this.#folds?.write(batch.columns[this.#roles.folds!.at]!, slice, parts.folds!);
      this.#encoders.forEach((encoder, predictor) => {
        const column = batch.columns[this.#roles.predictors[predictor]!.at]!;
        if (encoder instanceof NumericEncoder) encoder.write(column, slice, parts, this.#first?.dense ?? parts.dense!);
        else if (encoder instanceof CodesEncoder) encoder.write(column, slice, parts);
        else encoder.write(column, slice);
      });
      this.#row += count;
      from += count;
      if (this.#row === BLOCK_ROWS) this.#finishBlock();
    }
    this.rows += batch.rows;
  }

  #responseCentre = 0;

  #finishBlock(): void {
    const { parts } = this.builder;
    if (this.#first !== null) {
      const { dense, weights } = this.#first;
      for (const encoder of this.#numeric) encoder.settle(dense, this.#row, weights, parts.dense!);
      if (this.#options.responseKind === 'numeric') this.#responseCentre = meanOf(parts.response.subarray(0, this.#row), weights);
      this.#first = null;
    }
    this.builder.finish(this.#row, this.#sparse === null ? null : this.#sparse.take(this.#row));
    this.#row = 0;
    if (this.#part !== null) this.#handOut(this.#part);
  }

  /** The last block of a part. */
  finishPart(): void {
    if (this.#row > 0) this.#finishBlock();
  }

  /** What is known of all rows is done to the block at once, and its memory used for the next. */
  #handOut({ plan, onBlock }: Part): void {
    const { blocks, segments } = this.builder;
    const block = blocks.pop()!;
    const dropFirst = this.#options.drop !== 'none';
    const codes: (LevelPlan | null)[] = Array.from({ length: this.builder.layout.codes }, () => null);
    for (const encoder of this.#encoders) if (encoder instanceof CodesEncoder) codes[encoder.index] = plannedLevels(encoder.levels, plan.levels[encoder.name] ?? [], dropFirst);
    const response = this.#roles.response.kind === 'text' ? Float64Array.from(this.#head.levels, (level) => Number(level === plan.positive)) : null;
    finishBlocks([block], this.builder.layout, { codes, fills: [], folds: null, response }, segments.memories, null);
    const layout = { ...this.builder.layout, weights: plan.weights };
    onBlock({ rows: block.rows, entries: block.entries, bytes: blockBytes(segments.memories[block.segment]!.buffer, block.base, layout, block) });
    segments.shrink(0);
  }

  finish(): LoadedRows {
    const head = this.#head;
    const files = this.#table.files.join(', ') || 'the data';
    if (this.rows === 0) throw new DataError('NO_ROWS', `There are no rows in ${files}.`);
    this.#checkMissing();
    if (head.rows === 0 && head.dropped > 0) throw new DataError('ALL_ROWS_DROPPED', `Each row of ${files} that has a weight lacks a value: ${head.dropped} of ${this.rows} were dropped. Leave columns out with --exclude, or fill values with --missing mean.`);
    if (head.rows === 0) throw new DataError('ALL_WEIGHTS_ZERO', `The weights of all ${this.rows} rows of ${files} are zero.`);
    if (this.#row > 0) this.#finishBlock();

    const dropFirst = this.#options.drop !== 'none';
    const features = new FeatureBuilder(this.builder.layout);
    const codes: (LevelPlan | null)[] = Array.from({ length: this.builder.layout.codes }, () => null);
    const fills: { index: number; value: number }[] = [];
    const columns = this.#encoders.map((encoder, predictor): ColumnDescription => {
      const missing = this.#missing(encoder, predictor);
      if (encoder instanceof NumericEncoder) {
        if (encoder.missing > 0) fills.push({ index: encoder.index, value: encoder.fill });
        const fill = encoder.missing > 0 ? encoder.centre + encoder.fill : null;
        return features.numeric(encoder, { ...missing, fill });
      }
      if (encoder instanceof CodesEncoder) {
        const plan = planLevels(encoder.levels, encoder.levelWeights, dropFirst);
        if (!plan.identity || encoder.missing > 0 || !head.unit) codes[encoder.index] = plan;
        const fill = encoder.missing > 0 ? (plan.levels[plan.mostFrequent] ?? null) : null;
        return features.categorical(encoder, plan.levels, dropFirst, { ...missing, fill });
      }
      return features.sparse(encoder, { ...missing, fill: null });
    });
    const response = head.encoder.finish(head.levels);
    const folds = this.#folds?.finish();
    finishBlocks(this.builder.blocks, this.builder.layout, { codes, fills, folds: folds ?? null, response: response.replace }, this.builder.segments.memories, this.builder.spill);

    // Weights are the last part where there is no offset: weights of 1 are forgotten, not removed.
    const layout = this.builder.layout.weights && !this.builder.layout.offset && head.unit ? { ...this.builder.layout, weights: false } : this.builder.layout;
    const { names, centres, map } = features.finish();
    const { spill, segments, blocks } = this.builder;
    const store = { layout, features: map, blocks, rows: this.rows, responseCentre: this.#responseCentre };
    return {
      handle: rowsHandle(store, segments.layout, segments.memories, spill),
      description: {
        rows: this.rows,
        leafRows: leafRows(this.rows),
        columns,
        features: names,
        centres,
        response: response.description,
        responseCentre: this.#responseCentre,
        hasOffset: layout.offset,
        folds: folds === undefined ? null : { column: this.#roles.folds!.name, values: folds.levels },
        dropped: head.dropped,
      },
      close: () => spill?.close(),
    };
  }

  /** @throws DataError MISSING_VALUES */
  #checkMissing(): void {
    const predictors = this.#encoders.filter(({ missing }) => missing > 0).map(({ name, missing }) => ({ name, count: missing }));
    const roles = this.#head.missing.entries;
    const allowed = (this.#options.missing ?? 'error') !== 'error';
    if (roles.length > 0 || (predictors.length > 0 && !allowed)) throw missingValues(this.rows, roles, allowed ? [] : predictors);
  }

  #missing(encoder: PredictorEncoder, predictor: number): Omit<MissingDescription, 'fill'> {
    const count = encoder.missing + this.#head.predictorMissing[predictor]!;
    return { count, indicator: this.#options.missing === 'indicator' && encoder.missing > 0 };
  }
}

/** Mean of the rows that count, taken of the differences from the first of them. */
function meanOf(values: Float64Array, weights: Float64Array): number {
  let first = NaN;
  let differences = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (weights[i] === 0) continue;
    if (count++ === 0) first = values[i]!;
    differences += values[i]! - first;
  }
  const mean = first + differences / count;
  return Number.isFinite(mean) ? mean : 0;
}
