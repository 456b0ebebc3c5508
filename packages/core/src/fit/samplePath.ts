/**
 * The path on a sample, from which all values start on all rows: some of them
 * are solved one after the other, each from the one before. The Hessians at
 * some of these are kept ('anchors'); by them the values between take a step
 * from their nearest solved neighbour, all at once, and a sweep or two over the
 * sample certifies them.
 */
import { log } from '../kernels/elementary.ts';
import { Anchors, anchorIndices, around, spreadAnchors } from './anchors.ts';
import { advance, consider, newColumn } from './columns.ts';
import type { Evaluation, Oracle } from './evaluation.ts';
import { pathPositions } from './pathPositions.ts';
import { coarseness } from './coarseness.ts';
import { fitValue } from './value.ts';
import type { ValueSetting, ValueTarget } from './value.ts';
import type { Point } from './workingScale.ts';

/** Share of the values that are solved one after the other, and how many times the anchors they are at least, which are spread among them. */
const SOLVED_SHARE = 1 / 5;
const SOLVED_ANCHORS = 2;
/** Sweeps over the sample of all values between; those that are not certified then are solved by themselves. */
const BETWEEN_SWEEPS = 2;

/** Rows of a sample with a solver setting of their own. */
export interface OnSample {
  readonly oracle: Oracle;
  readonly setting: ValueSetting;
}

export interface LockstepValue {
  readonly lambda: number;
  readonly previous: number;
}

export interface SamplePath {
  /** Of each value, its solution on the sample. */
  readonly solved: readonly Evaluation[];
  /** Of all values along the path, ascending. */
  readonly positions: Float64Array;
  /** Values whose Hessian is kept, ascending. */
  readonly anchors: readonly number[];
  readonly model: Anchors;
}

/** @param values in descending order of lambda; `wanted` anchors, at most as many as values; `start`: the null model */
export async function solveSample({ oracle, setting }: OnSample, values: readonly LockstepValue[], wanted: number, start: Evaluation, saturatedLoss: number): Promise<SamplePath> {
  const { scale, penalty } = setting;
  const solved: Evaluation[] = [];
  const apart = anchorIndices(values.length, Math.max(SOLVED_ANCHORS * wanted, Math.ceil(SOLVED_SHARE * values.length)));
  const ahead = new Map<number, Point>();
  let at = start;
  for (const [i, k] of apart.entries()) {
    const { lambda, previous } = values[k]!;
    const [before, after] = [apart[i - 1], apart[i + 1]];
    const target: ValueTarget = { lambda, previous: before === undefined ? previous : values[before]!.lambda, next: after === undefined ? null : values[after]!.lambda, features: null };
    const result = await fitValue(oracle, setting, target, at, saturatedLoss);
    solved[k] = at = result.evaluation;
    if (result.ahead !== undefined) ahead.set(k, result.ahead);
  }

  const positions = positionsAmong(apart, apart.map((k) => solved[k]!), values.map(({ lambda }) => lambda));
  const anchors = spreadAnchors(Float64Array.from(apart, (k) => positions[k]!), wanted).map((i) => apart[i]!);
  const model = new Anchors(scale.usable, anchors, positions);
  const coarse = coarseness(scale, penalty, values.at(-1)!.lambda);
  const formed = await oracle.evaluate(anchors.map((k) => ahead.get(k) ?? solved[k]!.point), anchors.map((_, at) => ({ at, features: scale.usable, coarse })), 0);
  formed.forEach(({ hessian, ...evaluation }, a) => {
    model.set(a, hessian!);
    if (ahead.has(anchors[a]!)) solved[anchors[a]!] = { ...evaluation, hessian: null };
  });

  const between = [...values.entries()].filter(([k]) => solved[k] === undefined);
  const columns = between.map(([index, { lambda }]) => {
    const { from, to, share } = around(positions, apart, index);
    const nearest = solved[apart[share < 0.5 ? from : to]!]!;
    const column = newColumn({ index, lambda, scale, fold: -1, saturatedLoss, next: nearest.point, expected: null });
    consider(column, nearest, setting, model);
    return column;
  });
  await advance(columns, {
    setting: { ...setting, maxPasses: BETWEEN_SWEEPS },
    model,
    leave: () => {},
    evaluate: async (open) => ({ evaluations: await oracle.evaluate(open.map((column) => column.next), [], open.length) }),
  });
  for (const column of columns) {
    const { index: k, open } = column;
    const target: ValueTarget = { ...values[k]!, next: null, features: null };
    solved[k] = open ? (await fitValue(oracle, setting, target, column.at!, saturatedLoss)).evaluation : column.at!;
  }
  return { solved, positions, anchors, model };
}

/** Positions of all values along the path from those of some, ends included: by log lambda between them. */
function positionsAmong(some: readonly number[], at: readonly Evaluation[], lambdas: readonly number[]): Float64Array {
  const known = pathPositions(at, some.map((k) => lambdas[k]!));
  const logs = Float64Array.from(lambdas, (lambda) => -log(lambda));
  return logs.map((_, k) => {
    const { from, to, share } = around(logs, some, k);
    return (1 - share) * known[from]! + share * known[to]!;
  });
}
