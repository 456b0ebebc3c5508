/**
 * Factorisations of M-steps by the kernels, in a memory of the thread's own: the same bits wherever a step runs with
 * the same kernels.
 */
import { createKernels } from '../kernels/choose.ts';
import type { KernelRequest } from '../kernels/choose.ts';
import { choleskyWorkspaceBytes } from '../kernels/kernels.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { ARENA_MAXIMUM_PAGES, ARENA_RESERVED } from '../kernels/load.ts';

const PAGE = 65536;
/** Share of its diagonal at or below which a pivot means that the column depends on earlier ones. */
const DEPENDENT = 1e-13;

/** An upper triangular matrix, row-major: U with A = U'U, or the upper triangle of A. */
export interface Upper {
  readonly size: number;
  /** Numbers from one row to the next. */
  readonly stride: number;
  readonly values: Float64Array;
}

/** One matrix at a time: what `open` gives is `factor`ed in place, and valid until the next `open`. */
export class LinearAlgebra {
  readonly #request: KernelRequest;
  #kernels: Kernels | null = null;

  /** @param kernels chosen and tested when the first matrix is factored, where the request leaves something open */
  constructor(kernels: KernelRequest = {}) {
    this.#request = kernels;
  }

  /** A matrix of n x n whose upper triangle is to be filled; what it holds is not defined. @returns null where there is no room for so many unknowns (more than 23,000) */
  open(n: number): Upper | null {
    const stride = Math.ceil(n / 8) * 8;
    const bytes = ARENA_RESERVED + stride * stride * 8 + choleskyWorkspaceBytes(n) + 64;
    const pages = Math.ceil(bytes / PAGE);
    if (pages > ARENA_MAXIMUM_PAGES) return null;
    const memory = this.#kernels?.memory ?? new WebAssembly.Memory({ initial: pages, maximum: ARENA_MAXIMUM_PAGES, shared: true });
    const missing = pages - memory.buffer.byteLength / PAGE;
    if (missing > 0) memory.grow(missing);
    this.#kernels ??= createKernels(memory, this.#request);
    return { size: n, stride, values: new Float64Array(memory.buffer, ARENA_RESERVED, stride * stride) };
  }

  /** A = U'U in place. n^3/3 flops. @returns whether A is positive definite, to rounding; if it is not, what it holds is of no use */
  factor({ size, stride, values }: Upper): boolean {
    return this.#kernels!.cholesky(size, values.byteOffset, stride, DEPENDENT, values.byteOffset + values.byteLength) === size;
  }
}

/** Solves U'U x = b in place of b. 2 n^2 flops. */
export function solveUpper(factor: Upper, b: Float64Array): void {
  const { size, stride, values } = factor;
  for (let i = 0; i < size; i++) {
    const row = i * stride;
    const value = b[i]! / values[row + i]!;
    b[i] = value;
    for (let j = i + 1; j < size; j++) b[j] = b[j]! - values[row + j]! * value;
  }
  for (let i = size - 1; i >= 0; i--) {
    const row = i * stride;
    let sum = b[i]!;
    for (let j = i + 1; j < size; j++) sum -= values[row + j]! * b[j]!;
    b[i] = sum / values[row + i]!;
  }
}

/** |U x|^2 = x'A x. n^2 flops. */
export function squareUpper({ size, stride, values }: Upper, x: Float64Array): number {
  let square = 0;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = i; j < size; j++) sum += values[i * stride + j]! * x[j]!;
    square += sum * sum;
  }
  return square;
}
