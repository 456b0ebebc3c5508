import { addEightRows, addScaledRow } from './columns';
import { ONE } from './constants';

/**
 * Sums, cross moments and squares of the columns of a tile: sum[j] += sum_i w[i] x[i, j], cross[j] += sum_i r[i] x[i, j]
 * and, unless square is null, square[j] += sum_i w[i] x[i, j]^2, each in row order. Eight rows come from memory at a
 * time, and from the first cache for each of the three. w = 0 (null): unit weights. Rows of weight 0 are left out.
 */
export function momentColumns(n: i32, p: i32, x: usize, ldx: i32, w: usize, r: usize, sum: usize, cross: usize, square: usize): void {
  const row = <usize>ldx << 3;
  const step: usize = w ? 8 : 0;
  if (!w) w = ONE;
  for (; n >= 8; n -= 8, x += row << 3, w += step << 3, r += 64) {
    if (allPresent(w, step)) {
      addEightRows(p, x, row, w, step, sum);
      addEightRows(p, x, row, r, 8, cross);
      if (square) addEightSquares(p, x, row, w, step, square);
    } else {
      for (let k: usize = 0; k < 8; k++) oneRow(p, x + k * row, load<f64>(w + k * step), load<f64>(r + (k << 3)), sum, cross, square);
    }
  }
  for (; n > 0; n--, x += row, w += step, r += 8) oneRow(p, x, load<f64>(w), load<f64>(r), sum, cross, square);
}

/** Whether none of eight weights is 0. */
@inline
function allPresent(w: usize, step: usize): bool {
  for (let k: usize = 0; k < 8; k++, w += step) if (load<f64>(w) == 0) return false;
  return true;
}

/** square[j] += sum over k < 8 of w_k x[k, j]^2, in row order; w_k at w + k step. */
@inline
function addEightSquares(p: i32, x: usize, row: usize, w: usize, step: usize, square: usize): void {
  const w0 = v128.load_splat<f64>(w), w1 = v128.load_splat<f64>(w + step), w2 = v128.load_splat<f64>(w + step * 2), w3 = v128.load_splat<f64>(w + step * 3);
  const w4 = v128.load_splat<f64>(w + step * 4), w5 = v128.load_splat<f64>(w + step * 5), w6 = v128.load_splat<f64>(w + step * 6), w7 = v128.load_splat<f64>(w + step * 7);
  let a = x, c = square;
  for (let fours = p >> 2; fours > 0; fours--, a += 32, c += 32) {
    let c0 = v128.load(c), c1 = v128.load(c, 16), z = a;
    c0 = f64x2.relaxed_madd(f64x2.mul(v128.load(z), w0), v128.load(z), c0);
    c1 = f64x2.relaxed_madd(f64x2.mul(v128.load(z, 16), w0), v128.load(z, 16), c1);
    z += row;
    c0 = f64x2.relaxed_madd(f64x2.mul(v128.load(z), w1), v128.load(z), c0);
    c1 = f64x2.relaxed_madd(f64x2.mul(v128.load(z, 16), w1), v128.load(z, 16), c1);
    z += row;
    c0 = f64x2.relaxed_madd(f64x2.mul(v128.load(z), w2), v128.load(z), c0);
    c1 = f64x2.relaxed_madd(f64x2.mul(v128.load(z, 16), w2), v128.load(z, 16), c1);
    z += row;
    c0 = f64x2.relaxed_madd(f64x2.mul(v128.load(z), w3), v128.load(z), c0);
    c1 = f64x2.relaxed_madd(f64x2.mul(v128.load(z, 16), w3), v128.load(z, 16), c1);
    z += row;
    c0 = f64x2.relaxed_madd(f64x2.mul(v128.load(z), w4), v128.load(z), c0);
    c1 = f64x2.relaxed_madd(f64x2.mul(v128.load(z, 16), w4), v128.load(z, 16), c1);
    z += row;
    c0 = f64x2.relaxed_madd(f64x2.mul(v128.load(z), w5), v128.load(z), c0);
    c1 = f64x2.relaxed_madd(f64x2.mul(v128.load(z, 16), w5), v128.load(z, 16), c1);
    z += row;
    c0 = f64x2.relaxed_madd(f64x2.mul(v128.load(z), w6), v128.load(z), c0);
    c1 = f64x2.relaxed_madd(f64x2.mul(v128.load(z, 16), w6), v128.load(z, 16), c1);
    z += row;
    c0 = f64x2.relaxed_madd(f64x2.mul(v128.load(z), w7), v128.load(z), c0);
    c1 = f64x2.relaxed_madd(f64x2.mul(v128.load(z, 16), w7), v128.load(z, 16), c1);
    v128.store(c, c0);
    v128.store(c, c1, 16);
  }
  for (let j = p & 3; j > 0; j--, a += 8, c += 8) {
    let sum = load<f64>(c), z = a;
    for (let k: usize = 0; k < 8; k++, z += row) sum += load<f64>(z) * load<f64>(w + k * step) * load<f64>(z);
    store<f64>(c, sum);
  }
}

/** One row of weight w; none of weight 0. The same additions as eight rows at a time make. */
function oneRow(p: i32, x: usize, w: f64, r: f64, sum: usize, cross: usize, square: usize): void {
  if (w == 0) return;
  addScaledRow(p, w, x, sum);
  addScaledRow(p, r, x, cross);
  if (!square) return;
  const u = f64x2.splat(w);
  for (let pairs = (p >> 2) << 1; pairs > 0; pairs--, x += 16, square += 16) {
    const value = v128.load(x);
    v128.store(square, f64x2.relaxed_madd(f64x2.mul(value, u), value, v128.load(square)));
  }
  for (let j = p & 3; j > 0; j--, x += 8, square += 8) store<f64>(square, load<f64>(square) + load<f64>(x) * w * load<f64>(x));
}
