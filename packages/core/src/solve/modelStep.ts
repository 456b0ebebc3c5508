/**
 * The step of one column of the lockstep: its model of the Hessian put
 * together, the intercept eliminated, and the penalised quadratic model solved
 * on a working set with exact zeros.
 *
 * The Hessian of column k, on the q working features and the intercept (the
 * last index), is (1 - share) A_from + share A_to of two neighbouring anchors,
 * corrected by BFGS updates with the column's own steps s and gradient changes v:
 *   H <- H - H s s'H / (s'H s) + v v' / (s'v),   where s'v > 0.
 */
import { solveQuadratic } from './quadratic.ts';

export interface AnchorModel {
  /** (q+1) x (q+1), row-major, one an anchor; shared between threads. */
  readonly matrices: readonly Float64Array[];
  readonly intercept: boolean;
}

export interface ModelStepProblem {
  readonly from: number;
  readonly to: number;
  readonly share: number;
  /** Oldest first, q + 1 numbers each. */
  readonly updates: readonly { readonly step: Float64Array; readonly change: Float64Array }[];
  /** Positions among the q features, ascending. */
  readonly working: Int32Array;
  /** q + 1. */
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

/** Cost: (updates + 1) (q+1)^2 flops, and those of solveQuadratic on the working set. */
export function solveModelStep(model: AnchorModel, problem: ModelStepProblem): ModelStep {
  const { working, gradient, start } = problem;
  const q = start.length;
  const size = q + 1;
  const hessian = modelHessian(model, problem);
  const m = working.length;
  const total = hessian[q * size + q]!;
  const profile = model.intercept && total > 0;
  const matrix = new Float64Array(m * m);
  const g = new Float64Array(m);
  const b = new Float64Array(m);
  const l1 = new Float64Array(m);
  const l2 = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    const j = working[i]!;
    const cross = profile ? hessian[j * size + q]! / total : 0;
    g[i] = gradient[j]! - cross * gradient[q]!;
    b[i] = start[j]!;
    l1[i] = problem.l1[j]!;
    l2[i] = problem.l2[j]!;
    for (let k = 0; k < m; k++) {
      const other = working[k]!;
      matrix[i * m + k] = hessian[j * size + other]! - cross * hessian[q * size + other]!;
    }
  }
  const solution = m === 0 ? b : solveQuadratic({ hessian: matrix, gradient: g, start: b, l1, l2, tolerance: problem.tolerance, relativeTolerance: problem.relativeTolerance });
  const beta = start.slice();
  let interceptStep = profile ? -gradient[q]! / total : 0;
  for (let i = 0; i < m; i++) {
    const step = solution[i]! - b[i]!;
    beta[working[i]!] = solution[i]!;
    if (profile) interceptStep -= (hessian[working[i]! * size + q]! * step) / total;
  }
  return { beta, interceptStep };
}

function modelHessian(model: AnchorModel, { from, to, share, updates, start }: ModelStepProblem): Float64Array {
  const size = start.length + 1;
  const a = model.matrices[from]!;
  const b = model.matrices[to]!;
  const h = new Float64Array(size * size);
  for (let i = 0; i < h.length; i++) h[i] = (1 - share) * a[i]! + share * b[i]!;
  const hs = new Float64Array(size);
  for (const { step, change } of updates) {
    let curvature = 0;
    let along = 0;
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += h[i * size + k]! * step[k]!;
      hs[i] = sum;
      curvature += sum * step[i]!;
      along += step[i]! * change[i]!;
    }
    if (!(curvature > 0) || !(along > 1e-3 * curvature)) continue;
    for (let i = 0; i < size; i++) {
      const old = hs[i]! / curvature;
      const fresh = change[i]! / along;
      for (let k = 0; k < size; k++) h[i * size + k] = h[i * size + k]! - old * hs[k]! + fresh * change[k]!;
    }
  }
  return h;
}
