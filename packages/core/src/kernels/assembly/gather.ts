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
