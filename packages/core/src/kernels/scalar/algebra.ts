import type { Kernels } from '../kernels.ts';
import { at8 } from './views.ts';
import type { Views } from './views.ts';

/** The scalar twin of the linear algebra. */
export function algebraKernels(current: () => Views): Pick<Kernels, 'cholesky'> {
  return {
    cholesky(n, a, lda, floor) {
      const { f64 } = current();
      const A = at8(a);
      for (let i = 0; i < n; i++) {
        const row = A + i * lda;
        const diagonal = f64[row + i]!;
        for (let k = 0; k < i; k++) {
          const factor = f64[A + k * lda + i]!;
          for (let j = i; j < n; j++) f64[row + j]! -= factor * f64[A + k * lda + j]!;
        }
        const square = f64[row + i]!;
        if (!(square > 0 && square > floor * diagonal)) return i;
        const inverse = 1 / Math.sqrt(square);
        for (let j = i; j < n; j++) f64[row + j]! *= inverse;
      }
      return n;
    },
  };
}
