/** How the columns of a pass share panels of 8, and which features each panel is multiplied by. */
import { reorderDense, selectFeatures } from '../block/selection.ts';
import type { Selection } from '../block/selection.ts';
import type { BlockStore } from '../block/store.ts';
import { PANEL } from '../kernels/kernels.ts';

type Range = readonly [from: number, to: number];

/** Where column k stands: lane `place[k] % 8` of panel `place[k] >> 3`. */
export interface Places {
  readonly place: Int32Array;
  readonly panels: number;
  /** Of each fold: the panels of which all columns leave it out, and the panels of which some do. */
  readonly leaving: readonly { readonly all: Range; readonly some: Range }[];
}

/**
 * Panels are filled with columns that leave out the same fold. What is left of each fold's columns, the first of them
 * and fewer than a panel, has a panel of its own, unless all folds' together take fewer panels.
 * @param heldOut the fold of `folds` that each column leaves out, -1 for none; null: none does
 */
export function placeColumns(columns: number, folds: number, heldOut: Int32Array | null): Places {
  if (heldOut === null) return { place: Int32Array.from({ length: columns }, (_, k) => k), panels: Math.ceil(columns / PANEL), leaving: [] };
  const place = new Int32Array(columns);
  const sets = Array.from({ length: folds + 1 }, (): number[] => []);
  heldOut.forEach((fold, k) => sets[fold + 1]!.push(k));
  const odd = sets.map(({ length }) => length % PANEL);
  const mixed = Math.ceil(odd.reduce((sum, count) => sum + count, 0) / PANEL) < odd.filter((count) => count > 0).length;
  let next = 0;
  const fill = (members: readonly number[]): Range => {
    const from = next;
    for (const k of members) place[k] = next++;
    const end = Math.ceil(next / PANEL);
    return [from === next ? end : Math.floor(from / PANEL), end];
  };
  const all = sets.map((members, set): Range => {
    const panels = fill(mixed ? members.slice(odd[set]!) : members);
    next = Math.ceil(next / PANEL) * PANEL;
    return panels;
  });
  const some = sets.map((members, set) => fill(mixed ? members.slice(0, odd[set]!) : []));
  return { place, panels: Math.ceil(next / PANEL), leaving: all.slice(1).map((range, fold) => ({ all: range, some: some[fold + 1]! })) };
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
