/** Adds to a float64 of LOSS_SUMS. */
@inline
export function addSum(to: usize, value: f64): void {
  store<f64>(to, load<f64>(to) + value);
}

/** Adds two vectors to four neighbouring columns. Loads, additions, stores: see tiles.ts. */
@inline
export function addColumns(to: usize, left: v128, right: v128): void {
  const t0 = f64x2.add(v128.load(to), left);
  const t1 = f64x2.add(v128.load(to, 16), right);
  v128.store(to, t0);
  v128.store(to, t1, 16);
}

@inline
export function lanes(value: v128): f64 {
  return f64x2.extract_lane(value, 0) + f64x2.extract_lane(value, 1);
}
