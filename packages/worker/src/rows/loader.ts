/** Batches of a table become blocks, one after the other; what all rows must be known for is left for later. */
import { ARENA_RESERVED, BLOCK_ROWS } from '@scalemix/core';
import type { Batch, Table } from '../read/table.ts';
import { BlockBuilder } from './blockBuilder.ts';
import { BlockSums } from './blockSums.ts';
import { CodesEncoder, NumericEncoder, SparseEncoder } from './encoding.ts';
import type { PredictorEncoder } from './encoding.ts';
import type { PredictorFacts, RowFacts } from './facts.ts';
import type { FinishPlan } from './finish.ts';
import { FoldEncoder } from './folds.ts';
import { HeadReader } from './head.ts';
import { levelPlan } from './levels.ts';
import type { LevelPlan } from './levels.ts';
import { defaultMemoryLimit } from './memoryLimit.ts';
import type { LoadOptions } from './options.ts';
import { placesOf } from './places.ts';
import type { Places } from './places.ts';
import type { Centres, RowsPlan } from './plan.ts';
import { assignRoles } from './roles.ts';
import type { Roles } from './roles.ts';
import { SegmentAllocator, segmentLayout } from './segments.ts';

export class Loader {
  readonly request;
  readonly builder: BlockBuilder;
  readonly roles: Roles;
  readonly places: Places;
  /** Rows read. */
  rows = 0;
  /** Predictors, a sparse one as many as it is wide. */
  readonly width: number;
  readonly #options: LoadOptions;
  readonly #head: HeadReader;
  readonly #encoders: readonly PredictorEncoder[];
  readonly #numeric: readonly NumericEncoder[];
  readonly #sparse: SparseEncoder | null;
  readonly #folds: FoldEncoder | null;
  /** Of the numeric columns, where missing values are filled by their means: sum w x and sum w of each. */
  readonly #sums: BlockSums | null;
  /** Rows of the block being filled. */
  #row = 0;
  /** The first rows, uncentred, and their weights, until the centres are known. */
  #first: { dense: Float64Array; weights: Float64Array } | null;
  #responseCentre = 0;

  /** @param centres of a table's later rows; null: the first rows are read, and tell them */
  constructor(table: Table, options: LoadOptions, centres: Centres | null = null) {
    const roles = assignRoles(table, options);
    const places = placesOf(roles, options);
    const { layout } = places;
    const missing = options.missing ?? 'error';
    const locate = (row: number): string => {
      const place = table.locate(row);
      return `row ${place.row} of ${place.file}`;
    };
    this.#options = options;
    this.roles = roles;
    this.places = places;
    this.#head = new HeadReader(roles, options, locate);
    this.#encoders = places.predictors.map(({ name, kind, index, indicator, width }): PredictorEncoder => {
      if (kind === 'numeric') return new NumericEncoder(name, index, layout.dense, indicator, locate);
      if (kind === 'text') return new CodesEncoder(name, index, indicator);
      return new SparseEncoder(name, width, missing, locate);
    });
    this.#numeric = this.#encoders.filter((encoder) => encoder instanceof NumericEncoder);
    this.#sparse = this.#encoders.find((encoder) => encoder instanceof SparseEncoder) ?? null;
    this.#folds = roles.folds === null ? null : new FoldEncoder(roles.folds.name, roles.folds.kind);
    this.#sums = missing === 'mean' || missing === 'indicator' ? new BlockSums(2 * layout.dense) : null;
    this.#first = centres === null ? { dense: new Float64Array(BLOCK_ROWS * layout.dense), weights: new Float64Array(BLOCK_ROWS).fill(1) } : null;
    if (centres !== null) {
      for (const encoder of this.#numeric) encoder.centre = centres.columns[encoder.name] ?? 0;
      this.#responseCentre = centres.response;
    }
    this.width = places.predictors.reduce((sum, { kind, width }) => sum + (kind === 'sparse' ? width : 1), 0);
    const segments = segmentLayout({ threads: options.threads ?? 1, reserved: ARENA_RESERVED, width: layout.dense + (this.#sparse?.width ?? 0), ...options.segments });
    this.builder = new BlockBuilder(layout, new SegmentAllocator(segments), {
      memoryLimit: options.memoryLimit ?? defaultMemoryLimit(),
      spillDirectory: options.spillDirectory,
    });
    this.request = { columns: roles.names, asText: roles.asText, ...(options.signal ? { signal: options.signal } : {}) };
  }

  /** @param onBlock told after each block that is full */
  take(batch: Batch, onBlock?: () => void): void {
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
      this.#folds?.write(batch.columns[this.roles.folds!.at]!, slice, parts.folds!);
      this.#encoders.forEach((encoder, predictor) => {
        const column = batch.columns[this.roles.predictors[predictor]!.at]!;
        if (encoder instanceof NumericEncoder) encoder.write(column, slice, parts, this.#first?.dense ?? parts.dense!);
        else if (encoder instanceof CodesEncoder) encoder.write(column, slice, parts);
        else encoder.write(column, slice);
      });
      this.#row += count;
      from += count;
      if (this.#row === BLOCK_ROWS) {
        this.#finishBlock();
        onBlock?.();
      }
    }
    this.rows += batch.rows;
  }

  /** The last block, which is not full, where there is one. */
  end(onBlock?: () => void): void {
    if (this.#row === 0) return;
    this.#finishBlock();
    onBlock?.();
  }

  #finishBlock(): void {
    const { parts } = this.builder;
    if (this.#first !== null) {
      const { dense, weights } = this.#first;
      for (const encoder of this.#numeric) encoder.settle(dense, this.#row, weights, parts.dense!);
      if (this.#options.responseKind === 'numeric') this.#responseCentre = meanOf(parts.response.subarray(0, this.#row), weights);
      this.#first = null;
    }
    if (this.#sums !== null) {
      const sums = new Float64Array(2 * this.places.layout.dense);
      for (const encoder of this.#numeric) encoder.takeSums(sums);
      this.#sums.add(sums);
    }
    this.builder.finish(this.#row, this.#sparse === null ? null : this.#sparse.take(this.#row));
    this.#row = 0;
  }

  /** Of the rows since the beginning, all blocks finished. */
  get centres(): Centres {
    return { columns: Object.fromEntries(this.#numeric.map(({ name, centre }) => [name, centre])), response: this.#responseCentre };
  }

  /** What the rows since the beginning have told, all blocks finished. */
  get facts(): RowFacts {
    const head = this.#head;
    const sums = this.#sums?.total ?? null;
    return {
      rows: this.rows,
      counted: head.rows,
      dropped: head.dropped,
      unit: head.unit,
      roles: head.missing.entries,
      predictors: this.#encoders.map((encoder, predictor): PredictorFacts => {
        const facts = { missing: encoder.missing, leftOut: head.predictorMissing[predictor]!, levels: null, levelWeights: [], sum: 0, weight: 0, width: 0 };
        if (encoder instanceof NumericEncoder) return sums === null ? facts : { ...facts, sum: sums[2 * encoder.index]!, weight: sums[2 * encoder.index + 1]! };
        if (encoder instanceof SparseEncoder) return { ...facts, width: encoder.width };
        const weights = encoder.levelWeights;
        const counted = encoder.levels.flatMap((level, code) => (weights[code]! > 0 ? [{ level, weight: weights[code]! }] : []));
        return { ...facts, levels: counted.map(({ level }) => level), levelWeights: counted.map(({ weight }) => weight) };
      }),
      response: head.encoder.facts(head.levels),
      folds: this.#folds?.values ?? null,
    };
  }

  /** The provisional codes of the text columns, by code column: their names; null for a column that marks missing values. */
  get names(): { readonly codes: readonly (readonly string[] | null)[]; readonly folds: readonly string[] | null; readonly response: readonly string[] | null } {
    const codes: (readonly string[] | null)[] = Array.from({ length: this.places.layout.codes }, () => null);
    for (const encoder of this.#encoders) if (encoder instanceof CodesEncoder) codes[encoder.index] = encoder.levels;
    return { codes, folds: this.#folds?.values ?? null, response: this.roles.response.kind === 'text' ? this.#head.levels : null };
  }

  /** What has yet to be done to the blocks, by a plan of all rows. */
  finishPlan({ levels, fills, folds, positive }: RowsPlan): FinishPlan {
    const first = this.#options.drop === 'none' ? 1 : 0;
    const codes: (LevelPlan | null)[] = Array.from({ length: this.places.layout.codes }, () => null);
    const fill = (name: string): number | string | null => (Object.hasOwn(fills, name) ? fills[name]! : null);
    for (const encoder of this.#encoders) {
      if (!(encoder instanceof CodesEncoder)) continue;
      const filled = fill(encoder.name);
      const plan = levelPlan(encoder.levels, Object.hasOwn(levels, encoder.name) ? levels[encoder.name]! : [], filled === null ? null : String(filled), first);
      if (!plan.identity || encoder.missing > 0 || !this.#head.unit) codes[encoder.index] = plan;
    }
    return {
      codes,
      fills: this.#numeric.flatMap(({ name, index }) => (fill(name) === null ? [] : [{ index, value: Number(fill(name)) }])),
      folds: this.#folds === null ? null : this.#folds.plan(folds ?? []),
      response: this.roles.response.kind === 'text' ? Float64Array.from(this.#head.levels, (level) => Number(level === positive)) : null,
    };
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
