/**
 * The pass: one round over the rows for K columns of coefficients at once,
 *   psi_k = offset + intercept_k + X b_k.
 * It returns each column's loss sums and gradient and, where asked for, the
 * Gram X' diag(w l''(psi_k)) X of some columns at the same psi.
 *
 * For cross-validation the sums are kept apart by fold: either every column's
 * fold by fold, or column k leaves out the rows of fold h_k, whose loss is
 * summed by itself.
 *
 * Cost: 4 n p K flops for the products, n K times the loss's elementwise part,
 * n q (q+1) flops a Gram of q features.
 */
import { ScratchPlan } from '../block/arena.ts';
import type { Arena, ArenaViews, ResolvedBlock } from '../block/arena.ts';
import { addGram, extractGram, gramWorkspace, packedSize, planGram } from '../block/gram.ts';
import type { GramAddresses } from '../block/gram.ts';
import { ChosenTiles } from '../block/chosenTiles.ts';
import { FoldTiles } from '../block/foldTiles.ts';
import { selectFeatures } from '../block/selection.ts';
import type { Selection } from '../block/selection.ts';
import type { BlockStore } from '../block/store.ts';
import { addGradientColumn, addGradientPanels, addPsiColumn, addPsiPanels, columnTileRows, openBlock, panelTileRows, TileReader } from '../block/tile.ts';
import type { BlockCursor } from '../block/tile.ts';
import { GRAM_ROWS, LOSS_SUMS, PANEL } from '../kernels/kernels.ts';
import type { LossKernels } from '../kernels/kernels.ts';
import { genericLossKernels } from '../loss/elementwise.ts';
import { lossBySpec } from '../loss/index.ts';
import type { Loss } from '../loss/loss.ts';
import { LeafScratch } from './leafScratch.ts';
import type { ArenaState } from './leafScratch.ts';
import { chooseSupport, placeColumns } from './panels.ts';
import type { Places } from './panels.ts';
import { SUMS, areas, gramSize, passLayout } from './passRequest.ts';
import type { GramRequest, PassPart, PassRequest } from './passRequest.ts';
import { part } from './statistic.ts';
import type { StatisticLayout } from './statistic.ts';

const LOSS = LOSS_SUMS.indexOf('loss');

/** Panels of columns that leave out a fold: none. */
const NONE_LEAVE: Places['leaving'][number] = { all: [0, 0], some: [0, 0] };

function sameFeatures(left: Int32Array | null, right: Int32Array | null): boolean {
  return left === null || right === null ? left === right : left.length === right.length && left.every((feature, i) => feature === right[i]);
}

/** Whether a Gram costs so much that it is worth reading the rows twice from farther off to have its tiles full: in float32 short ones take a quarter more time. */
function fillsTiles(request: GramRequest, features: number): boolean {
  return request.coarse === true && gramSize(request, features) ** 2 >= 128 * features;
}

/** A Gram request with its place in scratch. */
interface GramWork {
  readonly column: number;
  readonly selection: Selection;
  readonly reader: TileReader;
  readonly at: GramAddresses;
  readonly coarse: boolean;
}

export class PassAccumulator {
  readonly size: number;
  readonly #request: PassRequest;
  readonly #store: BlockStore;
  readonly #layout: StatisticLayout<PassPart>;
  readonly #loss: Loss;
  /** 0: one column, without panels. */
  readonly #panels: number;
  readonly #places: Places;
  /** The fold that the column at each place leaves out, -1 for none. */
  readonly #foldOfPlace: Int32Array;
  readonly #foldTiles: FoldTiles | null;
  readonly #chosenTiles: ChosenTiles | null;
  readonly #tileRows: number;
  readonly #psiReader: TileReader;
  /** Where in the dense part each panel's coefficients end; null: nowhere before the last. */
  readonly #psiEnds: Int32Array | null;
  readonly #gradientReader: TileReader;
  readonly #grams: readonly GramWork[];
  readonly #scratch: LeafScratch;
  readonly #lossKernels = new Map<ArenaState, LossKernels>();
  /** Bytes from one panel to the next, of b, g, psi and the sums; and from the curvatures of one Gram to those of the next. */
  readonly #stride: { b: number; g: number; psi: number; sums: number; curvature: number };
  readonly #at: { b: number; start: number; g: number; sums: number; heldOut: number; psi: number; residual: number; curvature: number; spare: number; workspace: number };

  constructor(arenas: readonly Arena[], store: BlockStore, request: PassRequest) {
    const p = store.features.count;
    this.#request = request;
    this.#store = store;
    this.#layout = passLayout(request, p);
    this.size = this.#layout.size;
    this.#loss = lossBySpec(request.loss);
    const single = request.columns === 1 && request.folds === undefined;
    this.#places = placeColumns(request.columns, request.folds?.by.count ?? 0, request.folds?.heldOut ?? null);
    this.#panels = single ? 0 : this.#places.panels;
    this.#foldOfPlace = new Int32Array(this.#places.panels * PANEL).fill(-1);
    request.folds?.heldOut?.forEach((fold, k) => (this.#foldOfPlace[this.#places.place[k]!] = fold));
    this.#tileRows = single ? Math.max(columnTileRows(store.layout), request.grams.some((gram) => fillsTiles(gram, p)) ? GRAM_ROWS : 0) : panelTileRows(store.layout, this.#panels);
    this.#foldTiles = request.folds === undefined ? null : new FoldTiles(store, request.folds.by, this.#tileRows);
    this.#chosenTiles = request.among === undefined ? null : new ChosenTiles(store, request.among, this.#tileRows);

    const gradientSelection = selectFeatures(store.layout, store.features, request.features);
    const all = selectFeatures(store.layout, store.features, null);
    // One column is bound by reading the rows; several gain by multiplying only what is not zero.
    const chosen = single ? null : chooseSupport(store, request.coefficients, request.columns, this.#places, all);
    const psiSelection = chosen?.selection ?? all;
    this.#psiEnds = chosen?.ends ?? null;
    this.#psiReader = new TileReader(store, psiSelection);
    const shared = psiSelection.count === p && gradientSelection.count === p;
    this.#gradientReader = shared ? this.#psiReader : new TileReader(store, gradientSelection);

    const width = single ? 8 : 64;
    const panels = single ? 1 : this.#panels;
    const rows4 = Math.ceil(this.#tileRows / 4) * 4;
    this.#stride = { b: psiSelection.size * 64, g: gradientSelection.size * 64, psi: rows4 * 64, sums: SUMS * 64, curvature: rows4 * 8 };

    const plan = new ScratchPlan(arenas[0]!.scratch);
    const readers = new Set([this.#psiReader, this.#gradientReader]);
    const gramReaders: { readonly features: Int32Array | null; readonly reader: TileReader }[] = [];
    const readerOf = request.grams.map((gram) => {
      // Columns that have been gathered in another order are no longer there in float32.
      if (gramSize(gram, p) === p && psiSelection === all) return this.#psiReader;
      // Grams of the same features read the same tile.
      const same = gramReaders.find((other) => sameFeatures(other.features, gram.features));
      const reader = same?.reader ?? new TileReader(store, selectFeatures(store.layout, store.features, gram.features));
      readers.add(reader);
      gramReaders.push({ features: gram.features, reader });
      return reader;
    });
    for (const reader of readers) reader.planTables(plan);
    const b = plan.take(psiSelection.size * width * panels);
    const start = plan.take(width * panels);
    const from = plan.position;
    const g = plan.take(gradientSelection.size * width * panels * areas(request));
    const sums = plan.take(SUMS * width * panels * areas(request));
    const heldOut = request.folds?.heldOut ? plan.take(width * panels) : 0;
    this.#grams = request.grams.map((gram, i) => {
      const reader = readerOf[i]!;
      return { column: gram.column, selection: reader.selection, reader, at: planGram(plan, reader.selection), coarse: gram.coarse ?? false };
    });
    const to = plan.position;
    const psi = plan.take(rows4 * width * panels);
    const residual = single || this.#grams.length === 0 ? psi : plan.take(rows4 * 8);
    const curvature = this.#grams.length === 0 ? 0 : plan.take(this.#stride.curvature * (single ? 1 : this.#grams.length));
    const spare = plan.take(SUMS * 64);
    const workspace = this.#grams.length === 0 ? 0 : gramWorkspace(plan, this.#grams.map((gram) => gram.selection));
    for (const reader of readers) reader.planRows(plan, this.#tileRows, store);
    this.#foldTiles?.plan(plan);
    this.#chosenTiles?.plan(plan);
    this.#at = { b, start, g, sums, heldOut, psi, residual, curvature, spare, workspace };
    this.#scratch = new LeafScratch(arenas, { from, to }, (views) => {
      for (const reader of readers) reader.writeTables(views);
      this.#writeCoefficients(views, psiSelection, chosen?.support ?? null);
    });
  }

  leaf(blocks: Iterable<ResolvedBlock>, firstRow: number): Float64Array {
    this.#scratch.beginLeaf();
    let blockRow = firstRow;
    for (const resolved of blocks) {
      const state = this.#scratch.enter(resolved.arena);
      const first = blockRow;
      blockRow += resolved.block.rows;
      if (this.#foldTiles !== null) {
        for (const { cursor, rows, fold } of this.#foldTiles.of(state.arena.kernels, state.views, resolved, first)) this.#panelsTile(state, cursor, 0, rows, fold);
        continue;
      }
      if (this.#chosenTiles !== null) {
        for (const { cursor, rows } of this.#chosenTiles.of(state.arena.kernels, state.views, resolved)) this.#tile(state, cursor, 0, rows);
        continue;
      }
      const cursor = openBlock(this.#store, resolved);
      for (let row = 0; row < resolved.block.rows; row += this.#tileRows) this.#tile(state, cursor, row, Math.min(this.#tileRows, resolved.block.rows - row));
    }
    return this.#extract(this.#scratch.end().views.f64);
  }

  #tile(state: ArenaState, cursor: BlockCursor, row: number, rows: number): void {
    if (this.#panels === 0) this.#columnTile(state, cursor, row, rows);
    else this.#panelsTile(state, cursor, row, rows, -1);
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
      addGram(kernels, gram.selection, gram.reader === this.#psiReader ? tile : gram.reader.read(kernels, cursor, row, rows), curvature, gram.at, workspace, gram.coarse);
    }
  }

  /** @param fold of all the tile's rows; -1 where folds do not matter */
  #panelsTile(state: ArenaState, cursor: BlockCursor, row: number, rows: number, fold: number): void {
    const { kernels } = state.arena;
    const { f64 } = state.views;
    const { b, start, heldOut, psi, residual, curvature, spare, workspace } = this.#at;
    const { response, weights, offset } = rowVectors(cursor, row);
    const stride = this.#stride;
    const leavingOut = this.#request.folds?.heldOut ?? null;
    const area = leavingOut === null && fold >= 0 ? fold : 0;
    const g = this.#at.g + area * this.#panels * stride.g;
    const sums = this.#at.sums + area * this.#panels * stride.sums;
    const { all: [from, to], some: [mixedFrom, mixedTo] } = leavingOut === null ? NONE_LEAVE : this.#places.leaving[fold]!;
    kernels.startPanels(rows, this.#panels, start, offset, psi, stride.psi);
    const tile = this.#psiReader.read(kernels, cursor, row, rows);
    addPsiPanels(kernels, this.#psiReader.selection, tile, this.#panels, this.#psiEnds, b, stride.b, psi, stride.psi);
    const loss = this.#lossKernelsOf(state);
    for (let i = 0; i < this.#grams.length; i++) {
      const { column } = this.#grams[i]!;
      if (leavingOut !== null && leavingOut[column] === fold) continue;
      const place = this.#places.place[column]!;
      const at = (psi + (place >>> 3) * stride.psi) / 8 + (place & 7);
      for (let r = 0; r < rows; r++) f64[residual / 8 + r] = f64[at + r * PANEL]!;
      loss.column(rows, residual, offset, response, weights, residual, curvature + i * stride.curvature, spare);
    }
    /** Runs `work` on panels [first, end), if there are any. */
    const onPanels = (first: number, end: number, work: (first: number, count: number) => void): void => {
      if (end > first) work(first, end - first);
    };
    const train = (first: number, count: number): void => loss.panels(rows, count, psi + first * stride.psi, stride.psi, offset, response, weights, sums + first * stride.sums, stride.sums);
    onPanels(0, from, train);
    onPanels(to, mixedFrom, train);
    onPanels(mixedTo, this.#panels, train);
    for (let panel = mixedFrom; panel < mixedTo; panel++) {
      f64.fill(0, spare / 8, spare / 8 + SUMS * PANEL);
      loss.panels(rows, 1, psi + panel * stride.psi, stride.psi, offset, response, weights, spare, stride.sums);
      this.#shareSums(f64, panel, fold, rows, sums);
    }
    onPanels(from, to, (first, count) => loss.lossPanels(rows, count, psi + first * stride.psi, stride.psi, response, weights, heldOut + first * 64));
    const gradientTile = this.#gradientReader === this.#psiReader ? tile : this.#gradientReader.read(kernels, cursor, row, rows);
    const addGradient = (first: number, count: number): void =>
      addGradientPanels(kernels, this.#gradientReader.selection, gradientTile, count, psi + first * stride.psi, stride.psi, g + first * stride.g, stride.g);
    onPanels(0, from, addGradient);
    onPanels(to, this.#panels, addGradient);
    let gramReader = this.#psiReader;
    let gramTile = tile;
    for (let i = 0; i < this.#grams.length; i++) {
      const gram = this.#grams[i]!;
      if (leavingOut !== null && leavingOut[gram.column] === fold) continue;
      if (gram.reader !== gramReader) gramTile = (gramReader = gram.reader).read(kernels, cursor, row, rows);
      addGram(kernels, gram.selection, gramTile, curvature + i * stride.curvature, gram.at, workspace, gram.coarse);
    }
  }

  /** The spare sums of a panel's rows in `fold`: of columns that leave it out they are its loss, and their residuals become zero. */
  #shareSums(f64: Float64Array, panel: number, fold: number, rows: number, sums: number): void {
    const { heldOut, psi, spare } = this.#at;
    const from = spare / 8;
    const to = (sums + panel * this.#stride.sums) / 8;
    const residuals = (psi + panel * this.#stride.psi) / 8;
    for (let lane = 0; lane < PANEL; lane++) {
      if (this.#foldOfPlace[panel * PANEL + lane] !== fold) {
        for (let s = lane; s < SUMS * PANEL; s += PANEL) f64[to + s] = f64[to + s]! + f64[from + s]!;
        continue;
      }
      const loss = heldOut / 8 + panel * PANEL + lane;
      f64[loss] = f64[loss]! + f64[from + LOSS * PANEL + lane]!;
      for (let r = lane; r < rows * PANEL; r += PANEL) f64[residuals + r] = 0;
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
      const panel = single ? 0 : this.#places.place[k]! >>> 3;
      const lane = single ? 0 : this.#places.place[k]! & 7;
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
    const heldOut = part(this.#layout, values, 'heldOut');
    const width = single ? 1 : PANEL;
    const count = areas(this.#request);
    for (let k = 0; k < this.#request.columns; k++) {
      const place = this.#places.place[k]!;
      const lane = place % width;
      for (let area = 0; area < count; area++) {
        const panel = area * this.#panels + (single ? 0 : place >>> 3);
        const at = k * count + area;
        for (let s = 0; s < SUMS; s++) sums[at * SUMS + s] = f64[this.#at.sums / 8 + (panel * SUMS + s) * width + lane]!;
        const g = this.#at.g / 8 + panel * size * width + lane;
        for (let j = 0; j < slots.length; j++) gradient[at * slots.length + j] = f64[g + slots[j]! * width]!;
      }
      if (heldOut.length > 0) heldOut[k] = f64[this.#at.heldOut / 8 + place]!;
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
