/**
 * A step: its model of the Hessian put together, the last coordinate eliminated,
 * and the penalised quadratic model solved on a working set with exact zeros.
 *
 * The model's Hessian, on the q features and a 1 as the last of them, is
 * c ((1 - share) A_from + share A_to) of two neighbouring anchors,
 * corrected by BFGS updates with earlier steps s and the gradient changes v there:
 *   H <- H - H s s'H / (s'H s) + v v' / (s'v),   where s'v > 0.
 */
import { solveQuadratic } from './quadratic.ts';

export interface AnchorModel {
  /** (q+1) x (q+1), row-major, one an anchor; shared between threads. */
  readonly matrices: readonly Float64Array[];
  /** null: the last coordinate is free, an intercept. Else its steps are tie's with those of the features: q numbers. */
  readonly tie: Float64Array | null;
}

/** Share of the mean curvature below which a feature's own is rounding. */
const UNSEEN = 1e-12;
/** Share of the model's curvature along a step below which what the gradients say of it is not believed. */
const LEAST_CURVATURE = 1e-3;

/** A step and the change of the gradient along it, q + 1 numbers each. */
export interface Secant {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

export interface ModelStepProblem {
  readonly from: number;
  readonly to: number;
  readonly share: number;
  /** c: the mean curvature, where anchors are per unit of theirs; else 1. */
  readonly curvature: number;
  /** Oldest first. */
  readonly updates: readonly Secant[];
  /** Positions among the q features, ascending. */
  readonly working: Int32Array;
  /** q + 1; the last is not used where it is tied: the features' have it in them. */
  readonly gradient: Float64Array;
  /** q. */
  readonly start: Float64Array;
  readonly l1: Float64Array;
  readonly l2: Float64Array;
  readonly tolerance: number;
  readonly relativeTolerance: number;
}

export interface ModelStep {
  /** q. */
  readonly beta: Float64Array;
  readonly interceptStep: number;
}

/**
 * With [H h; h' t] the model's Hessian, eliminating a free last coordinate leaves H - hh'/t. Tied to c'd, d the step of
 * the features, it adds t (v'd)^2 / 2 with v = c + h/t.
 * Cost: (updates + 1) (q+1)^2 flops, and those of solveQuadratic on the working set.
 */
export function solveModelStep(model: AnchorModel, problem: ModelStepProblem): ModelStep {
  const { working, gradient, start } = problem;
  const q = start.length;
  const size = q + 1;
  const hessian = modelHessian(model, problem);
  const m = working.length;
  const last = hessian.subarray(q * size);
  const total = last[q]! > 0 ? last[q]! : 0;
  const free = model.tie === null && total > 0;
  const matrix = new Float64Array(m * m);
  const cross = Float64Array.from(working, (j) => (total > 0 ? last[j]! / total : 0));
  for (let i = 0; i < m; i++) {
    const row = hessian.subarray(working[i]! * size);
    for (let k = 0; k < m; k++) matrix[i * m + k] = row[working[k]!]! - cross[i]! * last[working[k]!]!;
    // A feature that is constant in all rows of a sample: nothing is known of its curvature but the size that all features have.
    if (!(matrix[i * m + i]! > UNSEEN * total)) matrix[i * m + i] = total;
  }
  const of = (values: Float64Array): Float64Array => Float64Array.from(working, (j) => values[j]!);
  const before = of(start);
  const solution = m === 0 ? before : solveQuadratic({
    hessian: matrix,
    level: model.tie === null || total === 0 ? null : { direction: of(model.tie).map((c, i) => c + cross[i]!), curvature: total },
    gradient: free ? of(gradient).map((g, i) => g - cross[i]! * gradient[q]!) : of(gradient),
    start: before,
    l1: of(problem.l1),
    l2: of(problem.l2),
    tolerance: problem.tolerance,
    relativeTolerance: problem.relativeTolerance,
  });
  const beta = start.slice();
  let interceptStep = free ? -gradient[q]! / total : 0;
  for (let i = 0; i < m; i++) {
    beta[working[i]!] = solution[i]!;
    if (free) interceptStep -= cross[i]! * (solution[i]! - before[i]!);
  }
  return { beta, interceptStep };
}

function modelHessian(model: AnchorModel, { from, to, share, curvature, updates, start }: ModelStepProblem): Float64Array {
  const size = start.length + 1;
  const a = model.matrices[from]!;
  const b = model.matrices[to]!;
  if ((share === 0 || from === to) && updates.length === 0 && curvature === 1) return a;
  const h = new Float64Array(size * size);
  for (let i = 0; i < h.length; i++) h[i] = curvature * ((1 - share) * a[i]! + share * b[i]!);
  for (const update of updates) addSecant(h, update);
  return h;
}

/**
 * H <- H - H s s'H / (s'H s) + v v' / (s'v) in place, unless the gradient hardly changed along the step. 4 size^2 flops.
 * @param h square, as large as the secant's vectors
 */
export function addSecant(h: Float64Array, { step, change }: Secant): void {
  const size = step.length;
  const hs = new Float64Array(size);
  let curvature = 0;
  let along = 0;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += h[i * size + k]! * step[k]!;
    hs[i] = sum;
    curvature += sum * step[i]!;
    along += step[i]! * change[i]!;
  }
  if (!(curvature > 0) || !(along > LEAST_CURVATURE * curvature)) return;
  for (let i = 0; i < size; i++) {
    const old = hs[i]! / curvature;
    const fresh = change[i]! / along;
    for (let k = 0; k < size; k++) h[i * size + k] = h[i * size + k]! - old * hs[k]! + fresh * change[k]!;
  }
}
