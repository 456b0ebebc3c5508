/**
 * The folds of a cross-validation: which rows each of them holds. A fold is a
 * pure function of the row's number, or stands beside the row, so that
 * whoever holds the row knows it.
 */

export interface FoldSpec {
  /** F, at least 2. */
  readonly count: number;
  /**
   * modulo: row i (counted from 0) is in fold i mod F; shuffle: so is its place
   * in a seeded permutation of all row numbers; column: the fold is loaded with the row.
   */
  readonly by: 'modulo' | 'shuffle' | 'column';
  /** Of the shuffle; an unsigned 32-bit number. */
  readonly seed: number;
}

/** The fold of each of `rows` row numbers. Cost: O(1) a row. */
export function foldNumbering({ by, count, seed }: FoldSpec, rows: number): (row: number) => number {
  if (by === 'modulo') return (row) => row % count;
  const place = permutation(rows, seed);
  return (row) => place(row) % count;
}

/** Rounds of the Feistel network. */
const ROUNDS = 6;

/**
 * A seeded permutation of 0 .. size-1 without a table: a Feistel network on the
 * smallest square of a power of two that holds `size`, walked until the number
 * is below `size` (less than four steps in the mean). Balanced folds follow, as every place is taken once.
 */
function permutation(size: number, seed: number): (value: number) => number {
  let bits = 1;
  while (4 ** bits < size) bits++;
  const half = 2 ** bits;
  const keys = Uint32Array.from({ length: ROUNDS }, (_, round) => mix(mix(seed >>> 0) ^ Math.imul(round + 1, 0x9e3779b1)));
  const once = (value: number): number => {
    let left = Math.floor(value / half);
    let right = value % half;
    for (const key of keys) {
      const next = (left ^ mix(right ^ key)) & (half - 1);
      left = right;
      right = next;
    }
    return left * half + right;
  };
  return (value) => {
    let place = once(value);
    while (place >= size) place = once(place);
    return place;
  };
}

/** The 32-bit finaliser of MurmurHash3. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
