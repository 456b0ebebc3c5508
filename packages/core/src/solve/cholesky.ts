/**
 * Cholesky factorisation of small dense symmetric matrices (M-steps), row-major,
 * leading dimension n. n^3/3 flops; the inner loops run along rows.
 */

/**
 * Factors the lower triangle of `a` in place: A = L L'. A pivot at or below
 * `floor` times its original diagonal means that the column depends on earlier
 * ones; the pivot is then set to that diagonal, which leaves the solution of a
 * consistent system with a small step in that direction.
 * @returns how many pivots were so replaced
 */
export function factorCholesky(a: Float64Array, n: number, floor = 1e-13): number {
  let replaced = 0;
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
        replaced++;
        a[rowI + i] = diagonal > 0 ? Math.sqrt(diagonal) : 1;
      }
    }
  }
  return replaced;
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
