import { lanes } from './sums';

/** out[i] = sum_j scale[j] (x[i, j] - centre[j])^2: two partial sums of pairs, whichever rows go together. */
export function squaredDistances(n: i32, p: i32, x: usize, ldx: i32, centre: usize, scale: usize, out: usize): void {
  const row = <usize>ldx << 3, width = <usize>p << 3, fours = width & ~31;
  for (; n > 0; n--, x += row, out += 8) {
    let s0 = f64x2.splat(0), s1 = s0;
    let j: usize = 0;
    for (; j < fours; j += 32) {
      const d0 = f64x2.sub(v128.load(x + j), v128.load(centre + j));
      const d1 = f64x2.sub(v128.load(x + j, 16), v128.load(centre + j, 16));
      s0 = f64x2.relaxed_madd(f64x2.mul(d0, v128.load(scale + j)), d0, s0);
      s1 = f64x2.relaxed_madd(f64x2.mul(d1, v128.load(scale + j, 16)), d1, s1);
    }
    let sum = lanes(f64x2.add(s0, s1));
    for (; j < width; j += 8) {
      const d = load<f64>(x + j) - load<f64>(centre + j);
      sum += d * load<f64>(scale + j) * d;
    }
    store<f64>(out, sum);
  }
}

/** As squaredDistances, of float32 rows. */
export function squaredDistances32(n: i32, p: i32, x: usize, ldx: i32, centre: usize, scale: usize, out: usize): void {
  const row = <usize>ldx << 2, width = <usize>p << 3, fours = width & ~31;
  for (; n > 0; n--, x += row, out += 8) {
    let s0 = f64x2.splat(0), s1 = s0;
    let j: usize = 0;
    for (; j < fours; j += 32) {
      const d0 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x + (j >> 1))), v128.load(centre + j));
      const d1 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x + (j >> 1), 8)), v128.load(centre + j, 16));
      s0 = f64x2.relaxed_madd(f64x2.mul(d0, v128.load(scale + j)), d0, s0);
      s1 = f64x2.relaxed_madd(f64x2.mul(d1, v128.load(scale + j, 16)), d1, s1);
    }
    let sum = lanes(f64x2.add(s0, s1));
    for (; j < width; j += 8) {
      const d = <f64>load<f32>(x + (j >> 1)) - load<f64>(centre + j);
      sum += d * load<f64>(scale + j) * d;
    }
    store<f64>(out, sum);
  }
}
