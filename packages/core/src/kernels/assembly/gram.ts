import { ONE } from './constants';
import { columnsNarrow, columnsWide } from './tiles';

/** GRAM_ROWS of kernels.ts. */
const ROWS = 208;
/** Bytes of a packed panel: its rows and one line more, so that panels do not fall on the same cache sets. */
export const PANEL_BYTES: usize = ROWS * 64 + 64;
/** Columns of a cache block: 12 packed panels, 150 KB, stay in the second cache. */
export const BLOCK = 96;

/**
 * Packs sqrt(w) X, at most 208 rows, into panels of 8 columns (rows of 64 bytes); the last panel is filled with zeros.
 * Rows of weight 0 are left out. Returns the number of rows packed. w = 0 (null): unit weights.
 */
export function pack(n: i32, p: i32, x: usize, ldx: i32, w: usize, packed: usize): i32 {
  const row = <usize>ldx << 3;
  const step: usize = w ? 8 : 0;
  if (!w) w = ONE;
  let to = packed;
  for (; n > 0; n--, x += row, w += step) {
    const weight = load<f64>(w);
    if (weight == 0) continue;
    const root = f64x2.splat(Math.sqrt(weight));
    let from = x, d = to, j = p;
    for (; j >= 8; j -= 8, from += 64, d += PANEL_BYTES) {
      const x0 = f64x2.mul(v128.load(from), root);
      const x1 = f64x2.mul(v128.load(from, 16), root);
      const x2 = f64x2.mul(v128.load(from, 32), root);
      const x3 = f64x2.mul(v128.load(from, 48), root);
      v128.store(d, x0);
      v128.store(d, x1, 16);
      v128.store(d, x2, 32);
      v128.store(d, x3, 48);
    }
    if (j > 0) {
      for (let c = 0; c < 8; c++, from += 8, d += 8) {
        store<f64>(d, c < j ? load<f64>(from) * f64x2.extract_lane(root, 0) : 0);
      }
    }
    to += 64;
  }
  return <i32>((to - packed) >> 6);
}

/**
 * C += Z'Z for the first `rows` rows of C, the 4 x 8 tiles on and above the diagonal: both operands of the product are
 * the one packed Z, k rows of p columns. C has its rows `row` bytes apart.
 */
@inline
export function addSquare(wide: bool, k: i32, rows: i32, p: i32, packed: usize, to: usize, row: usize): void {
  for (let jb = 0; jb < p; jb += BLOCK) {
    const je = min(jb + BLOCK, p);
    for (let ib = 0; ib < min(je, rows); ib += BLOCK) {
      for (let j = jb; j < je; j += 8) {
        const b = packed + <usize>(j >> 3) * PANEL_BYTES;
        const ie = min(min(ib + BLOCK, rows), j + 8);
        for (let i = ib; i < ie; i += 4) {
          const a = packed + <usize>(i >> 3) * PANEL_BYTES + (<usize>(i & 4) << 3);
          const c = to + <usize>i * row + (<usize>j << 3);
          if (wide) {
            columnsWide(k, a, 64, b, c, row);
          } else {
            // The left half of a tile at the lower edge of the diagonal block lies below the diagonal.
            if (i <= j) columnsNarrow(k, a, 64, b, c, row);
            columnsNarrow(k, a, 64, b + 32, c + 32, row);
          }
        }
      }
    }
  }
}

/** G += X' diag(w) X as the square of the packed tile sqrt(w) X (w >= 0). Cost n p (p + 1) flops, and n p to pack. */
@inline
function gram(wide: bool, n: i32, p: i32, x: usize, ldx: i32, w: usize, g: usize, ldg: i32, workspace: usize): void {
  addSquare(wide, pack(n, p, x, ldx, w, workspace), p, p, workspace, g, <usize>ldg << 3);
}

export function gramWide(n: i32, p: i32, x: usize, ldx: i32, w: usize, g: usize, ldg: i32, workspace: usize): void {
  gram(true, n, p, x, ldx, w, g, ldg, workspace);
}

export function gramNarrow(n: i32, p: i32, x: usize, ldx: i32, w: usize, g: usize, ldg: i32, workspace: usize): void {
  gram(false, n, p, x, ldx, w, g, ldg, workspace);
}
