/**
 * A tile: some rows of a block, seen through a selection of features, as the
 * kernels want them. Where the selection is everything and storage is float64
 * the tile is the rows themselves; otherwise dense columns are gathered or
 * widened, codes translated and sparse entries filtered into scratch.
 *
 * The three questions a block answers are here: psi += X B, g += X'R, and
 * (block/gram.ts) X' diag(u) X.
 */
import { BLOCK_ROWS, blockOffsets } from './store.ts';
import type { BlockOffsets, BlockStore, RowLayout } from './store.ts';
import { PANEL_ROWS } from '../kernels/kernels.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { ArenaViews, ResolvedBlock, ScratchPlan } from './arena.ts';
import type { Selection } from './selection.ts';

/** One block's parts as addresses, and where in it the tile stands. */
export interface BlockCursor {
  readonly base: number;
  readonly offsets: BlockOffsets;
  readonly layout: RowLayout;
}

export function openBlock(store: BlockStore, resolved: ResolvedBlock): BlockCursor {
  return { base: resolved.base, offsets: blockOffsets(store.layout, resolved.block.rows, resolved.block.entries), layout: store.layout };
}

/** Addresses of a tile's parts. Codes and sparse indices count from the slots that the selection gives them. */
export interface Tile {
  rows: number;
  /** Dense part: rows x dense.count float64, leading dimension ldx. */
  dense: number;
  ldx: number;
  /** The same part as stored in float32, leading dimension ldx32; 0 where it is stored otherwise or has been gathered. */
  dense32: number;
  ldx32: number;
  /** One address a code column of the selection. */
  readonly codes: number[];
  indptr: number;
  indices: number;
  values: number;
}

/** Makes tiles of one selection; owns the scratch they are gathered into. */
export class TileReader {
  readonly selection: Selection;
  readonly #layout: RowLayout;
  readonly #tile: Tile;
  #denseIndex = 0;
  #denseOut = 0;
  #codeMaps: number[] = [];
  #codeOut = 0;
  #codeOutStride = 0;
  #sparseMap = 0;
  #indptrOut = 0;
  #indicesOut = 0;
  #valuesOut = 0;

  constructor(store: BlockStore, selection: Selection) {
    this.#layout = store.layout;
    this.selection = selection;
    this.#tile = { rows: 0, dense: 0, ldx: 0, dense32: 0, ldx32: store.layout.dense, codes: selection.codes.map(() => 0), indptr: 0, indices: 0, values: 0 };
  }

  /** Reserves room for the tables (written by `writeTables`). */
  planTables(plan: ScratchPlan): void {
    const { dense, codes, sparse } = this.selection;
    if (dense.index !== null) this.#denseIndex = plan.take(dense.index.byteLength);
    this.#codeMaps = codes.map((code) => (code.map === null ? 0 : plan.take(code.map.byteLength)));
    if (sparse?.map) this.#sparseMap = plan.take(sparse.map.byteLength);
  }

  /** Reserves room for gathered rows. */
  planRows(plan: ScratchPlan, rows: number, store: BlockStore): void {
    const { dense, codes, sparse } = this.selection;
    if (dense.count > 0 && (dense.index !== null || this.#layout.denseType === 'f32')) this.#denseOut = plan.take(rows * dense.count * 8);
    if (codes.some((code) => code.map !== null)) {
      this.#codeOutStride = Math.ceil(rows / 16) * 64;
      this.#codeOut = plan.take(this.#codeOutStride * codes.length);
    }
    if (sparse?.map) {
      const entries = store.blocks.reduce((most, block) => Math.max(most, block.entries), 0);
      this.#indptrOut = plan.take((rows + 1) * 4);
      this.#indicesOut = plan.take(entries * 4);
      this.#valuesOut = plan.take(entries * 8);
    }
  }

  writeTables(views: ArenaViews): void {
    const { dense, codes, sparse } = this.selection;
    if (dense.index !== null) views.i32.set(dense.index, this.#denseIndex >>> 2);
    codes.forEach((code, at) => {
      if (code.map !== null) views.u32.set(code.map, this.#codeMaps[at]! >>> 2);
    });
    if (sparse?.map) views.u32.set(sparse.map, this.#sparseMap >>> 2);
  }

  /** Rows [from, from + rows) of a block. The tile is valid until the next call. */
  read(kernels: Kernels, block: BlockCursor, from: number, rows: number): Tile {
    const tile = this.#tile;
    const { dense, codes, sparse } = this.selection;
    const { base, offsets, layout } = block;
    tile.rows = rows;
    tile.dense32 = 0;
    if (dense.count > 0) {
      const width = layout.denseType === 'f64' ? 8 : 4;
      const source = base + offsets.dense + from * layout.dense * width;
      if (layout.denseType === 'f32') {
        kernels.gatherColumns32(rows, source, layout.dense, dense.index === null ? 0 : this.#denseIndex, dense.count, this.#denseOut, dense.count);
        tile.dense = this.#denseOut;
        tile.ldx = dense.count;
        if (dense.index === null) tile.dense32 = source;
      } else if (dense.index !== null) {
        kernels.gatherColumns(rows, source, layout.dense, this.#denseIndex, dense.count, this.#denseOut, dense.count);
        tile.dense = this.#denseOut;
        tile.ldx = dense.count;
      } else {
        tile.dense = source;
        tile.ldx = layout.dense;
      }
    }
    for (let c = 0; c < codes.length; c++) {
      const code = codes[c]!;
      const source = base + offsets.codes + code.column * offsets.codeStride + from * 4;
      if (code.map === null) tile.codes[c] = source;
      else {
        const out = this.#codeOut + c * this.#codeOutStride;
        kernels.translateCodes(rows, source, this.#codeMaps[c]!, out);
        tile.codes[c] = out;
      }
    }
    if (sparse !== null) {
      tile.indptr = base + offsets.indptr + from * 4;
      tile.indices = base + offsets.indices;
      tile.values = base + offsets.values;
      if (sparse.map !== null) {
        kernels.selectSparse(rows, tile.indptr, tile.indices, tile.values, this.#sparseMap, this.#indptrOut, this.#indicesOut, this.#valuesOut);
        tile.indptr = this.#indptrOut;
        tile.indices = this.#indicesOut;
        tile.values = this.#valuesOut;
      }
    }
    return tile;
  }
}

/**
 * Rows of a tile of a one-column operation: what 128 KiB hold of the dense
 * part, at least 16 and at most 2,048, a multiple of 16. Depends on the layout alone.
 */
export function columnTileRows(layout: RowLayout): number {
  const rows = Math.floor(131072 / (8 * Math.max(1, layout.dense)) / 16) * 16;
  return Math.min(2048, BLOCK_ROWS, Math.max(16, rows));
}

/** Bytes that the rows of a tile of several columns may take where they are copied. */
const TILE_BYTES = 2 ** 26;

/** Rows of a tile of an operation on panels: PANEL_ROWS, fewer where a row or its numbers of all panels take too much; a multiple of 16, at least 16. */
export function panelTileRows(layout: RowLayout, panels: number): number {
  const bytes = Math.max(8 * layout.dense, 64 * panels);
  return Math.min(PANEL_ROWS, Math.max(16, Math.floor(TILE_BYTES / Math.max(1, bytes) / 16) * 16));
}

/** psi += X b for one column; b has selection.size slots. */
export function addPsiColumn(kernels: Kernels, selection: Selection, tile: Tile, b: number, psi: number): void {
  const { dense, codes, sparse } = selection;
  if (dense.count > 0) kernels.psiColumn(tile.rows, dense.count, tile.dense, tile.ldx, b, psi);
  for (let c = 0; c < codes.length; c++) kernels.codesPsiColumn(tile.rows, tile.codes[c]!, b + codes[c]!.base * 8, psi);
  if (sparse !== null) kernels.sparsePsiColumn(tile.rows, tile.indptr, tile.indices, tile.values, b + sparse.base * 8, psi);
}

/** g += X' r for one column. */
export function addGradientColumn(kernels: Kernels, selection: Selection, tile: Tile, r: number, g: number): void {
  const { dense, codes, sparse } = selection;
  if (dense.count > 0) kernels.gradientColumn(tile.rows, dense.count, tile.dense, tile.ldx, r, g);
  for (let c = 0; c < codes.length; c++) kernels.codesGradientColumn(tile.rows, tile.codes[c]!, r, g + codes[c]!.base * 8);
  if (sparse !== null) kernels.sparseGradientColumn(tile.rows, tile.indptr, tile.indices, tile.values, r, g + sparse.base * 8);
}

/** psi += X B for panels of 8 columns; a panel of b has selection.size slots, and in the dense part nothing from slot `ends[panel]` on (null: from none). */
export function addPsiPanels(kernels: Kernels, selection: Selection, tile: Tile, panels: number, ends: Int32Array | null, b: number, bStride: number, psi: number, psiStride: number): void {
  const { dense, codes, sparse } = selection;
  if (dense.count > 0) {
    for (let q = 0, next = panels; q < panels; q = next, next = panels) {
      const count = ends === null ? dense.count : ends[q]!;
      if (ends !== null) for (next = q + 1; next < panels && ends[next] === count; ) next++;
      if (count > 0) kernels.psiPanels(tile.rows, count, next - q, tile.dense, tile.ldx, b + q * bStride, bStride, psi + q * psiStride, psiStride);
    }
  }
  for (let c = 0; c < codes.length; c++) kernels.codesPsiPanels(tile.rows, tile.codes[c]!, panels, b + codes[c]!.base * 64, bStride, psi, psiStride);
  if (sparse !== null) kernels.sparsePsiPanels(tile.rows, tile.indptr, tile.indices, tile.values, panels, b + sparse.base * 64, bStride, psi, psiStride);
}

/** g += X' R for panels of 8 columns. */
export function addGradientPanels(kernels: Kernels, selection: Selection, tile: Tile, panels: number, r: number, rStride: number, g: number, gStride: number): void {
  const { dense, codes, sparse } = selection;
  if (dense.count > 0) kernels.gradientPanels(tile.rows, dense.count, panels, tile.dense, tile.ldx, r, rStride, g, gStride);
  for (let c = 0; c < codes.length; c++) kernels.codesGradientPanels(tile.rows, tile.codes[c]!, panels, r, rStride, g + codes[c]!.base * 64, gStride);
  if (sparse !== null) kernels.sparseGradientPanels(tile.rows, tile.indptr, tile.indices, tile.values, panels, r, rStride, g + sparse.base * 64, gStride);
}
