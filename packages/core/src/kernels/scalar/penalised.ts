import type { Kernels } from '../kernels.ts';
import { at8 } from './views.ts';
import type { Views } from './views.ts';

/** Share of its diagonal at or below which a pivot means that the column depends on earlier ones. */
const DEPENDENT = 1e-13;
/** Share of the largest gradient that is rounding. */
const ROUNDING = 1e-15;
const MOST_ROUNDS = 100;
/** Cycles between two linear systems: one, and one more for so many unknowns; at most. */
const UNKNOWNS_A_CYCLE = 16;
const MOST_CYCLES = 12;
/** Share of the tolerance to which those are solved. */
const INNER_SHARE = 0.1;

/** The scalar twin of the penalised step. @param cholesky on the same memory */
export function penalisedKernels(current: () => Views, cholesky: Kernels['cholesky']): Pick<Kernels, 'penalisedStep'> {
  return {
    penalisedStep(n, h, ldh, g, u, l1, l2, tolerance, relative, workspace) {
      const { f64 } = current();
      const matrix = at8(h);
      const at = (address: number): Float64Array => f64.subarray(at8(address), at8(address) + n);
      const [r, x, slopes] = [at(g), at(u), at(l1)];
      const H = (i: number, k: number): number => f64[matrix + Math.min(i, k) * ldh + Math.max(i, k)]!;
      at(l2).forEach((curvature, i) => {
        f64[matrix + i * ldh + i]! += curvature;
        r[i]! += curvature * x[i]!;
      });
      const all = Array.from({ length: n }, (_, j) => j);
      const set = (j: number, value: number): void => {
        const by = value - x[j]!;
        x[j] = value;
        for (const i of all) r[i]! += by * H(i, j);
      };
      const violation = (): number => all.reduce((worst, j) => Math.max(worst, x[j] === 0 ? Math.abs(r[j]!) - slopes[j]! : Math.abs(r[j]! + slopes[j]! * Math.sign(x[j]!))), 0);
      const cycle = (list: readonly number[]): number => {
        let largest = 0;
        for (const j of list) {
          const curvature = H(j, j);
          if (!(curvature > 0)) {
            if (Math.abs(r[j]!) <= slopes[j]!) x[j] = 0;
            continue;
          }
          const z = x[j]! * curvature - r[j]!;
          const next = (Math.sign(z) * Math.max(0, Math.abs(z) - slopes[j]!)) / curvature;
          largest = Math.max(largest, Math.abs(next - x[j]!) * curvature);
          if (next !== x[j]) set(j, next);
        }
        return largest;
      };
      /** The step that solves the support's system; null where that is not positive definite. */
      const system = (support: readonly number[]): Float64Array | null => {
        const s = support.length;
        const a = at8(workspace);
        support.forEach((j, i) => support.forEach((k, c) => (f64[a + i * s + c] = H(j, k))));
        if (cholesky(s, a * 8, s, DEPENDENT, 0) !== s) return null;
        const d = Float64Array.from(support, (j) => -(r[j]! + slopes[j]! * Math.sign(x[j]!)));
        for (let i = 0; i < s; i++) {
          for (let k = 0; k < i; k++) d[i]! -= f64[a + k * s + i]! * d[k]!;
          d[i]! /= f64[a + i * s + i]!;
        }
        for (let i = s - 1; i >= 0; i--) {
          for (let k = i + 1; k < s; k++) d[i]! -= f64[a + i * s + k]! * d[k]!;
          d[i]! /= f64[a + i * s + i]!;
        }
        return d;
      };
      const polish = (): boolean => {
        for (let tries = 0; tries <= n; tries++) {
          const support = all.filter((j) => x[j] !== 0 || slopes[j] === 0);
          const d = system(support);
          if (d === null) return false;
          let length = 1, first = -1;
          support.forEach((j, i) => {
            const toZero = -x[j]! / d[i]!;
            if (slopes[j] === 0 || !(toZero > 0 && toZero < length)) return;
            length = toZero;
            first = j;
          });
          const [x0, r0] = [x.slice(), r.slice()];
          support.forEach((j, i) => set(j, j === first ? 0 : x[j]! + length * d[i]!));
          // The slopes at both ends: the objective falls along a quadratic where their sum is below zero.
          const slope = support.reduce((sum, j, i) => sum + d[i]! * (r0[j]! + r[j]! + 2 * slopes[j]! * Math.sign(x0[j]!)), 0);
          if (!(slope < 0)) {
            x.set(x0);
            r.set(r0);
            return true;
          }
          if (first < 0) return true;
        }
        return true;
      };
      const allowed = Math.max(tolerance, ROUNDING * r.reduce((most, value) => Math.max(most, Math.abs(value)), 0), relative * violation());
      for (let round = 1; round <= MOST_ROUNDS; round++) {
        cycle(all);
        if (violation() <= allowed) return round;
        const active = all.filter((j) => x[j] !== 0);
        const cycles = Math.min(MOST_CYCLES, 1 + Math.floor(active.length / UNKNOWNS_A_CYCLE));
        for (let c = 0; c < cycles; c++) if (cycle(active) <= INNER_SHARE * allowed) break;
        if (!polish()) return -1;
        if (violation() <= allowed) return round;
      }
      return -1;
    },
  };
}
