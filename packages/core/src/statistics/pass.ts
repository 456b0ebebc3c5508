/**
 * The pass: one round over the rows for K columns of coefficients at once,
 *   psi_k = offset + intercept_k + X b_k.
 * It returns each column's loss sums and gradient and, where asked for, the
 * Gram X' diag(w l''(psi_k)) X of some columns at the same psi.
 *
 * Cost: 4 n p K flops for the products, n K times the loss's elementwise part,
 * n q (q+1) flops a Gram of q features.
 */
import { ScratchPlan } from '../block/arena.ts';
import type { Arena, ArenaViews, ResolvedBlock } from '../block/arena.ts';
import { addGram, extractGram, gramWorkspace, packedSize, planGram } from '../block/gram.ts';
import type { GramAddresses } from '../block/gram.ts';
import { selectFeatures, supportOf } from '../block/selection.ts';
import type { Selection } from '../block/selection.ts';
import type { BlockStore } from '../block/store.ts';
import { addGradientColumn, addGradientPanels, addPsiColumn, addPsiPanels, columnTileRows, openBlock, TileReader } from '../block/tile.ts';
import type { BlockCursor } from '../block/tile.ts';
import { LOSS_SUMS, PANEL, PANEL_ROWS } from '../kernels/kernels.ts';
import type { LossKernels } from '../kernels/kernels.ts';
import { genericLossKernels } from '../loss/elementwise.ts';
import { lossBySpec } from '../loss/index.ts';
import type { Loss, LossSpec } from '../loss/loss.ts';
import { LeafScratch } from './leafScratch.ts';
import type { ArenaState } from './leafScratch.ts';
import { layOut, part } from './statistic.ts';
import type { StatisticLayout } from './statistic.ts';

export interface PassRequest {
  readonly kind: 'pass';
  readonly loss: LossSpec;
  /** K. */
  readonly columns: number;
  /** K vectors of p, one after the other; for stored (centred) features. */
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
  /** Features whose gradient is wanted, ascending; null: all. */
  readonly features: Int32Array | null;
  readonly grams: readonly GramRequest[];
}

export interface GramRequest {
  /** Which column's psi. */
  readonly column: number;
  /** Features, ascending; null: all. */
  readonly features: Int32Array | null;
}

export interface PassResult {
  /** For each column the sums of kernels.ts LOSS_SUMS, K x LOSS_SUMS.length. */
  readonly sums: Float64Array;
  /** sum_i w_i l'(psi_ik) x_ij, K vectors of the features asked for. */
  readonly gradient: Float64Array;
  readonly grams: readonly GramResult[];
}

/** Of the q features asked for, with weights u_i = w_i l''(psi_i). */
export interface GramResult {
  /** X'UX, packed upper triangle by columns: entry (i, j), i <= j, at j(j+1)/2 + i. */
  readonly packed: Float64Array;
  /** X'u. */
  readonly cross: Float64Array;
  /** sum u. */
  readonly total: number;
}

const SUMS = LOSS_SUMS.length;
const CURVATURE = LOSS_SUMS.indexOf('curvature');

function gramSize(request: GramRequest, features: number): number {
  return request.features === null ? features : request.features.length;
}

export function passLayout(request: PassRequest, features: number): StatisticLayout<'sums' | 'gradient' | 'grams'> {
  const wanted = request.features === null ? features : request.features.length;
  const grams = request.grams.reduce((size, gram) => size + packedSize(gramSize(gram, features)) + gramSize(gram, features), 0);
  return layOut([
    ['sums', request.columns * SUMS],
    ['gradient', request.columns * wanted],
    ['grams', grams],
  ]);
}

export function finishPass(request: PassRequest, features: number, values: Float64Array): PassResult {
  const layout = passLayout(request, features);
  const sums = part(layout, values, 'sums');
  let at = layout.grams.at;
  const grams = request.grams.map((gram) => {
    const count = gramSize(gram, features);
    const packed = values.subarray(at, (at += packedSize(count)));
    const cross = values.subarray(at, (at += count));
    return { packed, cross, total: sums[gram.column * SUMS + CURVATURE]! };
  });
  return { sums, gradient: part(layout, values, 'gradient'), grams };
}

/** A Gram request with its place in scratch. */
interface GramWork {
  readonly column: number;
  readonly selection: Selection;
  readonly reader: TileReader;
  readonly at: GramAddresses;
}

export class PassAccumulator {
  readonly size: number;
  readonly #request: PassRequest;
  readonly #store: BlockStore;
  readonly #layout: StatisticLayout<'sums' | 'gradient' | 'grams'>;
  readonly #loss: Loss;
  readonly #panels: number;
  readonly #tileRows: number;
  readonly #psiReader: TileReader;
  readonly #gradientReader: TileReader;
  readonly #grams: readonly GramWork[];
  readonly #scratch: LeafScratch;
  readonly #lossKernels = new Map<ArenaState, LossKernels>();
  /** Bytes from one panel to the next, of b, g, psi and the sums. */
  readonly #stride: { b: number; g: number; psi: number; sums: number };
  readonly #at: { b: number; start: number; g: number; sums: number; psi: number; residual: number; curvature: number; spare: number; workspace: number };

  constructor(arenas: readonly Arena[], store: BlockStore, request: PassRequest) {
    const p = store.features.count;
    this.#request = request;
    this.#store = store;
    this.#layout = passLayout(request, p);
    this.size = this.#layout.size;
    this.#loss = lossBySpec(request.loss);
    const single = request.columns === 1;
    this.#panels = single ? 0 : Math.ceil(request.columns / PANEL);
    this.#tileRows = single ? columnTileRows(store.layout) : PANEL_ROWS;

    const gradientSelection = selectFeatures(store.layout, store.features, request.features);
    // One column is bound by reading the rows; several gain by multiplying only what is not zero.
    const support = single ? null : supportOf(request.coefficients, request.columns, p);
    const psiSelection = support !== null && support.length <= p / 2 ? selectFeatures(store.layout, store.features, support) : selectFeatures(store.layout, store.features, null);
    this.#psiReader = new TileReader(store, psiSelection);
    const shared = psiSelection.count === p && gradientSelection.count === p;
    this.#gradientReader = shared ? this.#psiReader : new TileReader(store, gradientSelection);

    const width = single ? 8 : 64;
    const panels = single ? 1 : this.#panels;
    const rows4 = Math.ceil(this.#tileRows / 4) * 4;
    this.#stride = { b: psiSelection.size * 64, g: gradientSelection.size * 64, psi: rows4 * 64, sums: SUMS * 64 };

    const plan = new ScratchPlan(arenas[0]!.scratch);
    const readers = new Set([this.#psiReader, this.#gradientReader]);
    const gramReaders = request.grams.map((gram) => {
      if (gramSize(gram, p) === p && psiSelection.count === p) return this.#psiReader;
      const reader = new TileReader(store, selectFeatures(store.layout, store.features, gram.features));
      readers.add(reader);
      return reader;
    });
    for (const reader of readers) reader.planTables(plan);
    const b = plan.take(psiSelection.size * width * panels);
    const start = plan.take(width * panels);
    const from = plan.position;
    const g = plan.take(gradientSelection.size * width * panels);
    const sums = plan.take(SUMS * width * panels);
    this.#grams = request.grams.map((gram, i) => {
      const reader = gramReaders[i]!;
      return { column: gram.column, selection: reader.selection, reader, at: planGram(plan, reader.selection) };
    });
    const to = plan.position;
    const psi = plan.take(rows4 * width * panels);
    const residual = single || this.#grams.length === 0 ? psi : plan.take(rows4 * 8);
    const curvature = this.#grams.length === 0 ? 0 : plan.take(rows4 * 8 * (single ? 1 : this.#grams.length));
    const spare = plan.take(SUMS * 8);
    const workspace = this.#grams.length === 0 ? 0 : gramWorkspace(plan, this.#grams.map((gram) => gram.selection));
    for (const reader of readers) reader.planRows(plan, this.#tileRows, store);
    this.#at = { b, start, g, sums, psi, residual, curvature, spare, workspace };
    this.#scratch = new LeafScratch(arenas, { from, to }, (views) => {
      for (const reader of readers) reader.writeTables(views);
      this.#writeCoefficients(views, psiSelection, support !== null && psiSelection.count < p ? support : null);
    });
  }

  leaf(blocks: Iterable<ResolvedBlock>): Float64Array {
    this.#scratch.beginLeaf();
    for (const resolved of blocks) {
      const state = this.#scratch.enter(resolved.arena);
      const cursor = openBlock(this.#store, resolved);
      for (let row = 0; row < resolved.block.rows; row += this.#tileRows) {
        const rows = Math.min(this.#tileRows, resolved.block.rows - row);
        if (this.#panels === 0) this.#columnTile(state, cursor, row, rows);
        else this.#panelsTile(state, cursor, row, rows);
      }
    }
    return this.#extract(this.#scratch.end().views.f64);
  }

  #columnTile(state: ArenaState, cursor: BlockCursor, row: number, rows: number): void {
    const { kernels } = state.arena;
    const { f64 } = state.views;
    const { b, start, g, sums, psi, residual, curvature, workspace } = this.#at;
    const { response, weights, offset } = rowVectors(cursor, row);
    const tile = this.#psiReader.read(kernels, cursor, row, rows);
    const first = f64[start / 8]!;
    if (offset === 0) f64.fill(first, psi / 8, psi / 8 + rows);
    else for (let i = 0; i < rows; i++) f64[psi / 8 + i] = first + f64[offset / 8 + i]!;
    addPsiColumn(kernels, this.#psiReader.selection, tile, b, psi);
    this.#lossKernelsOf(state).column(rows, psi, offset, response, weights, residual, curvature, sums);
    const gradientTile = this.#gradientReader === this.#psiReader ? tile : this.#gradientReader.read(kernels, cursor, row, rows);
    addGradientColumn(kernels, this.#gradientReader.selection, gradientTile, residual, g);
    for (const gram of this.#grams) {
      addGram(kernels, gram.selection, gram.reader === this.#psiReader ? tile : gram.reader.read(kernels, cursor, row, rows), curvature, gram.at, workspace);
    }
  }

  #panelsTile(state: ArenaState, cursor: BlockCursor, row: number, rows: number): void {
    const { kernels } = state.arena;
    const { f64, u8 } = state.views;
    const { b, start, g, sums, psi, residual, curvature, spare, workspace } = this.#at;
    const { response, weights, offset } = rowVectors(cursor, row);
    const stride = this.#stride;
    for (let q = 0; q < this.#panels; q++) {
      const panel = psi + q * stride.psi;
      u8.copyWithin(panel, start + q * 64, start + q * 64 + 64);
      for (let filled = 1; filled < rows; filled *= 2) u8.copyWithin(panel + filled * 64, panel, panel + Math.min(filled, rows - filled) * 64);
      if (offset === 0) continue;
      for (let i = 0; i < rows; i++) {
        const o = f64[offset / 8 + i]!;
        const at = panel / 8 + i * PANEL;
        for (let c = 0; c < PANEL; c++) f64[at + c] = f64[at + c]! + o;
      }
    }
    const tile = this.#psiReader.read(kernels, cursor, row, rows);
    addPsiPanels(kernels, this.#psiReader.selection, tile, this.#panels, b, stride.b, psi, stride.psi);
    const loss = this.#lossKernelsOf(state);
    for (let i = 0; i < this.#grams.length; i++) {
      const { column } = this.#grams[i]!;
      const at = (psi + (column >>> 3) * stride.psi) / 8 + (column & 7);
      for (let r = 0; r < rows; r++) f64[residual / 8 + r] = f64[at + r * PANEL]!;
      loss.column(rows, residual, offset, response, weights, residual, curvature + i * Math.ceil(this.#tileRows / 4) * 32, spare);
    }
    loss.panels(rows, this.#panels, psi, stride.psi, offset, response, weights, sums, stride.sums);
    const gradientTile = this.#gradientReader === this.#psiReader ? tile : this.#gradientReader.read(kernels, cursor, row, rows);
    addGradientPanels(kernels, this.#gradientReader.selection, gradientTile, this.#panels, psi, stride.psi, g, stride.g);
    for (let i = 0; i < this.#grams.length; i++) {
      const gram = this.#grams[i]!;
      const gramTile = gram.reader === this.#psiReader ? tile : gram.reader.read(kernels, cursor, row, rows);
      addGram(kernels, gram.selection, gramTile, curvature + i * Math.ceil(this.#tileRows / 4) * 32, gram.at, workspace);
    }
  }

  #lossKernelsOf(state: ArenaState): LossKernels {
    let found = this.#lossKernels.get(state);
    if (found === undefined) {
      found = state.arena.kernels.losses[this.#loss.name] ?? genericLossKernels(state.arena.kernels.memory, this.#loss);
      this.#lossKernels.set(state, found);
    }
    return found;
  }

  /** b in slot order (panels of 8 where K > 1) and the intercepts every row starts from. */
  #writeCoefficients(views: ArenaViews, selection: Selection, support: Int32Array | null): void {
    const { coefficients, intercepts, columns } = this.#request;
    const p = this.#store.features.count;
    const { f64 } = views;
    const single = this.#panels === 0;
    const panels = single ? 1 : this.#panels;
    const width = single ? 1 : PANEL;
    const b = this.#at.b / 8;
    const start = this.#at.start / 8;
    f64.fill(0, b, b + selection.size * width * panels);
    f64.fill(0, start, start + width * panels);
    for (let k = 0; k < columns; k++) {
      const panel = Math.floor(k / width);
      const lane = k % width;
      f64[start + panel * width + lane] = intercepts[k]!;
      for (let s = 0; s < selection.count; s++) {
        const feature = support === null ? s : support[s]!;
        f64[b + (panel * selection.size + selection.slots[s]!) * width + lane] = coefficients[k * p + feature]!;
      }
    }
  }

  #extract(f64: Float64Array): Float64Array {
    const values = new Float64Array(this.size);
    const single = this.#panels === 0;
    const { slots, size } = this.#gradientReader.selection;
    const sums = part(this.#layout, values, 'sums');
    const gradient = part(this.#layout, values, 'gradient');
    const width = single ? 1 : PANEL;
    for (let k = 0; k < this.#request.columns; k++) {
      const panel = Math.floor(k / width);
      const lane = k % width;
      for (let s = 0; s < SUMS; s++) sums[k * SUMS + s] = f64[this.#at.sums / 8 + (panel * SUMS + s) * width + lane]!;
      const g = this.#at.g / 8 + panel * size * width + lane;
      for (let j = 0; j < slots.length; j++) gradient[k * slots.length + j] = f64[g + slots[j]! * width]!;
    }
    let at = this.#layout.grams.at;
    for (const gram of this.#grams) {
      const count = gram.selection.count;
      const packed = values.subarray(at, (at += packedSize(count)));
      const cross = values.subarray(at, (at += count));
      extractGram(f64, gram.selection, gram.at, packed, cross);
    }
    return values;
  }
}

/** Addresses of a tile's response, weights and offset; 0 where there are none. */
function rowVectors(cursor: BlockCursor, row: number): { response: number; weights: number; offset: number } {
  const { base, offsets } = cursor;
  return {
    response: base + offsets.response + row * 8,
    weights: offsets.weights < 0 ? 0 : base + offsets.weights + row * 8,
    offset: offsets.offset < 0 ? 0 : base + offsets.offset + row * 8,
  };
}
