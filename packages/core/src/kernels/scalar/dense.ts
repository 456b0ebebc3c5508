import { PANEL } from '../kernels.ts';
import type { Kernels } from '../kernels.ts';
import { at4, at8 } from './views.ts';
import type { Views } from './views.ts';

type DenseKernels = Pick<Kernels,
  'psiColumn' | 'gradientColumn' | 'momentColumns' | 'startPanels' | 'psiPanels' | 'gradientPanels' | 'gram' | 'gram32' | 'gramCoarse' | 'gatherColumns' | 'gatherColumns32' | 'gatherRows' | 'gatherRows32' | 'squaredDistances' | 'squaredDistances32'>;

/** The scalar twin of the dense products: the formulas of the contract as plain loops. */
export function denseKernels(current: () => Views): DenseKernels {
  return {
    psiColumn(n, p, x, ldx, b, psi) {
      const { f64 } = current();
      const X = at8(x), B = at8(b), PSI = at8(psi);
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < p; j++) sum += f64[X + i * ldx + j]! * f64[B + j]!;
        f64[PSI + i]! += sum;
      }
    },

    gradientColumn(n, p, x, ldx, r, g) {
      const { f64 } = current();
      const X = at8(x), R = at8(r), G = at8(g);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < p; j++) f64[G + j]! += f64[X + i * ldx + j]! * f64[R + i]!;
      }
    },

    startPanels(n, panels, start, offset, psi, psiStride) {
      const { f64 } = current();
      const START = at8(start), OFFSET = at8(offset);
      for (let q = 0; q < panels; q++) {
        const PSI = at8(psi + q * psiStride);
        for (let i = 0; i < n; i++) {
          for (let c = 0; c < PANEL; c++) f64[PSI + i * PANEL + c] = f64[START + q * PANEL + c]! + (offset ? f64[OFFSET + i]! : 0);
        }
      }
    },

    momentColumns(n, p, x, ldx, w, r, sum, cross, square) {
      const { f64 } = current();
      const X = at8(x), W = at8(w), R = at8(r), SUM = at8(sum), CROSS = at8(cross), SQUARE = at8(square);
      for (let i = 0; i < n; i++) {
        const weight = w ? f64[W + i]! : 1;
        if (weight === 0) continue;
        for (let j = 0; j < p; j++) {
          const value = f64[X + i * ldx + j]!;
          f64[SUM + j]! += value * weight;
          f64[CROSS + j]! += value * f64[R + i]!;
          if (square) f64[SQUARE + j]! += value * weight * value;
        }
      }
    },

    psiPanels(n, p, panels, x, ldx, b, bStride, psi, psiStride) {
      const { f64 } = current();
      const X = at8(x);
      for (let q = 0; q < panels; q++) {
        const B = at8(b + q * bStride), PSI = at8(psi + q * psiStride);
        for (let i = 0; i < n; i++) {
          for (let c = 0; c < PANEL; c++) {
            let sum = 0;
            for (let j = 0; j < p; j++) sum += f64[X + i * ldx + j]! * f64[B + j * PANEL + c]!;
            f64[PSI + i * PANEL + c]! += sum;
          }
        }
      }
    },

    gradientPanels(n, p, panels, x, ldx, r, rStride, g, gStride) {
      const { f64 } = current();
      const X = at8(x);
      for (let q = 0; q < panels; q++) {
        const R = at8(r + q * rStride), G = at8(g + q * gStride);
        for (let j = 0; j < p; j++) {
          for (let c = 0; c < PANEL; c++) {
            let sum = 0;
            for (let i = 0; i < n; i++) sum += f64[X + i * ldx + j]! * f64[R + i * PANEL + c]!;
            f64[G + j * PANEL + c]! += sum;
          }
        }
      }
    },

    gram(n, p, x, ldx, w, g, ldg) {
      const { f64 } = current();
      const X = at8(x), W = at8(w), G = at8(g);
      for (let k = 0; k < n; k++) {
        const weight = w ? f64[W + k]! : 1;
        if (weight === 0) continue;
        for (let i = 0; i < p; i++) {
          const scaled = weight * f64[X + k * ldx + i]!;
          for (let j = i; j < p; j++) f64[G + i * ldg + j]! += scaled * f64[X + k * ldx + j]!;
        }
      }
    },

    gram32(n, p, x32, ldx, w, g, ldg) {
      const { f64, f32 } = current();
      const X = at4(x32);
      squareIn32(f64, n, p, at8(w), g, ldg, (k, j, root) => f32[X + k * ldx + j]! * Math.fround(root));
    },

    gramCoarse(n, p, x, ldx, w, g, ldg) {
      const { f64 } = current();
      const X = at8(x);
      squareIn32(f64, n, p, at8(w), g, ldg, (k, j, root) => f64[X + k * ldx + j]! * root);
    },

    gatherColumns(n, x, ldx, index, count, out, ldo) {
      const { f64, u32 } = current();
      const X = at8(x), INDEX = at4(index), OUT = at8(out);
      for (let i = 0; i < n; i++) {
        for (let c = 0; c < count; c++) f64[OUT + i * ldo + c] = f64[X + i * ldx + (index ? u32[INDEX + c]! : c)]!;
      }
    },

    gatherColumns32(n, x32, ldx, index, count, out, ldo) {
      const { f64, f32, u32 } = current();
      const X = at4(x32), INDEX = at4(index), OUT = at8(out);
      for (let i = 0; i < n; i++) {
        for (let c = 0; c < count; c++) f64[OUT + i * ldo + c] = f32[X + i * ldx + (index ? u32[INDEX + c]! : c)]!;
      }
    },

    gatherRows(n, bytes, x, index, out) {
      const { u32 } = current();
      const X = at4(x), INDEX = at4(index), OUT = at4(out), words = bytes / 4;
      for (let i = 0; i < n; i++) {
        const from = X + u32[INDEX + i]! * words;
        for (let c = 0; c < words; c++) u32[OUT + i * words + c] = u32[from + c]!;
      }
    },

    gatherRows32(n, p, x32, index, out) {
      const { f64, f32, u32 } = current();
      const X = at4(x32), INDEX = at4(index), OUT = at8(out);
      for (let i = 0; i < n; i++) {
        const from = X + u32[INDEX + i]! * p;
        for (let j = 0; j < p; j++) f64[OUT + i * p + j] = f32[from + j]!;
      }
    },

    squaredDistances(n, p, x, ldx, centre, scale, out) {
      const { f64 } = current();
      squaredDistancesOf(f64, at8(x), n, p, ldx, f64.subarray(at8(centre), at8(centre) + p), f64.subarray(at8(scale), at8(scale) + p), f64.subarray(at8(out), at8(out) + n));
    },

    squaredDistances32(n, p, x32, ldx, centre, scale, out) {
      const { f64, f32 } = current();
      squaredDistancesOf(f32, at4(x32), n, p, ldx, f64.subarray(at8(centre), at8(centre) + p), f64.subarray(at8(scale), at8(scale) + p), f64.subarray(at8(out), at8(out) + n));
    },
  };
}

function squaredDistancesOf(x: Float64Array | Float32Array, at: number, n: number, p: number, ldx: number, centre: Float64Array, scale: Float64Array, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < p; j++) {
      const d = x[at + i * ldx + j]! - centre[j]!;
      sum += d * scale[j]! * d;
    }
    out[i] = sum;
  }
}

/** G += Z'Z in float32, Z's elements of a row, a column and the root of the row's weight, rounded. @param w index of the weights, 0 for none */
function squareIn32(f64: Float64Array, n: number, p: number, w: number, g: number, ldg: number, element: (k: number, j: number, root: number) => number): void {
  const roots = Float64Array.from({ length: n }, (_, k) => Math.sqrt(w ? f64[w + k]! : 1));
  for (let i = 0; i < p; i++) {
    for (let j = i; j < p; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) {
        if (roots[k] === 0) continue;
        sum = Math.fround(sum + Math.fround(Math.fround(element(k, i, roots[k]!)) * Math.fround(element(k, j, roots[k]!))));
      }
      f64[at8(g) + i * ldg + j]! += sum;
    }
  }
}
