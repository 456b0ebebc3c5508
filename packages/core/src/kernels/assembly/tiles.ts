/**
 * The micro-kernels of all dense products: C += A B for a 4 x 8 tile of C,
 *
 *   C[s, c] += sum over k of A[k, s] B[k, c],   s < 4, c < 8,
 *
 * the sum over k in order, from zero, added to C at the end. B is a panel:
 * row k of 8 numbers at b + 64 k. 64 flops an iteration.
 *
 * The loops are NOT unrolled: unrolled ones ran at two thirds of the speed
 * (V8 spills accumulators). The wide tiles hold 16 vectors of 2; where V8 joins
 * neighbouring vectors into 256-bit ones (--experimental-wasm-revectorize) they
 * are 8 registers, else they spill, and the narrow tiles of 4 x 4 are faster.
 * V8 joins vectors backwards from stores to neighbouring addresses, hence the
 * write-back as loads, additions, stores. Wide and narrow do the same
 * arithmetic on each element: they agree bit for bit.
 */

/** A[k, s] at a + k step + 8 s: four neighbouring columns of row-major data. */
export function columnsWide(k: i32, a: usize, step: usize, b: usize, c: usize, ldc: usize): void {
  let c00 = f64x2.splat(0), c01 = c00, c02 = c00, c03 = c00;
  let c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00;
  let c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  while (k > 0) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load_splat<f64>(a);
    c00 = f64x2.relaxed_madd(x, b0, c00);
    c01 = f64x2.relaxed_madd(x, b1, c01);
    c02 = f64x2.relaxed_madd(x, b2, c02);
    c03 = f64x2.relaxed_madd(x, b3, c03);
    x = v128.load_splat<f64>(a, 8);
    c10 = f64x2.relaxed_madd(x, b0, c10);
    c11 = f64x2.relaxed_madd(x, b1, c11);
    c12 = f64x2.relaxed_madd(x, b2, c12);
    c13 = f64x2.relaxed_madd(x, b3, c13);
    x = v128.load_splat<f64>(a, 16);
    c20 = f64x2.relaxed_madd(x, b0, c20);
    c21 = f64x2.relaxed_madd(x, b1, c21);
    c22 = f64x2.relaxed_madd(x, b2, c22);
    c23 = f64x2.relaxed_madd(x, b3, c23);
    x = v128.load_splat<f64>(a, 24);
    c30 = f64x2.relaxed_madd(x, b0, c30);
    c31 = f64x2.relaxed_madd(x, b1, c31);
    c32 = f64x2.relaxed_madd(x, b2, c32);
    c33 = f64x2.relaxed_madd(x, b3, c33);
    a += step;
    b += 64;
    k--;
  }
  addRow(c, c00, c01, c02, c03);
  c += ldc;
  addRow(c, c10, c11, c12, c13);
  c += ldc;
  addRow(c, c20, c21, c22, c23);
  c += ldc;
  addRow(c, c30, c31, c32, c33);
}

/** As columnsWide, for 4 of the 8 columns of C: b and c point at the first of them. */
export function columnsNarrow(k: i32, a: usize, step: usize, b: usize, c: usize, ldc: usize): void {
  let c00 = f64x2.splat(0), c01 = c00;
  let c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00;
  while (k > 0) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f64>(a);
    c00 = f64x2.relaxed_madd(x, b0, c00);
    c01 = f64x2.relaxed_madd(x, b1, c01);
    x = v128.load_splat<f64>(a, 8);
    c10 = f64x2.relaxed_madd(x, b0, c10);
    c11 = f64x2.relaxed_madd(x, b1, c11);
    x = v128.load_splat<f64>(a, 16);
    c20 = f64x2.relaxed_madd(x, b0, c20);
    c21 = f64x2.relaxed_madd(x, b1, c21);
    x = v128.load_splat<f64>(a, 24);
    c30 = f64x2.relaxed_madd(x, b0, c30);
    c31 = f64x2.relaxed_madd(x, b1, c31);
    a += step;
    b += 64;
    k--;
  }
  addHalfRow(c, c00, c01);
  c += ldc;
  addHalfRow(c, c10, c11);
  c += ldc;
  addHalfRow(c, c20, c21);
  c += ldc;
  addHalfRow(c, c30, c31);
}

/** A[k, s] at a_s + 8 k: four rows of row-major data. C is a panel. */
export function rowsWide(k: i32, a0: usize, a1: usize, a2: usize, a3: usize, b: usize, c: usize): void {
  let c00 = f64x2.splat(0), c01 = c00, c02 = c00, c03 = c00;
  let c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00;
  let c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  while (k > 0) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load_splat<f64>(a0);
    c00 = f64x2.relaxed_madd(x, b0, c00);
    c01 = f64x2.relaxed_madd(x, b1, c01);
    c02 = f64x2.relaxed_madd(x, b2, c02);
    c03 = f64x2.relaxed_madd(x, b3, c03);
    x = v128.load_splat<f64>(a1);
    c10 = f64x2.relaxed_madd(x, b0, c10);
    c11 = f64x2.relaxed_madd(x, b1, c11);
    c12 = f64x2.relaxed_madd(x, b2, c12);
    c13 = f64x2.relaxed_madd(x, b3, c13);
    x = v128.load_splat<f64>(a2);
    c20 = f64x2.relaxed_madd(x, b0, c20);
    c21 = f64x2.relaxed_madd(x, b1, c21);
    c22 = f64x2.relaxed_madd(x, b2, c22);
    c23 = f64x2.relaxed_madd(x, b3, c23);
    x = v128.load_splat<f64>(a3);
    c30 = f64x2.relaxed_madd(x, b0, c30);
    c31 = f64x2.relaxed_madd(x, b1, c31);
    c32 = f64x2.relaxed_madd(x, b2, c32);
    c33 = f64x2.relaxed_madd(x, b3, c33);
    a0 += 8;
    a1 += 8;
    a2 += 8;
    a3 += 8;
    b += 64;
    k--;
  }
  addRow(c, c00, c01, c02, c03);
  addRow(c + 64, c10, c11, c12, c13);
  addRow(c + 128, c20, c21, c22, c23);
  addRow(c + 192, c30, c31, c32, c33);
}

/** As rowsWide, for 4 of the 8 columns of C: b and c point at the first of them. */
export function rowsNarrow(k: i32, a0: usize, a1: usize, a2: usize, a3: usize, b: usize, c: usize): void {
  let c00 = f64x2.splat(0), c01 = c00;
  let c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00;
  while (k > 0) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f64>(a0);
    c00 = f64x2.relaxed_madd(x, b0, c00);
    c01 = f64x2.relaxed_madd(x, b1, c01);
    x = v128.load_splat<f64>(a1);
    c10 = f64x2.relaxed_madd(x, b0, c10);
    c11 = f64x2.relaxed_madd(x, b1, c11);
    x = v128.load_splat<f64>(a2);
    c20 = f64x2.relaxed_madd(x, b0, c20);
    c21 = f64x2.relaxed_madd(x, b1, c21);
    x = v128.load_splat<f64>(a3);
    c30 = f64x2.relaxed_madd(x, b0, c30);
    c31 = f64x2.relaxed_madd(x, b1, c31);
    a0 += 8;
    a1 += 8;
    a2 += 8;
    a3 += 8;
    b += 64;
    k--;
  }
  addHalfRow(c, c00, c01);
  addHalfRow(c + 64, c10, c11);
  addHalfRow(c + 128, c20, c21);
  addHalfRow(c + 192, c30, c31);
}

@inline
function addRow(c: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  const t0 = f64x2.add(v128.load(c), s0);
  const t1 = f64x2.add(v128.load(c, 16), s1);
  const t2 = f64x2.add(v128.load(c, 32), s2);
  const t3 = f64x2.add(v128.load(c, 48), s3);
  v128.store(c, t0);
  v128.store(c, t1, 16);
  v128.store(c, t2, 32);
  v128.store(c, t3, 48);
}

@inline
function addHalfRow(c: usize, s0: v128, s1: v128): void {
  const t0 = f64x2.add(v128.load(c), s0);
  const t1 = f64x2.add(v128.load(c, 16), s1);
  v128.store(c, t0);
  v128.store(c, t1, 16);
}
