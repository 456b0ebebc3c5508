/**
 * Columns that advance together: values of a path, or the same values without
 * the rows of one fold. One sweep over the rows evaluates all that are open;
 * each then takes a step of its own, the solution of its penalised quadratic
 * model with the anchors' interpolated Hessian, corrected by the column's own
 * gradient changes (BFGS). One that does not improve goes half-way back; one
 * whose certificate is good enough leaves.
 */
import { takeRidgeStep } from '../solve/modelStep.ts';
import type { ModelStep, ModelStepProblem } from '../solve/modelStep.ts';
import type { RidgeFactor, Secant } from '../solve/ridge.ts';
import type { Anchors } from './anchors.ts';
import { certify } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import type { Evaluation } from './evaluation.ts';
import { expectedAt, shifted } from './leaders.ts';
import type { Found, Leading } from './leaders.ts';
import { doubt, improves, isPrecise, relativeGap } from './progress.ts';
import { between, secant, stepProblem, takeStep } from './step.ts';
import type { ValueResult, ValueSetting } from './value.ts';
import type { Point, WorkingScale } from './workingScale.ts';

/** Features below this share of the slope at zero stay out of a step's working set. */
export const SCREEN = 0.7;
/** Sweeps after which what is still open is better finished value by value. */
const LOCKSTEP_SWEEPS = 12;
/** Share of its optimality conditions' violation that a step may leave: its model is not better than that. */
const STEP_ACCURACY = 3e-3;
/** BFGS corrections a column keeps. */
const MOST_UPDATES = 6;

export interface Column {
  /** Which value of the path, for the anchors. */
  readonly index: number;
  readonly lambda: number;
  /** Whose penalty and weights hold. */
  readonly scale: WorkingScale;
  /** The fold that it leaves out, -1 for none. */
  readonly fold: number;
  readonly saturatedLoss: number;
  /** Whether the features that no penalty touches separate its classes: it has no finite optimum. */
  readonly separable: boolean;
  /** The best point so far and what is known there; without a certificate, what is expected there. */
  at: Evaluation | null;
  certificate: Certificate | null;
  leastGap: number;
  /** Where the next sweep looks. */
  next: Point;
  /** What is expected there; null: nothing. */
  expected: Evaluation | null;
  readonly updates: Secant[];
  /** Of its last step, where it was a ridge step and the only one; holds as long as the model is what it was. */
  factor: { readonly of: RidgeFactor; readonly version: number } | null;
  /** Steps rejected in a row. */
  rejected: number;
  open: boolean;
}

export function newColumn(of: Pick<Column, 'index' | 'lambda' | 'scale' | 'fold' | 'saturatedLoss' | 'next' | 'expected'> & Partial<Pick<Column, 'separable'>>): Column {
  return { separable: false, ...of, at: null, certificate: null, leastGap: Infinity, updates: [], factor: null, rejected: 0, open: true };
}

export interface Advance {
  readonly setting: ValueSetting;
  readonly model: Anchors;
  /** Columns that the first sweeps look at, for all others. @default none: every sweep looks at all */
  readonly leading?: Leading;
  /** One sweep over the open columns. */
  readonly evaluate: (open: readonly Column[], sweep: number) => Promise<Swept>;
  readonly leave: (column: Column, result: ValueResult) => void;
}

export interface Swept {
  /** At `next` of the columns. */
  readonly evaluations: readonly Evaluation[];
  /** Whether the model of a column's Hessian is new, of these very points: what earlier steps taught is the mean along them, and worse. @default none */
  readonly renewed?: (column: Column) => boolean;
}

/** Sweeps that columns advance by, at most. */
function sweepsOf({ maxPasses }: ValueSetting): number {
  return Math.min(LOCKSTEP_SWEEPS, maxPasses);
}

/** For finishing by itself a column that has advanced by all its sweeps and is open still. */
export function finishing(setting: ValueSetting, { scale, separable }: Column): ValueSetting {
  return { ...setting, scale, separable, maxPasses: setting.maxPasses - sweepsOf(setting) };
}

/** Advances the columns until all have left, or have had their sweeps: what is then open is left to the caller. */
export async function advance(columns: readonly Column[], advancing: Advance): Promise<void> {
  const { setting } = advancing;
  // Columns that were evaluated before they came here take a step in any case: what they stand at is the solution of another problem.
  await takeSteps(columns.filter((column) => column.at !== null), advancing, advancing.leading !== undefined, false);
  const sweeps = sweepsOf(setting);
  const { leading } = advancing;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const open = columns.filter((column) => column.open);
    if (open.length === 0) return;
    const leads = leading !== undefined && sweep < leading.sweeps;
    // Of which nothing is expected are looked at in any case; and where all leaders have left, all that are still here.
    const isLed = ({ index, expected }: Column): boolean => leads && expected !== null && !leading.leaders.includes(index);
    const led = open.filter(isLed);
    const seen = led.length > 0 && led.length < open.length ? open.filter((column) => !isLed(column)) : open;
    const { evaluations, renewed } = await advancing.evaluate(seen, sweep);
    if (seen !== open) follow(led, seen, evaluations, leading!);
    seen.forEach((column, i) => consider(column, evaluations[i]!, setting, advancing.model, renewed?.(column)));
    await takeSteps(open, advancing, leads);
  }
}

/** Tells the columns that a sweep did not look at what is expected of them by what it found at their leaders: those of the same fold. */
function follow(columns: readonly Column[], leaders: readonly Column[], evaluations: readonly Evaluation[], { positions }: Leading): void {
  const inFold = new Map<number, Found[]>();
  leaders.forEach(({ index, fold, expected }, i) => {
    if (expected === null) return;
    if (!inFold.has(fold)) inFold.set(fold, []);
    inFold.get(fold)!.push({ index, expected, actual: evaluations[i]! });
  });
  for (const column of columns) {
    const found = inFold.get(column.fold) ?? [];
    column.at = found.length > 0 ? shifted(column.expected!, column.index, found, positions) : column.expected;
    column.certificate = null;
  }
}

/** Certified to the tolerance: by the gap or, where none can be proven, by what violates the optimality conditions. With no penalty at all that proves nothing (the classes may be separable). */
export function isCertified({ lambda, certificate, saturatedLoss }: Column, setting: ValueSetting): boolean {
  if (Number.isNaN(certificate!.gap)) return (lambda > 0 || setting.loss.quadratic) && doubt(certificate!) <= setting.tolerance;
  return relativeGap(certificate!, saturatedLoss) <= setting.tolerance;
}

/** What a certified column's value is; where free features separate the classes it is none that converged, whatever its gradient. */
export function asIs({ at, certificate, separable }: Column): ValueResult {
  return { evaluation: at!, certificate: certificate!, converged: !separable, reason: separable ? 'SEPARABLE' : null };
}

/** Takes an evaluation in: the column moves there if it improves, and learns from it unless its model of the Hessian is new. */
export function consider(column: Column, next: Evaluation, setting: ValueSetting, model: Anchors, renewed = false): void {
  const certificate = certify(column.scale, setting.loss, setting.penalty, column.lambda, next, setting.nullGradient);
  if (renewed) column.updates.length = 0;
  else if (column.certificate !== null) learn(column, column.at!, next, model);
  if (column.certificate === null || improves(certificate, column.certificate, column.leastGap)) {
    if (certificate.gap < column.leastGap) column.leastGap = certificate.gap;
    column.at = { ...next, hessian: null };
    column.certificate = certificate;
    column.rejected = 0;
  } else column.rejected++;
}

/** Computes where each column looks next, with what is expected there if asked for, and lets go those that are certified. */
async function takeSteps(columns: readonly Column[], { setting, model, leave }: Advance, expecting: boolean, mayLeave = true): Promise<void> {
  const done = (column: Column): boolean => mayLeave && column.certificate !== null && isCertified(column, setting);
  const waiting = columns.filter((column) => {
    const leaves = setting.rough === true && done(column) && !Number.isNaN(column.certificate!.gap);
    if (leaves) close(column, leave);
    return !leaves;
  });
  const steps = waiting.length === 1 ? [await singleStep(setting, model, waiting[0]!)] : await setting.executor.map('modelStep', model.shared(), waiting.map((column) => modelProblem(setting, model, column)));
  waiting.forEach((column, i) => {
    const at = column.at!;
    const target = takeStep(at.point, steps[i]!, model.features);
    if (done(column) && isPrecise(setting, at, target)) close(column, leave);
    // A rejected step has taught its curvature (`learn`); the new one goes from the best point, and not all the way.
    column.next = column.rejected === 0 ? target : between(at.point, target, 0.5 ** column.rejected);
    column.expected = expecting ? expectedAt(at, column.next, column.index, model) : null;
  });
}

/** The step of a column that advances alone: a ridge step's factor serves the next ones too, whose secants are its corrections. */
async function singleStep(setting: ValueSetting, model: Anchors, column: Column): Promise<ModelStep> {
  const problem = modelProblem(setting, model, column);
  const { factor } = column;
  if (factor?.version === model.version && factor.of.working.length === problem.working.length) return takeRidgeStep(factor.of, problem.gradient, problem.start, problem.updates);
  const [step] = await setting.executor.map('modelStep', model.shared(), [{ ...problem, keepFactor: true }]);
  column.factor = step!.factor === undefined ? null : { of: step!.factor, version: model.version };
  return step!;
}

function close(column: Column, leave: Advance['leave']): void {
  column.open = false;
  leave(column, asIs(column));
}

function modelProblem(setting: ValueSetting, model: Anchors, column: Column): ModelStepProblem {
  const { scale, lambda } = column;
  const target = { scale, penalty: setting.penalty, lambda, tolerance: setting.tolerance, accuracy: STEP_ACCURACY };
  const works = (j: number, beta: number, size: number, l1: number): boolean => scale.isUsable[j] === 1 && (beta !== 0 || size >= SCREEN * l1);
  return { ...model.around(column.index), curvature: column.at!.curvature, updates: column.updates, ...stepProblem(target, column.at!, model.features, works) };
}

/** Keeps the change of the gradient between two points for the column's Hessian. */
function learn(column: Column, from: Evaluation, to: Evaluation, model: Anchors): void {
  column.updates.push(secant(from, to, model));
  if (column.updates.length > MOST_UPDATES) column.updates.shift();
}
