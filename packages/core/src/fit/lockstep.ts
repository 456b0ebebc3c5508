/**
 * The path engine: all values of the path advance together, one sweep over the
 * rows serving them all.
 *
 *  1. The path is solved on a sample of the rows, drawn by leverage and class,
 *     value by value; some of its Hessians ('anchors') are kept.
 *  2. Each sweep evaluates every open value on all rows; the first also forms
 *     full Hessians at some anchors (fit/columns.ts: the steps).
 *  3. A value leaves when its certificate is good enough. One that stays slow
 *     is finished by Newton steps with Hessians of its own.
 *
 * The fixed point is the full data's exact solution: sample, interpolation and
 * corrections decide only the speed.
 */
import type { SampleSelector } from '../block/gather.ts';
import { Anchors, anchorIndices } from './anchors.ts';
import { advance, asIs, isCertified, newColumn } from './columns.ts';
import type { Column } from './columns.ts';
import type { Evaluation, Oracle } from './evaluation.ts';
import type { FitOptions } from './problem.ts';
import { fitValue } from './value.ts';
import type { ValueResult, ValueSetting, ValueTarget } from './value.ts';
import type { Point, WorkingScale } from './workingScale.ts';

/** Anchors whose Hessian is kept from the sample. */
const ANCHORS = 7;
/** Anchors whose Hessian is formed on all rows: every third of the above, ends included. */
const FULL_ANCHOR_STRIDE = 3;

export interface LockstepValue {
  readonly lambda: number;
  readonly previous: number;
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
  onEvent?: FitOptions['onEvent'],
): Promise<ValueResult[]> {
  const { scale, saturatedLoss } = setting;
  const points = await samplePath(setting, values, start);
  const anchors = anchorIndices(values.length, ANCHORS);
  const model = new Anchors(scale.usable, anchors, values.map(({ lambda }) => lambda));
  const onSample = await setting.sample.oracle.evaluate(
    anchors.map((k) => points[k]!),
    anchors.map((_, at) => ({ at, features: scale.usable, coarse: true })),
    0,
  );
  onSample.forEach((evaluation, a) => model.set(a, evaluation.hessian!));

  const columns = values.map(({ lambda }, index) => newColumn({ index, lambda, scale, fold: -1, saturatedLoss, next: points[index]! }));
  const results: ValueResult[] = [];
  const leave = (column: Column, result: ValueResult): void => {
    results[column.index] = result;
    done(result, column.index);
  };
  const full = anchors.filter((_, a) => a % FULL_ANCHOR_STRIDE === 0);
  onEvent?.({ type: 'sampleSolved', anchors: anchors.length, fullAnchors: full.length });
  await advance(columns, {
    setting,
    model,
    leave,
    evaluate: async (open, sweep) => {
      const formed = sweep === 0 ? full : [];
      const evaluations = await oracle.evaluate(open.map((column) => column.next), formed.map((k) => ({ at: k, features: scale.usable, coarse: true })), open.length);
      if (formed.length > 0) model.correct(formed, evaluations);
      return evaluations;
    },
  });

  onEvent?.({ type: 'lockstepEnded', open: columns.filter((column) => column.open && !isCertified(column, setting)).length });
  for (const column of columns) {
    if (!column.open) continue;
    if (isCertified(column, setting)) {
      leave(column, asIs(column));
      continue;
    }
    const target: ValueTarget = { lambda: column.lambda, previous: values[column.index]!.previous, next: null, features: null };
    leave(column, await fitValue(oracle, setting, target, column.at!, saturatedLoss));
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
