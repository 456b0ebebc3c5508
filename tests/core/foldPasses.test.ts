/** Evaluations without folds: each against the rows that are left, and in several passes against one. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { FoldSpec, PathProblem } from '@scalemix/core';
import type { Evaluation } from '../../packages/core/src/fit/evaluation.ts';
import { SweepOracle } from '../../packages/core/src/fit/sweepOracle.ts';
import type { SweepCount, TrainingSets } from '../../packages/core/src/fit/sweepOracle.ts';
import { WorkingScale } from '../../packages/core/src/fit/workingScale.ts';
import type { Point } from '../../packages/core/src/fit/workingScale.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { lasso, logistic, source } from '../support/engine.ts';
import { Random } from '../support/random.ts';

const rows = 300;
const by: FoldSpec = { count: 3, by: 'modulo', seed: 0 };
const random = new Random(51);
const data: ArrayData = {
  y: Float64Array.from({ length: rows }, () => random.integer(2)),
  dense: Array.from({ length: 5 }, () => random.normals(rows)),
  weights: Float64Array.from({ length: rows }, () => 0.5 + random.uniform()),
};
const problem: PathProblem = { loss: logistic, penalty: lasso };
const points: Point[] = Array.from({ length: 7 }, () => ({ beta: random.normals(5), intercept: random.normal() }));

async function oracle(passNumbers?: number): Promise<{ oracle: SweepOracle; folds: TrainingSets; count: SweepCount }> {
  const from = source(data);
  const moments = await from.moments({ kind: 'moments', loss: logistic, gram: false, folds: by });
  const count: SweepCount = { sweeps: 0, openColumns: 0, grams: 0 };
  const scale = new WorkingScale(from.describe(), moments, problem);
  const sets = moments.folds!.map(({ training, heldOut }) => ({ scale: new WorkingScale(from.describe(), moments, problem, training), heldOutWeight: heldOut.weightSum }));
  return { oracle: new SweepOracle(from, scale, logistic, count, {}, passNumbers), folds: { by, sets }, count };
}

function same(t: ExecutionContext, got: Evaluation, expected: Evaluation): void {
  const numbers = (at: Evaluation): number[] => [at.loss, at.interceptGradient, at.alignment, at.curvature, at.curvatureAlignment, at.pearson, at.curvatureSquare, at.heldOutLoss!, ...at.gradient, ...(at.hessian?.matrix ?? [])];
  const of = numbers(expected);
  t.is(got.point, expected.point);
  t.is(numbers(got).length, of.length);
  numbers(got).forEach((value, i) => t.true(Math.abs(value - of[i]!) <= 1e-12 * (1 + Math.abs(of[i]!)), `number ${i}: ${value}, ${of[i]}`));
}

const all = Int32Array.of(0, 1, 2, 3, 4);

test('where gradients of all columns have no room in one pass, several return the same', async (t) => {
  const heldOut = [0, 2, 1, 1, 0, 2, 2];
  const asked = [{ at: 1, features: all }, { at: 6, features: Int32Array.of(1, 3) }];
  const one = await oracle();
  const many = await oracle(3 * 5);
  const expected = await one.oracle.evaluateWithout(one.folds, heldOut, points, asked, 7);
  const got = await many.oracle.evaluateWithout(many.folds, heldOut, points, asked, 7);
  t.is(got.length, 7);
  got.forEach((evaluation, k) => same(t, evaluation, expected[k]!));
  t.deepEqual([one.count, many.count], [{ sweeps: 1, openColumns: 7, grams: 2 }, { sweeps: 3, openColumns: 7, grams: 2 }]);
  const each = await one.oracle.evaluateWithoutEach(one.folds, points, asked, 7);
  const parts = await many.oracle.evaluateWithoutEach(many.folds, points, asked, 7);
  t.is(many.count.sweeps, 3 + 7);
  t.is(parts.without.length, 7);
  parts.without.forEach((sets, k) => sets.forEach((evaluation, f) => same(t, evaluation, each.without[k]![f]!)));
  t.is(parts.hessians.length, 2);
  parts.hessians.forEach(({ features, matrix }, h) => {
    t.deepEqual(features, asked[h]!.features);
    matrix.forEach((value, i) => t.true(Math.abs(value - each.hessians[h]!.matrix[i]!) < 1e-12));
  });
});

test('sums over the other folds are those of a pass that leaves the fold out', async (t) => {
  const { oracle: sweeps, folds } = await oracle();
  const { without } = await sweeps.evaluateWithoutEach(folds, points, [], 7);
  for (let fold = 0; fold < 3; fold++) {
    const apart = await sweeps.evaluateWithout(folds, points.map(() => fold), points, [], 7);
    apart.forEach((evaluation, k) => same(t, without[k]![fold]!, evaluation));
  }
});

test('of all rows as well', async (t) => {
  const asked = [{ at: 0, features: all }, { at: 5, features: Int32Array.of(0, 4) }];
  const one = await oracle();
  const many = await oracle(2 * 5);
  const expected = await one.oracle.evaluate(points, asked, 7);
  const got = await many.oracle.evaluate(points, asked, 7);
  t.is(got.length, 7);
  got.forEach((evaluation, k) => same(t, { ...evaluation, heldOutLoss: 0 }, { ...expected[k]!, heldOutLoss: 0 }));
  t.deepEqual(got.map(({ hessian }) => hessian !== null), [true, false, false, false, false, true, false]);
  t.deepEqual([one.count, many.count], [{ sweeps: 1, openColumns: 7, grams: 2 }, { sweeps: 4, openColumns: 7, grams: 2 }]);
});
