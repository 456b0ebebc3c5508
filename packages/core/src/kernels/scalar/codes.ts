import { PANEL } from '../kernels.ts';
import type { Kernels } from '../kernels.ts';
import { at4, at8 } from './views.ts';
import type { Views } from './views.ts';

type CodesKernels = Pick<Kernels,
  | 'codesPsiColumn' | 'codesGradientColumn' | 'codesPsiPanels' | 'codesGradientPanels'
  | 'codesGram' | 'codesDenseGram' | 'translateCodes'>;

/** The scalar twin of the operations on categorical columns. */
export function codesKernels(current: () => Views): CodesKernels {
  return {
    codesPsiColumn(n, codes, b, psi) {
      const { f64, u32 } = current();
      const C = at4(codes), B = at8(b), PSI = at8(psi);
      for (let i = 0; i < n; i++) f64[PSI + i]! += f64[B + u32[C + i]!]!;
    },

    codesGradientColumn(n, codes, r, g) {
      const { f64, u32 } = current();
      const C = at4(codes), R = at8(r), G = at8(g);
      for (let i = 0; i < n; i++) f64[G + u32[C + i]!]! += f64[R + i]!;
    },

    codesPsiPanels(n, codes, panels, b, bStride, psi, psiStride) {
      const { f64, u32 } = current();
      const C = at4(codes);
      for (let q = 0; q < panels; q++) {
        const B = at8(b + q * bStride), PSI = at8(psi + q * psiStride);
        for (let i = 0; i < n; i++) {
          for (let c = 0; c < PANEL; c++) f64[PSI + i * PANEL + c]! += f64[B + u32[C + i]! * PANEL + c]!;
        }
      }
    },

    codesGradientPanels(n, codes, panels, r, rStride, g, gStride) {
      const { f64, u32 } = current();
      const C = at4(codes);
      for (let q = 0; q < panels; q++) {
        const R = at8(r + q * rStride), G = at8(g + q * gStride);
        for (let i = 0; i < n; i++) {
          for (let c = 0; c < PANEL; c++) f64[G + u32[C + i]! * PANEL + c]! += f64[R + i * PANEL + c]!;
        }
      }
    },

    codesGram(n, codesA, codesB, w, g, ldg) {
      const { f64, u32 } = current();
      const A = at4(codesA), B = at4(codesB), W = at8(w), G = at8(g);
      for (let i = 0; i < n; i++) f64[G + u32[A + i]! * ldg + u32[B + i]!]! += w ? f64[W + i]! : 1;
    },

    codesDenseGram(n, p, codes, x, ldx, w, g, ldg) {
      const { f64, u32 } = current();
      const C = at4(codes), X = at8(x), W = at8(w), G = at8(g);
      for (let i = 0; i < n; i++) {
        const weight = w ? f64[W + i]! : 1;
        if (weight === 0) continue;
        for (let j = 0; j < p; j++) f64[G + u32[C + i]! * ldg + j]! += weight * f64[X + i * ldx + j]!;
      }
    },

    translateCodes(n, codes, map, out) {
      const { u32 } = current();
      const C = at4(codes), MAP = at4(map), OUT = at4(out);
      for (let i = 0; i < n; i++) u32[OUT + i] = u32[MAP + u32[C + i]!]!;
    },
  };
}
