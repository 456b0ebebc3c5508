/**
 * The first look at the rows: weights, means, variances and the response's
 * cross moments, and for least squares the Gram of all features, from which
 * the whole path follows without another read.
 */
import { columnTileRows, openBlock, TileReader } from '../block/tile.ts';
import { ScratchPlan } from '../block/arena.ts';
import type { Arena, ResolvedBlock } from '../block/arena.ts';
import { addProducts, extractGram, gramBytes, gramWorkspace, packedSize } from '../block/gram.ts';
import { selectFeatures } from '../block/selection.ts';
import type { Selection } from '../block/selection.ts';
import type { BlockStore } from '../block/store.ts';
import { ChosenTiles } from '../block/chosenTiles.ts';
import type { SampleSelector } from '../block/choice.ts';
import { FoldTiles } from '../block/foldTiles.ts';
import type { BlockCursor } from '../block/tile.ts';
import type { Tile } from '../block/tile.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { lossBySpec } from '../loss/index.ts';
import type { Loss, LossSpec } from '../loss/loss.ts';
import type { FoldSpec } from '../path/folds.ts';
import { layOut, mergeStatistics, part } from './statistic.ts';
import type { StatisticLayout } from './statistic.ts';
import { LeafScratch } from './leafScratch.ts';
import type { ArenaState } from './leafScratch.ts';

export interface MomentsRequest {
  readonly kind: 'moments';
  /** For the mean saturated loss. */
  readonly loss: LossSpec;
  /** Also the p x p cross moments of the features (p^2 n flops). */
  readonly gram: boolean;
  /** Also of every fold's training set and of the fold itself. */
  readonly folds?: FoldSpec;
  /** Only of the rows that it chooses, with the weights it gives them; not with folds. @default all */
  readonly among?: SampleSelector;
}

/** Weighted moments (denominator W) of the stored features and of z = y - offset - responseCentre. */
export interface Moments {
  /** Rows with a positive weight. */
  readonly rows: number;
  readonly weightSum: number;
  /** Of the stored features, p. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly responseMean: number;
  readonly responseVariance: number;
  /** Mean of the offset, 0 where there is none. */
  readonly offsetMean: number;
  /** (1/W) sum w (x_j - mean_j)(z - mean z), p. */
  readonly cross: Float64Array;
  /** (1/W) sum w (x - mean)(x - mean)', packed upper triangle by columns: entry (i, j), i <= j, at j(j+1)/2 + i. */
  readonly gram: Float64Array | null;
  /** Weighted mean of the saturated loss. */
  readonly saturatedLoss: number;
  /** Of the rows outside each fold and of those in it. null: not asked for. */
  readonly folds: readonly { readonly training: Moments; readonly heldOut: Moments }[] | null;
}

type MomentsPart = 'totals' | 'sum' | 'square' | 'cross' | 'gram';

/** totals: rows, sum w, sum w z, sum w z^2, sum w saturated, sum w offset. */
const TOTALS = 6;

/** Numbers of the statistic: one vector of sums, or one a fold. */
export function momentsSize(request: MomentsRequest, features: number): number {
  return momentsLayout(request, features).size * (request.folds?.count ?? 1);
}

function momentsLayout(request: MomentsRequest, features: number): StatisticLayout<MomentsPart> {
  return layOut([
    ['totals', TOTALS],
    ['sum', features],
    ['square', features],
    ['cross', features],
    ['gram', request.gram ? packedSize(features) : 0],
  ]);
}

export function finishMoments(request: MomentsRequest, features: number, values: Float64Array): Moments {
  if (request.folds === undefined) return momentsOf(request, features, values, null);
  const { count } = request.folds;
  const size = values.length / count;
  const fold = (f: number): Float64Array => values.subarray(f * size, (f + 1) * size);
  /** Sums over all folds but one: added, not subtracted, so that no digits are lost. */
  const without = (left: number): Float64Array => {
    const sums = new Float64Array(size);
    for (let f = 0; f < count; f++) if (f !== left) mergeStatistics(sums, fold(f), sums);
    return sums;
  };
  return momentsOf(request, features, without(-1), Array.from({ length: count }, (_, f) => ({
    training: momentsOf(request, features, without(f), null),
    heldOut: momentsOf(request, features, fold(f), null),
  })));
}

function momentsOf(request: MomentsRequest, features: number, values: Float64Array, folds: Moments['folds']): Moments {
  const layout = momentsLayout(request, features);
  const totals = part(layout, values, 'totals');
  const weightSum = totals[1]!;
  const responseMean = totals[2]! / weightSum;
  const mean = part(layout, values, 'sum').map((sum) => sum / weightSum);
  const variance = part(layout, values, 'square').map((square, j) => Math.max(0, square / weightSum - mean[j]! * mean[j]!));
  const cross = part(layout, values, 'cross').map((sum, j) => sum / weightSum - mean[j]! * responseMean);
  let gram: Float64Array | null = null;
  if (request.gram) {
    gram = part(layout, values, 'gram').slice();
    let at = 0;
    for (let j = 0; j < features; j++) {
      for (let i = 0; i < j; i++, at++) gram[at] = gram[at]! / weightSum - mean[i]! * mean[j]!;
      gram[at++] = variance[j]!;
    }
  }
  return {
    rows: totals[0]!,
    weightSum,
    mean,
    variance,
    responseMean,
    responseVariance: Math.max(0, totals[3]! / weightSum - responseMean * responseMean),
    offsetMean: totals[5]! / weightSum,
    cross,
    gram,
    saturatedLoss: totals[4]! / weightSum,
    folds,
  };
}

/** Scratch addresses of the vectors of sums and the Gram; square is 0 (null) beside a Gram, whose diagonal it is, and gram without. */
interface SumAddresses {
  readonly sum: number;
  readonly square: number;
  readonly cross: number;
  readonly gram: number;
}

export class MomentsAccumulator {
  readonly size: number;
  readonly #layout: StatisticLayout<MomentsPart>;
  readonly #store: BlockStore;
  readonly #loss: Loss;
  readonly #selection: Selection;
  readonly #reader: TileReader;
  readonly #tileRows: number;
  readonly #foldTiles: FoldTiles | null;
  readonly #chosenTiles: ChosenTiles | null;
  readonly #scratch: LeafScratch;
  /** Scratch addresses: w and w z of a tile's rows. */
  readonly #at: { weights: number; response: number; workspace: number };
  /** Scratch addresses of the sums, one set a fold. */
  readonly #areas: readonly SumAddresses[];

  constructor(arenas: readonly Arena[], store: BlockStore, request: MomentsRequest) {
    this.#store = store;
    this.#layout = momentsLayout(request, store.features.count);
    this.size = momentsSize(request, store.features.count);
    this.#loss = lossBySpec(request.loss);
    this.#selection = selectFeatures(store.layout, store.features, null);
    this.#reader = new TileReader(store, this.#selection);
    this.#tileRows = columnTileRows(store.layout);
    this.#foldTiles = request.folds === undefined ? null : new FoldTiles(store, request.folds, this.#tileRows);
    this.#chosenTiles = request.among === undefined ? null : new ChosenTiles(store, request.among, this.#tileRows);
    const plan = new ScratchPlan(arenas[0]!.scratch);
    this.#reader.planTables(plan);
    const from = plan.position;
    const vector = this.#selection.size * 8;
    this.#areas = Array.from({ length: request.folds?.count ?? 1 }, () => ({
      sum: plan.take(vector),
      square: request.gram ? 0 : plan.take(vector),
      cross: plan.take(vector),
      gram: request.gram ? plan.take(gramBytes(this.#selection)) : 0,
    }));
    const to = plan.position;
    const weights = plan.take(this.#tileRows * 8);
    const response = plan.take(this.#tileRows * 8);
    const workspace = request.gram ? gramWorkspace(plan, [this.#selection]) : 0;
    this.#reader.planRows(plan, this.#tileRows, store);
    this.#foldTiles?.plan(plan);
    this.#chosenTiles?.plan(plan);
    this.#at = { weights, response, workspace };
    this.#scratch = new LeafScratch(arenas, { from, to }, (views) => this.#reader.writeTables(views));
  }

  leaf(blocks: Iterable<ResolvedBlock>, firstRow: number): Float64Array {
    const values = new Float64Array(this.size);
    const sums = this.#areas.map((_, area) => values.subarray(area * this.#layout.size, (area + 1) * this.#layout.size));
    this.#scratch.beginLeaf();
    let blockRow = firstRow;
    for (const resolved of blocks) {
      const state = this.#scratch.enter(resolved.arena);
      const first = blockRow;
      blockRow += resolved.block.rows;
      if (this.#foldTiles !== null) {
        for (const { cursor, rows, fold } of this.#foldTiles.of(state.arena.kernels, state.views, resolved, first)) this.#tile(state, cursor, 0, rows, sums[fold]!, this.#areas[fold]!);
        continue;
      }
      if (this.#chosenTiles !== null) {
        for (const { cursor, rows } of this.#chosenTiles.of(state.arena.kernels, state.views, resolved)) this.#tile(state, cursor, 0, rows, sums[0]!, this.#areas[0]!);
        continue;
      }
      const cursor = openBlock(this.#store, resolved);
      for (let row = 0; row < resolved.block.rows; row += this.#tileRows) this.#tile(state, cursor, row, Math.min(this.#tileRows, resolved.block.rows - row), sums[0]!, this.#areas[0]!);
    }
    const { f64 } = this.#scratch.end().views;
    this.#areas.forEach((area, a) => this.#extract(f64, area, sums[a]!));
    return values;
  }

  #tile({ arena, views }: ArenaState, cursor: BlockCursor, row: number, rows: number, values: Float64Array, at: SumAddresses): void {
    const { weights, workspace } = this.#at;
    this.#weigh(views.f64, cursor.base, cursor.offsets, row, rows, part(this.#layout, values, 'totals'));
    const tile = this.#reader.read(arena.kernels, cursor, row, rows);
    this.#addVectors(arena.kernels, tile, at);
    if (at.gram !== 0) addProducts(arena.kernels, this.#selection, tile, weights, at.gram, workspace);
    else if (this.#selection.sparse !== null) this.#addSparseSquares(views.f64, views.u32, tile, rows, at.square);
  }

  /** sum += X'w, cross += X'(w z) and the squares of the dense part. */
  #addVectors(kernels: Kernels, tile: Tile, { sum, square, cross }: SumAddresses): void {
    const { dense, codes, sparse } = this.#selection;
    const { weights, response } = this.#at;
    if (dense.count > 0) kernels.momentColumns(tile.rows, dense.count, tile.dense, tile.ldx, weights, response, sum, cross, square);
    for (const [from, to] of [[weights, sum], [response, cross]] as const) {
      for (let c = 0; c < codes.length; c++) kernels.codesGradientColumn(tile.rows, tile.codes[c]!, from, to + codes[c]!.base * 8);
      if (sparse !== null) kernels.sparseGradientColumn(tile.rows, tile.indptr, tile.indices, tile.values, from, to + sparse.base * 8);
    }
  }

  #extract(f64: Float64Array, { sum, square, cross, gram }: SumAddresses, values: Float64Array): void {
    const { slots, dense, sparse } = this.#selection;
    const vectors = { sum: part(this.#layout, values, 'sum'), square: part(this.#layout, values, 'square'), cross: part(this.#layout, values, 'cross') };
    for (let j = 0; j < slots.length; j++) {
      const slot = slots[j]!;
      const indicator = slot >= dense.count && (sparse === null || slot < sparse.base);
      vectors.sum[j] = f64[sum / 8 + slot]!;
      vectors.square[j] = f64[(indicator ? sum : square) / 8 + slot]!;
      vectors.cross[j] = f64[cross / 8 + slot]!;
    }
    if (gram === 0) return;
    const packed = part(this.#layout, values, 'gram');
    extractGram(f64, this.#selection, { gram, cross: sum }, packed, vectors.sum);
    for (let j = 0; j < slots.length; j++) vectors.square[j] = packed[packedSize(j) + j]!;
  }

  /** Fills w and w z of the tile's rows and adds to the totals. */
  #weigh(f64: Float64Array, base: number, offsets: { response: number; weights: number; offset: number }, row: number, rows: number, totals: Float64Array): void {
    const y = (base + offsets.response) / 8 + row;
    const w = offsets.weights < 0 ? -1 : (base + offsets.weights) / 8 + row;
    const o = offsets.offset < 0 ? -1 : (base + offsets.offset) / 8 + row;
    const weights = this.#at.weights / 8;
    const response = this.#at.response / 8;
    const centre = this.#store.responseCentre;
    const loss = this.#loss;
    let count = 0, weightSum = 0, first = 0, second = 0, saturated = 0, offsetSum = 0;
    for (let i = 0; i < rows; i++) {
      const weight = w < 0 ? 1 : f64[w + i]!;
      f64[weights + i] = weight;
      if (weight === 0) {
        f64[response + i] = 0;
        continue;
      }
      const offset = o < 0 ? 0 : f64[o + i]!;
      const value = f64[y + i]!;
      const z = value - centre - offset;
      const wz = weight * z;
      f64[response + i] = wz;
      count += 1;
      weightSum += weight;
      first += wz;
      second += wz * z;
      saturated += weight * loss.saturated(value);
      offsetSum += weight * offset;
    }
    [count, weightSum, first, second, saturated, offsetSum].forEach((sum, t) => { totals[t]! += sum; });
  }

  /** square[j] += sum_i w_i x_ij^2 of the sparse part. */
  #addSparseSquares(f64: Float64Array, u32: Uint32Array, tile: Tile, rows: number, at: number): void {
    const weights = this.#at.weights / 8;
    const square = at / 8 + this.#selection.sparse!.base;
    for (let i = 0; i < rows; i++) {
      const w = f64[weights + i]!;
      const end = u32[tile.indptr / 4 + i + 1]!;
      for (let e = u32[tile.indptr / 4 + i]!; e < end; e++) {
        const slot = square + u32[tile.indices / 4 + e]!;
        const v = f64[tile.values / 8 + e]!;
        f64[slot] = f64[slot]! + w * v * v;
      }
    }
  }
}
