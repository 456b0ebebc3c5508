/**
 * The M-step: minimise over u
 *   1/2 (u-b)' H (u-b) + t/2 (v'(u-b))^2 + g'(u-b) + sum_j ( l1_j |u_j| + l2_j u_j^2 / 2 ),
 * H positive semidefinite m x m, by coordinate descent with exact zeros and an
 * active-set polish: where coordinate descent stalls on ill-conditioned H, the
 * support's linear system is solved, cut at the first sign change. The
 * objective never rises.
 *
 * The term in v, the level, stands apart because H may be small beside it: of
 * columns far from zero, without an intercept, H + t v v' has lost the digits of H.
 */
import { solveUpper } from './algebra.ts';
import type { LinearAlgebra, PenalisedSystem, Upper } from './algebra.ts';
import { factorCholesky, nullVector, solveCholesky } from './cholesky.ts';

export interface QuadraticProblem {
  /** m. */
  readonly size: number;
  /** Writes H (both triangles), g, b, l1 and l2: into the kernels' memory, and once more elsewhere if they do not get far. */
  readonly write: (to: PenalisedSystem) => void;
  /** @default none */
  readonly level?: { readonly direction: Float64Array; readonly curvature: number } | null;
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
/** Share of the tolerance to which what a round is made of is solved. */
const INNER_SHARE = 0.1;
/** Unknowns from which a linear system is factored by the kernels, unless it turns out to be singular. */
const LARGE = 16;

/**
 * By the kernels, unless there is a level or they meet a linear system that is singular. Cost: about m^2 flops a cycle,
 * |support|^3/3 a polish.
 * @returns u, in the algebra's own memory until the next step
 */
export function solveQuadratic(problem: QuadraticProblem, algebra: LinearAlgebra): Float64Array {
  const { size, write, level, tolerance, relativeTolerance } = problem;
  const system = (level ?? null) === null ? algebra.openStep(size) : null;
  if (system !== null) {
    write(system);
    if (algebra.solve(system, tolerance, relativeTolerance ?? 0)) return system.u;
  }
  return solveGenerally(problem, algebra);
}

/** Whatever there is: a level, and columns that depend on each other. */
function solveGenerally(problem: QuadraticProblem, algebra: LinearAlgebra): Float64Array {
  const { size } = problem;
  const vector = (): Float64Array => new Float64Array(size);
  const own: PenalisedSystem = { hessian: new Float64Array(size * size), gradient: vector(), u: vector(), l1: vector(), l2: vector() };
  problem.write(own);
  const descent = new Descent(own, problem.level ?? null, algebra);
  const tolerance = Math.max(problem.tolerance, ROUNDING * descent.largestGradient(), (problem.relativeTolerance ?? 0) * descent.violation());
  if (own.l1.every((value) => value === 0)) {
    descent.polish();
    return descent.u;
  }
  const all = Int32Array.from({ length: descent.u.length }, (_, j) => j);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    descent.cycle(all);
    if (descent.violation() <= tolerance) break;
    const active = all.filter((j) => descent.u[j] !== 0);
    for (let c = 0; c < CYCLES; c++) {
      if (descent.cycle(active) <= INNER_SHARE * tolerance) break;
    }
    descent.polish();
    if (descent.violation() <= tolerance) break;
  }
  return descent.u;
}

/** The problem and how far it is solved. Gradients are of the smooth part with l2, at u. */
class Descent {
  readonly u: Float64Array;
  readonly #h: Float64Array;
  readonly #v: Float64Array | null;
  /** t. */
  readonly #t: number;
  readonly #l1: Float64Array;
  readonly #l2: Float64Array;
  readonly #algebra: LinearAlgebra;
  /** The gradient without the level's part. */
  readonly #r: Float64Array;
  /** v'(u - b). */
  #level = 0;

  constructor({ hessian, gradient, u, l1, l2 }: PenalisedSystem, level: QuadraticProblem['level'], algebra: LinearAlgebra) {
    this.#algebra = algebra;
    this.u = u;
    this.#h = hessian;
    this.#v = level?.direction ?? null;
    this.#t = level?.curvature ?? 0;
    this.#l1 = l1;
    this.#l2 = l2;
    this.#r = gradient.map((g, j) => g + l2[j]! * u[j]!);
  }

  #gradient(j: number): number {
    return this.#v === null ? this.#r[j]! : this.#r[j]! + this.#t * this.#level * this.#v[j]!;
  }

  largestGradient(): number {
    let largest = 0;
    for (let j = 0; j < this.u.length; j++) largest = Math.max(largest, Math.abs(this.#gradient(j)));
    return largest;
  }

  /** Largest violation of the optimality conditions. */
  violation(): number {
    let worst = 0;
    for (let j = 0; j < this.u.length; j++) {
      const u = this.u[j]!;
      const g = this.#gradient(j);
      const l1 = this.#l1[j]!;
      const violation = u > 0 ? Math.abs(g + l1) : u < 0 ? Math.abs(g - l1) : Math.abs(g) - l1;
      if (violation > worst) worst = violation;
    }
    return worst;
  }

  /** u_j <- value. */
  #set(j: number, value: number): void {
    const step = value - this.u[j]!;
    this.u[j] = value;
    const h = this.#h;
    const r = this.#r;
    const row = j * r.length;
    for (let i = 0; i < r.length; i++) r[i] = r[i]! + h[row + i]! * step;
    r[j] = r[j]! + this.#l2[j]! * step;
    if (this.#v !== null) this.#level += this.#v[j]! * step;
  }

  /** One cycle of coordinate descent; returns the largest change of the gradient's own coordinate. */
  cycle(coordinates: Int32Array): number {
    const m = this.u.length;
    let largest = 0;
    for (const j of coordinates) {
      const curvature = this.#h[j * m + j]! + this.#l2[j]! + (this.#v === null ? 0 : this.#t * this.#v[j]! * this.#v[j]!);
      const old = this.u[j]!;
      const g = this.#gradient(j);
      const threshold = this.#l1[j]!;
      if (!(curvature > 0)) {
        // Nothing but the penalty depends on it.
        if (Math.abs(g) <= threshold) this.u[j] = 0;
        continue;
      }
      const z = old * curvature - g;
      const next = z > threshold ? (z - threshold) / curvature : z < -threshold ? (z + threshold) / curvature : 0;
      if (next === old) continue;
      largest = Math.max(largest, Math.abs(next - old) * curvature);
      this.#set(j, next);
    }
    return largest;
  }

  /**
   * Solves the support's linear system; where a penalised coefficient would
   * change its sign, goes as far as the first zero, drops it and solves again.
   * Where columns of the support depend on each other the quadratic is flat in
   * some direction, and only the l1 norm has a slope there: along it to the first
   * zero, or coordinate descent would creep there by l1 a cycle.
   */
  polish(): void {
    const m = this.u.length;
    for (let tries = 0; tries <= m; tries++) {
      const support: number[] = [];
      for (let j = 0; j < m; j++) if (this.u[j] !== 0 || this.#l1[j] === 0) support.push(j);
      if (support.length === 0) return;
      const downhill = Float64Array.from(support, (j) => -(this.#gradient(j) + this.#l1[j]! * Math.sign(this.u[j]!)));
      const step = this.#solve(support, downhill);
      if (step === null) continue;
      const { length, first } = this.#firstZero(support, step, 1);
      if (!this.#falls(support, step, length)) return;
      this.#move(support, step, length, first);
      if (first < 0) return;
    }
  }

  /** The step that solves the support's system, or null where there was a flat direction to go along instead. */
  #solve(support: readonly number[], downhill: Float64Array): Float64Array | null {
    const s = support.length;
    const whole = this.#v === null ? null : Float64Array.from(support, (j) => this.#v![j]!);
    const upper = s >= LARGE ? this.#factor(support) : null;
    if (upper !== null) {
      solveUpper(upper, downhill);
      if (whole === null) return downhill;
      const along = whole.slice();
      solveUpper(upper, along);
      return this.#withLevel(whole, downhill, along);
    }
    let factor = this.#matrix(support, null);
    let dependent = factorCholesky(factor, s);
    if (whole !== null) {
      if (dependent.length === 0) {
        const step = downhill.slice();
        solveCholesky(factor, s, step);
        const along = whole.slice();
        solveCholesky(factor, s, along);
        return this.#withLevel(whole, step, along);
      }
      factor = this.#matrix(support, whole);
      dependent = factorCholesky(factor, s);
    }
    if (this.#slide(support, downhill, factor, dependent)) return null;
    solveCholesky(factor, s, downhill);
    return downhill;
  }

  /** (A + t v v')^-1 b by Sherman and Morrison, of A^-1 b and A^-1 v. */
  #withLevel(v: Float64Array, solution: Float64Array, along: Float64Array): Float64Array {
    const share = dot(v, solution) / (1 / this.#t + dot(v, along));
    return solution.map((value, i) => value - share * along[i]!);
  }

  /** H + l2 of the support, factored; null where it is singular, or there is no room. */
  #factor(support: readonly number[]): Upper | null {
    const m = this.u.length;
    const s = support.length;
    const upper = this.#algebra.open(s);
    if (upper === null) return null;
    const { stride, values } = upper;
    for (let i = 0; i < s; i++) {
      const row = support[i]! * m;
      for (let k = i; k < s; k++) values[i * stride + k] = this.#h[row + support[k]!]!;
      values[i * stride + i]! += this.#l2[support[i]!]!;
    }
    return this.#algebra.factor(upper) ? upper : null;
  }

  /** H + l2 of the support, with the level's part where its direction is given. */
  #matrix(support: readonly number[], level: Float64Array | null): Float64Array {
    const m = this.u.length;
    const s = support.length;
    const a = s === m ? this.#h.slice() : new Float64Array(s * s);
    for (let i = 0; i < s; i++) {
      const row = support[i]! * m;
      if (s < m) for (let k = 0; k < s; k++) a[i * s + k] = this.#h[row + support[k]!]!;
      if (level !== null) for (let k = 0; k < s; k++) a[i * s + k]! += this.#t * level[i]! * level[k]!;
      a[i * s + i]! += this.#l2[support[i]!]!;
    }
    return a;
  }

  /** A move to a zero along a direction in which the quadratic is flat and the l1 norm falls; whether there was one. */
  #slide(support: readonly number[], downhill: Float64Array, factor: Float64Array, dependent: readonly number[]): boolean {
    for (const column of dependent) {
      const z = nullVector(factor, support.length, column);
      const d = dot(z, downhill) < 0 ? z.map((value) => -value) : z;
      const { length, first } = this.#firstZero(support, d, Infinity);
      if (first < 0 || !this.#falls(support, d, length)) continue;
      this.#move(support, d, length, first);
      return true;
    }
    return false;
  }

  /** How far the direction d can be gone, up to `most`, before a penalised coefficient is zero; the first that is, or -1. */
  #firstZero(support: readonly number[], d: Float64Array, most: number): { length: number; first: number } {
    let length = most;
    let first = -1;
    support.forEach((j, i) => {
      if (this.#l1[j] === 0 || d[i] === 0) return;
      const toZero = -this.u[j]! / d[i]!;
      if (toZero > 0 && toZero < length) {
        length = toZero;
        first = j;
      }
    });
    return { length, first };
  }

  /** u += length d, with coordinate `first` at zero exactly. */
  #move(support: readonly number[], d: Float64Array, length: number, first: number): void {
    support.forEach((j, i) => this.#set(j, j === first ? 0 : this.u[j]! + length * d[i]!));
  }

  /** Whether the step lowers the objective: slope + curvature below zero. A replaced pivot may make it not so. */
  #falls(support: readonly number[], d: Float64Array, length: number): boolean {
    const m = this.u.length;
    const s = support.length;
    let slope = 0;
    let curvature = 0;
    let level = 0;
    for (let i = 0; i < s; i++) {
      const j = support[i]!;
      slope += d[i]! * (this.#gradient(j) + this.#l1[j]! * Math.sign(this.u[j]!));
      let row = this.#l2[j]! * d[i]!;
      for (let k = 0; k < s; k++) row += this.#h[j * m + support[k]!]! * d[k]!;
      curvature += row * d[i]!;
      if (this.#v !== null) level += this.#v[j]! * d[i]!;
    }
    return length * slope + (length * length * (curvature + this.#t * level * level)) / 2 < 0;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
