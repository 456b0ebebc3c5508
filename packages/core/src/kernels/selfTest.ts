import { GRAM_ROWS, LOSS_SUMS, PANEL, PANEL_ROWS, choleskyWorkspaceBytes, gramWorkspaceBytes } from './kernels.ts';
import type { KernelFamily, KernelId, Kernels } from './kernels.ts';
import { ARENA_RESERVED } from './load.ts';
import { createScalarKernels } from './scalar.ts';
import { createWasmKernels } from './wasm.ts';

/**
 * The known product: fixed inputs of awkward sizes through every kernel whose
 * arithmetic could differ between machines. Its results prove a kernel set
 * right (against the scalar twin) and, as a hash, name its arithmetic.
 */
const N = 61;
const P = 23;
const LEADING = 25;
const COLUMNS = 2 * PANEL;
const LEVELS = 7;
const LDG = 32;
/** Of the matrix that is factored: more than a block. */
const UNKNOWNS = 101;
const LDA = 104;

/** Largest difference from the scalar twin, relative to the largest result of the same product. */
const TOLERANCE = 1e-12;
const TOLERANCE_32 = 1e-5;
/** Products whose sums are float32. */
const SINGLE: readonly string[] = ['gram32', 'gramCoarse'];

/** The results of one kernel set, product by product. */
export type KnownResults = ReadonlyMap<string, Float64Array>;

export interface SelfTest {
  readonly family: KernelFamily;
  /** Whether every product agrees with the scalar twin. */
  readonly passed: boolean;
  /** The product that failed, and by how much. */
  readonly failure: string | null;
  readonly hash: string;
}

/** A private arena: the test never touches one that holds data. */
function testMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
}

/** Hands out the bytes of an arena behind the kernels' constants, in order. */
class Allocator {
  readonly memory: WebAssembly.Memory;
  #next = ARENA_RESERVED;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  f64(length: number, value?: (index: number) => number): { address: number; values: Float64Array } {
    const address = this.#take(length * 8);
    const values = new Float64Array(this.memory.buffer, address, length);
    if (value) for (let i = 0; i < length; i++) values[i] = value(i);
    return { address, values };
  }

  f32(length: number, value: (index: number) => number): number {
    const address = this.#take(length * 4);
    const values = new Float32Array(this.memory.buffer, address, length);
    for (let i = 0; i < length; i++) values[i] = value(i);
    return address;
  }

  u32(length: number, value: (index: number) => number): number {
    const address = this.#take(length * 4);
    const values = new Uint32Array(this.memory.buffer, address, length);
    for (let i = 0; i < length; i++) values[i] = value(i);
    return address;
  }

  #take(bytes: number): number {
    const address = this.#next;
    this.#next += Math.ceil(bytes / 64) * 64 + 64;
    return address;
  }
}

/** Number i of stream s: a multiple of 2^-20 in [-2, 2). Integers only, so the same everywhere. */
function known(stream: number): (index: number) => number {
  return (index) => {
    let h = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h ^= h >>> 12;
    return (h >> 10) / 1048576;
  };
}

function runKnownProduct(create: (memory: WebAssembly.Memory) => Kernels): KnownResults {
  const memory = testMemory();
  const kernels = create(memory);
  const arena = new Allocator(memory);
  const x = arena.f64(N * LEADING + PANEL, known(0)).address;
  const x32 = arena.f32(N * LEADING + 2 * PANEL, known(1));
  const b = arena.f64(P * COLUMNS, known(2)).address;
  const w = arena.f64(N, (i) => i % 5 === 0 ? 0 : Math.abs(known(3)(i))).address;
  const y = arena.f64(N, (i) => i % 3 === 0 ? 0.25 : i % 2).address;
  const offset = arena.f64(N, known(4)).address;
  const codes = arena.u32(N, (i) => (i * i) % LEVELS);
  const indptr = arena.u32(N + 1, (i) => 3 * i);
  const indices = arena.u32(3 * N, (e) => (e % 3) * 7 + (Math.floor(e / 3) % 7));
  const values = arena.f64(3 * N, known(5)).address;
  const workspace = arena.f64(gramWorkspaceBytes(P) / 8).address;
  const results = new Map<string, Float64Array>();
  const bStride = P * PANEL * 8, psiStride = (N + 3) * PANEL * 8, gStride = (P + 1) * PANEL * 8;
  const sumsStride = LOSS_SUMS.length * PANEL * 8;

  function result(name: string, length: number): number {
    const { address, values: written } = arena.f64(length);
    results.set(name, written);
    return address;
  }

  kernels.psiColumn(N, P, x, LEADING, b, result('psiColumn', N));
  kernels.gradientColumn(N, P, x, LEADING, w, result('gradientColumn', P));
  kernels.startPanels(N, 2, b, offset, result('startPanels', 2 * psiStride / 8), psiStride);
  kernels.momentColumns(N, P, x, LEADING, w, y, result('sums', P), result('cross', P), result('squares', P));
  const psi = result('psiPanels', 2 * psiStride / 8);
  kernels.psiPanels(N, P, 2, x, LEADING, b, bStride, psi, psiStride);
  kernels.gradientPanels(N, P, 2, x, LEADING, psi, psiStride, result('gradientPanels', 2 * gStride / 8), gStride);
  kernels.gram(N, P, x, LEADING, w, result('gram', LDG * LDG), LDG, workspace);
  kernels.gram32(N, P, x32, LEADING, w, result('gram32', LDG * LDG), LDG, workspace);
  kernels.gramCoarse(N, P, x, LEADING, w, result('gramCoarse', LDG * LDG), LDG, workspace);
  kernels.squaredDistances(N, P, x, LEADING, b, w, result('squaredDistances', N));
  kernels.squaredDistances32(N, P, x32, LEADING, b, w, result('squaredDistances of float32', N));
  kernels.codesDenseGram(N, P, codes, x, LEADING, w, result('codesDenseGram', LEVELS * LDG), LDG);
  kernels.sparsePsiPanels(N, indptr, indices, values, 2, b, bStride, result('sparsePsiPanels', 2 * psiStride / 8), psiStride);
  kernels.sparseGradientPanels(N, indptr, indices, values, 2, psi, psiStride, result('sparseGradientPanels', 2 * gStride / 8), gStride);
  kernels.sparseGram(N, indptr, indices, values, w, result('sparseGram', LDG * LDG), LDG);
  const square = arena.f64(choleskyWorkspaceBytes(UNKNOWNS) / 8).address;
  const factor = result('cholesky', LDA * LDA);
  new Float64Array(memory.buffer, factor, LDA * LDA).forEach((_, at, a) => { a[at] = at % (LDA + 1) === 0 ? UNKNOWNS : known(6)(at); });
  kernels.cholesky(UNKNOWNS, factor, LDA, 0, square);
  for (const [name, loss] of Object.entries(kernels.losses)) {
    for (const weights of [0, w]) {
      const kind = `${name}${weights ? ' weighted' : ''}`;
      const column = result(`${kind} psi`, N);
      kernels.psiColumn(N, P, x, LEADING, b, column);
      loss.column(N, column, offset, y, weights, result(`${kind} residual`, N), result(`${kind} curvature`, N), result(`${kind} sums`, LOSS_SUMS.length));
      const panel = result(`${kind} panels`, 2 * psiStride / 8);
      kernels.psiPanels(N, P, 2, x, LEADING, b, bStride, panel, psiStride);
      loss.panels(N, 2, panel, psiStride, offset, y, weights, result(`${kind} panel sums`, 2 * sumsStride / 8), sumsStride);
      loss.lossPanels(N, 2, arena.f64(2 * psiStride / 8, known(6)).address, psiStride, y, weights, result(`${kind} losses`, COLUMNS));
    }
  }
  clearPadding(results);
  return results;
}

/** What the contract leaves open is set to zero: rows and features beyond the last, and the triangle not computed. */
function clearPadding(results: KnownResults): void {
  for (const [name, values] of results) {
    if (values.length === 2 * (N + 3) * PANEL) clearRows(values, N, N + 3);
    if (values.length === 2 * (P + 1) * PANEL) clearRows(values, P, P + 1);
    if (['gram', ...SINGLE].includes(name)) {
      for (let i = 0; i < LDG; i++) {
        for (let j = 0; j < LDG; j++) if (i > j || j >= P) values[i * LDG + j] = 0;
      }
    }
    if (name === 'cholesky') {
      for (let i = 0; i < LDA; i++) {
        for (let j = 0; j < LDA; j++) if (i > j || j >= UNKNOWNS) values[i * LDA + j] = 0;
      }
    }
  }
}

function clearRows(values: Float64Array, from: number, to: number): void {
  for (let q = 0; q < 2; q++) values.fill(0, (q * to + from) * PANEL, (q + 1) * to * PANEL);
}

function difference(results: KnownResults, expected: KnownResults): string | null {
  for (const [name, values] of results) {
    const reference = expected.get(name)!;
    const scale = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const tolerance = SINGLE.includes(name) ? TOLERANCE_32 : TOLERANCE;
    for (let i = 0; i < values.length; i++) {
      const error = Math.abs(values[i]! - reference[i]!) / scale;
      if (!(error <= tolerance)) return `${name}[${i}] is ${values[i]}, the scalar twin has ${reference[i]}`;
    }
  }
  return null;
}

/** 64 bits of FNV-1a (two streams of 32) over all results, in hexadecimal. */
function hashOf(results: KnownResults): string {
  let left = 0x811c9dc5, right = 0x050c5d1f;
  for (const values of results.values()) {
    for (const word of new Uint32Array(values.slice().buffer)) {
      left = Math.imul(left ^ (word & 0xffff), 0x01000193);
      left = Math.imul(left ^ (word >>> 16), 0x01000193);
      right = Math.imul(right ^ (word >>> 16), 0x01000193);
      right = Math.imul(right ^ (word & 0xffff), 0x01000193);
    }
  }
  return [left, right].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}

/** Whether relaxed_madd rounds once: (1 + 2^-30)^2 - (1 + 2^-29) is 2^-60 if it does, else 0. */
function isFused(kernels: Kernels): boolean {
  const arena = new Allocator(kernels.memory);
  const x = arena.f64(4, (i) => [1, 0, 1 + 2 ** -30, 0][i]!).address;
  const b = arena.f64(4, (i) => [-(1 + 2 ** -29), 0, 1 + 2 ** -30, 0][i]!).address;
  const psi = arena.f64(PANEL * 4);
  const panel = arena.f64(4 * PANEL, (i) => i % PANEL === 0 ? new Float64Array(kernels.memory.buffer, b, 4)[Math.floor(i / PANEL)]! : 0).address;
  kernels.psiPanels(1, 4, 1, x, 4, panel, 0, psi.address, 0);
  return psi.values[0] === 2 ** -60;
}

const UNNAMED: KernelId = { family: 'scalar', precision: 'f64', tile: '', hash: '' };

let scalarResults: KnownResults | undefined;

/** The results of the scalar twin, once a thread: the reference. */
function reference(): KnownResults {
  scalarResults ??= runKnownProduct((memory) => createScalarKernels(memory, UNNAMED));
  return scalarResults;
}

export function testScalarKernels(): SelfTest {
  return { family: 'scalar', passed: true, failure: null, hash: hashOf(reference()) };
}

/** Runs the known product on the WebAssembly kernels and compares with the scalar twin. About a millisecond. */
export function testWasmKernels(module: WebAssembly.Module, wide: boolean): SelfTest {
  const results = runKnownProduct((memory) => createWasmKernels(module, memory, wide, UNNAMED));
  const failure = difference(results, reference());
  const fused = isFused(createWasmKernels(module, testMemory(), wide, UNNAMED));
  return { family: fused ? 'wasm-fma' : 'wasm-separate', passed: failure === null, failure, hash: hashOf(results) };
}

/** The tile constants that fix the order of additions. */
export const TILE = `k${GRAM_ROWS}r${PANEL_ROWS}`;
