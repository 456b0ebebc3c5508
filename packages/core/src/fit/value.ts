/**
 * One value of lambda: Newton steps on a working set, each an M-step on the
 * Hessian of the latest evaluation, accepted only if the objective falls,
 * until the certificate of the evaluation itself is good enough.
 *
 * Every evaluation asks for the Hessian of the next step's working set, so a
 * step costs one sweep and the last of them certifies. A large Hessian, that
 * costs more than sweeps do, is kept and corrected by the gradients' changes
 * (BFGS) as long as its steps are good.
 */
import type { Loss } from '../loss/loss.ts';
import type { Penalty } from '../penalty/penalty.ts';
import type { Executor } from '../rowSource.ts';
import { takeRidgeStep } from '../solve/modelStep.ts';
import type { RidgeFactor, Secant } from '../solve/ridge.ts';
import { workingSet } from '../solve/workingSet.ts';
import { certify, penaltyValue } from './certificate.ts';
import type { Certificate, GradientSize } from './certificate.ts';
import type { Evaluation, Hessian, Oracle } from './evaluation.ts';
import { doubt, improves, isPrecise, largestChange, relativeGap } from './progress.ts';
import { coarseness } from './coarseness.ts';
import { between, secant, stepProblem, takeStep } from './step.ts';
import type { Point, WorkingScale } from './workingScale.ts';

export interface ValueSetting {
  readonly scale: WorkingScale;
  readonly loss: Loss;
  readonly penalty: Penalty;
  readonly executor: Executor;
  readonly tolerance: number;
  readonly maxPasses: number;
  /** Unit of stationarity: the size of the null gradient. null: not known yet, stationarity is absolute. */
  readonly nullGradient: GradientSize | null;
  /** The features that no penalty touches separate the classes: no value has a finite optimum. @default false */
  readonly separable?: boolean;
  /** Takes a certified answer as it is, however much the next step would still change; Hessians may be coarse. */
  readonly rough?: boolean;
  /** A step that lowers the objective by less than this share of the loss above saturation is not worth its evaluation: the fit ends before it. @default 0 */
  readonly negligible?: number;
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
  /** Where the step leads that was not worth an evaluation. */
  readonly ahead?: Point;
}

interface Trial {
  readonly evaluation: Evaluation;
  readonly certificate: Certificate;
}

/** Trial lengths of a step that did not lower the objective, sent as columns of one pass. */
const SHORTER = [0.5, 0.25, 0.0625, 0.0078125];
/** Passes of ever shorter trials: a row that is fitted badly with hardly any curvature makes the first step too long by orders. */
const SHORTER_ROUNDS = 5;
/** Relative gap below which the next evaluation probably certifies. */
const NEAR = 1e-2;
/** Share of its optimality conditions' violation that a Newton step may leave. */
const STEP_ACCURACY = 1e-3;
/** A working set is good enough while no feature outside it violates its condition by so many times the worst inside. */
const COVERED = 10;
/** Without a provable gap a coefficient that still changes by more than this share of itself has not settled... */
const SETTLED = 1e-3;
/** ...and where that goes on so many evaluations after the gradient has vanished, it has no finite optimum. */
const RESTLESS_EVALUATIONS = 6;
/** Evaluations in a row that bring nothing, neither a lower objective nor a better certificate, after which rounding has the last word. */
const IDLE_EVALUATIONS = 8;
/** A Gram of q features costs as much as some q^2 / (40 p) passes of one column. Where that is 4 or more, Hessians are kept... */
const COSTLY = 160;
/** ...for so many steps, as long as a step leaves no more than a share of its optimality conditions' violation... */
const WITH_MATRIX = { corrections: 6, brisk: 0.1 };
/** ...which may be more, and a larger one, where a factor is at hand that makes steps nearly free. */
const WITH_FACTOR = { corrections: 20, brisk: 0.5 };
/** Curvature, as a share of the mean one, added to features that separate the classes. */
const DAMPING = 1e-6;
/** Mean loss above saturation below which the classes are separated. */
const SEPARATED_LOSS = 1e-10;

/** Fits one value from `start`. `saturatedLoss` is the zero of the relative gap. */
export async function fitValue(oracle: Oracle, setting: ValueSetting, target: ValueTarget, start: Evaluation, saturatedLoss: number): Promise<ValueResult> {
  const { scale, loss, penalty, tolerance } = setting;
  const { lambda } = target;
  const usable = target.features ?? scale.usable;
  const setFor = (at: Evaluation, strength: number, previous: number): Int32Array =>
    workingSet(usable, at.point.beta, at.gradient, scale.l1, penalty.slopeAtZero(strength), penalty.slopeAtZero(previous));
  const judge = (at: Evaluation): Certificate => certify(scale, loss, penalty, lambda, restrict(at, target.features, scale), setting.nullGradient);
  // With a penalty there is a finite optimum unless the free features separate the classes, which the null model has told.
  const mayRunOff = !loss.quadratic && lambda === 0 && setting.separable !== true;
  /** A proven gap speaks for itself; a vanishing gradient only where the coefficients have settled too (separable data). */
  const certified = (certificate: Certificate): boolean =>
    Number.isNaN(certificate.gap) ? doubt(certificate) <= tolerance && (!mayRunOff || unrest <= SETTLED) : relativeGap(certificate, saturatedLoss) <= tolerance;

  const end = (reason: ValueResult['reason']): ValueResult =>
    setting.separable === true ? { evaluation: at, certificate, converged: false, reason: 'SEPARABLE' } : { evaluation: at, certificate, converged: reason === null, reason };

  const coarse = setting.rough === true && coarseness(scale, penalty, Math.min(lambda, target.next ?? lambda));
  let at = start;
  let certificate = judge(at);
  let unrest = 0;
  let restless = 0;
  let idle = 0;
  let leastDoubt = doubt(certificate);
  let brisk = true;
  const factors: KeptFactor = { matrix: null, factor: null };
  for (let passes = 0; ; ) {
    const proven = !Number.isNaN(certificate.gap);
    // A rough setting takes what is proven as it is: no step is needed to judge it by.
    if (setting.rough === true && proven && certified(certificate)) return end(null);
    const full = at.hessian !== null && covers(at.hessian.features, usable, at, scale, penalty.slopeAtZero(lambda), penalty.curvature(lambda)) ? await newtonStep(setting, lambda, at, at.hessian, factors) : null;
    if (certified(certificate) && (passes >= setting.maxPasses || setting.separable || (full === null ? proven || usable.length === 0 : isPrecise(setting, at, full)))) return end(null);
    if (full !== null && setting.negligible !== undefined) {
      const fall = promisedFall(scale, penalty, lambda, at, full);
      if (fall >= 0 && fall <= setting.negligible * (at.loss - saturatedLoss)) return { ...end(null), ahead: full };
    }
    if ((mayRunOff && at.loss - saturatedLoss < SEPARATED_LOSS) || restless >= RESTLESS_EVALUATIONS) return end('SEPARABLE');
    if (passes >= setting.maxPasses) return end('MAX_PASSES');
    if (idle >= IDLE_EVALUATIONS) return end(certified(certificate) ? null : 'STALLED');
    if (full === null) {
      at = (await oracle.evaluate([at.point], [{ at: 0, features: setFor(at, lambda, target.previous), coarse }], 1))[0]!;
      passes++;
      certificate = judge(at);
      continue;
    }
    // The evaluation that probably certifies also serves the next value's first step.
    const near = relativeGap(certificate, saturatedLoss) < NEAR && target.next !== null;
    const following = withMoved(near ? setFor(at, target.next!, lambda) : setFor(at, lambda, target.previous), full.beta, usable);
    const patience = factors.factor === null ? WITH_MATRIX : WITH_FACTOR;
    const kept = brisk && isWorthKeeping(at.hessian!, following, scale.features, patience.corrections) ? at.hessian! : null;
    let next = (await oracle.evaluate([full], kept === null ? [{ at: 0, features: following, coarse }] : [], 1))[0]!;
    passes++;
    if (kept !== null) next = { ...next, hessian: loss.quadratic ? kept : corrected(kept, secant(at, next, kept)) };
    let nextCertificate = judge(next);
    brisk = nextCertificate.violation <= patience.brisk * certificate.violation;
    if (!improves(nextCertificate, certificate, leastDoubt)) {
      let best: Trial | null = null;
      const longest = reach(at.point, full);
      for (let round = 0; best === null && round < SHORTER_ROUNDS && passes < setting.maxPasses; round++) {
        const lengths = SHORTER.map((length) => longest * length * SHORTER.at(-1)! ** round);
        const trials = await oracle.evaluate(lengths.map((length) => between(at.point, full, length)), [], 1);
        passes++;
        for (const evaluation of trials) {
          const trial = { evaluation, certificate: judge(evaluation) };
          if (trial.certificate.objective < (best ?? { certificate }).certificate.objective) best = trial;
        }
      }
      if (best === null && (kept !== null || at.hessian!.secants.length > 0)) {
        // The corrections may have led astray.
        at = { ...at, hessian: null };
        continue;
      }
      if (best === null) return end(certified(certificate) ? null : 'STALLED');
      next = best.evaluation;
      nextCertificate = best.certificate;
    }
    unrest = largestChange(at.point, next.point);
    restless = mayRunOff && doubt(nextCertificate) <= tolerance && unrest > SETTLED ? restless + 1 : 0;
    const fell = certificate.objective - nextCertificate.objective > 1e-13 * Math.abs(certificate.objective);
    idle = fell || doubt(nextCertificate) < 0.9 * leastDoubt ? 0 : idle + 1;
    leastDoubt = Math.min(leastDoubt, doubt(nextCertificate));
    at = next;
    certificate = nextCertificate;
  }
}

/** Share of a step at which it goes twice as far as all that is there and one unit: where no row has any curvature, steps are too long by any number of orders. */
function reach(from: Point, to: Point): number {
  const size = from.beta.reduce((most, b) => Math.max(most, Math.abs(b)), Math.abs(from.intercept));
  const change = from.beta.reduce((most, b, j) => Math.max(most, Math.abs(to.beta[j]! - b)), Math.abs(to.intercept - from.intercept));
  return Math.min(1, (2 * (1 + size)) / change);
}

/** By how much a step that minimises a model of the objective is to lower it, at least half of this: -g'd less the penalty's rise. */
function promisedFall(scale: WorkingScale, penalty: Penalty, lambda: number, at: Evaluation, to: Point): number {
  const { beta, intercept } = at.point;
  let along = at.interceptGradient * (to.intercept - intercept);
  for (const j of scale.usable) along += at.gradient[j]! * (to.beta[j]! - beta[j]!);
  return penaltyValue(scale, penalty, lambda, beta) - penaltyValue(scale, penalty, lambda, to.beta) - along;
}

/** The factor of the last ridge step and the Hessian that it belongs to. */
interface KeptFactor {
  matrix: Float64Array | null;
  factor: RidgeFactor | null;
}

/** The M-step on the Hessian's features. */
async function newtonStep(setting: ValueSetting, lambda: number, at: Evaluation, hessian: Hessian, kept: KeptFactor): Promise<Point> {
  const { scale, penalty, tolerance } = setting;
  const { features } = hessian;
  const problem = stepProblem({ scale, penalty, lambda, tolerance, accuracy: STEP_ACCURACY }, at, features, () => true);
  if (kept.factor !== null && kept.matrix === hessian.matrix) return takeStep(at.point, takeRidgeStep(kept.factor, problem.gradient, problem.start, hessian.secants), features);
  const matrix = setting.separable === true ? damped(hessian, problem) : hessian.matrix;
  const keepFactor = isCostly(hessian, scale.features);
  const [step] = await setting.executor.map('modelStep', { matrices: [matrix], tie: hessian.tie }, [{ from: 0, to: 0, share: 0, curvature: 1, updates: hessian.secants, keepFactor, ...problem }]);
  kept.matrix = hessian.matrix;
  kept.factor = step!.factor ?? null;
  return takeStep(at.point, step!, features);
}

/** What separates the classes has no curvature left: some keeps it from running off beyond all digits. */
function damped({ matrix }: Hessian, { l1, l2 }: { readonly l1: Float64Array; readonly l2: Float64Array }): Float64Array {
  const q = l1.length;
  const out = matrix.slice();
  for (let i = 0; i < q; i++) if (l1[i] === 0 && l2[i] === 0) out[i * (q + 2)]! += DAMPING * out.at(-1)!;
  return out;
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

/** Whether a Hessian corrected by secants serves the next step as well as a new one would, that costs more. */
function isWorthKeeping(hessian: Hessian, following: Int32Array, all: number, most: number): boolean {
  if (hessian.secants.length >= most || !isCostly(hessian, all)) return false;
  const have = new Set(hessian.features);
  return following.every((j) => have.has(j));
}

function isCostly({ features }: Hessian, all: number): boolean {
  return features.length ** 2 >= COSTLY * all;
}

/** The Hessian with a step's change of the gradient. */
function corrected(hessian: Hessian, change: Secant): Hessian {
  return { ...hessian, secants: [...hessian.secants, change] };
}

/** For a fit of some features only: the others' gradients do not count. */
function restrict(at: Evaluation, features: Int32Array | null, scale: WorkingScale): Evaluation {
  if (features === null) return at;
  const gradient = new Float64Array(scale.features);
  for (const j of features) gradient[j] = at.gradient[j]!;
  return { ...at, gradient };
}

