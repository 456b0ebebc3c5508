/**
 * The path engine: all values of the path advance together, one sweep over the
 * rows serving them all.
 *
 *  1. The path is solved on a sample of the rows, drawn by leverage and class,
 *     value by value; some of its Hessians ('anchors') are kept.
 *  2. Each sweep evaluates every open value on all rows; the first also forms
 *     full Hessians at some anchors. A value's step solves its own penalised
 *     quadratic model, with the anchors' Hessians interpolated in log lambda
 *     and corrected by the value's own gradient changes (BFGS).
 *  3. A value leaves when its certificate is good enough. One that does not
 *     improve goes half-way back; one that stays slow is finished by Newton
 *     steps with Hessians of its own.
 *
 * The fixed point is the full data's exact solution: sample, interpolation and
 * corrections decide only the speed.
 */
import { log } from '../kernels/elementary.ts';
import type { SampleSelector } from '../block/gather.ts';
import type { AnchorModel, ModelStep, ModelStepProblem } from '../solve/modelStep.ts';
import { certify } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import type { Evaluation, Hessian, Oracle } from './evaluation.ts';
import { between, fitValue, improves, isPrecise, relativeGap, stepTolerance } from './value.ts';
import type { ValueResult, ValueSetting, ValueTarget } from './value.ts';
import type { Point, WorkingScale } from './workingScale.ts';

/** Anchors whose Hessian is kept from the sample. */
const ANCHORS = 7;
/** Anchors whose Hessian is formed on all rows: every third of the above, ends included. */
const FULL_ANCHOR_STRIDE = 3;
/** Sweeps after which what is still open is finished value by value. */
const LOCKSTEP_SWEEPS = 12;
/** Features below this share of the slope at zero stay out of a step's working set. */
const SCREEN = 0.7;

/** Share of its optimality conditions' violation that a step may leave: its model is not better than that. */
const STEP_ACCURACY = 3e-3;
/** BFGS corrections a value keeps. */
const MOST_UPDATES = 6;

export interface LockstepValue {
  readonly lambda: number;
  readonly previous: number;
}

interface Column {
  readonly index: number;
  readonly lambda: number;
  /** The best point so far and what is known there. */
  at: Evaluation | null;
  certificate: Certificate | null;
  leastGap: number;
  /** Where the next sweep looks. */
  next: Point;
  readonly updates: { step: Float64Array; change: Float64Array }[];
  /** Steps rejected in a row. */
  rejected: number;
  open: boolean;
}

export interface LockstepSetting extends ValueSetting {
  readonly saturatedLoss: number;
  /** What to do on the sample: a row source of its own with its solver setting. */
  readonly sample: { readonly oracle: Oracle; readonly setting: ValueSetting };
}

/**
 * Fits all values, given in descending order of lambda. `start` is the null
 * model on the sample; `done` is told of each value as it leaves, in any order.
 */
export async function fitLockstep(
  oracle: Oracle, setting: LockstepSetting, values: readonly LockstepValue[], start: Evaluation, done: (result: ValueResult, k: number) => void,
): Promise<ValueResult[]> {
  const { scale, loss, penalty } = setting;
  const points = await samplePath(setting, values, start);
  const anchors = anchorIndices(values.length);
  const model = new Anchors(scale, anchors, values);
  const onSample = await setting.sample.oracle.evaluate(
    anchors.map((k) => points[k]!),
    anchors.map((_, at) => ({ at, features: scale.usable })),
    0,
  );
  onSample.forEach((evaluation, a) => model.set(a, evaluation.hessian!));

  const columns: Column[] = values.map(({ lambda }, index) => ({
    index, lambda, at: null, certificate: null, leastGap: Infinity, next: points[index]!, updates: [], rejected: 0, open: true,
  }));
  const judge = (lambda: number, at: Evaluation): Certificate => certify(scale, loss, penalty, lambda, at, setting.nullGradient);
  const certified = (certificate: Certificate): boolean => relativeGap(certificate, setting.saturatedLoss) <= setting.tolerance;

  const results: ValueResult[] = [];
  const leave = (column: Column, result: ValueResult): void => {
    column.open = false;
    results[column.index] = result;
    done(result, column.index);
  };
  const asIs = (column: Column): ValueResult => ({ evaluation: column.at!, certificate: column.certificate!, converged: true, reason: null });

  for (let sweep = 0; sweep < Math.min(LOCKSTEP_SWEEPS, setting.maxPasses); sweep++) {
    const open = columns.filter((column) => column.open);
    if (open.length === 0) break;
    const full = sweep === 0 ? anchors.filter((_, a) => a % FULL_ANCHOR_STRIDE === 0) : [];
    const evaluations = await oracle.evaluate(
      open.map((column) => column.next),
      full.map((k) => ({ at: k, features: scale.usable })),
      open.length,
    );
    if (full.length > 0) model.correct(full, evaluations);

    for (let i = 0; i < open.length; i++) {
      const column = open[i]!;
      const next = evaluations[i]!;
      const certificate = judge(column.lambda, next);
      if (column.at !== null) learn(column, column.at, next, scale);
      if (column.certificate === null || improves(certificate, column.certificate, column.leastGap)) {
        if (certificate.gap < column.leastGap) column.leastGap = certificate.gap;
        column.at = { ...next, hessian: null };
        column.certificate = certificate;
        column.rejected = 0;
      } else column.rejected++;
    }
    const steps = await setting.executor.map('modelStep', model.shared(), open.map((column) => stepProblem(setting, model, column)));
    for (let i = 0; i < open.length; i++) {
      const column = open[i]!;
      const target = takeStep(column.at!.point, steps[i]!, scale);
      if (certified(column.certificate!) && isPrecise(setting, column.at!, target)) leave(column, asIs(column));
      // A rejected step has taught its curvature (`learn`); the new one goes from the best point, and not all the way.
      column.next = column.rejected === 0 ? target : between(column.at!.point, target, 0.5 ** column.rejected);
    }
  }

  for (const column of columns) {
    if (!column.open) continue;
    if (certified(column.certificate!)) {
      leave(column, asIs(column));
      continue;
    }
    const target: ValueTarget = { lambda: column.lambda, previous: values[column.index]!.previous, next: null, features: null };
    leave(column, await fitValue(oracle, setting, target, column.at!, setting.saturatedLoss));
  }
  return results;
}

/** The whole path on the sample. */
async function samplePath(setting: LockstepSetting, values: readonly LockstepValue[], start: Evaluation): Promise<Point[]> {
  const points: Point[] = [];
  let at = start;
  for (let k = 0; k < values.length; k++) {
    const { lambda, previous } = values[k]!;
    const target: ValueTarget = { lambda, previous, next: values[k + 1]?.lambda ?? null, features: null };
    at = (await fitValue(setting.sample.oracle, setting.sample.setting, target, at, setting.saturatedLoss)).evaluation;
    points.push(at.point);
  }
  return points;
}

/** At most ANCHORS values, evenly spaced, ends included. */
function anchorIndices(values: number): number[] {
  const count = Math.min(ANCHORS, values);
  return count === 1 ? [0] : Array.from({ length: count }, (_, a) => Math.round((a * (values - 1)) / (count - 1)));
}

/** Hessians at the anchors, on the usable features and the intercept. */
class Anchors {
  readonly #scale: WorkingScale;
  readonly #indices: readonly number[];
  readonly #position: Float64Array;
  readonly #matrices: Float64Array[];

  constructor(scale: WorkingScale, indices: readonly number[], values: readonly LockstepValue[]) {
    this.#scale = scale;
    this.#indices = indices;
    // Positions along the path: log lambda, by number where lambda is 0.
    const logs = values.map(({ lambda }) => (lambda > 0 ? log(lambda) : NaN));
    this.#position = Float64Array.from(logs, (value, k) => (Number.isNaN(value) ? (k > 0 ? logs[k - 1]! - 1 : 0) : value));
    const size = scale.usable.length + 1;
    this.#matrices = indices.map(() => new Float64Array(new SharedArrayBuffer(size * size * 8)));
  }

  set(anchor: number, hessian: Hessian): void {
    augment(hessian, this.#matrices[anchor]!);
  }

  shared(): AnchorModel {
    return { matrices: this.#matrices, intercept: this.#scale.intercept };
  }

  /** Neighbouring anchors of a value and the share of the second. */
  around(index: number, among: readonly number[] = this.#indices): { from: number; to: number; share: number } {
    let to = among.findIndex((anchor) => anchor >= index);
    if (to < 0) to = among.length - 1;
    const from = among[to] === index ? to : Math.max(0, to - 1);
    if (from === to) return { from, to, share: 0 };
    const first = this.#position[among[from]!]!;
    const last = this.#position[among[to]!]!;
    return { from, to, share: first === last ? 0 : (this.#position[index]! - first) / (last - first) };
  }

  /** Adds to every anchor the interpolated difference between the full data's Hessians at some anchors and the sample's. */
  correct(full: readonly number[], evaluations: readonly Evaluation[]): void {
    const differences = full.map((index) => {
      const difference = new Float64Array(this.#matrices[0]!.length);
      augment(evaluations[index]!.hessian!, difference);
      const sample = this.#matrices[this.#indices.indexOf(index)]!;
      for (let i = 0; i < difference.length; i++) difference[i] = difference[i]! - sample[i]!;
      return difference;
    });
    this.#indices.forEach((index, anchor) => {
      const { from, to, share } = this.around(index, full);
      const matrix = this.#matrices[anchor]!;
      const a = differences[from]!;
      const b = differences[to]!;
      for (let i = 0; i < matrix.length; i++) matrix[i] = matrix[i]! + (1 - share) * a[i]! + share * b[i]!;
    });
  }
}

/** [H h; h' S], q + 1 square. */
function augment({ features, matrix, cross, total }: Hessian, out: Float64Array): void {
  const q = features.length;
  for (let i = 0; i < q; i++) {
    out.set(matrix.subarray(i * q, (i + 1) * q), i * (q + 1));
    out[i * (q + 1) + q] = cross[i]!;
    out[q * (q + 1) + i] = cross[i]!;
  }
  out[q * (q + 1) + q] = total;
}

function stepProblem(setting: LockstepSetting, model: Anchors, column: Column): ModelStepProblem {
  const { scale, penalty } = setting;
  const at = column.at!;
  const slope = penalty.slopeAtZero(column.lambda);
  const curvature = penalty.curvature(column.lambda);
  const q = scale.usable.length;
  const gradient = new Float64Array(q + 1);
  const start = new Float64Array(q);
  const l1 = new Float64Array(q);
  const l2 = new Float64Array(q);
  const working: number[] = [];
  scale.usable.forEach((j, i) => {
    gradient[i] = at.gradient[j]!;
    start[i] = at.point.beta[j]!;
    l1[i] = slope * scale.l1[j]!;
    l2[i] = curvature * scale.l2[j]!;
    if (start[i] !== 0 || Math.abs(gradient[i]!) >= SCREEN * l1[i]!) working.push(i);
  });
  gradient[q] = scale.intercept ? at.interceptGradient : 0;
  return {
    ...model.around(column.index),
    updates: column.updates,
    working: Int32Array.from(working),
    gradient,
    start,
    l1,
    l2,
    tolerance: stepTolerance(setting.tolerance, l1),
    relativeTolerance: STEP_ACCURACY,
  };
}

function takeStep(from: Point, step: ModelStep, scale: WorkingScale): Point {
  const beta = new Float64Array(scale.features);
  scale.usable.forEach((j, i) => (beta[j] = step.beta[i]!));
  return { beta, intercept: from.intercept + step.interceptStep };
}

/** Keeps the change of the gradient between two points for the column's Hessian. */
function learn(column: Column, from: Evaluation, to: Evaluation, scale: WorkingScale): void {
  const q = scale.usable.length;
  const step = new Float64Array(q + 1);
  const change = new Float64Array(q + 1);
  scale.usable.forEach((j, i) => {
    step[i] = to.point.beta[j]! - from.point.beta[j]!;
    change[i] = to.gradient[j]! - from.gradient[j]!;
  });
  if (scale.intercept) {
    step[q] = to.point.intercept - from.point.intercept;
    change[q] = to.interceptGradient - from.interceptGradient;
  }
  column.updates.push({ step, change });
  if (column.updates.length > MOST_UPDATES) column.updates.shift();
}

/** How rows are drawn: `wanted` of them in the mean. */
export function sampleSelector(scale: WorkingScale, wanted: number, rows: number, classes: boolean, positiveShare: number, seed: number): SampleSelector {
  return {
    kind: 'sample',
    seed,
    rate: wanted / rows,
    classRate: classes ? [1 / (2 * (1 - positiveShare)), 1 / (2 * positiveShare)] : [1, 1],
    ...scale.forSampling(),
    working: scale.usable.length,
  };
}
