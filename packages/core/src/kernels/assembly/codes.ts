import { addScaledRow } from './columns';
import { ONE } from './constants';

/** psi[i] += b[code[i]] */
export function codesPsiColumn(n: i32, codes: usize, b: usize, psi: usize): void {
  for (; n > 0; n--, codes += 4, psi += 8) {
    store<f64>(psi, load<f64>(psi) + load<f64>(b + (<usize>load<u32>(codes) << 3)));
  }
}

/** g[code[i]] += r[i] */
export function codesGradientColumn(n: i32, codes: usize, r: usize, g: usize): void {
  for (; n > 0; n--, codes += 4, r += 8) {
    const slot = g + (<usize>load<u32>(codes) << 3);
    store<f64>(slot, load<f64>(slot) + load<f64>(r));
  }
}

/** to[c] += from[c] for the 8 columns of a panel's row. */
@inline
function addPanelRow(from: usize, to: usize): void {
  const t0 = f64x2.add(v128.load(to), v128.load(from));
  const t1 = f64x2.add(v128.load(to, 16), v128.load(from, 16));
  const t2 = f64x2.add(v128.load(to, 32), v128.load(from, 32));
  const t3 = f64x2.add(v128.load(to, 48), v128.load(from, 48));
  v128.store(to, t0);
  v128.store(to, t1, 16);
  v128.store(to, t2, 32);
  v128.store(to, t3, 48);
}

/** psi[i, :] += b[code[i], :] */
export function codesPsiPanels(n: i32, codes: usize, panels: i32, b: usize, bStride: usize, psi: usize, psiStride: usize): void {
  for (; panels > 0; panels--, b += bStride, psi += psiStride) {
    let code = codes, row = psi;
    for (let left = n; left > 0; left--, code += 4, row += 64) addPanelRow(b + (<usize>load<u32>(code) << 6), row);
  }
}

/** g[code[i], :] += r[i, :] */
export function codesGradientPanels(n: i32, codes: usize, panels: i32, r: usize, rStride: usize, g: usize, gStride: usize): void {
  for (; panels > 0; panels--, r += rStride, g += gStride) {
    let code = codes, row = r;
    for (let left = n; left > 0; left--, code += 4, row += 64) addPanelRow(row, g + (<usize>load<u32>(code) << 6));
  }
}

/** G[codeA[i], codeB[i]] += w[i] */
export function codesGram(n: i32, codesA: usize, codesB: usize, w: usize, g: usize, ldg: i32): void {
  const step: usize = w ? 8 : 0;
  if (!w) w = ONE;
  for (; n > 0; n--, codesA += 4, codesB += 4, w += step) {
    const slot = g + ((<usize>load<u32>(codesA) * <usize>ldg + <usize>load<u32>(codesB)) << 3);
    store<f64>(slot, load<f64>(slot) + load<f64>(w));
  }
}

/** G[code[i], j] += w[i] x[i, j], j < p; rows of weight 0 are skipped */
export function codesDenseGram(n: i32, p: i32, codes: usize, x: usize, ldx: i32, w: usize, g: usize, ldg: i32): void {
  const step: usize = w ? 8 : 0;
  if (!w) w = ONE;
  const row = <usize>ldx << 3, slot = <usize>ldg << 3;
  for (; n > 0; n--, codes += 4, x += row, w += step) {
    const weight = load<f64>(w);
    if (weight != 0) addScaledRow(p, weight, x, g + <usize>load<u32>(codes) * slot);
  }
}

/** out[i] = map[codes[i]] */
export function translateCodes(n: i32, codes: usize, map: usize, out: usize): void {
  for (; n > 0; n--, codes += 4, out += 4) store<u32>(out, load<u32>(map + (<usize>load<u32>(codes) << 2)));
}
