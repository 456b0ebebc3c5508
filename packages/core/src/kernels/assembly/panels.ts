import { columnsNarrow, columnsWide, rowsNarrow, rowsWide } from './tiles';

/*
 * psi = start + offset, psi += X B and g += X' R for panels of 8 columns. X is read in place, row-major: no packing. A panel of B
 * (p rows of 64 bytes) or of R (n rows) is read in sequence and stays in the first cache.
 */

export function startPanels(n: i32, panels: i32, start: usize, offset: usize, psi: usize, psiStride: usize): void {
  for (; panels > 0; panels--, start += 64, psi += psiStride) {
    const s0 = v128.load(start), s1 = v128.load(start, 16), s2 = v128.load(start, 32), s3 = v128.load(start, 48);
    for (let i: usize = 0, end = <usize>n << 6; i < end; i += 64) {
      const o = offset ? v128.load_splat<f64>(offset + (i >> 3)) : f64x2.splat(0);
      const t0 = f64x2.add(s0, o), t1 = f64x2.add(s1, o), t2 = f64x2.add(s2, o), t3 = f64x2.add(s3, o);
      v128.store(psi + i, t0);
      v128.store(psi + i, t1, 16);
      v128.store(psi + i, t2, 32);
      v128.store(psi + i, t3, 48);
    }
  }
}

@inline
function psiPanels(wide: bool, n: i32, p: i32, panels: i32, x: usize, ldx: i32, b: usize, bStride: usize, psi: usize, psiStride: usize): void {
  const row = <usize>ldx << 3;
  for (; panels > 0; panels--, b += bStride, psi += psiStride) {
    let a0 = x, c = psi;
    for (let left = n; left > 0; left -= 4, a0 += row << 2, c += 256) {
      // Beside the last rows, the last one again in the place of those that do not exist.
      const a1 = left > 1 ? a0 + row : a0, a2 = left > 2 ? a1 + row : a1, a3 = left > 3 ? a2 + row : a2;
      if (wide) {
        rowsWide(p, a0, a1, a2, a3, b, c);
      } else {
        rowsNarrow(p, a0, a1, a2, a3, b, c);
        rowsNarrow(p, a0, a1, a2, a3, b + 32, c + 32);
      }
    }
  }
}

@inline
function gradientPanels(wide: bool, n: i32, p: i32, panels: i32, x: usize, ldx: i32, r: usize, rStride: usize, g: usize, gStride: usize): void {
  const row = <usize>ldx << 3;
  for (; panels > 0; panels--, r += rStride, g += gStride) {
    let a = x, c = g;
    for (let left = p; left > 0; left -= 4, a += 32, c += 256) {
      if (wide) {
        columnsWide(n, a, row, r, c, 64);
      } else {
        columnsNarrow(n, a, row, r, c, 64);
        columnsNarrow(n, a, row, r + 32, c + 32, 64);
      }
    }
  }
}

export function psiPanelsWide(n: i32, p: i32, panels: i32, x: usize, ldx: i32, b: usize, bStride: usize, psi: usize, psiStride: usize): void {
  psiPanels(true, n, p, panels, x, ldx, b, bStride, psi, psiStride);
}

export function psiPanelsNarrow(n: i32, p: i32, panels: i32, x: usize, ldx: i32, b: usize, bStride: usize, psi: usize, psiStride: usize): void {
  psiPanels(false, n, p, panels, x, ldx, b, bStride, psi, psiStride);
}

export function gradientPanelsWide(n: i32, p: i32, panels: i32, x: usize, ldx: i32, r: usize, rStride: usize, g: usize, gStride: usize): void {
  gradientPanels(true, n, p, panels, x, ldx, r, rStride, g, gStride);
}

export function gradientPanelsNarrow(n: i32, p: i32, panels: i32, x: usize, ldx: i32, r: usize, rStride: usize, g: usize, gStride: usize): void {
  gradientPanels(false, n, p, panels, x, ldx, r, rStride, g, gStride);
}
