import { exp, log1p } from '../elementary.ts';
import { PANEL } from '../kernels.ts';
import type { LossKernels } from '../kernels.ts';
import { at8 } from './views.ts';
import type { Views } from './views.ts';

/** What a loss has at one row: l, a = l', c = l'' and a^2 / c, of a unit weight. */
interface Row {
  loss: number;
  slope: number;
  curvature: number;
  pearson: number;
}

type RowFunction = (psi: number, y: number, row: Row) => void;

/** (psi - y)^2 / 2 */
function squared(psi: number, y: number, row: Row): void {
  const a = psi - y;
  row.loss = 0.5 * a * a;
  row.slope = a;
  row.curvature = 1;
  row.pearson = a * a;
}

/**
 * log(1 + exp(psi)) - y psi, by e = exp(-|psi|) and the share `far` of the outcome that psi speaks against
 * (assembly/logistic.ts has the formulas). e is at least exp(-708), as there.
 */
function logistic(psi: number, y: number, row: Row): void {
  const margin = Math.abs(psi);
  const e = exp(margin > 708 ? -708 : -margin);
  const d = 1 / (1 + e);
  const far = psi >= 0 ? 1 - y : y;
  const near = 1 - far;
  const bracket = far - near * e;
  row.loss = log1p(e) + far * margin;
  row.slope = psi >= 0 ? d * bracket : -d * bracket;
  row.curvature = e * d * d;
  row.pearson = bracket * (far / e - near);
}

function lossKernels(current: () => Views, atRow: RowFunction): LossKernels {
  const row: Row = { loss: 0, slope: 0, curvature: 0, pearson: 0 };

  /** Adds a row of weight w to its column's sums, `stride` elements apart; returns w a and leaves c in `row`. */
  function add(f64: Float64Array, psi: number, offset: number, y: number, w: number, sums: number, stride: number): number {
    atRow(psi, y, row);
    const slope = w * row.slope, curvature = w * row.curvature, t = psi - offset;
    f64[sums]! += w * row.loss;
    f64[sums + stride]! += slope;
    f64[sums + 2 * stride]! += slope * t;
    f64[sums + 3 * stride]! += curvature;
    f64[sums + 4 * stride]! += curvature * t;
    f64[sums + 5 * stride]! += w * row.pearson;
    f64[sums + 6 * stride]! += curvature * row.curvature;
    return slope;
  }

  return {
    column(n, psi, offset, y, w, residual, curvature, sums) {
      const { f64 } = current();
      const PSI = at8(psi), OFFSET = at8(offset), Y = at8(y), W = at8(w), RESIDUAL = at8(residual), CURVATURE = at8(curvature);
      for (let i = 0; i < n; i++) {
        const weight = w ? f64[W + i]! : 1;
        let slope = 0, curved = 0;
        if (weight !== 0) {
          slope = add(f64, f64[PSI + i]!, offset ? f64[OFFSET + i]! : 0, f64[Y + i]!, weight, at8(sums), 1);
          curved = weight * row.curvature;
        }
        f64[RESIDUAL + i] = slope;
        if (curvature) f64[CURVATURE + i] = curved;
      }
    },

    panels(n, panels, psi, psiStride, offset, y, w, sums, sumsStride) {
      const { f64 } = current();
      const OFFSET = at8(offset), Y = at8(y), W = at8(w);
      for (let q = 0; q < panels; q++) {
        const PSI = at8(psi + q * psiStride), SUMS = at8(sums + q * sumsStride);
        for (let i = 0; i < n; i++) {
          const weight = w ? f64[W + i]! : 1;
          for (let c = 0; c < PANEL; c++) {
            const at = PSI + i * PANEL + c;
            f64[at] = weight === 0 ? 0 : add(f64, f64[at]!, offset ? f64[OFFSET + i]! : 0, f64[Y + i]!, weight, SUMS + c, PANEL);
          }
        }
      }
    },

    lossPanels(n, panels, psi, psiStride, y, w, losses) {
      const { f64 } = current();
      const Y = at8(y), W = at8(w);
      for (let q = 0; q < panels; q++) {
        const PSI = at8(psi + q * psiStride), LOSSES = at8(losses + q * 64);
        for (let i = 0; i < n; i++) {
          const weight = w ? f64[W + i]! : 1;
          if (weight === 0) continue;
          for (let c = 0; c < PANEL; c++) {
            atRow(f64[PSI + i * PANEL + c]!, f64[Y + i]!, row);
            f64[LOSSES + c]! += weight * row.loss;
          }
        }
      }
    },
  };
}

/** The scalar twins of the losses that have kernels of their own. */
export function scalarLosses(current: () => Views): Readonly<Record<string, LossKernels>> {
  return { squared: lossKernels(current, squared), logistic: lossKernels(current, logistic) };
}

