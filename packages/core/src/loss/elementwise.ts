/**
 * The elementwise part of a pass for any loss, from its scalar functions: what
 * a loss uses until it has kernels of its own. About 30 to 60 ns an element.
 */
import { PANEL } from '../kernels/kernels.ts';
import type { LossKernels } from '../kernels/kernels.ts';
import type { Loss } from './loss.ts';

/** Kernels of `loss` over one memory, which must not grow while they are in use. */
export function genericLossKernels(memory: WebAssembly.Memory, loss: Loss): LossKernels {
  const f64 = new Float64Array(memory.buffer);

  /** One element: adds to the sums that stand `step` numbers apart and returns l'(psi). */
  const element = (psi: number, offset: number, y: number, w: number, sums: number, step: number): number => {
    const a = loss.derivative(y, psi);
    const c = loss.curvature(y, psi);
    const t = psi - offset;
    const add = (index: number, value: number): void => {
      f64[sums + index * step] = f64[sums + index * step]! + w * value;
    };
    add(0, loss.value(y, psi));
    add(1, a);
    add(2, a * t);
    add(3, c);
    add(4, c * t);
    add(5, a === 0 ? 0 : (a * a) / c);
    add(6, c * c);
    return a;
  };

  return {
    column(n, psi, offset, y, w, residual, curvature, sums) {
      for (let i = 0; i < n; i++) {
        const weight = w === 0 ? 1 : f64[w / 8 + i]!;
        if (weight === 0) {
          f64[residual / 8 + i] = 0;
          if (curvature !== 0) f64[curvature / 8 + i] = 0;
          continue;
        }
        const x = f64[psi / 8 + i]!;
        const yi = f64[y / 8 + i]!;
        if (curvature !== 0) f64[curvature / 8 + i] = weight * loss.curvature(yi, x);
        f64[residual / 8 + i] = weight * element(x, offset === 0 ? 0 : f64[offset / 8 + i]!, yi, weight, sums / 8, 1);
      }
    },
    panels(n, panels, psi, psiStride, offset, y, w, sums, sumsStride) {
      for (let q = 0; q < panels; q++) {
        for (let i = 0; i < n; i++) {
          const at = (psi + q * psiStride) / 8 + i * PANEL;
          const weight = w === 0 ? 1 : f64[w / 8 + i]!;
          const o = offset === 0 ? 0 : f64[offset / 8 + i]!;
          for (let c = 0; c < PANEL; c++) {
            f64[at + c] = weight === 0 ? 0 : weight * element(f64[at + c]!, o, f64[y / 8 + i]!, weight, (sums + q * sumsStride) / 8 + c, PANEL);
          }
        }
      }
    },
    lossPanels(n, panels, psi, psiStride, y, w, losses) {
      for (let q = 0; q < panels; q++) {
        for (let i = 0; i < n; i++) {
          const weight = w === 0 ? 1 : f64[w / 8 + i]!;
          if (weight === 0) continue;
          for (let c = 0; c < PANEL; c++) {
            const to = losses / 8 + q * PANEL + c;
            f64[to] = f64[to]! + weight * loss.value(f64[y / 8 + i]!, f64[(psi + q * psiStride) / 8 + i * PANEL + c]!);
          }
        }
      }
    },
  };
}

