/**
 * The linear algebra of M-steps by the kernels, in a memory of the thread's own: the same bits wherever a step runs with
 * the same kernels.
 */
import { createKernels } from '../kernels/choose.ts';
import type { KernelRequest } from '../kernels/choose.ts';
import { GRAM_ROWS, choleskyWorkspaceBytes, gramWorkspaceBytes, penalisedStepWorkspaceBytes } from '../kernels/kernels.ts';
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

/** A penalised step to be filled: see the kernel. */
export interface PenalisedSystem {
  /** n x n, row-major; the upper triangle counts. */
  readonly hessian: Float64Array;
  /** At u, of the smooth part without l2. */
  readonly gradient: Float64Array;
  /** Where it starts, and then the solution. */
  readonly u: Float64Array;
  readonly l1: Float64Array;
  readonly l2: Float64Array;
}

/** One matrix at a time: what `open`, `openStep` or `products` gives is `factor`ed or `solve`d in place, and valid until the next of them. */
export class LinearAlgebra {
  readonly #request: KernelRequest;
  #kernels: Kernels | null = null;
  /** The latest step, whose views serve another of as many unknowns. */
  #step: PenalisedSystem | null = null;

  /** @param kernels chosen and tested when the first matrix is factored, where the request leaves something open */
  constructor(kernels: KernelRequest = {}) {
    this.#request = kernels;
  }

  /** A matrix of n x n whose upper triangle is to be filled; what it holds is not defined. @returns null where there is no room for so many unknowns (more than 23,000) */
  open(n: number): Upper | null {
    const stride = Math.ceil(n / 8) * 8;
    const buffer = this.#room(stride * stride * 8 + choleskyWorkspaceBytes(n) + 64);
    return buffer === null ? null : { size: n, stride, values: new Float64Array(buffer, ARENA_RESERVED, stride * stride) };
  }

  /** A = U'U in place. n^3/3 flops. @returns whether every pivot is more than a share of its diagonal: by default, whether A is positive definite, to rounding; if not, what it holds is of no use */
  factor({ size, stride, values }: Upper, share = DEPENDENT): boolean {
    return this.#kernels!.cholesky(size, values.byteOffset, stride, share, values.byteOffset + values.byteLength) === size;
  }

  /** The sum of x x' over vectors x of n numbers, one after the other. n (n + 1) flops a vector. @returns null where there is no room for n x n numbers */
  products(vectors: Float64Array, n: number): Upper | null {
    const stride = Math.ceil(n / 8) * 8;
    const matrix = stride * stride * 8;
    const tile = Math.ceil((GRAM_ROWS * n) / 8) * 64 + 64;
    const weights = GRAM_ROWS * 8;
    const buffer = this.#room(matrix + tile + weights + gramWorkspaceBytes(n) + 64);
    if (buffer === null) return null;
    const values = new Float64Array(buffer, ARENA_RESERVED, stride * stride).fill(0);
    const at = { tile: ARENA_RESERVED + matrix, weights: ARENA_RESERVED + matrix + tile, workspace: ARENA_RESERVED + matrix + tile + weights };
    new Float64Array(buffer, at.weights, GRAM_ROWS).fill(1);
    const rows = new Float64Array(buffer, at.tile, GRAM_ROWS * n);
    for (let from = 0; from < vectors.length; from += GRAM_ROWS * n) {
      const some = vectors.subarray(from, from + GRAM_ROWS * n);
      rows.set(some);
      this.#kernels!.gram(some.length / n, n, at.tile, n, at.weights, values.byteOffset, stride, at.workspace);
    }
    return { size: n, stride, values };
  }

  /** A step of n unknowns; what it holds is not defined. @returns null where there is no room for so many */
  openStep(n: number): PenalisedSystem | null {
    const vector = Math.ceil(n / 8) * 64;
    // Rows of the matrix are read a line beyond its end.
    const vectors = ARENA_RESERVED + Math.ceil((n * n) / 8) * 64 + 64;
    const buffer = this.#room(vectors - ARENA_RESERVED + 4 * vector + penalisedStepWorkspaceBytes(n));
    if (buffer === null) return null;
    const known = this.#step;
    if (known !== null && known.u.length === n && known.u.buffer === buffer) return known;
    const at = (k: number): Float64Array => new Float64Array(buffer, vectors + k * vector, n);
    return (this.#step = { hessian: new Float64Array(buffer, ARENA_RESERVED, n * n), gradient: at(0), u: at(1), l1: at(2), l2: at(3) });
  }

  /** Solves a step in place of its u, whose optimality conditions are violated by no more than `tolerance`, or `relative` times what they were. @returns false where a linear system on the way is singular, to rounding: u is then of no use */
  solve({ hessian, gradient, u, l1, l2 }: PenalisedSystem, tolerance: number, relative: number): boolean {
    const n = u.length;
    const workspace = l2.byteOffset + Math.ceil(n / 8) * 64;
    return this.#kernels!.penalisedStep(n, hessian.byteOffset, n, gradient.byteOffset, u.byteOffset, l1.byteOffset, l2.byteOffset, tolerance, relative, workspace) > 0;
  }

  /** The memory with so many bytes behind what the kernels reserve; null where that is too much. */
  #room(bytes: number): ArrayBufferLike | null {
    const pages = Math.ceil((ARENA_RESERVED + bytes) / PAGE);
    if (pages > ARENA_MAXIMUM_PAGES) return null;
    const memory = this.#kernels?.memory ?? new WebAssembly.Memory({ initial: pages, maximum: ARENA_MAXIMUM_PAGES, shared: true });
    const missing = pages - memory.buffer.byteLength / PAGE;
    if (missing > 0) memory.grow(missing);
    this.#kernels ??= createKernels(memory, this.#request);
    return memory.buffer;
  }
}

/** Solves U'U x = b in place of b. 2 n^2 flops. */
export function solveUpper({ size, stride, values }: Upper, b: Float64Array): void {
  for (let i = 0; i < size; i++) {
    b[i] = b[i]! / values[i * (stride + 1)]!;
    subtractRow(values, i * stride, i + 1, size, b[i]!, b);
  }
  for (let i = size - 1; i >= 0; i--) b[i] = (b[i]! - rowTimes(values, i * stride, i + 1, size, b)) / values[i * (stride + 1)]!;
}

// Rows by functions of their own: what is called often is compiled sooner than one long loop, and a fit calls few of these.

/** b[j] -= factor values[row + j], from <= j < to. */
function subtractRow(values: Float64Array, row: number, from: number, to: number, factor: number, b: Float64Array): void {
  for (let j = from; j < to; j++) b[j] = b[j]! - values[row + j]! * factor;
}

/** The sum of values[row + j] x[j], from <= j < to. */
function rowTimes(values: Float64Array, row: number, from: number, to: number, x: Float64Array): number {
  let sum = 0;
  for (let j = from; j < to; j++) sum += values[row + j]! * x[j]!;
  return sum;
}

/** |U x|^2 = x'A x. n^2 flops. */
export function squareUpper({ size, stride, values }: Upper, x: Float64Array): number {
  let square = 0;
  for (let i = 0; i < size; i++) {
    const sum = rowTimes(values, i * stride, i, size, x);
    square += sum * sum;
  }
  return square;
}
