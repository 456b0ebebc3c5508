/**
 * Which features take part in an operation, and where they stand in a kernel's
 * vectors and matrices ('slots'). Slots are laid out part by part:
 *
 *   dense columns | code column: slot 0 'no feature', then its levels | ... | sparse indices
 *
 * so that a code or a sparse index addresses its slot directly. A selection of
 * all features needs no copy of the rows; any other gathers dense columns,
 * translates codes and filters sparse entries tile by tile (block/tile.ts).
 */
import type { FeatureMap, RowLayout } from './store.ts';

export interface Selection {
  /** Features selected (q). */
  readonly count: number;
  /** Slot of each selected feature, q. */
  readonly slots: Int32Array;
  /** Slots in all, a multiple of 16. */
  readonly size: number;
  readonly dense: { readonly count: number; /** Stored columns to gather; null: all, in place. */ readonly index: Int32Array | null };
  readonly codes: readonly CodeSelection[];
  readonly sparse: { readonly base: number; readonly count: number; /** New index of each stored index, 0 = leave out; null: all, in place. */ readonly map: Uint32Array | null } | null;
}

export interface CodeSelection {
  /** Stored code column. */
  readonly column: number;
  /** Slot of code 0. */
  readonly base: number;
  /** Slots, code 0 included. */
  readonly count: number;
  /** New code of each stored code; null: as stored. */
  readonly map: Uint32Array | null;
}

const round16 = (count: number): number => Math.ceil(count / 16) * 16;

/** The selection of `features` (ascending), or of all. Cost: O(p). */
export function selectFeatures(layout: RowLayout, map: FeatureMap, features: Int32Array | null): Selection {
  const count = features === null ? map.count : features.length;
  const position = new Int32Array(map.count);
  if (features === null) for (let j = 0; j < map.count; j++) position[j] = j;
  else {
    position.fill(-1);
    features.forEach((feature, at) => (position[feature] = at));
  }
  const slots = new Int32Array(count);

  const denseIndex: number[] = [];
  map.dense.forEach((feature, column) => {
    const at = position[feature]!;
    if (at < 0) return;
    slots[at] = denseIndex.length;
    denseIndex.push(column);
  });
  const dense = { count: denseIndex.length, index: denseIndex.length === layout.dense ? null : Int32Array.from(denseIndex) };
  let base = round16(dense.count);

  const codes: CodeSelection[] = [];
  map.codes.forEach((levels, column) => {
    const codeMap = new Uint32Array(levels.length + 1);
    let selected = 0;
    levels.forEach((feature, level) => {
      const at = position[feature]!;
      if (at < 0) return;
      codeMap[level + 1] = ++selected;
      slots[at] = base + selected;
    });
    if (selected === 0) return;
    codes.push({ column, base, count: selected + 1, map: selected === levels.length ? null : codeMap });
    base += selected + 1;
  });

  let sparse: Selection['sparse'] = null;
  if (layout.sparse) {
    const width = map.sparse.length;
    const selected = map.sparse.reduce((sum, feature) => sum + (position[feature]! >= 0 ? 1 : 0), 0);
    if (selected === width) {
      map.sparse.forEach((feature, index) => (slots[position[feature]!] = base + index));
      sparse = { base, count: width, map: null };
      base += width;
    } else if (selected > 0) {
      const indexMap = new Uint32Array(width);
      let next = 0;
      map.sparse.forEach((feature, index) => {
        const at = position[feature]!;
        if (at < 0) return;
        indexMap[index] = ++next;
        slots[at] = base + next;
      });
      sparse = { base, count: selected + 1, map: indexMap };
      base += selected + 1;
    }
  }
  return { count, slots, size: Math.max(16, round16(base)), dense, codes, sparse };
}

/** Dense columns in another order: `order[s]` is the slot that comes to stand at slot s. */
export function reorderDense(selection: Selection, order: Int32Array): Selection {
  const { dense, slots } = selection;
  const position = new Int32Array(order.length);
  order.forEach((from, to) => (position[from] = to));
  return {
    ...selection,
    slots: slots.map((slot) => (slot < dense.count ? position[slot]! : slot)),
    dense: { count: dense.count, index: order.map((slot) => (dense.index === null ? slot : dense.index[slot]!)) },
  };
}
