import { PANEL } from '../kernels.ts';
import type { Kernels } from '../kernels.ts';
import { at4, at8 } from './views.ts';
import type { Views } from './views.ts';

type SparseKernels = Pick<Kernels,
  | 'sparsePsiColumn' | 'sparseGradientColumn' | 'sparsePsiPanels' | 'sparseGradientPanels'
  | 'sparseGram' | 'sparseDenseGram' | 'sparseCodesGram' | 'selectSparse'>;

/** The scalar twin of the operations on sparse rows. */
export function sparseKernels(current: () => Views): SparseKernels {
  return {
    sparsePsiColumn(n, indptr, indices, values, b, psi) {
      const { f64, u32 } = current();
      const ROW = at4(indptr), INDEX = at4(indices), VALUE = at8(values), B = at8(b), PSI = at8(psi);
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let e = u32[ROW + i]!; e < u32[ROW + i + 1]!; e++) sum += f64[VALUE + e]! * f64[B + u32[INDEX + e]!]!;
        f64[PSI + i]! += sum;
      }
    },

    sparseGradientColumn(n, indptr, indices, values, r, g) {
      const { f64, u32 } = current();
      const ROW = at4(indptr), INDEX = at4(indices), VALUE = at8(values), R = at8(r), G = at8(g);
      for (let i = 0; i < n; i++) {
        for (let e = u32[ROW + i]!; e < u32[ROW + i + 1]!; e++) f64[G + u32[INDEX + e]!]! += f64[VALUE + e]! * f64[R + i]!;
      }
    },

    sparsePsiPanels(n, indptr, indices, values, panels, b, bStride, psi, psiStride) {
      const { f64, u32 } = current();
      const ROW = at4(indptr), INDEX = at4(indices), VALUE = at8(values);
      for (let q = 0; q < panels; q++) {
        const B = at8(b + q * bStride), PSI = at8(psi + q * psiStride);
        for (let i = 0; i < n; i++) {
          for (let e = u32[ROW + i]!; e < u32[ROW + i + 1]!; e++) {
            for (let c = 0; c < PANEL; c++) f64[PSI + i * PANEL + c]! += f64[VALUE + e]! * f64[B + u32[INDEX + e]! * PANEL + c]!;
          }
        }
      }
    },

    sparseGradientPanels(n, indptr, indices, values, panels, r, rStride, g, gStride) {
      const { f64, u32 } = current();
      const ROW = at4(indptr), INDEX = at4(indices), VALUE = at8(values);
      for (let q = 0; q < panels; q++) {
        const R = at8(r + q * rStride), G = at8(g + q * gStride);
        for (let i = 0; i < n; i++) {
          for (let e = u32[ROW + i]!; e < u32[ROW + i + 1]!; e++) {
            for (let c = 0; c < PANEL; c++) f64[G + u32[INDEX + e]! * PANEL + c]! += f64[VALUE + e]! * f64[R + i * PANEL + c]!;
          }
        }
      }
    },

    sparseGram(n, indptr, indices, values, w, g, ldg) {
      const { f64, u32 } = current();
      const ROW = at4(indptr), INDEX = at4(indices), VALUE = at8(values), W = at8(w), G = at8(g);
      for (let i = 0; i < n; i++) {
        const weight = w ? f64[W + i]! : 1;
        if (weight === 0) continue;
        const begin = u32[ROW + i]!;
        for (let e = begin; e < u32[ROW + i + 1]!; e++) {
          const scaled = weight * f64[VALUE + e]!;
          for (let f = begin; f <= e; f++) f64[G + u32[INDEX + e]! * ldg + u32[INDEX + f]!]! += scaled * f64[VALUE + f]!;
        }
      }
    },

    sparseDenseGram(n, p, indptr, indices, values, x, ldx, w, g, ldg) {
      const { f64, u32 } = current();
      const ROW = at4(indptr), INDEX = at4(indices), VALUE = at8(values), X = at8(x), W = at8(w), G = at8(g);
      for (let i = 0; i < n; i++) {
        const weight = w ? f64[W + i]! : 1;
        if (weight === 0) continue;
        for (let e = u32[ROW + i]!; e < u32[ROW + i + 1]!; e++) {
          const scaled = weight * f64[VALUE + e]!;
          for (let j = 0; j < p; j++) f64[G + u32[INDEX + e]! * ldg + j]! += scaled * f64[X + i * ldx + j]!;
        }
      }
    },

    sparseCodesGram(n, indptr, indices, values, codes, w, g, ldg) {
      const { f64, u32 } = current();
      const ROW = at4(indptr), INDEX = at4(indices), VALUE = at8(values), C = at4(codes), W = at8(w), G = at8(g);
      for (let i = 0; i < n; i++) {
        const weight = w ? f64[W + i]! : 1;
        if (weight === 0) continue;
        for (let e = u32[ROW + i]!; e < u32[ROW + i + 1]!; e++) {
          f64[G + u32[INDEX + e]! * ldg + u32[C + i]!]! += weight * f64[VALUE + e]!;
        }
      }
    },

    selectSparse(n, indptr, indices, values, map, outIndptr, outIndices, outValues) {
      const { f64, u32 } = current();
      const ROW = at4(indptr), INDEX = at4(indices), VALUE = at8(values), MAP = at4(map);
      const OUTROW = at4(outIndptr), OUTINDEX = at4(outIndices), OUTVALUE = at8(outValues);
      let kept = 0;
      u32[OUTROW] = 0;
      for (let i = 0; i < n; i++) {
        for (let e = u32[ROW + i]!; e < u32[ROW + i + 1]!; e++) {
          const index = u32[MAP + u32[INDEX + e]!]!;
          if (index === 0) continue;
          u32[OUTINDEX + kept] = index;
          f64[OUTVALUE + kept] = f64[VALUE + e]!;
          kept++;
        }
        u32[OUTROW + i + 1] = kept;
      }
    },
  };
}
