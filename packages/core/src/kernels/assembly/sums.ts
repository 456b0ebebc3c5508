/** Adds to a float64 of LOSS_SUMS. */
// @ts-ignore: decorator
@inline
export function addSum(to: usize, value: f64): void {
  store<f64>(to, load<f64>(to) + value);
}

/** Adds the two lanes to two neighbouring columns. */
// @ts-ignore: decorator
@inline
export function addPair(to: usize, value: v128): void {
  v128.store(to, f64x2.add(v128.load(to), value));
}

// @ts-ignore: decorator
@inline
export function lanes(value: v128): f64 {
  return f64x2.extract_lane(value, 0) + f64x2.extract_lane(value, 1);
}
