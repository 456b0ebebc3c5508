/**
 * The first look at the rows: weights, means, variances and the response's
 * cross moments, and for least squares the Gram of all features, from which
 * the whole path follows without another read.
 */
import { addGradientColumn, columnTileRows, openBlock, TileReader } from '../block/tile.ts';
import { ScratchPlan } from '../block/arena.ts';
import type { Arena, ResolvedBlock } from '../block/arena.ts';
import { addGram, extractGram, gramWorkspace, packedSize, planGram } from '../block/gram.ts';
import type { GramAddresses } from '../block/gram.ts';
import { selectFeatures } from '../block/selection.ts';
import type { Selection } from '../block/selection.ts';
import type { BlockStore } from '../block/store.ts';
import type { Tile } from '../block/tile.ts';
import { lossBySpec } from '../loss/index.ts';
import type { Loss, LossSpec } from '../loss/loss.ts';
import { layOut, part } from './statistic.ts';
import type { StatisticLayout } from './statistic.ts';
import { LeafScratch } from './leafScratch.ts';

export interface MomentsRequest {
  readonly kind: 'moments';
  /** For the mean saturated loss. */
  readonly loss: LossSpec;
  /** Also the p x p cross moments of the features (p^2 n flops). */
  readonly gram: boolean;
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
}

type MomentsPart = 'totals' | 'sum' | 'square' | 'cross' | 'gram';

/** totals: rows, sum w, sum w z, sum w z^2, sum w saturated, sum w offset. */
const TOTALS = 6;

export function momentsLayout(request: MomentsRequest, features: number): StatisticLayout<MomentsPart> {
  return layOut([
    ['totals', TOTALS],
    ['sum', features],
    ['square', features],
    ['cross', features],
    ['gram', request.gram ? packedSize(features) : 0],
  ]);
}

export function finishMoments(request: MomentsRequest, features: number, values: Float64Array): Moments {
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
  };
}

export class MomentsAccumulator {
  readonly size: number;
  readonly #layout: StatisticLayout<MomentsPart>;
  readonly #store: BlockStore;
  readonly #loss: Loss;
  readonly #selection: Selection;
  readonly #reader: TileReader;
  readonly #tileRows: number;
  readonly #scratch: LeafScratch;
  /** Scratch addresses: w and w z of a tile's rows; the vectors of sums; the Gram. */
  readonly #at: { weights: number; response: number; sum: number; square: number; cross: number; gram: GramAddresses | null; workspace: number };

  constructor(arenas: readonly Arena[], store: BlockStore, request: MomentsRequest) {
    this.#store = store;
    this.#layout = momentsLayout(request, store.features.count);
    this.size = this.#layout.size;
    this.#loss = lossBySpec(request.loss);
    this.#selection = selectFeatures(store.layout, store.features, null);
    this.#reader = new TileReader(store, this.#selection);
    this.#tileRows = columnTileRows(store.layout);
    const plan = new ScratchPlan(arenas[0]!.scratch);
    this.#reader.planTables(plan);
    const from = plan.position;
    const vector = this.#selection.size * 8;
    const sum = plan.take(vector);
    const square = plan.take(vector);
    const cross = plan.take(vector);
    const gram = request.gram ? planGram(plan, this.#selection) : null;
    const to = plan.position;
    const weights = plan.take(this.#tileRows * 8);
    const response = plan.take(this.#tileRows * 8);
    const workspace = request.gram ? gramWorkspace(plan, [this.#selection]) : 0;
    this.#reader.planRows(plan, this.#tileRows, store);
    this.#at = { weights, response, sum, square, cross, gram, workspace };
    this.#scratch = new LeafScratch(arenas, { from, to }, (views) => this.#reader.writeTables(views));
  }

  leaf(blocks: Iterable<ResolvedBlock>): Float64Array {
    const values = new Float64Array(this.size);
    const totals = part(this.#layout, values, 'totals');
    const { weights, response, sum, square, cross, gram, workspace } = this.#at;
    this.#scratch.beginLeaf();
    for (const resolved of blocks) {
      const { arena, views } = this.#scratch.enter(resolved.arena);
      const cursor = openBlock(this.#store, resolved);
      for (let row = 0; row < resolved.block.rows; row += this.#tileRows) {
        const rows = Math.min(this.#tileRows, resolved.block.rows - row);
        this.#weigh(views.f64, cursor.base, cursor.offsets, row, rows, totals);
        const tile = this.#reader.read(arena.kernels, cursor, row, rows);
        addGradientColumn(arena.kernels, this.#selection, tile, weights, sum);
        addGradientColumn(arena.kernels, this.#selection, tile, response, cross);
        if (gram !== null) addGram(arena.kernels, this.#selection, tile, weights, gram, workspace);
        else this.#addSquares(views.f64, views.u32, tile, rows);
      }
    }
    const { f64 } = this.#scratch.end().views;
    const { slots } = this.#selection;
    const vectors = { sum: part(this.#layout, values, 'sum'), square: part(this.#layout, values, 'square'), cross: part(this.#layout, values, 'cross') };
    for (let j = 0; j < slots.length; j++) {
      vectors.sum[j] = f64[sum / 8 + slots[j]!]!;
      vectors.square[j] = f64[square / 8 + slots[j]!]!;
      vectors.cross[j] = f64[cross / 8 + slots[j]!]!;
    }
    if (gram !== null) {
      const packed = part(this.#layout, values, 'gram');
      extractGram(f64, this.#selection, gram, packed, new Float64Array(slots.length));
      for (let j = 0; j < slots.length; j++) vectors.square[j] = packed[packedSize(j) + j]!;
    }
    return values;
  }

  /** Fills w and w z of the tile's rows and adds to the totals. */
  #weigh(f64: Float64Array, base: number, offsets: { response: number; weights: number; offset: number }, row: number, rows: number, totals: Float64Array): void {
    const y = (base + offsets.response) / 8 + row;
    const w = offsets.weights < 0 ? -1 : (base + offsets.weights) / 8 + row;
    const o = offsets.offset < 0 ? -1 : (base + offsets.offset) / 8 + row;
    const weights = this.#at.weights / 8;
    const response = this.#at.response / 8;
    const centre = this.#store.responseCentre;
    for (let i = 0; i < rows; i++) {
      const weight = w < 0 ? 1 : f64[w + i]!;
      f64[weights + i] = weight;
      if (weight === 0) {
        f64[response + i] = 0;
        continue;
      }
      const offset = o < 0 ? 0 : f64[o + i]!;
      const z = f64[y + i]! - centre - offset;
      f64[response + i] = weight * z;
      totals[0]! += 1;
      totals[1]! += weight;
      totals[2]! += weight * z;
      totals[3]! += weight * z * z;
      totals[4]! += weight * this.#loss.saturated(f64[y + i]!);
      totals[5]! += weight * offset;
    }
  }

  /** square[j] += sum_i w_i x_ij^2 */
  #addSquares(f64: Float64Array, u32: Uint32Array, tile: Tile, rows: number): void {
    const { dense, codes, sparse } = this.#selection;
    const weights = this.#at.weights / 8;
    const square = this.#at.square / 8;
    for (let i = 0; i < rows; i++) {
      const w = f64[weights + i]!;
      const x = tile.dense / 8 + i * tile.ldx;
      for (let j = 0; j < dense.count; j++) f64[square + j] = f64[square + j]! + w * f64[x + j]! * f64[x + j]!;
      if (sparse === null) continue;
      const end = u32[tile.indptr / 4 + i + 1]!;
      for (let e = u32[tile.indptr / 4 + i]!; e < end; e++) {
        const at = square + sparse.base + u32[tile.indices / 4 + e]!;
        const v = f64[tile.values / 8 + e]!;
        f64[at] = f64[at]! + w * v * v;
      }
    }
    for (let c = 0; c < codes.length; c++) {
      const at = square + codes[c]!.base;
      for (let i = 0; i < rows; i++) {
        const slot = at + u32[tile.codes[c]! / 4 + i]!;
        f64[slot] = f64[slot]! + f64[weights + i]!;
      }
    }
  }
}
