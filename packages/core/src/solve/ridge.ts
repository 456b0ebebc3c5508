/**
 * Ridge steps, where nothing is penalised by its size: minimise over the step d of the features and of the last
 * coordinate
 *   g'd + d'Bd / 2,   B = A + diag(l2),
 * A the model's Hessian. With [H h; h' t] the blocks of A, the last coordinate is eliminated (free) or is c'd (tied),
 * which adds t (v'd)^2 / 2, v = c + h/t; what is left, H - hh'/t + diag(l2), is factored once. Secants, steps s and the
 * gradient changes y along them, correct the inverse in place of the matrix (L-BFGS, Nocedal 1980):
 *   B^-1 <- (1 - r s y') B^-1 (1 - r y s') + r s s',   r = 1 / s'y.
 */
import { solveUpper, squareUpper } from './algebra.ts';
import type { LinearAlgebra, Upper } from './algebra.ts';

/** A step and the change of the loss's gradient along it, q + 1 numbers each. */
export interface Secant {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

/** A system that is factored: it can be solved again for other gradients. Plain data. */
export interface RidgeFactor {
  /** Positions of its m unknowns among the q features, ascending. */
  readonly working: Int32Array;
  readonly upper: Upper;
  /** Of the unknowns, m. */
  readonly l2: Float64Array;
  /** h/t, m. */
  readonly cross: Float64Array;
  /** t, 0 where the last coordinate has no curvature and stays. */
  readonly total: number;
  /** null: the last coordinate is free. Else c, v and (H - hh'/t + diag(l2))^-1 v, m numbers each. */
  readonly tie: { readonly tie: Float64Array; readonly level: Float64Array; readonly along: Float64Array } | null;
}

export interface RidgeSystem {
  readonly working: Int32Array;
  /** Element (i, k) of the eliminated Hessian, i <= k < m. */
  readonly element: (i: number, k: number) => number;
  readonly l2: Float64Array;
  readonly cross: Float64Array;
  readonly total: number;
  readonly tie: Float64Array | null;
}

/** Share of the model's curvature along a step below which what the gradients say of it is not believed. */
const LEAST_CURVATURE = 1e-3;

/** m^3/3 flops. @returns the factor, its matrix in the algebra's own memory until the next one; null where the system has no unique solution, to rounding, or no room */
export function factorRidge({ working, element, l2, cross, total, tie }: RidgeSystem, algebra: LinearAlgebra): RidgeFactor | null {
  const m = working.length;
  const upper = algebra.open(m);
  if (upper === null) return null;
  const { stride, values } = upper;
  for (let i = 0; i < m; i++) {
    for (let k = i; k < m; k++) values[i * stride + k] = element(i, k);
    values[i * stride + i]! += l2[i]!;
  }
  if (!algebra.factor(upper)) return null;
  if (tie === null || total === 0) return { working, upper, l2, cross, total, tie: null };
  const own = Float64Array.from(working, (j) => tie[j]!);
  const level = own.map((c, i) => c + cross[i]!);
  const along = level.slice();
  solveUpper(upper, along);
  return { working, upper, l2, cross, total, tie: { tie: own, level, along } };
}

/** The same factor in memory of its own. */
export function keepFactor(factor: RidgeFactor): RidgeFactor {
  const { size, stride, values } = factor.upper;
  const own = new Float64Array(size * size);
  for (let i = 0; i < size; i++) own.set(values.subarray(i * stride + i, i * stride + size), i * size + i);
  return { ...factor, upper: { size, stride: size, values: own } };
}

/**
 * The step from `start`, m numbers and the last coordinate's. 2 m^2 flops, and m^2 a secant.
 * @param gradient of the loss, q + 1; `start` q, of the features; `secants` oldest first
 */
export function ridgeStep(factor: RidgeFactor, gradient: Float64Array, start: Float64Array, secants: readonly Secant[]): Float64Array {
  const { working, l2 } = factor;
  const m = working.length;
  const q = gradient.length - 1;
  const step = new Float64Array(m + 1);
  for (let i = 0; i < m; i++) step[i] = -(gradient[working[i]!]! + l2[i]! * start[working[i]!]!);
  step[m] = factor.tie === null && factor.total > 0 ? -gradient[q]! : 0;
  const pairs = secants.map((secant) => pairOf(factor, secant, q)).filter((pair) => pair !== null);
  const shares = new Float64Array(pairs.length);
  for (let u = pairs.length - 1; u >= 0; u--) {
    const { s, y, inverse } = pairs[u]!;
    shares[u] = inverse * dot(s, step);
    add(step, y, -shares[u]!);
  }
  solve(factor, step);
  pairs.forEach(({ s, y, inverse }, u) => add(step, s, shares[u]! - inverse * dot(y, step)));
  return step;
}

/** B^-1 in place, without secants. */
function solve({ upper, cross, total, tie }: RidgeFactor, r: Float64Array): void {
  const m = upper.size;
  const last = r[m]!;
  if (last !== 0) for (let i = 0; i < m; i++) r[i] = r[i]! - cross[i]! * last;
  solveUpper(upper, r);
  if (tie !== null) {
    // (A + t v v')^-1 by Sherman and Morrison.
    const share = dot(tie.level, r, m) / (1 / total + dot(tie.level, tie.along, m));
    for (let i = 0; i < m; i++) r[i] = r[i]! - share * tie.along[i]!;
    return;
  }
  r[m] = total > 0 ? last / total - dot(cross, r, m) : 0;
}

/** A secant in the unknowns of the system, its penalty in it; null where it says nothing that can be believed. */
function pairOf(factor: RidgeFactor, { step, change }: Secant, q: number): { s: Float64Array; y: Float64Array; inverse: number } | null {
  const { working, upper, l2, cross, total, tie } = factor;
  const m = working.length;
  const s = new Float64Array(m + 1);
  const y = new Float64Array(m + 1);
  for (let i = 0; i < m; i++) {
    s[i] = step[working[i]!]!;
    y[i] = change[working[i]!]! + l2[i]! * s[i]! + (tie === null ? 0 : tie.tie[i]! * change[q]!);
  }
  if (tie === null && total > 0) {
    s[m] = step[q]!;
    y[m] = change[q]!;
  }
  const level = tie === null ? s[m]! + dot(cross, s, m) : dot(tie.level, s, m);
  const expected = squareUpper(upper, s) + total * level * level;
  const found = dot(s, y);
  return found > 0 && found > LEAST_CURVATURE * expected ? { s, y, inverse: 1 / found } : null;
}

function dot(a: Float64Array, b: Float64Array, length = a.length): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = to[i]! + factor * values[i]!;
}
