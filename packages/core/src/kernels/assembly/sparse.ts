import { addScaledRow } from './columns';
import { ONE } from './constants';

/*
 * Rows in CSR form: the entries of row i are indptr[i] <= e < indptr[i + 1] of `indices` and `values`; index c owns
 * slot c of b, g and G. Cost: one to two nanoseconds an entry (or pair of entries), more once b or G leaves the cache.
 */

/** psi[i] += sum_e values[e] b[indices[e]] */
export function sparsePsiColumn(n: i32, indptr: usize, indices: usize, values: usize, b: usize, psi: usize): void {
  for (; n > 0; n--, indptr += 4, psi += 8) {
    const end = load<u32>(indptr, 4);
    let sum = 0.0;
    for (let e = load<u32>(indptr); e < end; e++) {
      sum += load<f64>(values + (<usize>e << 3)) * load<f64>(b + (<usize>load<u32>(indices + (<usize>e << 2)) << 3));
    }
    store<f64>(psi, load<f64>(psi) + sum);
  }
}

/** g[indices[e]] += values[e] r[i] */
export function sparseGradientColumn(n: i32, indptr: usize, indices: usize, values: usize, r: usize, g: usize): void {
  for (; n > 0; n--, indptr += 4, r += 8) {
    const end = load<u32>(indptr, 4);
    const residual = load<f64>(r);
    for (let e = load<u32>(indptr); e < end; e++) {
      const slot = g + (<usize>load<u32>(indices + (<usize>e << 2)) << 3);
      store<f64>(slot, load<f64>(slot) + load<f64>(values + (<usize>e << 3)) * residual);
    }
  }
}

/** psi[i, :] += sum_e values[e] b[indices[e], :], panel by panel */
export function sparsePsiPanels(n: i32, indptr: usize, indices: usize, values: usize, panels: i32, b: usize, bStride: usize, psi: usize, psiStride: usize): void {
  for (; panels > 0; panels--, b += bStride, psi += psiStride) {
    let from = indptr, row = psi;
    for (let left = n; left > 0; left--, from += 4, row += 64) {
      const end = load<u32>(from, 4);
      let s0 = v128.load(row), s1 = v128.load(row, 16), s2 = v128.load(row, 32), s3 = v128.load(row, 48);
      for (let e = load<u32>(from); e < end; e++) {
        const v = v128.load_splat<f64>(values + (<usize>e << 3));
        const slot = b + (<usize>load<u32>(indices + (<usize>e << 2)) << 6);
        s0 = f64x2.relaxed_madd(v, v128.load(slot), s0);
        s1 = f64x2.relaxed_madd(v, v128.load(slot, 16), s1);
        s2 = f64x2.relaxed_madd(v, v128.load(slot, 32), s2);
        s3 = f64x2.relaxed_madd(v, v128.load(slot, 48), s3);
      }
      v128.store(row, s0);
      v128.store(row, s1, 16);
      v128.store(row, s2, 32);
      v128.store(row, s3, 48);
    }
  }
}

/** g[indices[e], :] += values[e] r[i, :], panel by panel */
export function sparseGradientPanels(n: i32, indptr: usize, indices: usize, values: usize, panels: i32, r: usize, rStride: usize, g: usize, gStride: usize): void {
  for (; panels > 0; panels--, r += rStride, g += gStride) {
    let from = indptr, row = r;
    for (let left = n; left > 0; left--, from += 4, row += 64) {
      const end = load<u32>(from, 4);
      const r0 = v128.load(row), r1 = v128.load(row, 16), r2 = v128.load(row, 32), r3 = v128.load(row, 48);
      for (let e = load<u32>(from); e < end; e++) {
        const v = v128.load_splat<f64>(values + (<usize>e << 3));
        const slot = g + (<usize>load<u32>(indices + (<usize>e << 2)) << 6);
        const g0 = f64x2.relaxed_madd(v, r0, v128.load(slot));
        const g1 = f64x2.relaxed_madd(v, r1, v128.load(slot, 16));
        const g2 = f64x2.relaxed_madd(v, r2, v128.load(slot, 32));
        const g3 = f64x2.relaxed_madd(v, r3, v128.load(slot, 48));
        v128.store(slot, g0);
        v128.store(slot, g1, 16);
        v128.store(slot, g2, 32);
        v128.store(slot, g3, 48);
      }
    }
  }
}

/** G[indices[e], indices[f]] += w[i] values[e] values[f], f <= e; rows of weight 0 are skipped, here and below */
export function sparseGram(n: i32, indptr: usize, indices: usize, values: usize, w: usize, g: usize, ldg: i32): void {
  const step: usize = w ? 8 : 0;
  if (!w) w = ONE;
  const row = <usize>ldg << 3;
  for (; n > 0; n--, indptr += 4, w += step) {
    const weight = load<f64>(w);
    if (weight == 0) continue;
    const begin = load<u32>(indptr), end = load<u32>(indptr, 4);
    for (let e = begin; e < end; e++) {
      const scaled = weight * load<f64>(values + (<usize>e << 3));
      const to = g + <usize>load<u32>(indices + (<usize>e << 2)) * row;
      for (let f = begin; f <= e; f++) {
        const slot = to + (<usize>load<u32>(indices + (<usize>f << 2)) << 3);
        store<f64>(slot, load<f64>(slot) + scaled * load<f64>(values + (<usize>f << 3)));
      }
    }
  }
}

/** G[indices[e], j] += w[i] values[e] x[i, j], j < p */
export function sparseDenseGram(n: i32, p: i32, indptr: usize, indices: usize, values: usize, x: usize, ldx: i32, w: usize, g: usize, ldg: i32): void {
  const step: usize = w ? 8 : 0;
  if (!w) w = ONE;
  const row = <usize>ldx << 3, slot = <usize>ldg << 3;
  for (; n > 0; n--, indptr += 4, x += row, w += step) {
    const weight = load<f64>(w);
    if (weight == 0) continue;
    const end = load<u32>(indptr, 4);
    for (let e = load<u32>(indptr); e < end; e++) {
      addScaledRow(p, weight * load<f64>(values + (<usize>e << 3)), x, g + <usize>load<u32>(indices + (<usize>e << 2)) * slot);
    }
  }
}

/** G[indices[e], code[i]] += w[i] values[e] */
export function sparseCodesGram(n: i32, indptr: usize, indices: usize, values: usize, codes: usize, w: usize, g: usize, ldg: i32): void {
  const step: usize = w ? 8 : 0;
  if (!w) w = ONE;
  const row = <usize>ldg << 3;
  for (; n > 0; n--, indptr += 4, codes += 4, w += step) {
    const weight = load<f64>(w);
    if (weight == 0) continue;
    const end = load<u32>(indptr, 4);
    const column = g + (<usize>load<u32>(codes) << 3);
    for (let e = load<u32>(indptr); e < end; e++) {
      const slot = column + <usize>load<u32>(indices + (<usize>e << 2)) * row;
      store<f64>(slot, load<f64>(slot) + weight * load<f64>(values + (<usize>e << 3)));
    }
  }
}

/** Keeps the entries with map[index] != 0, under the index map[index], as a new CSR that begins at entry 0. */
export function selectSparse(n: i32, indptr: usize, indices: usize, values: usize, map: usize, outIndptr: usize, outIndices: usize, outValues: usize): void {
  let kept: u32 = 0;
  store<u32>(outIndptr, 0);
  for (; n > 0; n--, indptr += 4) {
    const end = load<u32>(indptr, 4);
    for (let e = load<u32>(indptr); e < end; e++) {
      const index = load<u32>(map + (<usize>load<u32>(indices + (<usize>e << 2)) << 2));
      if (index == 0) continue;
      store<u32>(outIndices + (<usize>kept << 2), index);
      store<f64>(outValues + (<usize>kept << 3), load<f64>(values + (<usize>e << 3)));
      kept++;
    }
    outIndptr += 4;
    store<u32>(outIndptr, kept);
  }
}
