/**
 * One value of lambda: Newton steps on a working set, each an M-step on the
 * Hessian of the latest evaluation, accepted only if the objective falls,
 * until the certificate of the evaluation itself is good enough.
 *
 * Every evaluation asks for the Hessian of the next step's working set, so a
 * step costs one sweep and the last of them certifies.
 */
import type { Loss } from '../loss/loss.ts';
import type { Penalty } from '../penalty/penalty.ts';
import type { Executor } from '../rowSource.ts';
import { workingSet } from '../solve/workingSet.ts';
import { certify } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import type { Evaluation, Hessian, Oracle } from './evaluation.ts';
import type { Point, WorkingScale } from './workingScale.ts';

export interface ValueSetting {
  readonly scale: WorkingScale;
  readonly loss: Loss;
  readonly penalty: Penalty;
  readonly executor: Executor;
  readonly tolerance: number;
  readonly maxPasses: number;
  /** Unit of stationarity: largest null gradient. 0: not known yet, stationarity is absolute. */
  readonly nullGradient: number;
  /** The features that no penalty touches separate the classes: no value has a finite optimum. @default false */
  readonly separable?: boolean;
  /** Takes a certified answer as it is, however much the next step would still change. */
  readonly rough?: boolean;
}

export interface ValueTarget {
  readonly lambda: number;
  /** Strength of the value before, for the strong rule; the largest lambda where there is none. */
  readonly previous: number;
  /** The value after, whose working set the last evaluation may already serve. */
  readonly next: number | null;
  /** Restricts the fit to these features (ascending); null: all that are usable. */
  readonly features: Int32Array | null;
}

export interface ValueResult {
  readonly evaluation: Evaluation;
  readonly certificate: Certificate;
  readonly converged: boolean;
  readonly reason: 'MAX_PASSES' | 'SEPARABLE' | 'STALLED' | null;
}

interface Trial {
  readonly evaluation: Evaluation;
  readonly certificate: Certificate;
}

/** Trial lengths of a step that did not lower the objective, sent as columns of one pass. */
const SHORTER = [0.5, 0.25, 0.0625, 0.0078125];
/** Passes of ever shorter trials: a row that is fitted badly with hardly any curvature makes the first step too long by orders. */
const SHORTER_ROUNDS = 5;
/** Share of its optimality conditions' violation that a Newton step may leave. */
const STEP_ACCURACY = 1e-3;
/** A working set is good enough while no feature outside it violates its condition by so many times the worst inside. */
const COVERED = 10;
/** Without a provable gap a coefficient that still changes by more than this share of itself has not settled... */
const SETTLED = 1e-3;
/** ...unless it is below this share of the largest one... */
const NEGLIGIBLE = 1e-3;
/** ...and where that goes on so many evaluations after the gradient has vanished, it has no finite optimum. */
const RESTLESS_EVALUATIONS = 6;
/** A certified answer is taken once the next step would change coefficients by no more than this share of the largest. */
const PRECISE = 2e-5;
/** Share of a Newton step along the largest null gradient below which a coefficient is rounding. */
const ROUNDING = 1e-9;
/** Evaluations in a row that bring nothing, neither a lower objective nor a better certificate, after which rounding has the last word. */
const IDLE_EVALUATIONS = 8;
/** Curvature, as a share of the mean one, added to features that separate the classes. */
const DAMPING = 1e-6;
/** Mean loss above saturation below which the classes are separated. */
const SEPARATED_LOSS = 1e-10;

export function relativeGap(certificate: Certificate, saturatedLoss: number): number {
  return certificate.gap === 0 ? 0 : certificate.gap / (certificate.objective - saturatedLoss);
}

/** Fits one value from `start`. `saturatedLoss` is the zero of the relative gap. */
export async function fitValue(oracle: Oracle, setting: ValueSetting, target: ValueTarget, start: Evaluation, saturatedLoss: number): Promise<ValueResult> {
  const { scale, loss, penalty, tolerance } = setting;
  const { lambda } = target;
  const usable = target.features ?? scale.usable;
  const slope = penalty.slopeAtZero(lambda);
  const setFor = (at: Evaluation, strength: number, previous: number): Int32Array =>
    workingSet(usable, at.point.beta, at.gradient, scale.l1, penalty.slopeAtZero(strength), penalty.slopeAtZero(previous));
  const judge = (at: Evaluation): Certificate => certify(scale, loss, penalty, lambda, restrict(at, target.features, scale), setting.nullGradient);
  // With a penalty there is a finite optimum unless the free features separate the classes, which the null model has told.
  const mayRunOff = !loss.quadratic && lambda === 0 && setting.separable !== true;
  /** A proven gap speaks for itself; a vanishing gradient only where the coefficients have settled too (separable data). */
  const certified = (certificate: Certificate): boolean =>
    Number.isNaN(certificate.gap) ? certificate.stationarity <= tolerance && (!mayRunOff || unrest <= SETTLED) : relativeGap(certificate, saturatedLoss) <= tolerance;

  const end = (reason: ValueResult['reason']): ValueResult =>
    setting.separable === true ? { evaluation: at, certificate, converged: false, reason: 'SEPARABLE' } : { evaluation: at, certificate, converged: reason === null, reason };

  let at = start;
  let certificate = judge(at);
  let unrest = 0;
  let restless = 0;
  let idle = 0;
  let leastDoubt = doubt(certificate);
  for (let passes = 0; ; ) {
    const full = at.hessian !== null && covers(at.hessian.features, usable, at, scale, slope, penalty.curvature(lambda)) ? await step(setting, lambda, at, at.hessian) : null;
    if (certified(certificate) && (full === null || passes >= setting.maxPasses || setting.rough || setting.separable || isPrecise(setting, at, full))) return end(null);
    if ((mayRunOff && at.loss - saturatedLoss < SEPARATED_LOSS) || restless >= RESTLESS_EVALUATIONS) return end('SEPARABLE');
    if (passes >= setting.maxPasses) return end('MAX_PASSES');
    if (idle >= IDLE_EVALUATIONS) return end(certified(certificate) ? null : 'STALLED');
    if (full === null) {
      at = (await oracle.evaluate([at.point], [{ at: 0, features: setFor(at, lambda, target.previous) }], 1))[0]!;
      passes++;
      certificate = judge(at);
      continue;
    }
    // The evaluation that probably certifies also serves the next value's first step.
    const near = relativeGap(certificate, saturatedLoss) < 1e-2 && target.next !== null;
    const following = withMoved(near ? setFor(at, target.next!, lambda) : setFor(at, lambda, target.previous), full.beta, usable);
    let next = (await oracle.evaluate([full], [{ at: 0, features: following }], 1))[0]!;
    passes++;
    let nextCertificate = judge(next);
    if (!improves(nextCertificate, certificate, leastDoubt)) {
      let best: Trial | null = null;
      for (let round = 0; best === null && round < SHORTER_ROUNDS && passes < setting.maxPasses; round++) {
        const lengths = SHORTER.map((length) => length * SHORTER.at(-1)! ** round);
        const trials = await oracle.evaluate(lengths.map((length) => between(at.point, full, length)), [], 1);
        passes++;
        for (const evaluation of trials) {
          const trial = { evaluation, certificate: judge(evaluation) };
          if (trial.certificate.objective < (best ?? { certificate }).certificate.objective) best = trial;
        }
      }
      if (best === null) return end(certified(certificate) ? null : 'STALLED');
      next = best.evaluation;
      nextCertificate = best.certificate;
    }
    unrest = largestChange(at.point, next.point);
    restless = mayRunOff && nextCertificate.stationarity <= tolerance && unrest > SETTLED ? restless + 1 : 0;
    const fell = certificate.objective - nextCertificate.objective > 1e-13 * Math.abs(certificate.objective);
    idle = fell || doubt(nextCertificate) < 0.9 * leastDoubt ? 0 : idle + 1;
    leastDoubt = Math.min(leastDoubt, doubt(nextCertificate));
    at = next;
    certificate = nextCertificate;
  }
}

/** What a certificate leaves open. */
function doubt({ gap, stationarity }: Certificate): number {
  return Number.isNaN(gap) ? stationarity : gap;
}

/** The M-step on the Hessian's features; the intercept follows from the eliminated row. */
async function step(setting: ValueSetting, lambda: number, at: Evaluation, hessian: Hessian): Promise<Point> {
  const { scale, penalty } = setting;
  const features = hessian.features;
  const q = features.length;
  const slope = penalty.slopeAtZero(lambda);
  const curvature = penalty.curvature(lambda);
  const profile = scale.intercept && hessian.total > 0;
  const gradient = new Float64Array(q);
  const start = new Float64Array(q);
  const l1 = new Float64Array(q);
  const l2 = new Float64Array(q);
  for (let i = 0; i < q; i++) {
    const j = features[i]!;
    gradient[i] = at.gradient[j]! - (profile ? (hessian.cross[i]! * at.interceptGradient) / hessian.total : 0);
    start[i] = at.point.beta[j]!;
    l1[i] = slope * scale.l1[j]!;
    l2[i] = curvature * scale.l2[j]!;
  }
  const largest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  const tolerance = Math.max(stepTolerance(setting.tolerance, l1), 1e-15 * largest);
  const matrix = profile ? eliminateIntercept(hessian) : hessian.matrix.slice();
  // What separates the classes has no curvature left: keeps it from running off beyond all digits.
  if (setting.separable === true) for (let i = 0; i < q; i++) if (l1[i] === 0 && l2[i] === 0) matrix[i * (q + 1)]! += DAMPING * hessian.total;
  const [solution] = q === 0 ? [start] : await setting.executor.map('quadratic', null, [{ hessian: matrix, gradient, start, l1, l2, tolerance, relativeTolerance: STEP_ACCURACY }]);
  const beta = at.point.beta.slice();
  let interceptStep = profile ? -at.interceptGradient / hessian.total : 0;
  for (let i = 0; i < q; i++) {
    const j = features[i]!;
    beta[j] = solution![i]!;
    if (profile) interceptStep -= (hessian.cross[i]! * (solution![i]! - start[i]!)) / hessian.total;
  }
  return { beta, intercept: at.point.intercept + interceptStep };
}

/** Violation of the conditions that a step may leave, in units of the gradient: a small share of the least slope at zero. */
export function stepTolerance(tolerance: number, l1: Float64Array): number {
  const least = l1.reduce((least, slope) => (slope > 0 && slope < least ? slope : least), Infinity);
  return Math.max(1e-300, least < Infinity ? 1e-4 * tolerance * least : 0);
}

/** H - h h'/S: the Hessian where the intercept always fits best. */
function eliminateIntercept({ matrix, cross, total }: Hessian): Float64Array {
  const q = cross.length;
  const eliminated = new Float64Array(q * q);
  for (let i = 0; i < q; i++) {
    const share = cross[i]! / total;
    for (let j = 0; j < q; j++) eliminated[i * q + j] = matrix[i * q + j]! - share * cross[j]!;
  }
  return eliminated;
}

/**
 * Whether a step on the Hessian's features is worth it: all that have a coefficient or no penalty must be there, and
 * of what violates the optimality conditions enough that the step is not spent on what is nearly right.
 */
function covers(features: Int32Array, usable: Int32Array, at: Evaluation, scale: WorkingScale, slope: number, curvature: number): boolean {
  const have = new Set(features);
  let inside = 0;
  let outside = 0;
  for (const j of usable) {
    const l1 = slope * scale.l1[j]!;
    const b = at.point.beta[j]!;
    const g = at.gradient[j]!;
    if (have.has(j)) inside = Math.max(inside, b === 0 ? Math.abs(g) - l1 : Math.abs(g + l1 * Math.sign(b) + curvature * scale.l2[j]! * b));
    else if (b !== 0 || l1 === 0) return false;
    else outside = Math.max(outside, Math.abs(g) - l1);
  }
  return outside <= COVERED * inside;
}

/** `features` united with those that have a coefficient now. */
function withMoved(features: Int32Array, beta: Float64Array, usable: Int32Array): Int32Array {
  const have = new Set(features);
  return usable.filter((j) => have.has(j) || beta[j] !== 0);
}

/** Whether a step is taken: the objective fell (to rounding), or the gap is the least so far (or two points could take turns). */
export function improves(next: Certificate, current: Certificate, leastGap = current.gap): boolean {
  if (!Number.isFinite(next.objective)) return false;
  return next.objective <= current.objective + 1e-12 * Math.abs(current.objective) || next.gap < leastGap;
}

/** The point a share `length` of the way. */
export function between(from: Point, to: Point, length: number): Point {
  return {
    beta: from.beta.map((b, j) => b + length * (to.beta[j]! - b)),
    intercept: from.intercept + length * (to.intercept - from.intercept),
  };
}

/** Whether a step from `at` to `to` changes coefficients by no more than PRECISE of the largest (or of what is rounding, at the largest lambda). */
export function isPrecise(setting: ValueSetting, at: Evaluation, to: Point): boolean {
  const from = at.point;
  let change = 0;
  let largest = (ROUNDING * setting.nullGradient) / at.curvature;
  for (let j = 0; j < from.beta.length; j++) {
    change = Math.max(change, Math.abs(to.beta[j]! - from.beta[j]!));
    largest = Math.max(largest, Math.abs(from.beta[j]!));
  }
  return change <= PRECISE * largest;
}

/** Largest change of a coefficient as a share of itself, or of what matters beside the largest. */
function largestChange(from: Point, to: Point): number {
  const least = NEGLIGIBLE * to.beta.reduce((most, b) => Math.max(most, Math.abs(b)), 0);
  let largest = Math.abs(to.intercept - from.intercept) / (1 + Math.abs(to.intercept));
  for (let j = 0; j < from.beta.length; j++) {
    const change = Math.abs(to.beta[j]! - from.beta[j]!);
    if (change > 0) largest = Math.max(largest, change / Math.max(Math.abs(to.beta[j]!), Math.abs(from.beta[j]!), least));
  }
  return largest;
}

/** For a fit of some features only: the others' gradients do not count. */
function restrict(at: Evaluation, features: Int32Array | null, scale: WorkingScale): Evaluation {
  if (features === null) return at;
  const gradient = new Float64Array(scale.features);
  for (const j of features) gradient[j] = at.gradient[j]!;
  return { ...at, gradient };
}

