/**
 * The objective of the program written out on plain arrays, from its
 * definition and with nothing of the engine's: what answers are judged by.
 *
 *   (1/W) sum w l(y, psi) + lambda ( r sum v s |b| + (1-r)/2 sum v (s b)^2 ),   psi = offset + b0 + x'b
 */
import type { PathProblem } from '@scalemix/core';
import type { ArrayData } from './arraySource.ts';

export interface ExplicitProblem {
  /** Columns of the expanded design matrix. */
  readonly x: readonly Float64Array[];
  readonly y: Float64Array;
  readonly w: Float64Array;
  readonly offset: Float64Array;
  readonly loss: 'squared' | 'logistic';
  readonly l1Ratio: number;
  readonly lambda: number;
  /** s_j and v_j. */
  readonly s: Float64Array;
  readonly v: Float64Array;
  readonly intercept: boolean;
  readonly weightSum: number;
}

export interface Coefficients {
  readonly b: Float64Array;
  readonly b0: number;
}

/** Dense columns, then indicators of codes 1, 2, ..., then sparse columns: the order of arraySource. */
export function expandColumns(data: ArrayData): Float64Array[] {
  const n = data.y.length;
  const columns = (data.dense ?? []).map((column) => Float64Array.from(column));
  for (const code of data.codes ?? []) {
    for (let level = 1; level < code.levels; level++) columns.push(Float64Array.from({ length: n }, (_, i) => (code.values[i] === level ? 1 : 0)));
  }
  if (data.sparse !== undefined) {
    const { width, indptr, indices, values } = data.sparse;
    const sparse = Array.from({ length: width }, () => new Float64Array(n));
    for (let i = 0; i < n; i++) for (let e = indptr[i]!; e < indptr[i + 1]!; e++) sparse[indices[e]!]![i] = values[e]!;
    columns.push(...sparse);
  }
  return columns;
}

export function explicitProblem(data: ArrayData, problem: PathProblem, lambda: number): ExplicitProblem {
  const n = data.y.length;
  const x = expandColumns(data);
  const w = data.weights === undefined ? new Float64Array(n).fill(1) : Float64Array.from(data.weights);
  const weightSum = sum(w);
  const s = Float64Array.from(x, (column) => {
    const { mean, deviation } = moments(column, w);
    const constant = deviation <= 1e-12 * Math.abs(mean);
    if (problem.standardize === false) return constant && ((problem.intercept ?? true) || mean === 0) ? 0 : 1;
    return constant ? 0 : deviation;
  });
  const { name } = problem.loss;
  if (name !== 'squared' && name !== 'logistic') throw new Error(`no such loss here: ${name}`);
  return {
    x,
    y: Float64Array.from(data.y),
    w,
    offset: data.offset === undefined ? new Float64Array(n) : Float64Array.from(data.offset),
    loss: name,
    l1Ratio: problem.penalty.name === 'lasso' ? 1 : problem.penalty.name === 'elastic-net' ? problem.penalty.l1Ratio : 0,
    lambda: problem.penalty.name === 'none' ? 0 : lambda,
    s,
    v: problem.penaltyFactors ?? new Float64Array(x.length).fill(1),
    intercept: problem.intercept ?? true,
    weightSum,
  };
}

export function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Weighted mean and standard deviation, about a first value so that a large mean costs no digits. */
export function moments(column: Float64Array, w: Float64Array): { mean: number; deviation: number } {
  const total = sum(w);
  const first = column[w.findIndex((weight) => weight > 0)]!;
  let shifted = 0;
  column.forEach((value, i) => (shifted += w[i]! > 0 ? (w[i]! * (value - first)) / total : 0));
  let square = 0;
  column.forEach((value, i) => (square += w[i]! > 0 ? (w[i]! * (value - first - shifted) ** 2) / total : 0));
  return { mean: first + shifted, deviation: Math.sqrt(square) };
}

export function linearPredictor({ x, offset }: ExplicitProblem, { b, b0 }: Coefficients): Float64Array {
  const psi = offset.map((value) => value + b0);
  x.forEach((column, j) => {
    const beta = b[j]!;
    if (beta !== 0) for (let i = 0; i < psi.length; i++) psi[i]! += beta * column[i]!;
  });
  return psi;
}

const softplus = (t: number): number => Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
const sigmoid = (t: number): number => (t >= 0 ? 1 / (1 + Math.exp(-t)) : Math.exp(t) / (1 + Math.exp(t)));
const entropy = (u: number): number => (u > 0 ? u * Math.log(u) : 0);

export const lossValue = (loss: ExplicitProblem['loss'], y: number, psi: number): number =>
  loss === 'squared' ? (y - psi) ** 2 / 2 : y * softplus(-psi) + (1 - y) * softplus(psi);
export const lossDerivative = (loss: ExplicitProblem['loss'], y: number, psi: number): number =>
  loss === 'squared' ? psi - y : (1 - y) * sigmoid(psi) - y * sigmoid(-psi);
const lossCurvature = (loss: ExplicitProblem['loss'], psi: number): number => (loss === 'squared' ? 1 : sigmoid(psi) * sigmoid(-psi));
const lossConjugate = (loss: ExplicitProblem['loss'], y: number, a: number): number => (loss === 'squared' ? (a * a) / 2 + a * y : entropy(y + a) + entropy(1 - y - a));

export function meanLoss(problem: ExplicitProblem, at: Coefficients): number {
  const psi = linearPredictor(problem, at);
  return weightedMean(problem, (i) => lossValue(problem.loss, problem.y[i]!, psi[i]!));
}

export function penalty(problem: ExplicitProblem, { b }: Coefficients): number {
  const { lambda, l1Ratio, s, v } = problem;
  let total = 0;
  b.forEach((beta, j) => {
    const t = s[j]! * Math.abs(beta);
    total += lambda * v[j]! * (l1Ratio * t + ((1 - l1Ratio) / 2) * t * t);
  });
  return total;
}

export function objective(problem: ExplicitProblem, at: Coefficients): number {
  return meanLoss(problem, at) + penalty(problem, at);
}

/** Mean gradient of the loss: of b, and of b0. */
export function lossGradient(problem: ExplicitProblem, at: Coefficients): { gradient: Float64Array; intercept: number } {
  const psi = linearPredictor(problem, at);
  const a = psi.map((value, i) => lossDerivative(problem.loss, problem.y[i]!, value));
  return {
    gradient: Float64Array.from(problem.x, (column) => weightedMean(problem, (i) => a[i]! * column[i]!)),
    intercept: weightedMean(problem, (i) => a[i]!),
  };
}

/** The dual direction a - k c of `exactGap`, and X'(a - k c) over s_j, columns centred where there is an intercept. */
function dualDirection(problem: ExplicitProblem, psi: Float64Array, shift?: number): { direction: Float64Array; correlations: Float64Array } {
  const a = psi.map((value, i) => lossDerivative(problem.loss, problem.y[i]!, value));
  const c = psi.map((value) => lossCurvature(problem.loss, value));
  const k = shift ?? (problem.intercept ? weightedMean(problem, (i) => a[i]!) / weightedMean(problem, (i) => c[i]!) : 0);
  const direction = a.map((value, i) => value - k * c[i]!);
  const correlations = Float64Array.from(problem.x, (column, j) => {
    if (problem.s[j] === 0) return 0;
    const mean = problem.intercept ? moments(column, problem.w).mean : 0;
    return weightedMean(problem, (i) => direction[i]! * (column[i]! - mean)) / problem.s[j]!;
  });
  return { direction, correlations };
}

/** The largest s <= 1 for which the dual point s (a - k c) is within the l1 slopes. */
export function largestFeasibleScale(problem: ExplicitProblem, at: Coefficients): number {
  const { correlations } = dualDirection(problem, linearPredictor(problem, at));
  let scale = 1;
  correlations.forEach((correlation, j) => {
    const slope = problem.lambda * problem.l1Ratio * problem.v[j]!;
    if (problem.s[j]! > 0 && Math.abs(correlation) > slope) scale = Math.min(scale, slope / Math.abs(correlation));
  });
  return scale;
}

/**
 * The duality gap of the dual point s (a - k c), a = l', c = l'', k = mean a / mean c with an intercept and, unless it is given, 0 without:
 * the primal value less the dual one, both as they are defined. Infinity where the point is not feasible.
 */
export function exactGap(problem: ExplicitProblem, at: Coefficients, s: number, k?: number): number {
  const { y, lambda, l1Ratio, v, loss } = problem;
  const psi = linearPredictor(problem, at);
  const { direction, correlations } = dualDirection(problem, psi, k);
  const dual = direction.map((value) => s * value);
  // l(psi) + l*(a') - a' psi, term by term: it does not cancel.
  let gap = weightedMean(problem, (i) => lossValue(loss, y[i]!, psi[i]!) + lossConjugate(loss, y[i]!, dual[i]!) - dual[i]! * psi[i]!);
  correlations.forEach((unscaled, j) => {
    const scale = problem.s[j]!;
    if (scale === 0) return;
    const correlation = s * unscaled;
    const t = scale * at.b[j]!;
    const l1 = lambda * l1Ratio * v[j]!;
    const l2 = lambda * (1 - l1Ratio) * v[j]!;
    const excess = Math.max(0, Math.abs(correlation) - l1);
    const conjugate = excess <= 1e-11 * l1 ? 0 : l2 > 0 ? excess ** 2 / (2 * l2) : Infinity;
    gap += l1 * Math.abs(t) + (l2 / 2) * t * t + conjugate + correlation * t;
  });
  return gap;
}

/** Largest violation of the optimality conditions, per unit of s_j b_j; with an intercept columns are centred. */
export function violation(problem: ExplicitProblem, at: Coefficients): number {
  const psi = linearPredictor(problem, at);
  const a = psi.map((value, i) => lossDerivative(problem.loss, problem.y[i]!, value));
  let worst = problem.intercept ? Math.abs(weightedMean(problem, (i) => a[i]!)) : 0;
  problem.x.forEach((column, j) => {
    const s = problem.s[j]!;
    if (s === 0) return;
    const mean = problem.intercept ? moments(column, problem.w).mean : 0;
    const g = weightedMean(problem, (i) => a[i]! * (column[i]! - mean));
    const l1 = problem.lambda * problem.l1Ratio * problem.v[j]!;
    const t = s * at.b[j]!;
    worst = Math.max(worst, t === 0 ? Math.abs(g / s) - l1 : Math.abs(g / s + l1 * Math.sign(t) + problem.lambda * (1 - problem.l1Ratio) * problem.v[j]! * t));
  });
  return worst;
}

/**
 * The minimiser, slowly: accelerated proximal gradient with restarts (O'Donoghue and Candes 2015) on
 * centred, unit-variance columns, until a step moves nothing by more than `tolerance`.
 */
export function solveSlowly(problem: ExplicitProblem, tolerance = 1e-14, iterations = 200000): Coefficients & { readonly iterations: number } {
  const { x, y, w, offset, loss, intercept, lambda, l1Ratio, v } = problem;
  const n = y.length;
  const p = x.length;
  const means = x.map((column) => (intercept ? moments(column, w).mean : 0));
  const units = x.map((column, j) => (problem.s[j] === 0 ? 0 : Math.sqrt(weightedMean(problem, (i) => (column[i]! - means[j]!) ** 2))));
  // Column p is the intercept.
  const z = x.map((column, j) => column.map((value) => (units[j]! > 0 ? (value - means[j]!) / units[j]! : 0)));
  const columns = intercept ? [...z, new Float64Array(n).fill(1)] : z;
  const l1 = columns.map((_, j) => (j < p && units[j]! > 0 ? (lambda * l1Ratio * v[j]! * problem.s[j]!) / units[j]! : 0));
  const l2 = columns.map((_, j) => (j < p && units[j]! > 0 ? lambda * (1 - l1Ratio) * v[j]! * (problem.s[j]! / units[j]!) ** 2 : 0));

  const multiply = (beta: Float64Array): Float64Array => {
    const psi = new Float64Array(n);
    columns.forEach((column, j) => {
      if (beta[j] !== 0) for (let i = 0; i < n; i++) psi[i]! += column[i]! * beta[j]!;
    });
    return psi;
  };
  const transpose = (r: Float64Array): Float64Array => Float64Array.from(columns, (column) => weightedMean(problem, (i) => column[i]! * r[i]!));
  let direction: Float64Array = Float64Array.from(columns, (_, j) => 1 + 0.1 * j);
  let largest = 1;
  for (let k = 0; k < 200; k++) {
    direction = transpose(multiply(direction));
    largest = Math.sqrt(direction.reduce((total, value) => total + value * value, 0));
    if (!(largest > 0)) break;
    direction = direction.map((value) => value / largest);
  }
  const lipschitz = Math.max(1e-300, 1.02 * largest * (loss === 'squared' ? 1 : 0.25));

  let beta = new Float64Array(columns.length);
  let point = beta;
  let momentum = 1;
  let k = 0;
  for (; k < iterations; k++) {
    const psi = multiply(point);
    const gradient = transpose(psi.map((value, i) => lossDerivative(loss, y[i]!, value + offset[i]!)));
    const next = point.map((value, j) => {
      const step = value - gradient[j]! / lipschitz;
      const threshold = l1[j]! / lipschitz;
      return (Math.sign(step) * Math.max(0, Math.abs(step) - threshold)) / (1 + l2[j]! / lipschitz);
    });
    let uphill = 0;
    let moved = 0;
    next.forEach((value, j) => {
      uphill += (point[j]! - value) * (value - beta[j]!);
      moved = Math.max(moved, Math.abs(value - point[j]!) / (1 + Math.abs(value)));
    });
    const following = uphill > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const share = uphill > 0 ? 0 : (momentum - 1) / following;
    point = next.map((value, j) => value + share * (value - beta[j]!));
    momentum = following;
    beta = next;
    if (moved <= tolerance) break;
  }
  const b = Float64Array.from({ length: p }, (_, j) => (units[j]! > 0 ? beta[j]! / units[j]! : 0));
  let b0 = intercept ? beta[p]! : 0;
  b.forEach((value, j) => (b0 -= value * means[j]!));
  return { b, b0, iterations: k };
}

/** (1/W) sum_i w_i f(i); rows of weight 0 are not looked at. */
export function weightedMean({ w, weightSum }: { readonly w: Float64Array; readonly weightSum: number }, f: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < w.length; i++) if (w[i] !== 0) total += w[i]! * f(i);
  return total / weightSum;
}
