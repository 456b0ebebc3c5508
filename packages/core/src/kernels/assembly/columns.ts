/*
 * One column of coefficients: both products are bound by reading X. A tile of X between 128 and 256 KB, read by
 * psiColumn and then by gradientColumn, comes from memory once.
 */

/**
 * psi[i] += sum_j x[i, j] b[j]. Two rows at a time, half the matrix apart: two streams keep memory busier than one
 * (measured: 38 against 32 GB/s where a bare sum reads 41), four or neighbouring rows do worse. Element j of a row is
 * added to partial sum (j / 2) mod 4, whichever rows go together.
 */
export function psiColumn(n: i32, p: i32, x: usize, ldx: i32, b: usize, psi: usize): void {
  const row = <usize>ldx << 3;
  const half = <usize>(n >> 1);
  const far = half * row;
  for (let left = half; left > 0; left--, x += row, psi += 8) {
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let t0 = s0, t1 = s0, t2 = s0, t3 = s0;
    let a = x, z = x + far, c = b;
    for (let k = p >> 3; k > 0; k--, a += 64, z += 64, c += 64) {
      const b0 = v128.load(c), b1 = v128.load(c, 16), b2 = v128.load(c, 32), b3 = v128.load(c, 48);
      s0 = f64x2.relaxed_madd(v128.load(a), b0, s0);
      s1 = f64x2.relaxed_madd(v128.load(a, 16), b1, s1);
      s2 = f64x2.relaxed_madd(v128.load(a, 32), b2, s2);
      s3 = f64x2.relaxed_madd(v128.load(a, 48), b3, s3);
      t0 = f64x2.relaxed_madd(v128.load(z), b0, t0);
      t1 = f64x2.relaxed_madd(v128.load(z, 16), b1, t1);
      t2 = f64x2.relaxed_madd(v128.load(z, 32), b2, t2);
      t3 = f64x2.relaxed_madd(v128.load(z, 48), b3, t3);
    }
    finishRow(p, a, c, psi, s0, s1, s2, s3);
    finishRow(p, z, c, psi + (half << 3), t0, t1, t2, t3);
  }
  if (n & 1) {
    x += far;
    psi += half << 3;
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let k = p >> 3; k > 0; k--, x += 64, b += 64) {
      s0 = f64x2.relaxed_madd(v128.load(x), v128.load(b), s0);
      s1 = f64x2.relaxed_madd(v128.load(x, 16), v128.load(b, 16), s1);
      s2 = f64x2.relaxed_madd(v128.load(x, 32), v128.load(b, 32), s2);
      s3 = f64x2.relaxed_madd(v128.load(x, 48), v128.load(b, 48), s3);
    }
    finishRow(p, x, b, psi, s0, s1, s2, s3);
  }
}

/** The last p mod 8 elements of a row, and its sum added to psi. */
@inline
function finishRow(p: i32, x: usize, b: usize, psi: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  let pairs = s0;
  for (let k = (p & 7) >> 1; k > 0; k--, x += 16, b += 16) pairs = f64x2.relaxed_madd(v128.load(x), v128.load(b), pairs);
  pairs = f64x2.add(f64x2.add(pairs, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
  if (p & 1) sum += load<f64>(x) * load<f64>(b);
  store<f64>(psi, load<f64>(psi) + sum);
}

/** g[j] += sum_i x[i, j] r[i], each sum in row order; eight rows at a time, so that g is read and written once in eight. */
export function gradientColumn(n: i32, p: i32, x: usize, ldx: i32, r: usize, g: usize): void {
  const row = <usize>ldx << 3;
  for (; n >= 8; n -= 8, x += row << 3, r += 64) addEightRows(p, x, row, r, 8, g);
  for (; n > 0; n--, x += row, r += 8) addScaledRow(p, load<f64>(r), x, g);
}

/** g[j] += sum over k < 8 of x[k, j] r_k, in row order; row k of x at x + k row, r_k at r + k step. */
@inline
export function addEightRows(p: i32, x: usize, row: usize, r: usize, step: usize, g: usize): void {
  const r0 = v128.load_splat<f64>(r), r1 = v128.load_splat<f64>(r + step), r2 = v128.load_splat<f64>(r + step * 2), r3 = v128.load_splat<f64>(r + step * 3);
  const r4 = v128.load_splat<f64>(r + step * 4), r5 = v128.load_splat<f64>(r + step * 5), r6 = v128.load_splat<f64>(r + step * 6), r7 = v128.load_splat<f64>(r + step * 7);
  let a = x, c = g;
  for (let fours = p >> 2; fours > 0; fours--, a += 32, c += 32) {
    let c0 = v128.load(c), c1 = v128.load(c, 16), z = a;
    c0 = f64x2.relaxed_madd(v128.load(z), r0, c0);
    c1 = f64x2.relaxed_madd(v128.load(z, 16), r0, c1);
    z += row;
    c0 = f64x2.relaxed_madd(v128.load(z), r1, c0);
    c1 = f64x2.relaxed_madd(v128.load(z, 16), r1, c1);
    z += row;
    c0 = f64x2.relaxed_madd(v128.load(z), r2, c0);
    c1 = f64x2.relaxed_madd(v128.load(z, 16), r2, c1);
    z += row;
    c0 = f64x2.relaxed_madd(v128.load(z), r3, c0);
    c1 = f64x2.relaxed_madd(v128.load(z, 16), r3, c1);
    z += row;
    c0 = f64x2.relaxed_madd(v128.load(z), r4, c0);
    c1 = f64x2.relaxed_madd(v128.load(z, 16), r4, c1);
    z += row;
    c0 = f64x2.relaxed_madd(v128.load(z), r5, c0);
    c1 = f64x2.relaxed_madd(v128.load(z, 16), r5, c1);
    z += row;
    c0 = f64x2.relaxed_madd(v128.load(z), r6, c0);
    c1 = f64x2.relaxed_madd(v128.load(z, 16), r6, c1);
    z += row;
    c0 = f64x2.relaxed_madd(v128.load(z), r7, c0);
    c1 = f64x2.relaxed_madd(v128.load(z, 16), r7, c1);
    v128.store(c, c0);
    v128.store(c, c1, 16);
  }
  for (let j = p & 3; j > 0; j--, a += 8, c += 8) {
    let sum = load<f64>(c), z = a;
    for (let k: usize = 0; k < 8; k++, z += row) sum += load<f64>(z) * load<f64>(r + k * step);
    store<f64>(c, sum);
  }
}

/** g[j] += scale x[j], j < p. */
@inline
export function addScaledRow(p: i32, scale: f64, x: usize, g: usize): void {
  const s = f64x2.splat(scale);
  for (let left = p >> 2; left > 0; left--, x += 32, g += 32) {
    const g0 = f64x2.relaxed_madd(v128.load(x), s, v128.load(g));
    const g1 = f64x2.relaxed_madd(v128.load(x, 16), s, v128.load(g, 16));
    v128.store(g, g0);
    v128.store(g, g1, 16);
  }
  for (let left = p & 3; left > 0; left--, x += 8, g += 8) store<f64>(g, load<f64>(g) + load<f64>(x) * scale);
}
