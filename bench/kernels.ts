/**
 * The kernels against OpenBLAS, the machine's memory and its multiply-add peak: one thread, all sides in turn in one
 * process on the same data, medians.
 */
import { cpus } from 'node:os';
import {
  ARENA_RESERVED, GRAM_ROWS, LOSS_SUMS, PANEL, PANEL_ROWS, createKernels, describeKernels, enableWideVectors, gramWorkspaceBytes,
  kernelIdText
} from '@scalemix/core';
import type { Kernels } from '@scalemix/core';
import { columnTileRows } from '../packages/core/src/block/tile.ts';
import { openBlas } from './support/openblas.ts';
import type { OpenBlas } from './support/openblas.ts';
import { median, row } from './support/row.ts';
import type { Figure, Row } from './support/row.ts';
import { multiplyAddPeak } from './support/peak.ts';
import { interleave, speedup } from './support/timing.ts';

/** Rows of the products that are compared: 16 Gram tiles, 32 panel tiles. */
const ROWS = 16 * GRAM_ROWS;
/** Columns of coefficients of a lockstep pass. */
const MANY = 64;
/** Bytes of X in the one-column pass: far beyond any cache. */
const PASS_BYTES = 192 << 20;

/** An arena of 256 MB, used from its start by one case after the other. */
interface Bench {
  readonly kernels: Kernels;
  readonly blas: OpenBlas | null;
  /** Whether 256-bit vectors are in use: the floors depend on it. */
  readonly wide: boolean;
  /** `length` float64 numbers behind another matrix, or at the start. */
  f64(length: number, after?: Float64Array): Float64Array;
}

function createBench(blas: OpenBlas | null, wide: boolean): Bench {
  const memory = new WebAssembly.Memory({ initial: 4096, maximum: 4096, shared: true });
  return {
    kernels: createKernels(memory, { family: 'wasm', wide }),
    blas,
    wide,
    f64(length, after) {
      const address = after ? Math.ceil((after.byteOffset + after.byteLength + 64) / 64) * 64 : ARENA_RESERVED;
      return new Float64Array(memory.buffer, address, length);
    },
  };
}

/** Numbers between -1/2 and 1/2. */
function fill(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = ((i * 7919) % 1009) / 1009 - 0.5;
  return values;
}

/** The weighted Gram of float64 rows, against dsyrk with the rows scaled before (in a typed-array loop) and dsyrk alone. */
function gramRows(bench: Bench, p: number): Row[] {
  const { kernels, blas } = bench;
  const ldg = Math.ceil(p / 8) * 8;
  const x = fill(bench.f64(ROWS * p));
  const w = bench.f64(ROWS, x).fill(0.7);
  const g = bench.f64(ldg * ldg, w).fill(0);
  const workspace = bench.f64(gramWorkspaceBytes(p) / 8, g);
  const scaled = bench.f64(ROWS * p, workspace);
  const theirs = bench.f64(p * p, scaled);

  function ours(): void {
    for (let i = 0; i < ROWS; i += GRAM_ROWS) {
      kernels.gram(GRAM_ROWS, p, x.byteOffset + i * p * 8, p, w.byteOffset + i * 8, g.byteOffset, ldg, workspace.byteOffset);
    }
  }
  function scale(): void {
    for (let i = 0, k = 0; i < ROWS; i++) {
      const root = Math.sqrt(w[i]!);
      for (let j = 0; j < p; j++, k++) scaled[k] = x[k]! * root;
    }
  }
  const speed = (milliseconds: readonly number[]): Row =>
    row(`gram-p${p}-speed`, (ROWS * p * (p + 1)) / median(milliseconds) / 1e6, 'GFLOP/s');
  if (!blas) return [speed(interleave({ ours }).ours)];
  const times = interleave({
    ours,
    weighted() {
      scale();
      blas.syrk(p, ROWS, scaled, theirs);
    },
    alone: () => blas.syrk(p, ROWS, scaled, theirs),
  });
  return [
    row(`gram-p${p}`, speedup(times, 'ours', 'weighted'), 'of OpenBLAS dsyrk with row scaling', bench.wide ? 1 : 0.5),
    row(`gram-p${p}-unweighted`, speedup(times, 'ours', 'alone'), 'of OpenBLAS dsyrk without weights'),
    speed(times.ours),
  ];
}

/** Both products of a lockstep pass with 64 columns, tile by tile, against dgemm over all rows at once. */
function manyRows(bench: Bench, p: number): Row[] {
  const { kernels, blas, wide } = bench;
  const panels = MANY / PANEL, features = Math.ceil(p / 4) * 4;
  const x = fill(bench.f64(ROWS * p));
  const b = fill(bench.f64(p * MANY, x));
  const psi = bench.f64(PANEL_ROWS * MANY, b);
  const g = bench.f64(features * MANY, psi).fill(0);
  const products = bench.f64(ROWS * MANY, g);
  const gradient = bench.f64(p * MANY, products);
  const bStride = p * PANEL * 8, psiStride = PANEL_ROWS * PANEL * 8, gStride = features * PANEL * 8;

  function tiles(withPsi: boolean, withGradient: boolean): () => void {
    return () => {
      for (let i = 0; i < ROWS; i += PANEL_ROWS) {
        const tile = x.byteOffset + i * p * 8;
        if (withPsi) {
          psi.fill(0);
          kernels.psiPanels(PANEL_ROWS, p, panels, tile, p, b.byteOffset, bStride, psi.byteOffset, psiStride);
        }
        if (withGradient) kernels.gradientPanels(PANEL_ROWS, p, panels, tile, p, psi.byteOffset, psiStride, g.byteOffset, gStride);
      }
    };
  }
  const both = tiles(true, true);
  const speed = (milliseconds: readonly number[]): Row => row(`many-p${p}-speed`, (4 * ROWS * p * MANY) / median(milliseconds) / 1e6, 'GFLOP/s');
  if (!blas) return [speed(interleave({ both }).both)];
  const theirPsi = (): void => blas.gemm(false, ROWS, MANY, p, x, b, products);
  const theirGradient = (): void => blas.gemm(true, p, MANY, ROWS, x, products, gradient);
  const times = interleave({
    both,
    theirs() {
      theirPsi();
      theirGradient();
    },
    psi: tiles(true, false),
    theirPsi,
    gradient: tiles(false, true),
    theirGradient,
  });
  return [
    row(`many-p${p}`, speedup(times, 'both', 'theirs'), 'of OpenBLAS dgemm, X B and X\' R, K = 64', wide ? 1 : null),
    row(`many-p${p}-psi`, speedup(times, 'psi', 'theirPsi'), 'of OpenBLAS dgemm, X B'),
    row(`many-p${p}-gradient`, speedup(times, 'gradient', 'theirGradient'), 'of OpenBLAS dgemm, X\' R'),
    speed(times.both),
  ];
}

/** The Gram of float32 rows against that of float64 rows. */
function gram32Row(bench: Bench, p: number): Row {
  const { kernels } = bench;
  const ldg = Math.ceil(p / 16) * 16;
  const x = fill(bench.f64(GRAM_ROWS * p));
  const room = bench.f64(GRAM_ROWS * p, x);
  const x32 = new Float32Array(room.buffer, room.byteOffset, room.length);
  x32.set(x);
  const w = bench.f64(GRAM_ROWS, room).fill(0.7);
  const g = bench.f64(ldg * ldg, w).fill(0);
  const workspace = bench.f64(gramWorkspaceBytes(p) / 8, g);
  const times = interleave({
    f64: () => kernels.gram(GRAM_ROWS, p, x.byteOffset, p, w.byteOffset, g.byteOffset, ldg, workspace.byteOffset),
    f32: () => kernels.gram32(GRAM_ROWS, p, x32.byteOffset, p, w.byteOffset, g.byteOffset, ldg, workspace.byteOffset),
  });
  return row(`gram-f32-p${p}`, speedup(times, 'f32', 'f64'), 'of the float64 speed', 1.7);
}

/**
 * One logistic pass with one column, in the product's tiles, over rows far beyond the caches, against the faster of
 * two readers of the same rows: OpenBLAS's sum of absolute values, and X b alone.
 */
function passRows(bench: Bench, p: number): Row[] {
  const { kernels, blas } = bench;
  const n = Math.floor(PASS_BYTES / (8 * p));
  const rows = columnTileRows({ dense: p, denseType: 'f64', codes: 0, sparse: false, weights: false, offset: false, folds: false });
  const x = fill(bench.f64(n * p));
  const b = fill(bench.f64(p, x)), g = bench.f64(p, b).fill(0);
  const y = bench.f64(n, g), psi = bench.f64(rows, y), sums = bench.f64(LOSS_SUMS.length, psi).fill(0);
  for (let i = 0; i < n; i++) y[i] = i % 2;
  const logistic = kernels.losses['logistic']!;

  function pass(): void {
    for (let i = 0; i < n; i += rows) {
      const m = Math.min(rows, n - i), tile = x.byteOffset + i * p * 8;
      psi.fill(0);
      kernels.psiColumn(m, p, tile, p, b.byteOffset, psi.byteOffset);
      logistic.column(m, psi.byteOffset, 0, y.byteOffset + i * 8, 0, psi.byteOffset, 0, sums.byteOffset);
      kernels.gradientColumn(m, p, tile, p, psi.byteOffset, g.byteOffset);
    }
  }
  function multiply(): void {
    for (let i = 0; i < n; i += rows) kernels.psiColumn(Math.min(rows, n - i), p, x.byteOffset + i * p * 8, p, b.byteOffset, psi.byteOffset);
  }
  const times = interleave(blas ? { pass, multiply, sum: () => blas.asum(x) } : { pass, multiply, sum: multiply });
  const reading = times.multiply.map((time, round) => Math.min(time, times.sum[round]!));
  const bandwidth = (milliseconds: readonly number[]): number => (n * p * 8) / median(milliseconds) / 1e6;
  return [
    row(`pass-p${p}`, median(times.pass.map((time, round) => reading[round]! / time)), 'of the read bandwidth', 0.6),
    row(`pass-p${p}-speed`, bandwidth(times.pass), 'GB/s of X'),
    row('read-speed', bandwidth(reading), 'GB/s'),
  ];
}

/** Nanoseconds an element of the logistic loss over the panels of a tile. */
function elementwiseRow(bench: Bench, name: string, weight: number | null): Row {
  const { kernels } = bench;
  const panels = MANY / PANEL;
  const psi = bench.f64(PANEL_ROWS * MANY), y = bench.f64(PANEL_ROWS, psi).fill(1), w = bench.f64(PANEL_ROWS, y).fill(weight ?? 1);
  const sums = bench.f64(panels * LOSS_SUMS.length * PANEL, w).fill(0);
  const logistic = kernels.losses['logistic']!;
  const times = interleave({
    tile() {
      fill(psi);
      logistic.panels(PANEL_ROWS, panels, psi.byteOffset, PANEL_ROWS * PANEL * 8, 0, y.byteOffset, weight === null ? 0 : w.byteOffset,
        sums.byteOffset, LOSS_SUMS.length * PANEL * 8);
    },
    fill: () => fill(psi),
  });
  return row(name, ((median(times.tile) - median(times.fill)) * 1e6) / psi.length, 'ns an element');
}

export async function run(): Promise<Figure[]> {
  enableWideVectors();
  const { calibration, choice, node, v8 } = describeKernels();
  const blas = await openBlas();
  console.error(`${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${node}, V8 ${v8}`);
  console.error(`kernels ${kernelIdText(choice.id)}: ${choice.reason} (4 x 4 ${calibration.narrow.toFixed(1)}, 4 x 8 ${calibration.wide.toFixed(1)} GFLOP/s)`);
  if (blas) console.error(`OpenBLAS for ${blas.core}${process.env['OPENBLAS_CORETYPE'] ? ', chosen by OPENBLAS_CORETYPE' : ''}`);

  const bench = createBench(blas, choice.wide);
  const products = [...[20, 100, 500, 1000].flatMap((p) => gramRows(bench, p)), ...[100, 500].flatMap((p) => manyRows(bench, p))];
  const fastest = Math.max(...products.filter(({ unit }) => unit === 'GFLOP/s').map(({ value }) => value));
  const peak = await multiplyAddPeak();
  const rows = [
    ...products,
    gram32Row(bench, 500),
    ...passRows(bench, 500),
    elementwiseRow(bench, 'logistic', null),
    elementwiseRow(bench, 'logistic-weighted', 0.7),
    row('peak-speed', peak, 'GFLOP/s of multiply-adds alone'),
    row('peak-share', fastest / peak, 'of it by the fastest product'),
  ];
  return rows.map((row) => ({ ...row, detail: { against: blas?.core ?? 'none' } }));
}
