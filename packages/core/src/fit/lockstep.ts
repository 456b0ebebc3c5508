/**
 * The path engine: all values of the path advance together, one sweep over the
 * rows serving them all.
 *
 *  1. The path is solved on a sample of the rows, drawn by leverage and class,
 *     and some of its Hessians ('anchors') are kept (fit/samplePath.ts). Where there
 *     are rows enough, sweeps over a larger sample bring all values nearer.
 *  2. The first sweep over all rows, or the first two, looks at some values, the
 *     leaders, for all others (fit/leaders.ts). Each of the next evaluates every open
 *     value. The second sweep also forms full Hessians at some anchors (fit/columns.ts: the steps).
 *  3. A value leaves when its certificate is good enough. Where some stay slow
 *     more Hessians are formed; the last of them are finished by Newton steps
 *     with Hessians of their own.
 *
 * The fixed point is the full data's exact solution: sample, interpolation and
 * corrections decide only the speed.
 */
import type { SampleSelector } from '../block/choice.ts';
import { anchorIndices } from './anchors.ts';
import type { Anchors } from './anchors.ts';
import { advance, asIs, finishing, isCertified, newColumn } from './columns.ts';
import type { Column } from './columns.ts';
import type { Coarseness, Evaluation, Oracle } from './evaluation.ts';
import { leadersAmong } from './leaders.ts';
import type { Leading } from './leaders.ts';
import type { FitOptions } from './problem.ts';
import { solveSample } from './samplePath.ts';
import type { LockstepValue, OnSample } from './samplePath.ts';
import { coarseness, knownCoarseness } from './coarseness.ts';
import { fitValue } from './value.ts';
import type { ValueResult, ValueSetting, ValueTarget } from './value.ts';
import type { WorkingScale } from './workingScale.ts';

/** Sweeps over all rows that look at the leaders only: one after a larger sample, else two. */
const LEADING_SWEEPS = { afterLarger: 1, afterSample: 2 } as const;
/** Sweeps over the larger sample. */
const REFINING_SWEEPS = 2;
/** The sweep over all rows that forms Hessians: the first steps have brought the values close, so that these will serve to the end... */
const FULL_ANCHOR_SWEEP = 1;
/** ...but from this sweep on, every other one forms Hessians at some of the values that are still open: they become anchors. */
const NEW_ANCHOR_SWEEP = 5;

export interface LockstepSetting extends ValueSetting {
  readonly saturatedLoss: number;
  /** Values whose Hessian is formed on the sample, and on all rows. */
  readonly anchors: number;
  readonly fullAnchors: number;
  /** The sample on which the path is solved first; closed when that is done. */
  readonly sample: OnSample & { close(): void };
  /** A larger one, on which all values advance together before they come to all rows. */
  readonly larger: OnSample | null;
}

/** What lockstep ends with: the values in descending order of lambda, and the Hessians they were fitted with. */
export interface InLockstep {
  readonly results: ValueResult[];
  readonly model: Anchors;
}

/**
 * Fits all values, given in descending order of lambda. `start` is the null
 * model on the sample; `done` is told of each value as it leaves, in any order.
 */
export async function fitLockstep(
  oracle: Oracle, setting: LockstepSetting, values: readonly LockstepValue[], start: Evaluation, done: (result: ValueResult, k: number) => void,
  onEvent?: FitOptions['onEvent'],
): Promise<InLockstep> {
  const { scale, saturatedLoss } = setting;
  const byPenalty = coarseness(scale, setting.penalty, values.at(-1)!.lambda);
  const { solved, positions, anchors, model } = await solveSample(setting.sample, values, setting.anchors, start, saturatedLoss);
  setting.sample.close();
  const coarse = await knownCoarseness(model, setting.executor, byPenalty);
  const leadingSweeps = setting.larger === null ? LEADING_SWEEPS.afterSample : LEADING_SWEEPS.afterLarger;
  const leading: Leading = { leaders: leadersAmong(values.length, anchors), sweeps: Math.min(leadingSweeps, setting.maxPasses - 1), positions };
  const starts = setting.larger === null ? solved : await refine(setting.larger, saturatedLoss, values, solved, anchors, leading, model, coarse);

  const columns = values.map(({ lambda }, index) => newColumn({ index, lambda, scale, fold: -1, saturatedLoss, next: starts[index]!.point, expected: starts[index]! }));
  const results: ValueResult[] = [];
  const leave = (column: Column, result: ValueResult): void => {
    results[column.index] = result;
    done(result, column.index);
  };
  onEvent?.({ type: 'sampleSolved', anchors: anchors.length, fullAnchors: setting.fullAnchors });
  await advance(columns, {
    setting,
    model,
    leave,
    leading,
    evaluate: async (open, sweep) => {
      const place = (k: number): number => open.findIndex((column) => column.index === k);
      const fresh = sweep >= NEW_ANCHOR_SWEEP && (sweep - NEW_ANCHOR_SWEEP) % 2 === 0;
      const near = fresh ? open.map((column) => column.index) : sweep === FULL_ANCHOR_SWEEP ? anchors.filter((k) => place(k) >= 0) : [];
      const formed = anchorIndices(near.length, fresh ? Math.min(setting.fullAnchors, model.room) : setting.fullAnchors).map((a) => near[a]!);
      const evaluations = await oracle.evaluate(open.map((column) => column.next), formed.map((k) => ({ at: place(k), features: scale.usable, coarse: fresh ? byPenalty : coarse })), open.length);
      if (!fresh && formed.length > 0) model.correct(formed, formed.map((k) => evaluations[place(k)]!.hessian!));
      for (const k of fresh ? formed : []) model.insert(k, evaluations[place(k)]!.hessian!);
      return { evaluations, renewed: ({ index }) => (fresh ? formed.includes(index) : formed.length > 0) };
    },
  });

  onEvent?.({ type: 'lockstepEnded', open: columns.filter((column) => column.open && !isCertified(column, setting)).length });
  for (const column of columns) {
    if (!column.open) continue;
    if (isCertified(column, setting)) {
      leave(column, asIs(column));
      continue;
    }
    const target: ValueTarget = { ...values[column.index]!, next: null, features: null };
    leave(column, await fitValue(oracle, finishing(setting, column), target, column.at!, saturatedLoss));
  }
  return { results, model };
}

/** From the smaller sample's solutions to nearly those of the larger one, whose Hessians the model has from then on. */
async function refine({ oracle, setting }: OnSample, saturatedLoss: number, values: readonly LockstepValue[], solved: readonly Evaluation[], anchors: readonly number[], leading: Leading, model: Anchors, coarse: Coarseness): Promise<Evaluation[]> {
  const columns = values.map(({ lambda }, index) => newColumn({ index, lambda, scale: setting.scale, fold: -1, saturatedLoss, next: solved[index]!.point, expected: solved[index]! }));
  await advance(columns, {
    setting: { ...setting, maxPasses: REFINING_SWEEPS },
    model,
    leave: () => {},
    leading: { ...leading, sweeps: REFINING_SWEEPS },
    evaluate: async (open, sweep) => {
      const places = sweep === 0 ? anchors.map((k) => open.findIndex((column) => column.index === k)) : [];
      const evaluations = await oracle.evaluate(open.map((column) => column.next), places.map((at) => ({ at, features: setting.scale.usable, coarse })), open.length);
      places.forEach((at, a) => model.set(a, evaluations[at]!.hessian!));
      return { evaluations };
    },
  });
  return columns.map((column) => (column.open ? column.expected! : column.at!));
}

/** How samples are drawn: `wanted` rows in the mean; where more, `within` of them, are drawn as well, those are a part of these. */
export function sampleSelector(scale: WorkingScale, classes: boolean, positiveShare: number): (wanted: number, within: number | null) => SampleSelector {
  const common = {
    kind: 'sample' as const,
    classRate: classes ? ([1 / (2 * (1 - positiveShare)), 1 / (2 * positiveShare)] as const) : ([1, 1] as const),
    ...scale.forRows(),
    working: scale.usable.length,
    seed: 0,
  };
  return (wanted, within) => ({ ...common, rate: wanted / scale.weightSum, within: within === null ? null : within / scale.weightSum });
}
