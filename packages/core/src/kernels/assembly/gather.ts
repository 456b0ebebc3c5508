/** out[i, c] = x[i, index[c]], c < count; index = 0 (null): the first `count` columns. */
export function gatherColumns(n: i32, x: usize, ldx: i32, index: usize, count: i32, out: usize, ldo: i32): void {
  const row = <usize>ldx << 3, outRow = <usize>ldo << 3, width = <usize>count << 3;
  for (; n > 0; n--, x += row, out += outRow) {
    if (index == 0) {
      memory.copy(out, x, width);
      continue;
    }
    const quads = width & ~31;
    let at = index;
    for (let c: usize = 0; c < quads; c += 32, at += 16) {
      store<f64>(out + c, load<f64>(x + (<usize>load<u32>(at) << 3)));
      store<f64>(out + c, load<f64>(x + (<usize>load<u32>(at, 4) << 3)), 8);
      store<f64>(out + c, load<f64>(x + (<usize>load<u32>(at, 8) << 3)), 16);
      store<f64>(out + c, load<f64>(x + (<usize>load<u32>(at, 12) << 3)), 24);
    }
    for (let c = quads; c < width; c += 8, at += 4) store<f64>(out + c, load<f64>(x + (<usize>load<u32>(at) << 3)));
  }
}

/** As gatherColumns, from float32 rows to float64. */
export function gatherColumns32(n: i32, x: usize, ldx: i32, index: usize, count: i32, out: usize, ldo: i32): void {
  const row = <usize>ldx << 2, outRow = <usize>ldo << 3, width = <usize>count << 3;
  for (; n > 0; n--, x += row, out += outRow) {
    if (index == 0) {
      const pairs = width & ~15;
      for (let c: usize = 0; c < pairs; c += 16) v128.store(out + c, f64x2.promote_low_f32x4(v128.load64_zero(x + (c >> 1))));
      if (pairs < width) store<f64>(out + pairs, <f64>load<f32>(x + (pairs >> 1)));
      continue;
    }
    const quads = width & ~31;
    let at = index;
    for (let c: usize = 0; c < quads; c += 32, at += 16) {
      store<f64>(out + c, <f64>load<f32>(x + (<usize>load<u32>(at) << 2)));
      store<f64>(out + c, <f64>load<f32>(x + (<usize>load<u32>(at, 4) << 2)), 8);
      store<f64>(out + c, <f64>load<f32>(x + (<usize>load<u32>(at, 8) << 2)), 16);
      store<f64>(out + c, <f64>load<f32>(x + (<usize>load<u32>(at, 12) << 2)), 24);
    }
    for (let c = quads; c < width; c += 8, at += 4) store<f64>(out + c, <f64>load<f32>(x + (<usize>load<u32>(at) << 2)));
  }
}

/** out[i] = row index[i] of x; rows have `bytes` bytes, a multiple of 4, and lie one after the other, here as there. */
export function gatherRows(n: i32, bytes: usize, x: usize, index: usize, out: usize): void {
  const quads = bytes & ~31, words = bytes & ~7;
  for (; n > 0; n--, index += 4, out += bytes) {
    const from = x + <usize>load<u32>(index) * bytes;
    let at: usize = 0;
    for (; at < quads; at += 32) {
      const a = v128.load(from + at), b = v128.load(from + at, 16);
      v128.store(out + at, a);
      v128.store(out + at, b, 16);
    }
    for (; at < words; at += 8) store<u64>(out + at, load<u64>(from + at));
    if (at < bytes) store<u32>(out + at, load<u32>(from + at));
  }
}

/** out[i] = row index[i] of x, p float32, as float64. */
export function gatherRows32(n: i32, p: i32, x: usize, index: usize, out: usize): void {
  const bytes = <usize>p << 2, pairs = bytes & ~7;
  for (; n > 0; n--, index += 4, out += bytes << 1) {
    const from = x + <usize>load<u32>(index) * bytes;
    for (let at: usize = 0; at < pairs; at += 8) v128.store(out + (at << 1), f64x2.promote_low_f32x4(v128.load64_zero(from + at)));
    if (pairs < bytes) store<f64>(out + (pairs << 1), <f64>load<f32>(from + pairs));
  }
}
