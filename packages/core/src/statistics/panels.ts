/** How the columns of a pass share panels of 8, and which features each panel is multiplied by. */
import { reorderDense, selectFeatures } from '../block/selection.ts';
import type { Selection } from '../block/selection.ts';
import type { BlockStore } from '../block/store.ts';
import { PANEL } from '../kernels/kernels.ts';

/** Where column k stands: lane `place[k] % 8` of panel `place[k] >> 3`. Columns of a panel leave out the same fold. */
export interface Places {
  readonly place: Int32Array;
  readonly panels: number;
  /** Panels [from, to) that leave out each fold. */
  readonly leaving: readonly (readonly [from: number, to: number])[];
}

/** @param heldOut the fold of `folds` that each column leaves out, -1 for none; null: none does */
export function placeColumns(columns: number, folds: number, heldOut: Int32Array | null): Places {
  const place = new Int32Array(columns);
  const leaving: [number, number][] = [];
  let next = 0;
  const fill = (fold: number | null): void => {
    const from = Math.ceil(next / PANEL);
    next = from * PANEL;
    for (let k = 0; k < columns; k++) if (fold === null || heldOut![k] === fold) place[k] = next++;
    if (fold !== null && fold >= 0) leaving.push([from, Math.ceil(next / PANEL)]);
  };
  if (heldOut === null) fill(null);
  else for (let fold = -1; fold < folds; fold++) fill(fold);
  return { place, panels: Math.ceil(next / PANEL), leaving };
}

/** What copying a dense column of a tile costs, in panels that are multiplied with it. */
const GATHER_PANELS = 1.5;

/**
 * The features that have a coefficient in some column, and the dense ones among
 * them ordered so that each panel needs only the first few: those of most panels
 * come first. Along a path, supports are nearly nested. null where multiplying
 * everything in place costs no more.
 */
export function chooseSupport(store: BlockStore, coefficients: Float64Array, columns: number, { place, panels }: Places, all: Selection): { support: Int32Array; selection: Selection; ends: Int32Array } | null {
  const p = store.features.count;
  const used = Array.from({ length: panels }, () => new Uint8Array(p));
  for (let k = 0; k < columns; k++) {
    const panel = used[place[k]! >>> 3]!;
    for (let j = 0; j < p; j++) if (coefficients[k * p + j] !== 0) panel[j] = 1;
  }
  const usage = new Int32Array(p);
  for (const panel of used) for (let j = 0; j < p; j++) usage[j] = usage[j]! + panel[j]!;
  const support = Int32Array.from(usage.keys()).filter((j) => usage[j]! > 0);
  const selected = selectFeatures(store.layout, store.features, support);
  const dense = selected.dense.count;
  const featureAt = new Int32Array(dense);
  support.forEach((j, s) => {
    if (selected.slots[s]! < dense) featureAt[selected.slots[s]!] = j;
  });
  const order = Int32Array.from(featureAt.keys()).sort((a, b) => usage[featureAt[b]!]! - usage[featureAt[a]!]! || a - b);
  const ends = Int32Array.from(used, (panel) => order.reduce((end, slot, at) => (panel[featureAt[slot]!] === 1 ? at + 1 : end), 0));
  const cost = ends.reduce((sum, end) => sum + end, 0) + GATHER_PANELS * dense;
  const others = support.length - dense < (p - all.dense.count) / 2;
  if (cost >= panels * all.dense.count && !others) return null;
  return { support, selection: reorderDense(selected, order), ends };
}
