/** Few rows brought here as arrays, and their features as columns of numbers. */
import type { GatheredRows } from './gather.ts';
import type { FeatureMap } from './store.ts';

export interface TakenRows {
  readonly rows: GatheredRows;
  /** Which feature each stored column is. */
  readonly map: FeatureMap;
}

/** How a column is made of a stored feature: (x - reference) times factor. */
export interface ColumnScale {
  /** p each. */
  readonly reference: Float64Array;
  readonly factor: Float64Array;
}

/**
 * The columns of `features` (ascending), one after the other: q x n numbers, in shared memory, so that any thread can
 * read them where they lie. Cost: one read of the rows, q n numbers written.
 */
export function columnsOf({ rows: taken, map }: TakenRows, features: Int32Array, { reference, factor }: ColumnScale): Float64Array {
  const n = taken.rows;
  const out = new Float64Array(new SharedArrayBuffer(features.length * n * 8));
  /** Where the column of a feature begins; -1: it is not wanted. */
  const start = new Float64Array(map.count).fill(-1);
  features.forEach((feature, at) => {
    start[feature] = at * n;
    out.fill(-reference[feature]! * factor[feature]!, at * n, (at + 1) * n);
  });
  const wanted = Array.from(map.dense.keys()).filter((column) => start[map.dense[column]!]! >= 0);
  for (let i = 0; i < n; i++) {
    const row = i * map.dense.length;
    for (const column of wanted) {
      const feature = map.dense[column]!;
      out[start[feature]! + i] = (taken.dense[row + column]! - reference[feature]!) * factor[feature]!;
    }
  }
  const put = (feature: number, i: number, value: number): void => {
    const at = start[feature]!;
    if (at >= 0) out[at + i] = (value - reference[feature]!) * factor[feature]!;
  };
  map.codes.forEach((levels, column) => taken.codes[column]!.forEach((code, i) => code > 0 && put(levels[code - 1]!, i, 1)));
  if (taken.indptr.length > 0) {
    for (let i = 0; i < n; i++) for (let e = taken.indptr[i]!; e < taken.indptr[i + 1]!; e++) put(map.sparse[taken.indices[e]!]!, i, taken.values[e]!);
  }
  return out;
}
