import { ONE } from './constants';
import { BLOCK, PANEL_BYTES } from './gram';

/** As pack of gram.ts, in float32: panels of 16 columns, rows of 64 bytes. */
function pack(n: i32, p: i32, x: usize, ldx: i32, w: usize, packed: usize): i32 {
  const row = <usize>ldx << 2;
  const step: usize = w ? 8 : 0;
  if (!w) w = ONE;
  let to = packed;
  for (; n > 0; n--, x += row, w += step) {
    const weight = load<f64>(w);
    if (weight == 0) continue;
    const root = f32x4.splat(<f32>Math.sqrt(weight));
    let from = x, d = to, j = p;
    for (; j >= 16; j -= 16, from += 64, d += PANEL_BYTES) {
      const x0 = f32x4.mul(v128.load(from), root);
      const x1 = f32x4.mul(v128.load(from, 16), root);
      const x2 = f32x4.mul(v128.load(from, 32), root);
      const x3 = f32x4.mul(v128.load(from, 48), root);
      v128.store(d, x0);
      v128.store(d, x1, 16);
      v128.store(d, x2, 32);
      v128.store(d, x3, 48);
    }
    if (j > 0) {
      for (let c = 0; c < 16; c++, from += 4, d += 4) {
        store<f32>(d, c < j ? load<f32>(from) * f32x4.extract_lane(root, 0) : 0);
      }
    }
    to += 64;
  }
  return <i32>((to - packed) >> 6);
}

/** Two pairs of float64 as four float32. */
@inline
function narrowed(left: v128, right: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(left), f32x4.demote_f64x2_zero(right), 0, 1, 4, 5);
}

/** As pack, from float64 rows: they are multiplied by sqrt(w), then rounded. */
function packNarrowed(n: i32, p: i32, x: usize, ldx: i32, w: usize, packed: usize): i32 {
  const row = <usize>ldx << 3;
  const step: usize = w ? 8 : 0;
  if (!w) w = ONE;
  let to = packed;
  for (; n > 0; n--, x += row, w += step) {
    const weight = load<f64>(w);
    if (weight == 0) continue;
    const root = f64x2.splat(Math.sqrt(weight));
    let from = x, d = to, j = p;
    for (; j >= 16; j -= 16, from += 128, d += PANEL_BYTES) {
      for (let q: usize = 0; q < 64; q += 16) {
        const left = f64x2.mul(v128.load(from + 2 * q), root);
        const right = f64x2.mul(v128.load(from + 2 * q, 16), root);
        v128.store(d + q, narrowed(left, right));
      }
    }
    if (j > 0) {
      for (let c = 0; c < 16; c++, from += 8, d += 4) {
        store<f32>(d, c < j ? <f32>(load<f64>(from) * f64x2.extract_lane(root, 0)) : 0);
      }
    }
    to += 64;
  }
  return <i32>((to - packed) >> 6);
}

/** The 4 x 16 tile of float32 sums, written to `out` (rows of 64 bytes). See tiles.ts. */
function tileWide(k: i32, a: usize, b: usize, out: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00;
  let c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00;
  let c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  while (k > 0) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load_splat<f32>(a);
    c00 = f32x4.relaxed_madd(x, b0, c00);
    c01 = f32x4.relaxed_madd(x, b1, c01);
    c02 = f32x4.relaxed_madd(x, b2, c02);
    c03 = f32x4.relaxed_madd(x, b3, c03);
    x = v128.load_splat<f32>(a, 4);
    c10 = f32x4.relaxed_madd(x, b0, c10);
    c11 = f32x4.relaxed_madd(x, b1, c11);
    c12 = f32x4.relaxed_madd(x, b2, c12);
    c13 = f32x4.relaxed_madd(x, b3, c13);
    x = v128.load_splat<f32>(a, 8);
    c20 = f32x4.relaxed_madd(x, b0, c20);
    c21 = f32x4.relaxed_madd(x, b1, c21);
    c22 = f32x4.relaxed_madd(x, b2, c22);
    c23 = f32x4.relaxed_madd(x, b3, c23);
    x = v128.load_splat<f32>(a, 12);
    c30 = f32x4.relaxed_madd(x, b0, c30);
    c31 = f32x4.relaxed_madd(x, b1, c31);
    c32 = f32x4.relaxed_madd(x, b2, c32);
    c33 = f32x4.relaxed_madd(x, b3, c33);
    a += 64;
    b += 64;
    k--;
  }
  storeRow(out, c00, c01, c02, c03);
  storeRow(out + 64, c10, c11, c12, c13);
  storeRow(out + 128, c20, c21, c22, c23);
  storeRow(out + 192, c30, c31, c32, c33);
}

@inline
function storeRow(out: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

/** Half of tileWide: 8 of its 16 columns; b and out point at the first of them. */
function tileNarrow(k: i32, a: usize, b: usize, out: usize): void {
  let c00 = f32x4.splat(0), c01 = c00;
  let c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00;
  while (k > 0) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = f32x4.relaxed_madd(x, b0, c00);
    c01 = f32x4.relaxed_madd(x, b1, c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = f32x4.relaxed_madd(x, b0, c10);
    c11 = f32x4.relaxed_madd(x, b1, c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = f32x4.relaxed_madd(x, b0, c20);
    c21 = f32x4.relaxed_madd(x, b1, c21);
    x = v128.load_splat<f32>(a, 12);
    c30 = f32x4.relaxed_madd(x, b0, c30);
    c31 = f32x4.relaxed_madd(x, b1, c31);
    a += 64;
    b += 64;
    k--;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out, c10, 64);
  v128.store(out, c11, 80);
  v128.store(out, c20, 128);
  v128.store(out, c21, 144);
  v128.store(out, c30, 192);
  v128.store(out, c31, 208);
}

/** Adds the float32 tile to float64 G: c is its first element. In a second step, as V8 does not join promotions. */
@inline
function addTile(tile: usize, c: usize, row: usize): void {
  for (let s = 0; s < 4; s++, c += row) {
    for (let q: usize = 0; q < 128; q += 16, tile += 8) {
      v128.store(c + q, f64x2.add(v128.load(c + q), f64x2.promote_low_f32x4(v128.load64_zero(tile))));
    }
  }
}

/** G += Z'Z of k packed rows: products and sums over the tile's rows in float32, tiles added to G in float64. */
@inline
function addSquare32(wide: bool, k: i32, p: i32, g: usize, ldg: i32, workspace: usize): void {
  const row = <usize>ldg << 3;
  const tile = workspace + <usize>((p + 15) >> 4) * PANEL_BYTES;
  for (let jb = 0; jb < p; jb += BLOCK) {
    const je = min(jb + BLOCK, p);
    for (let ib = 0; ib < je; ib += BLOCK) {
      for (let j = jb; j < je; j += 16) {
        const b = workspace + <usize>(j >> 4) * PANEL_BYTES;
        const ie = min(min(ib + BLOCK, p), j + 16);
        for (let i = ib; i < ie; i += 4) {
          const a = workspace + <usize>(i >> 4) * PANEL_BYTES + (<usize>(i & 12) << 2);
          if (wide) {
            tileWide(k, a, b, tile);
          } else {
            tileNarrow(k, a, b, tile);
            tileNarrow(k, a, b + 32, tile + 32);
          }
          addTile(tile, g + <usize>i * row + (<usize>j << 3), row);
        }
      }
    }
  }
}

/** G += X' diag(w) X from float32 rows. */
export function gram32Wide(n: i32, p: i32, x: usize, ldx: i32, w: usize, g: usize, ldg: i32, workspace: usize): void {
  addSquare32(true, pack(n, p, x, ldx, w, workspace), p, g, ldg, workspace);
}

export function gram32Narrow(n: i32, p: i32, x: usize, ldx: i32, w: usize, g: usize, ldg: i32, workspace: usize): void {
  addSquare32(false, pack(n, p, x, ldx, w, workspace), p, g, ldg, workspace);
}

/** The same from float64 rows. */
export function gramCoarseWide(n: i32, p: i32, x: usize, ldx: i32, w: usize, g: usize, ldg: i32, workspace: usize): void {
  addSquare32(true, packNarrowed(n, p, x, ldx, w, workspace), p, g, ldg, workspace);
}

export function gramCoarseNarrow(n: i32, p: i32, x: usize, ldx: i32, w: usize, g: usize, ldg: i32, workspace: usize): void {
  addSquare32(false, packNarrowed(n, p, x, ldx, w, workspace), p, g, ldg, workspace);
}
