/**
 * The kernels against OpenBLAS and the machine's memory: one thread, both
 * sides in turn in one process on the same data, medians.
 */
import { ARENA_RESERVED, GRAM_ROWS, LOSS_SUMS, PANEL, PANEL_ROWS, chooseKernels, createKernels, enableWideVectors, gramWorkspaceBytes, kernelIdText } from '@scalemix/core';
import type { Kernels } from '@scalemix/core';
import { openBlas } from './openblas.ts';
import type { OpenBlas } from './openblas.ts';
import { median, row } from './row.ts';
import type { Row } from './row.ts';

const RUNS = 9;
/** Milliseconds that a timed run takes at least. */
const LEAST = 40;
const COLUMNS = 64;

/** Seconds of each work, measured in turn: medians of RUNS. */
function time(works: readonly (() => void)[]): number[] {
  const repeats = works.map((work) => {
    let count = 1;
    for (;;) {
      const begun = performance.now();
      for (let i = 0; i < count; i++) work();
      if (performance.now() - begun > LEAST) return count;
      count *= 2;
    }
  });
  const seconds = works.map(() => [] as number[]);
  for (let run = 0; run < RUNS; run++) {
    works.forEach((work, w) => {
      const begun = performance.now();
      for (let i = 0; i < repeats[w]!; i++) work();
      seconds[w]!.push((performance.now() - begun) / 1000 / repeats[w]!);
    });
  }
  return seconds.map(median);
}

/** A memory with its kernels, and room handed out in it. */
class Bench {
  readonly kernels: Kernels;
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  #at = ARENA_RESERVED;

  constructor(bytes: number) {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((bytes + ARENA_RESERVED) / 65536) + 16, maximum: 65536, shared: true });
    this.kernels = createKernels(memory);
    this.f64 = new Float64Array(memory.buffer);
    this.f32 = new Float32Array(memory.buffer);
  }

  take(numbers: number): number {
    const address = this.#at;
    this.#at += Math.ceil((numbers * 8) / 64) * 64 + 64;
    return address;
  }

  random(numbers: number): number {
    const address = this.take(numbers);
    for (let i = 0; i < numbers; i++) this.f64[address / 8 + i] = Math.random() - 0.5;
    return address;
  }
}

function gramRow(p: number, blas: OpenBlas | null): Row[] {
  const n = Math.max(GRAM_ROWS * 4, Math.ceil(4e6 / (p * p) / 4) * GRAM_ROWS);
  const size = Math.ceil(p / 16) * 16;
  const bench = new Bench(8 * (n * p + n + size * size) + gramWorkspaceBytes(p) + 4096);
  const { kernels } = bench;
  const x = bench.random(n * p);
  const w = bench.take(n);
  bench.f64.fill(0.25, w / 8, w / 8 + n);
  const g = bench.take(size * size);
  const workspace = bench.take(gramWorkspaceBytes(p) / 8);
  const ours = (): void => {
    for (let from = 0; from < n; from += GRAM_ROWS) kernels.gram(GRAM_ROWS, p, x + from * p * 8, p, w + from * 8, g, size, workspace);
  };
  const rows = bench.f64.slice(x / 8, x / 8 + n * p);
  const weights = bench.f64.slice(w / 8, w / 8 + n);
  const scaled = new Float64Array(n * p);
  const out = new Float64Array(p * p);
  const theirs = (): void => {
    for (let i = 0; i < n; i++) {
      const root = Math.sqrt(weights[i]!);
      for (let j = i * p; j < (i + 1) * p; j++) scaled[j] = rows[j]! * root;
    }
    blas!.syrk(p, n, scaled, out);
  };
  const [mine, other] = time(blas === null ? [ours] : [ours, theirs]);
  const gflops = row(`gram-p${p}-speed`, (n * p * (p + 1)) / mine! / 1e9, 'GFLOP/s');
  return other === undefined ? [gflops] : [row(`gram-p${p}`, other / mine!, 'of OpenBLAS', 1), gflops];
}

function gram32Row(p: number): Row {
  const n = GRAM_ROWS * 8;
  const size = Math.ceil(p / 16) * 16;
  const bench = new Bench(8 * (2 * n * p + n + 2 * size * size) + 2 * gramWorkspaceBytes(p) + 8192);
  const { kernels } = bench;
  const x = bench.random(n * p);
  const x32 = bench.take(n * p);
  for (let i = 0; i < n * p; i++) bench.f32[x32 / 4 + i] = bench.f64[x / 8 + i]!;
  const w = bench.take(n);
  bench.f64.fill(0.25, w / 8, w / 8 + n);
  const g = bench.take(size * size);
  const workspace = bench.take(gramWorkspaceBytes(p) / 8);
  const [wide, narrow] = time([
    () => {
      for (let from = 0; from < n; from += GRAM_ROWS) kernels.gram(GRAM_ROWS, p, x + from * p * 8, p, w + from * 8, g, size, workspace);
    },
    () => {
      for (let from = 0; from < n; from += GRAM_ROWS) kernels.gram32(GRAM_ROWS, p, x32 + from * p * 4, p, w + from * 8, g, size, workspace);
    },
  ]);
  return row(`gram-f32-p${p}`, wide! / narrow!, 'of the float64 speed', 1.7);
}

function manyRows(p: number, blas: OpenBlas | null): Row[] {
  const n = PANEL_ROWS * 20;
  const panels = COLUMNS / PANEL;
  const bench = new Bench(8 * (n * p + 2 * COLUMNS * (p + 8) + COLUMNS * PANEL_ROWS) + 8192);
  const { kernels } = bench;
  const x = bench.random(n * p);
  const stride = (p + 8) * 64;
  const b = bench.random((p + 8) * COLUMNS);
  const g = bench.take((p + 8) * COLUMNS);
  const psi = bench.take(PANEL_ROWS * COLUMNS);
  const ours = (): void => {
    for (let from = 0; from < n; from += PANEL_ROWS) {
      bench.f64.fill(0, psi / 8, psi / 8 + PANEL_ROWS * COLUMNS);
      kernels.psiPanels(PANEL_ROWS, p, panels, x + from * p * 8, p, b, stride, psi, PANEL_ROWS * 64);
      kernels.gradientPanels(PANEL_ROWS, p, panels, x + from * p * 8, p, psi, PANEL_ROWS * 64, g, stride);
    }
  };
  const rows = bench.f64.slice(x / 8, x / 8 + n * p);
  const coefficients = new Float64Array(p * COLUMNS).fill(0.5);
  const products = new Float64Array(n * COLUMNS);
  const gradient = new Float64Array(p * COLUMNS);
  const [mine, other] = time(
    blas === null
      ? [ours]
      : [
          ours,
          () => {
            blas.gemm(false, n, COLUMNS, p, rows, coefficients, products);
            blas.gemm(true, p, COLUMNS, n, rows, products, gradient);
          },
        ],
  );
  const gflops = row(`many-p${p}-speed`, (4 * n * p * COLUMNS) / mine! / 1e9, 'GFLOP/s');
  return other === undefined ? [gflops] : [row(`many-p${p}`, other / mine!, 'of OpenBLAS', 1), gflops];
}

/** One logistic pass with one column over 400 MB of rows, against reading them. */
function passRow(p: number): Row {
  const n = Math.floor(4e8 / (8 * p));
  const bench = new Bench(8 * (n * p + n + 2 * p) + 1e6);
  const { kernels, f64 } = bench;
  const x = bench.random(n * p);
  const y = bench.take(n);
  for (let i = 0; i < n; i++) f64[y / 8 + i] = i % 2;
  const b = bench.take(p);
  const g = bench.take(p);
  const tile = Math.max(16, Math.floor(131072 / (8 * p) / 16) * 16);
  const psi = bench.take(tile);
  const sums = bench.take(LOSS_SUMS.length);
  const words = new BigUint64Array(kernels.memory.buffer, x, n * p);
  const copy = new BigUint64Array(65536);
  const [pass, read] = time([
    () => {
      for (let from = 0; from < n; from += tile) {
        const rows = Math.min(tile, n - from);
        f64.fill(0.1, psi / 8, psi / 8 + rows);
        kernels.psiColumn(rows, p, x + from * p * 8, p, b, psi);
        kernels.losses['logistic']!.column(rows, psi, 0, y + from * 8, 0, psi, 0, sums);
        kernels.gradientColumn(rows, p, x + from * p * 8, p, psi, g);
      }
    },
    () => {
      // Copies into 512 KiB that stay in cache: what reading costs.
      for (let from = 0; from + copy.length <= words.length; from += copy.length) copy.set(words.subarray(from, from + copy.length));
    },
  ]);
  return row(`pass-p${p}`, read! / pass!, 'of reading by memcpy', 0.6);
}

export async function runKernels(): Promise<Row[]> {
  enableWideVectors();
  const choice = chooseKernels();
  const blas = openBlas();
  console.error(`kernels ${kernelIdText(choice.id)}, ${choice.wide ? 'wide' : 'narrow'} tiles; ${blas === null ? 'no OpenBLAS found (Debian: libopenblas0-pthread): its ratios are skipped' : `OpenBLAS for ${blas.core}`}`);
  return [...[20, 100, 500, 1000].flatMap((p) => gramRow(p, blas)), ...[100, 500].flatMap((p) => manyRows(p, blas)), gram32Row(500), passRow(500)];
}
