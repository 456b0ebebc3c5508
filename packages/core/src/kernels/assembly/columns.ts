/**
 * One column of coefficients: both products are bound by reading X.
 *
 * psi[i] += sum_j x[i, j] b[j]: row by row, in sequence; element j of a row is
 * added to partial sum (j / 2) mod 4.
 */
export function psiColumn(n: i32, p: i32, x: usize, ldx: i32, b: usize, psi: usize): void {
  const skip = <usize>(ldx - p) << 3;
  const end = psi + (<usize>n << 3);
  for (; psi < end; psi += 8, x += skip) {
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let c = b;
    for (let left = p >> 3; left > 0; left--, x += 64, c += 64) {
      s0 = f64x2.relaxed_madd(v128.load(x), v128.load(c), s0);
      s1 = f64x2.relaxed_madd(v128.load(x, 16), v128.load(c, 16), s1);
      s2 = f64x2.relaxed_madd(v128.load(x, 32), v128.load(c, 32), s2);
      s3 = f64x2.relaxed_madd(v128.load(x, 48), v128.load(c, 48), s3);
    }
    for (let left = (p & 7) >> 1; left > 0; left--, x += 16, c += 16) {
      s0 = f64x2.relaxed_madd(v128.load(x), v128.load(c), s0);
    }
    s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
    let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
    if (p & 1) {
      sum += load<f64>(x) * load<f64>(c);
      x += 8;
    }
    store<f64>(psi, load<f64>(psi) + sum);
  }
}

/** g[j] += sum_i x[i, j] r[i]: four rows at a time, so that g is read and written once in four rows; each sum in row order. */
export function gradientColumn(n: i32, p: i32, x: usize, ldx: i32, r: usize, g: usize): void {
  const row = <usize>ldx << 3;
  const rest = n & 3;
  for (let left = n >> 2; left > 0; left--, x += row << 2, r += 32) {
    const r0 = v128.load_splat<f64>(r), r1 = v128.load_splat<f64>(r, 8), r2 = v128.load_splat<f64>(r, 16), r3 = v128.load_splat<f64>(r, 24);
    let x0 = x, x1 = x + row, x2 = x1 + row, x3 = x2 + row, c = g;
    for (let pairs = p >> 2; pairs > 0; pairs--, c += 32, x0 += 32, x1 += 32, x2 += 32, x3 += 32) {
      let c0 = v128.load(c), c1 = v128.load(c, 16);
      c0 = f64x2.relaxed_madd(v128.load(x0), r0, c0);
      c1 = f64x2.relaxed_madd(v128.load(x0, 16), r0, c1);
      c0 = f64x2.relaxed_madd(v128.load(x1), r1, c0);
      c1 = f64x2.relaxed_madd(v128.load(x1, 16), r1, c1);
      c0 = f64x2.relaxed_madd(v128.load(x2), r2, c0);
      c1 = f64x2.relaxed_madd(v128.load(x2, 16), r2, c1);
      c0 = f64x2.relaxed_madd(v128.load(x3), r3, c0);
      c1 = f64x2.relaxed_madd(v128.load(x3, 16), r3, c1);
      v128.store(c, c0);
      v128.store(c, c1, 16);
    }
    for (let j = p & 3; j > 0; j--, c += 8, x0 += 8, x1 += 8, x2 += 8, x3 += 8) {
      store<f64>(c, load<f64>(c)
        + load<f64>(x0) * f64x2.extract_lane(r0, 0)
        + load<f64>(x1) * f64x2.extract_lane(r1, 0)
        + load<f64>(x2) * f64x2.extract_lane(r2, 0)
        + load<f64>(x3) * f64x2.extract_lane(r3, 0));
    }
  }
  for (let left = rest; left > 0; left--, x += row, r += 8) addScaledRow(p, load<f64>(r), x, g);
}

/** g[j] += scale x[j], j < p. */
// @ts-ignore: decorator
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
