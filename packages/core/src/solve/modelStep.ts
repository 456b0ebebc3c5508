/**
 * A step: its model of the Hessian put together, the last coordinate eliminated,
 * and the penalised quadratic model solved on a working set with exact zeros.
 *
 * The model's Hessian, on the q features and a 1 as the last of them, is
 * c ((1 - share) A_from + share A_to) of two neighbouring anchors,
 * corrected by BFGS updates with earlier steps s and the gradient changes v there:
 *   H <- H - H s s'H / (s'H s) + v v' / (s'v),   where s'v > 0.
 *
 * Where nothing of the working set is penalised by its size the step is one
 * linear system, factored by the kernels (ridge.ts).
 */
import type { LinearAlgebra, PenalisedSystem } from './algebra.ts';
import { solveQuadratic } from './quadratic.ts';
import { factorRidge, keepFactor, ridgeStep } from './ridge.ts';
import type { RidgeFactor, Secant } from './ridge.ts';

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
  /** Whether the factor of a ridge step is wanted for further steps. @default false */
  readonly keepFactor?: boolean;
}

export interface ModelStep {
  /** q. */
  readonly beta: Float64Array;
  readonly interceptStep: number;
  /** Where it was wanted and the step was one linear system with a unique solution. */
  readonly factor?: RidgeFactor;
}

/**
 * With [H h; h' t] the model's Hessian, eliminating a free last coordinate leaves H - hh'/t. Tied to c'd, d the step of
 * the features, it adds t (v'd)^2 / 2 with v = c + h/t.
 * Cost: m^3/3 flops for a ridge step on m features, else (updates + 1) (q+1)^2 and those of solveQuadratic on the working set.
 */
export function solveModelStep(model: AnchorModel, problem: ModelStepProblem, algebra: LinearAlgebra): ModelStep {
  const { working, l1 } = problem;
  if (working.length > 0 && working.every((j) => l1[j] === 0)) {
    const { updates, gradient, start } = problem;
    const { cross, total, element } = eliminated(problem, model.tie, anchorElements(model, problem));
    const l2 = Float64Array.from(working, (j) => problem.l2[j]!);
    const factor = factorRidge({ working, element, l2, cross, total, tie: model.tie }, algebra);
    if (factor !== null) {
      const step = takeRidgeStep(factor, gradient, start, updates);
      return problem.keepFactor === true ? { ...step, factor: keepFactor(factor) } : step;
    }
  }
  return solvePenalised(model, problem, algebra);
}

/** A further step with a factor in hand, as solveModelStep gave it: on its working set and with its l2. */
export function takeRidgeStep(factor: RidgeFactor, gradient: Float64Array, start: Float64Array, updates: readonly Secant[]): ModelStep {
  const step = ridgeStep(factor, gradient, start, updates);
  const beta = start.slice();
  factor.working.forEach((j, i) => (beta[j] = start[j]! + step[i]!));
  return { beta, interceptStep: step[factor.working.length]! };
}

function solvePenalised(model: AnchorModel, problem: ModelStepProblem, algebra: LinearAlgebra): ModelStep {
  const { working, gradient, start, tolerance, relativeTolerance } = problem;
  const m = working.length;
  const { cross, total, fillMatrix } = workingModel(model, problem);
  const free = model.tie === null && total > 0;
  const beta = start.slice();
  let interceptStep = free ? -gradient[start.length]! / total : 0;
  if (m === 0) return { beta, interceptStep };
  const write = (to: PenalisedSystem): void => {
    fillMatrix(to.hessian);
    fillVectors(problem, free ? cross : null, to);
  };
  const level = model.tie === null || total === 0 ? null : { direction: cross.map((c, i) => c + model.tie![working[i]!]!), curvature: total };
  const solution = solveQuadratic({ size: m, write, level, tolerance, relativeTolerance }, algebra);
  for (let i = 0; i < m; i++) {
    const j = working[i]!;
    if (free) interceptStep -= cross[i]! * (solution[i]! - start[j]!);
    beta[j] = solution[i]!;
  }
  return { beta, interceptStep };
}

/** On the working set; of a free last coordinate, `cross` of it, the gradient is what is left when that is eliminated. */
function fillVectors({ working, gradient, start, l1, l2 }: ModelStepProblem, cross: Float64Array | null, to: Omit<PenalisedSystem, 'hessian'>): void {
  const last = gradient[start.length]!;
  for (let i = 0; i < working.length; i++) {
    const j = working[i]!;
    to.gradient[i] = cross === null ? gradient[j]! : gradient[j]! - cross[i]! * last;
    to.u[i] = start[j]!;
    to.l1[i] = l1[j]!;
    to.l2[i] = l2[j]!;
  }
}

/** t, and on the working set h/t and what writes H - hh'/t, m x m: read from the anchors in place, as most models have no updates. */
function workingModel(model: AnchorModel, problem: ModelStepProblem): { cross: Float64Array; total: number; fillMatrix: (matrix: Float64Array) => void } {
  const { from, to, share, curvature, updates, working, start } = problem;
  const q = start.length, size = q + 1, m = working.length;
  const whole = updates.length === 0 ? null : updatedHessian(model, problem);
  const a = whole ?? model.matrices[from]!, b = whole ?? model.matrices[to]!;
  const toB = whole === null ? curvature * share : 0, toA = whole === null ? curvature - toB : 1;
  const t = toA * a[q * size + q]! + toB * b[q * size + q]!;
  const total = t > 0 ? t : 0;
  const last = new Float64Array(m), cross = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    const at = q * size + working[i]!;
    last[i] = toA * a[at]! + toB * b[at]!;
    cross[i] = total > 0 ? last[i]! / total : 0;
  }
  const fillMatrix = (matrix: Float64Array): void => {
    for (let i = 0; i < m; i++) {
      const row = working[i]! * size;
      const level = cross[i]!;
      for (let k = i; k < m; k++) {
        const at = row + working[k]!;
        const value = toA * a[at]! + toB * b[at]! - level * last[k]!;
        matrix[i * m + k] = value;
        matrix[k * m + i] = value;
      }
      const diagonal = i * (m + 1);
      if (!(matrix[diagonal]! > UNSEEN * total)) matrix[diagonal] = unseen(problem, working[i]!, level, total, model.tie);
    }
  };
  return { cross, total, fillMatrix };
}

/** An element of a symmetric matrix on the features and the last coordinate: row and column. */
type Elements = (i: number, k: number) => number;

/** t and, on the working set, h/t and the elements of H - hh'/t. */
function eliminated(problem: ModelStepProblem, tie: Float64Array | null, elements: Elements): { cross: Float64Array; total: number; element: Elements } {
  const { working, start } = problem;
  const q = start.length;
  const t = elements(q, q);
  const total = t > 0 ? t : 0;
  const last = Float64Array.from(working, (j) => elements(q, j));
  const cross = last.map((h) => (total > 0 ? h / total : 0));
  const element = (i: number, k: number): number => {
    const value = elements(working[i]!, working[k]!) - cross[i]! * last[k]!;
    return i !== k || value > UNSEEN * total ? value : unseen(problem, working[i]!, cross[i]!, total, tie);
  };
  return { cross, total, element };
}

/**
 * The curvature to take for a feature that shows none: it is constant in all rows that count, or in all that have any
 * curvature themselves. As little as leaves the system a solution, where something else bounds the step.
 */
function unseen({ gradient, start, l1, l2 }: ModelStepProblem, j: number, cross: number, total: number, tie: Float64Array | null): number {
  // The level is all that it moves.
  const level = tie === null ? 0 : total * (tie[j]! + cross) ** 2;
  if (level > UNSEEN * total) return UNSEEN * level;
  // Its rows are fitted beyond all digits, and the penalty takes the coefficient back, at most to zero.
  const slope = tie === null ? gradient[j]! - cross * gradient.at(-1)! : gradient[j]!;
  if (Math.abs(slope) <= l1[j]! + l2[j]! * Math.abs(start[j]!)) return UNSEEN * total;
  // Nothing is known but the size that all features have: a level of which a sample has no row.
  return total;
}

/** Of the anchors' Hessians, without updates. */
function anchorElements({ matrices }: AnchorModel, { from, to, share, curvature, start }: ModelStepProblem): Elements {
  const size = start.length + 1;
  const a = matrices[from]!;
  const b = matrices[to]!;
  return (i, k) => curvature * ((1 - share) * a[i * size + k]! + share * b[i * size + k]!);
}

/** On all features. */
function updatedHessian(model: AnchorModel, { from, to, share, curvature, updates, start }: ModelStepProblem): Float64Array {
  const size = start.length + 1;
  const a = model.matrices[from]!;
  const b = model.matrices[to]!;
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
