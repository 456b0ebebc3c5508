import { GRAM_ROWS, gramWorkspaceBytes } from './kernels.ts';
import type { KernelId, Kernels } from './kernels.ts';
import { ARENA_RESERVED } from './load.ts';
import { createWasmKernels } from './wasm.ts';

const P = 96;
const FLOPS = GRAM_ROWS * P * (P + 1);

/** Milliseconds a calibration may take: V8 compiles the loops anew, in the background, within the first of them. */
const BUDGET = 20;
/** Repetitions of each width that the comparison needs at least. */
const LEAST_REPETITIONS = 40;
/** How much faster wide tiles must be to be chosen: without 256-bit vectors they are a third slower, with them 1.5 times as fast. */
const ADVANTAGE = 1.05;

const UNNAMED: KernelId = { family: 'wasm-fma', precision: 'f64', tile: '', hash: '' };

/** Speed of the Gram kernel with tiles for 128-bit and 256-bit vectors, in GFLOP/s, and which to use. */
export interface Calibration {
  readonly narrow: number;
  readonly wide: number;
  /** Whether the compiled loops of both widths gave the same bits. */
  readonly identical: boolean;
  readonly useWide: boolean;
  readonly milliseconds: number;
}

/**
 * Times both tile widths on a Gram of 192 x 96 in a private arena, alternating,
 * and takes the best time of each. Afterwards, when V8 has compiled the loops
 * with all its optimizations, the bits of both are compared once more (the
 * self-test may have met the first, quick compilation). A wrong choice costs
 * time only.
 */
export function calibrate(module: WebAssembly.Module): Calibration {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
  const x = ARENA_RESERVED, w = x + GRAM_ROWS * P * 8, g = w + GRAM_ROWS * 8, workspace = g + P * P * 8;
  new Float64Array(memory.buffer, x, GRAM_ROWS * P).forEach((_, i, rows) => { rows[i] = ((i * 7919) % 1009) / 1009 - 0.5; });
  new Float64Array(memory.buffer, w, GRAM_ROWS).fill(0.7);
  const sets = [false, true].map((wide) => createWasmKernels(module, memory, wide, UNNAMED)) as [Kernels, Kernels];
  if (workspace + gramWorkspaceBytes(P) > memory.buffer.byteLength) throw new Error('calibrate: the arena is too small');

  const start = performance.now();
  const best: [number, number] = [Infinity, Infinity];
  for (let repetition = 0; repetition < LEAST_REPETITIONS || performance.now() - start < BUDGET; repetition++) {
    for (const width of [0, 1] as const) {
      const begin = performance.now();
      sets[width].gram(GRAM_ROWS, P, x, P, w, g, P, workspace);
      best[width] = Math.min(best[width], performance.now() - begin);
    }
  }
  const [narrowBits, wideBits] = sets.map((kernels) => {
    const gram = new Float64Array(memory.buffer, g, P * P).fill(0);
    kernels.gram(GRAM_ROWS, P, x, P, w, g, P, workspace);
    return gram.filter((_, k) => k % P >= Math.floor(k / P));
  }) as [Float64Array, Float64Array];
  const identical = narrowBits.every((value, k) => Object.is(value, wideBits[k]));
  const narrow = FLOPS / best[0] / 1e6, wide = FLOPS / best[1] / 1e6;
  return { narrow, wide, identical, useWide: identical && wide > narrow * ADVANTAGE, milliseconds: performance.now() - start };
}
