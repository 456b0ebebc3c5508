/** Values of a path that the first sweeps look at, and what they say of the others. */
import test from 'ava';
import { createKernels, fitCrossValidation, fitPath, inOrder } from '@scalemix/core';
import type { FitEvent, PathProblem } from '@scalemix/core';
import { Anchors } from '../../packages/core/src/fit/anchors.ts';
import type { Evaluation } from '../../packages/core/src/fit/evaluation.ts';
import { expectedAt, leadersAmong, shifted } from '../../packages/core/src/fit/leaders.ts';
import { arraySource } from '../support/arraySource.ts';
import { Random } from '../support/random.ts';

const evaluation = (beta: number[], intercept: number, gradient: number[], interceptGradient: number, curvature = 1): Evaluation => ({
  point: { beta: Float64Array.from(beta), intercept }, loss: 1, gradient: Float64Array.from(gradient), interceptGradient,
  alignment: 0, curvature, curvatureAlignment: 0, pearson: 0, curvatureSquare: 0, heldOutLoss: null, hessian: null,
});

/** Features 0 and 2 of three, between two Hessians per unit of curvature. */
function twoAnchors(tie: Float64Array | null): Anchors {
  const features = Int32Array.of(0, 2);
  const anchors = new Anchors(features, [0, 2], Float64Array.of(0, 1, 4));
  const hessian = (scale: number): { features: Int32Array; matrix: Float64Array; tie: Float64Array | null; secants: [] } => ({ features, matrix: Float64Array.of(2 * scale, 1, 0.5, 1, 3, 0.25, 0.5, 0.25, 1), tie, secants: [] });
  anchors.set(0, hessian(1));
  anchors.set(1, hessian(5));
  return anchors;
}

test('the leaders are an eighth of the values, and the anchors', (t) => {
  t.deepEqual(leadersAmong(17, [0, 5, 16]), [0, 5, 8, 16]);
  t.deepEqual(leadersAmong(3, [0, 1, 2]), [0, 1, 2]);
});

test('what is expected at another point is the gradient to first order, with the interpolated Hessian at the curvature there', (t) => {
  // A quarter of the way from 2 to 10 is 4; curvature 2. Steps of 1, 10 and 3.
  const at = expectedAt(evaluation([1, 7, 0], 1, [0.5, 0.25, -1], 0.125, 2), { beta: Float64Array.of(2, 7, 10), intercept: 4 }, 1, twoAnchors(null));
  t.deepEqual([...at.gradient], [0.5 + 2 * (4 + 10 + 1.5), 0.25, -1 + 2 * (1 + 30 + 0.75)]);
  t.is(at.interceptGradient, 0.125 + 2 * (0.5 + 2.5 + 3));
  t.deepEqual([...at.point.beta], [2, 7, 10]);
});

test('without an intercept the last coordinate follows the features, and its part is theirs', (t) => {
  const tie = Float64Array.of(2, 1);
  const at = expectedAt(evaluation([0, 0, 0], 0, [0, 0, 0], 0), { beta: Float64Array.of(1, 0, 10), intercept: 0 }, 1, twoAnchors(tie));
  // The last coordinate moves by 2 + 10.
  const last = 0.5 + 2.5 + 12;
  t.deepEqual([...at.gradient], [4 + 10 + 6 + 2 * last, 0, 1 + 30 + 3 + last]);
});

test('what leaders differ by from what was expected is expected between them too', (t) => {
  const positions = Float64Array.of(0, 1, 4);
  const found = [
    { index: 0, expected: evaluation([0], 0, [1], 0, 2), actual: evaluation([0], 0, [5], 8, 4) },
    { index: 2, expected: evaluation([0], 0, [1], 0, 2), actual: evaluation([0], 0, [9], 16, 12) },
  ];
  const of = (index: number, among = found): number[] => {
    const { gradient, interceptGradient, curvature } = shifted(evaluation([0], 0, [100], 1, 10), index, among, positions);
    return [...gradient, interceptGradient, curvature];
  };
  t.deepEqual(of(1), [100 + 5, 1 + 10, 10 * 3]);
  t.deepEqual(of(2), [100 + 8, 1 + 16, 10 * 6]);
  t.deepEqual(of(2, found.slice(0, 1)), [100 + 4, 1 + 8, 10 * 2], 'beyond the last as there');
  t.deepEqual(of(1, [found[0]!, { ...found[1]!, actual: evaluation([0], 0, [Infinity], 0) }]), [100, 1, 10], 'not where that is no number');
});

test('among four leaders, two on either side, it is what a cubic through them says; where they lie unevenly, what the line between neighbours says', (t) => {
  const of = (positions: number[], index: number): number => {
    const cubic = (x: number): number => 2 + x - 3 * x ** 2 + x ** 3 / 2;
    const found = [0, 1, 3, 4].map((at) => ({ index: at, expected: evaluation([0], 0, [1], 0), actual: evaluation([0], 0, [1 + cubic(positions[at]!)], 0) }));
    return shifted(evaluation([0], 0, [100], 0), index, found, Float64Array.from(positions)).gradient[0]! - 100;
  };
  const near = (a: number, b: number): boolean => t.true(Math.abs(a - b) < 1e-12, `${a} ${b}`);
  near(of([0, 1, 1.7, 2.5, 4], 2), 2 + 1.7 - 3 * 1.7 ** 2 + 1.7 ** 3 / 2);
  const line = (2 + 2 - 12 + 4) / 2 + (2 + 0.001 - 3e-6 + 0.5e-9) / 2;
  near(of([0, 0.001, 1.0005, 2, 4], 2), line);
  near(of([0, 0, 1, 2, 4], 2), (2 + (2 + 2 - 12 + 4)) / 2);
});

const ROWS = 48_000;
const FEATURES = 6;

function classes(): Parameters<typeof arraySource>[0] {
  const random = new Random(5);
  const dense = Array.from({ length: FEATURES }, () => new Float64Array(ROWS));
  const y = new Float64Array(ROWS);
  for (let i = 0; i < ROWS; i++) {
    let before = 0, psi = -1;
    for (const [j, column] of dense.entries()) {
      before = 0.6 * before + 0.8 * random.normal();
      column[i] = before;
      if (j % 2 === 0) psi += 1.5 * before;
    }
    y[i] = random.uniform() < 1 / (1 + Math.exp(-psi)) ? 1 : 0;
  }
  return { y, dense };
}

const rows = arraySource(classes(), (memory) => createKernels(memory, { family: 'wasm' }));
const LASSO: PathProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 } };

/** Columns of the passes over several columns, before the folds begin and after. */
async function passColumns(fit: (onEvent: (event: FitEvent) => void) => Promise<unknown>): Promise<{ path: number[]; folds: number[] }> {
  const path: number[] = [], folds: number[] = [];
  let begun = false;
  await fit((event) => {
    if (event.type === 'foldsBegun') begun = true;
    if (event.type === 'passBegun' && event.columns > 1) (begun ? folds : path).push(event.columns);
  });
  return { path, folds };
}

test('two sweeps of a path that has no larger sample look at leaders only, and the others are none the worse', async (t) => {
  const { path } = await passColumns((onEvent) => fitPath(rows, { ...LASSO, lambdas: 80 }, inOrder, { onEvent }));
  t.true(path[0]! <= 20 && path[1]! <= 20, path.join(' '));
  t.true(path[2]! > 40, path.join(' '));
  t.true(path.reduce((sum, columns) => sum + columns, 0) <= 2.5 * 80, path.join(' '));
});

test('of the values of all folds nearly every one is looked at once', async (t) => {
  const { folds } = await passColumns((onEvent) => fitCrossValidation(rows, { ...LASSO, lambdas: 80, folds: { count: 4, by: 'modulo', seed: 0 } }, inOrder, { onEvent }));
  t.true(folds.slice(1).reduce((sum, columns) => sum + columns, 0) <= 1.15 * 4 * 80, folds.join(' '));
});

test("folds take their steps on the path's Hessians, where it has some", async (t) => {
  const events: FitEvent[] = [];
  const result = await fitCrossValidation(rows, { ...LASSO, lambdas: 40, folds: { count: 3, by: 'modulo', seed: 0 } }, inOrder, { onEvent: (event) => events.push(event) });
  const begun = events.findIndex(({ type }) => type === 'foldsBegun');
  t.like(events[begun], { way: 'together', anchors: 0 });
  t.true(events.slice(begun).every((event) => event.type !== 'passBegun' || event.grams === 0));
  t.true(result.converged.every(Boolean));
});

test('where a value may take one sweep only, all are looked at in it', async (t) => {
  const problem = { ...LASSO, lambdas: 40, maxPasses: 1, folds: { count: 3, by: 'modulo' as const, seed: 0 } };
  const result = await fitCrossValidation(rows, problem, inOrder);
  const { path } = result;
  t.true([...path.objective, ...result.deviance].every(Number.isFinite));
  t.true(path.converged.some((converged) => !converged));
  path.converged.forEach((converged, k) => t.is(path.reason[k], converged ? null : 'MAX_PASSES'));
});
