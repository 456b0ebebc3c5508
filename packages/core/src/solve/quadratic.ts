/**
 * The M-step: minimise over u
 *   1/2 (u-b)' H (u-b) + g'(u-b) + sum_j ( l1_j |u_j| + l2_j u_j^2 / 2 ),
 * H positive semidefinite m x m, by coordinate descent with exact zeros and an
 * active-set polish: where coordinate descent stalls on
 * ill-conditioned H, the support's linear system is solved, cut at the first
 * sign change. The objective never rises.
 */
import { conjugateGradients } from './conjugateGradients.ts';
import { factorCholesky, nullVector, solveCholesky } from './cholesky.ts';

export interface QuadraticProblem {
  /** m x m, symmetric, row-major. */
  readonly hessian: Float64Array;
  /** Gradient of the smooth part without l2, at `start`. */
  readonly gradient: Float64Array;
  /** b: where the model was made and the iteration starts. */
  readonly start: Float64Array;
  readonly l1: Float64Array;
  readonly l2: Float64Array;
  /** Largest violation of the optimality conditions allowed, in units of the gradient. */
  readonly tolerance: number;
  /** Or this share of the violation at the start, if that is more. @default 0 */
  readonly relativeTolerance?: number;
}

/** Share of the largest gradient that is rounding. */
const ROUNDING = 1e-15;
/** Rounds of coordinate descent and polish before what has been reached is returned. */
const MAX_ROUNDS = 100;
/** Cycles of coordinate descent in a round. */
const CYCLES = 12;
/** Size of a linear system from which conjugate gradients are tried before a factorisation... */
const LARGE = 128;
/** ...in at most one iteration for so many unknowns: the work of the factorisation. */
const ITERATION_SHARE = 6;

/** @returns u. Cost: about m^2 flops a cycle, |support|^3/3 a polish. */
export function solveQuadratic(problem: QuadraticProblem): Float64Array {
  const { hessian, l1, l2, start } = problem;
  const m = start.length;
  const u = start.slice();
  // r: gradient of the smooth part with l2, at u.
  const r = problem.gradient.map((g, j) => g + l2[j]! * u[j]!);
  const rounding = ROUNDING * r.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const tolerance = Math.max(problem.tolerance, rounding, (problem.relativeTolerance ?? 0) * violation(l1, u, r));
  if (l1.every((value) => value === 0)) {
    polish(hessian, l1, l2, u, r, 0.1 * tolerance);
    return u;
  }
  const all = Int32Array.from({ length: m }, (_, j) => j);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    cycle(hessian, l1, l2, u, r, all);
    if (violation(l1, u, r) <= tolerance) break;
    const active = all.filter((j) => u[j] !== 0);
    for (let c = 0; c < CYCLES; c++) {
      if (cycle(hessian, l1, l2, u, r, active) <= 0.1 * tolerance) break;
    }
    polish(hessian, l1, l2, u, r, 0.1 * tolerance);
    if (violation(l1, u, r) <= tolerance) break;
  }
  return u;
}

/** One cycle of coordinate descent; returns the largest change of the gradient's own coordinate. */
function cycle(h: Float64Array, l1: Float64Array, l2: Float64Array, u: Float64Array, r: Float64Array, coordinates: Int32Array): number {
  const m = u.length;
  let largest = 0;
  for (const j of coordinates) {
    const curvature = h[j * m + j]! + l2[j]!;
    const old = u[j]!;
    if (!(curvature > 0)) {
      // Nothing but the penalty depends on it.
      if (Math.abs(r[j]!) <= l1[j]!) u[j] = 0;
      continue;
    }
    const z = old * curvature - r[j]!;
    const threshold = l1[j]!;
    const next = z > threshold ? (z - threshold) / curvature : z < -threshold ? (z + threshold) / curvature : 0;
    const step = next - old;
    if (step === 0) continue;
    u[j] = next;
    addRow(h, j * m, step, r);
    r[j] = r[j]! + l2[j]! * step;
    largest = Math.max(largest, Math.abs(step) * curvature);
  }
  return largest;
}

/** r += step * row */
function addRow(h: Float64Array, row: number, step: number, r: Float64Array): void {
  for (let i = 0; i < r.length; i++) r[i] = r[i]! + h[row + i]! * step;
}

/** Largest violation of the optimality conditions. */
function violation(l1: Float64Array, u: Float64Array, r: Float64Array): number {
  let worst = 0;
  for (let j = 0; j < u.length; j++) {
    const v = u[j]! > 0 ? Math.abs(r[j]! + l1[j]!) : u[j]! < 0 ? Math.abs(r[j]! - l1[j]!) : Math.abs(r[j]!) - l1[j]!;
    if (v > worst) worst = v;
  }
  return worst;
}

/**
 * Solves the support's linear system; where a penalised coefficient would
 * change its sign, goes as far as the first zero, drops it and solves again.
 * Where columns of the support depend on each other the quadratic is flat in
 * some direction, and only the l1 norm has a slope there: along it to the first
 * zero, or coordinate descent would creep there by l1 a cycle. Large systems are
 * solved to residuals of `tolerance` where conjugate gradients get there soon.
 */
function polish(h: Float64Array, l1: Float64Array, l2: Float64Array, u: Float64Array, r: Float64Array, tolerance: number): void {
  const m = u.length;
  for (let tries = 0; tries <= m; tries++) {
    const support: number[] = [];
    for (let j = 0; j < m; j++) if (u[j] !== 0 || l1[j] === 0) support.push(j);
    const s = support.length;
    if (s === 0) return;
    const a = s === m ? h.slice() : new Float64Array(s * s);
    const right = new Float64Array(s);
    for (let i = 0; i < s; i++) {
      const row = support[i]! * m;
      if (s < m) for (let k = 0; k < s; k++) a[i * s + k] = h[row + support[k]!]!;
      a[i * s + i]! += l2[support[i]!]!;
      right[i] = -(r[support[i]!]! + l1[support[i]!]! * Math.sign(u[support[i]!]!));
    }
    const solution = s >= LARGE ? conjugateGradients(a, s, right, tolerance, s / ITERATION_SHARE) : null;
    if (solution !== null) right.set(solution);
    else {
      if (slide(h, support, l1, l2, u, r, right, a, factorCholesky(a, s))) continue;
      solveCholesky(a, s, right);
    }
    const { length, first } = firstZero(support, l1, u, right, 1);
    if (!falls(h, support, l1, l2, u, r, right, length)) return;
    move(h, support, l2, u, r, right, length, first);
    if (first < 0) return;
  }
}

/** A move to a zero along a direction in which the quadratic is flat and the l1 norm falls; whether there was one. */
function slide(
  h: Float64Array, support: readonly number[], l1: Float64Array, l2: Float64Array, u: Float64Array, r: Float64Array,
  downhill: Float64Array, factor: Float64Array, dependent: readonly number[],
): boolean {
  for (const column of dependent) {
    const z = nullVector(factor, support.length, column);
    const d = z.reduce((sum, value, i) => sum + value * downhill[i]!, 0) < 0 ? z.map((value) => -value) : z;
    const { length, first } = firstZero(support, l1, u, d, Infinity);
    if (first < 0 || !falls(h, support, l1, l2, u, r, d, length)) continue;
    move(h, support, l2, u, r, d, length, first);
    return true;
  }
  return false;
}

/** How far the direction d can be gone, up to `most`, before a penalised coefficient is zero; the first that is, or -1. */
function firstZero(support: readonly number[], l1: Float64Array, u: Float64Array, d: Float64Array, most: number): { length: number; first: number } {
  let length = most;
  let first = -1;
  support.forEach((j, i) => {
    if (l1[j] === 0 || d[i] === 0) return;
    const toZero = -u[j]! / d[i]!;
    if (toZero > 0 && toZero < length) {
      length = toZero;
      first = j;
    }
  });
  return { length, first };
}

/** u += length d, with coordinate `first` at zero exactly. */
function move(h: Float64Array, support: readonly number[], l2: Float64Array, u: Float64Array, r: Float64Array, d: Float64Array, length: number, first: number): void {
  const m = u.length;
  support.forEach((j, i) => {
    const step = j === first ? -u[j]! : length * d[i]!;
    u[j] = j === first ? 0 : u[j]! + step;
    addRow(h, j * m, step, r);
    r[j] = r[j]! + l2[j]! * step;
  });
}

/** Whether the step lowers the objective: slope + curvature below zero. A replaced pivot may make it not so. */
function falls(h: Float64Array, support: readonly number[], l1: Float64Array, l2: Float64Array, u: Float64Array, r: Float64Array, d: Float64Array, length: number): boolean {
  const m = u.length;
  const s = support.length;
  let slope = 0;
  let curvature = 0;
  for (let i = 0; i < s; i++) {
    const j = support[i]!;
    slope += d[i]! * (r[j]! + l1[j]! * Math.sign(u[j]!));
    let row = l2[j]! * d[i]!;
    for (let k = 0; k < s; k++) row += h[j * m + support[k]!]! * d[k]!;
    curvature += row * d[i]!;
  }
  return length * slope + (length * length * curvature) / 2 < 0;
}
