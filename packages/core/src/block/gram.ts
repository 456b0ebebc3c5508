/**
 * G += X' diag(u) X and h += X'u of a tile, u >= 0, and the packed upper
 * triangle in feature order that a statistic carries.
 *
 * In the square scratch matrix (leading dimension selection.size) the dense
 * columns fill an upper triangle; everything else stands in the row of the
 * later part: [code slot][dense column], [later code][earlier code],
 * [sparse index][anything before].
 */
import { GRAM_ROWS, gramWorkspaceBytes } from '../kernels/kernels.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { ScratchPlan } from './arena.ts';
import type { Selection } from './selection.ts';
import { addGradientColumn } from './tile.ts';
import type { Tile } from './tile.ts';

export interface GramAddresses {
  /** selection.size squared. */
  readonly gram: number;
  /** selection.size. */
  readonly cross: number;
}

/** Numbers of a packed triangle of q features. */
export function packedSize(count: number): number {
  return (count * (count + 1)) / 2;
}

export function planGram(plan: ScratchPlan, selection: Selection): GramAddresses {
  return { gram: plan.take(gramBytes(selection)), cross: plan.take(selection.size * 8) };
}

/** Bytes of the square scratch matrix. */
export function gramBytes({ size }: Selection): number {
  return size * size * 8;
}

export function gramWorkspace(plan: ScratchPlan, selections: readonly Selection[]): number {
  return plan.take(Math.max(64, ...selections.map((selection) => gramWorkspaceBytes(selection.dense.count))));
}

/**
 * Adds a tile's part of both. Cost: n q (q+1) flops for the dense part, one update a pair of levels and row for the rest.
 * @param coarse products of dense columns in float32
 */
export function addGram(kernels: Kernels, selection: Selection, tile: Tile, u: number, at: GramAddresses, workspace: number, coarse = false): void {
  addGradientColumn(kernels, selection, tile, u, at.cross);
  addProducts(kernels, selection, tile, u, at.gram, workspace, coarse);
}

/** G += X' diag(u) X of a tile alone. */
export function addProducts(kernels: Kernels, selection: Selection, tile: Tile, u: number, gram: number, workspace: number, coarse = false): void {
  const { dense, codes, sparse, size } = selection;
  const rows = tile.rows;
  if (dense.count > 0) {
    for (let from = 0; from < rows; from += GRAM_ROWS) {
      const n = Math.min(GRAM_ROWS, rows - from);
      if (coarse && tile.dense32 !== 0) kernels.gram32(n, dense.count, tile.dense32 + from * tile.ldx32 * 4, tile.ldx32, u + from * 8, gram, size, workspace);
      else kernels[coarse ? 'gramCoarse' : 'gram'](n, dense.count, tile.dense + from * tile.ldx * 8, tile.ldx, u + from * 8, gram, size, workspace);
    }
  }
  for (let a = 0; a < codes.length; a++) {
    const codesA = tile.codes[a]!;
    const row = gram + codes[a]!.base * size * 8;
    if (dense.count > 0) kernels.codesDenseGram(rows, dense.count, codesA, tile.dense, tile.ldx, u, row, size);
    for (let b = 0; b <= a; b++) kernels.codesGram(rows, codesA, tile.codes[b]!, u, row + codes[b]!.base * 8, size);
  }
  if (sparse !== null) {
    const row = gram + sparse.base * size * 8;
    if (dense.count > 0) kernels.sparseDenseGram(rows, dense.count, tile.indptr, tile.indices, tile.values, tile.dense, tile.ldx, u, row, size);
    for (let c = 0; c < codes.length; c++) {
      kernels.sparseCodesGram(rows, tile.indptr, tile.indices, tile.values, tile.codes[c]!, u, row + codes[c]!.base * 8, size);
    }
    kernels.sparseGram(rows, tile.indptr, tile.indices, tile.values, u, row + sparse.base * 8, size);
  }
}

/** Writes the packed triangle and X'u in feature order. `f64` views the arena's memory. */
export function extractGram(f64: Float64Array, selection: Selection, at: GramAddresses, packed: Float64Array, cross: Float64Array): void {
  const { slots, size, count } = selection;
  const dense = selection.dense.count;
  const gram = at.gram / 8;
  let out = 0;
  for (let j = 0; j < count; j++) {
    const slotJ = slots[j]!;
    cross[j] = f64[at.cross / 8 + slotJ]!;
    for (let i = 0; i <= j; i++) {
      const slotI = slots[i]!;
      const later = slotI > slotJ ? slotI : slotJ;
      const earlier = slotI > slotJ ? slotJ : slotI;
      packed[out++] = later < dense ? f64[gram + earlier * size + later]! : f64[gram + later * size + earlier]!;
    }
  }
}
