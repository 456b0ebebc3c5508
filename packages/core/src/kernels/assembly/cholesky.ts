import { addSquare, pack } from './gram';

/** Rows whose product is subtracted from all that is behind them at once. */
const BLOCK_ROWS = 96;
/** Rows of a block that are eliminated one by one. */
const STRIP_ROWS = 16;

/** to += factor * from over `count` numbers, rounded up to 8. Loads, products, stores: see tiles.ts. */
@inline
export function addMultiple(count: i32, factor: f64, from: usize, to: usize): void {
  const f = f64x2.splat(factor);
  for (; count > 0; count -= 8, from += 64, to += 64) {
    const t0 = f64x2.relaxed_madd(f, v128.load(from), v128.load(to));
    const t1 = f64x2.relaxed_madd(f, v128.load(from, 16), v128.load(to, 16));
    const t2 = f64x2.relaxed_madd(f, v128.load(from, 32), v128.load(to, 32));
    const t3 = f64x2.relaxed_madd(f, v128.load(from, 48), v128.load(to, 48));
    v128.store(to, t0);
    v128.store(to, t1, 16);
    v128.store(to, t2, 32);
    v128.store(to, t3, 48);
  }
}

/** values *= factor over `count` numbers, rounded up to 8. */
@inline
function multiply(count: i32, factor: f64, values: usize): void {
  const f = f64x2.splat(factor);
  for (; count > 0; count -= 8, values += 64) {
    const t0 = f64x2.mul(v128.load(values), f);
    const t1 = f64x2.mul(v128.load(values, 16), f);
    const t2 = f64x2.mul(v128.load(values, 32), f);
    const t3 = f64x2.mul(v128.load(values, 48), f);
    v128.store(values, t0);
    v128.store(values, t1, 16);
    v128.store(values, t2, 32);
    v128.store(values, t3, 48);
  }
}

/**
 * A = U'U in place, from the top: what is behind the rows that are done holds -A + U'U of those, so that every update
 * adds a square. Strips of rows are eliminated one by one; what they take from the other rows of their block, and a
 * block from all behind it, are products of packed tiles.
 */
@inline
function cholesky(wide: bool, n: i32, a: usize, lda: i32, floor: f64, workspace: usize): i32 {
  const row = <usize>lda << 3;
  const diagonal = workspace;
  const packed = workspace + (<usize>((n + 7) & ~7) << 3);
  for (let i = 0; i < n; i++) {
    const from = i & ~7;
    store<f64>(diagonal + (<usize>i << 3), load<f64>(a + <usize>i * (row + 8)));
    multiply(n - from, -1, a + <usize>i * row + (<usize>from << 3));
  }
  for (let block = 0; block < n; block += BLOCK_ROWS) {
    const blockEnd = min(block + BLOCK_ROWS, n);
    for (let strip = block; strip < blockEnd; strip += STRIP_ROWS) {
      const stripEnd = min(strip + STRIP_ROWS, blockEnd);
      for (let i = strip; i < stripEnd; i++) {
        const pivot = a + <usize>i * (row + 8);
        const square = -load<f64>(pivot);
        if (!(square > 0 && square > floor * load<f64>(diagonal + (<usize>i << 3)))) return i;
        const from = <usize>(i & ~7) << 3;
        multiply(n - (i & ~7), -1 / Math.sqrt(square), a + <usize>i * row + from);
        for (let r = i + 1; r < stripEnd; r++) {
          const start = <usize>(r & ~7) << 3;
          addMultiple(n - (r & ~7), load<f64>(a + <usize>i * row + (<usize>r << 3)), a + <usize>i * row + start, a + <usize>r * row + start);
        }
      }
      if (stripEnd < blockEnd) update(wide, strip, stripEnd, blockEnd, n, a, row, packed);
    }
    if (blockEnd < n) update(wide, block, blockEnd, n, n, a, row, packed);
  }
  return n;
}

/** Adds the square of rows `first` to `end` to the rows from there to `last`. */
@inline
function update(wide: bool, first: i32, end: i32, last: i32, n: i32, a: usize, row: usize, packed: usize): void {
  const at = <usize>end << 3;
  const k = pack(end - first, n - end, a + <usize>first * row + at, <i32>(row >> 3), 0, packed);
  addSquare(wide, k, last - end, n - end, packed, a + <usize>end * row + at, row);
}

export function choleskyWide(n: i32, a: usize, lda: i32, floor: f64, workspace: usize): i32 {
  return cholesky(true, n, a, lda, floor, workspace);
}

export function choleskyNarrow(n: i32, a: usize, lda: i32, floor: f64, workspace: usize): i32 {
  return cholesky(false, n, a, lda, floor, workspace);
}
