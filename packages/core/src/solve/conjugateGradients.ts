/**
 * Conjugate gradients (Hestenes and Stiefel 1952), preconditioned with the
 * diagonal, for A x = b with A symmetric and positive semidefinite, n x n,
 * row-major: the cheap way where A is large and its spectrum short, as under a
 * ridge penalty with many columns.
 */

/**
 * @param tolerance largest residual allowed
 * @param most iterations, n^2 multiply-adds each
 * @returns x, or null where `most` iterations do not reach that
 */
export function conjugateGradients(a: Float64Array, n: number, b: Float64Array, tolerance: number, most: number): Float64Array | null {
  const x = new Float64Array(n);
  const r = b.slice();
  const inverse = Float64Array.from({ length: n }, (_, i) => (a[i * n + i]! > 0 ? 1 / a[i * n + i]! : 1));
  const z = r.map((value, i) => value * inverse[i]!);
  const direction = z.slice();
  const image = new Float64Array(n);
  let square = dot(r, z);
  for (let iteration = 0; iteration <= most; iteration++) {
    if (largest(r) <= tolerance) return x;
    multiply(a, n, direction, image);
    const curvature = dot(direction, image);
    if (!(curvature > 0)) return null;
    const length = square / curvature;
    for (let i = 0; i < n; i++) {
      x[i] = x[i]! + length * direction[i]!;
      r[i] = r[i]! - length * image[i]!;
      z[i] = r[i]! * inverse[i]!;
    }
    const next = dot(r, z);
    const share = next / square;
    for (let i = 0; i < n; i++) direction[i] = z[i]! + share * direction[i]!;
    square = next;
  }
  return null;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** out = A x, four rows at a time: the sums do not wait for each other. */
function multiply(a: Float64Array, n: number, x: Float64Array, out: Float64Array): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = i * n;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let j = 0; j < n; j++) {
      const value = x[j]!;
      s0 += a[at + j]! * value;
      s1 += a[at + n + j]! * value;
      s2 += a[at + 2 * n + j]! * value;
      s3 += a[at + 3 * n + j]! * value;
    }
    out[i] = s0;
    out[i + 1] = s1;
    out[i + 2] = s2;
    out[i + 3] = s3;
  }
  for (; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j]! * x[j]!;
    out[i] = sum;
  }
}
