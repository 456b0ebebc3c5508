/**
 * The works of a ridge fit in the space of the rows (fit/rowSpace.ts): with n rows and q features in columns x_j of n numbers,
 * K = sum_j x_j x_j' is n x n, and a Newton step on the n numbers a with psi = offset + b0 + K a solves
 *
 *   (S K S + lambda I) e + s d = r,   s'e = t,   S = diag(s), s_i^2 the curvature of row i,
 *
 * which is positive definite whatever the rank of K, and where curvatures vanish.
 */
import { solveUpper } from './algebra.ts';
import type { LinearAlgebra } from './algebra.ts';

export interface RowColumns {
  /** q columns of n numbers, one after the other. */
  readonly columns: Float64Array;
  /** n. */
  readonly rows: number;
}

export interface RowStepProblem {
  /** s, n. */
  readonly root: Float64Array;
  /** r, n. */
  readonly right: Float64Array;
  /** t; null: there is no intercept, d is 0. */
  readonly level: number | null;
  readonly lambda: number;
}

export interface RowStep {
  /** e, n. */
  readonly along: Float64Array;
  /** d. */
  readonly intercept: number;
}

/** K, n x n, in shared memory; null where there is no room for it. n (n + 1) q flops. */
export function rowProducts({ columns, rows }: RowColumns, algebra: LinearAlgebra): Float64Array | null {
  const products = algebra.products(columns, rows);
  if (products === null) return null;
  const { stride, values } = products;
  const out = new Float64Array(new SharedArrayBuffer(rows * rows * 8));
  for (let i = 0; i < rows; i++) {
    for (let k = i; k < rows; k++) {
      const value = values[i * stride + k]!;
      out[i * rows + k] = value;
      out[k * rows + i] = value;
    }
  }
  return out;
}

/** n^3 / 3 flops. @returns null where the matrix is not positive definite, to rounding */
export function rowStep(products: Float64Array, { root, right, level, lambda }: RowStepProblem, algebra: LinearAlgebra): RowStep | null {
  const n = root.length;
  const upper = algebra.open(n);
  if (upper === null) return null;
  const { stride, values } = upper;
  for (let i = 0; i < n; i++) {
    for (let k = i; k < n; k++) values[i * stride + k] = root[i]! * root[k]! * products[i * n + k]!;
    values[i * stride + i]! += lambda;
  }
  if (!algebra.factor(upper)) return null;
  const along = right.slice();
  solveUpper(upper, along);
  if (level === null) return { along, intercept: 0 };
  const own = root.slice();
  solveUpper(upper, own);
  const intercept = (dot(root, along) - level) / dot(root, own);
  for (let i = 0; i < n; i++) along[i] = along[i]! - intercept * own[i]!;
  return { along, intercept };
}

/** x_j'a of every column, q numbers. 2 n q flops. */
export function columnProducts({ columns, rows }: RowColumns, a: Float64Array): Float64Array {
  return Float64Array.from({ length: columns.length / rows }, (_, j) => dot(a, columns, j * rows));
}

/** a'b, the numbers of b from `from` on; by four sums. */
export function dot(a: Float64Array, b: Float64Array, from = 0): number {
  const n = a.length;
  const whole = n - (n % 4);
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[from + i]!;
    s1 += a[i + 1]! * b[from + i + 1]!;
    s2 += a[i + 2]! * b[from + i + 2]!;
    s3 += a[i + 3]! * b[from + i + 3]!;
  }
  for (let i = whole; i < n; i++) s0 += a[i]! * b[from + i]!;
  return s0 + s1 + (s2 + s3);
}
