/**
 * Cholesky factorisation of small dense symmetric matrices (M-steps), row-major,
 * leading dimension n. n^3/3 flops; the inner loops run along rows.
 */

/** Share of a null vector's largest entry below which an entry is rounding. */
const NULL_ROUNDING = 1e-8;

/**
 * Factors the lower triangle of `a` in place: A = L L'. A pivot at or below
 * `floor` times its original diagonal means that the column depends on earlier
 * ones; the pivot is then set to that diagonal, which leaves the solution of a
 * consistent system with a small step in that direction.
 * @returns the columns whose pivots were so replaced, ascending
 */
export function factorCholesky(a: Float64Array, n: number, floor = 1e-13): number[] {
  const dependent: number[] = [];
  for (let i = 0; i < n; i++) {
    const rowI = i * n;
    const diagonal = a[rowI + i]!;
    for (let j = 0; j <= i; j++) {
      const rowJ = j * n;
      let sum = a[rowI + j]!;
      for (let k = 0; k < j; k++) sum -= a[rowI + k]! * a[rowJ + k]!;
      if (j < i) a[rowI + j] = sum / a[rowJ + j]!;
      else if (sum > floor * diagonal && sum > 0) a[rowI + i] = Math.sqrt(sum);
      else {
        dependent.push(i);
        a[rowI + i] = diagonal > 0 ? Math.sqrt(diagonal) : 1;
      }
    }
  }
  return dependent;
}

/** Solves L L' x = b in place of b. 2 n^2 flops. */
export function solveCholesky(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = b[i]! / l[i * n + i]!;
    b[i] = value;
    for (let k = 0; k < i; k++) b[k] = b[k]! - l[i * n + k]! * value;
  }
}

/**
 * z with A z = 0 and z_column = 1: how a dependent column of the factored
 * matrix comes from earlier, independent ones. n^2 flops.
 */
export function nullVector(l: Float64Array, n: number, column: number): Float64Array {
  const z = new Float64Array(n);
  z[column] = 1;
  for (let k = 0; k < column; k++) z[k] = -l[column * n + k]!;
  for (let i = column - 1; i >= 0; i--) {
    const value = z[i]! / l[i * n + i]!;
    z[i] = value;
    for (let k = 0; k < i; k++) z[k] = z[k]! - l[i * n + k]! * value;
  }
  // What is rounding would matter where a caller goes far along z.
  const largest = z.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return z.map((value) => (Math.abs(value) <= NULL_ROUNDING * largest ? 0 : value));
}
