/** Hessians between those at some values of a path. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { Anchors, anchorIndices, spreadAnchors } from '../../packages/core/src/fit/anchors.ts';
import type { Evaluation, Hessian } from '../../packages/core/src/fit/evaluation.ts';
import { pathPositions } from '../../packages/core/src/fit/pathPositions.ts';

/** Of one feature: entries a, b and the mean curvature c. */
const hessian = (a: number, b: number, c: number): Hessian => ({ features: Int32Array.of(0), matrix: Float64Array.of(a, b, b, c), tie: null, secants: [] });
const positions = Float64Array.of(0, 1, 2, 3, 4);
const matrices = (anchors: Anchors): number[][] => anchors.shared().matrices.map((matrix) => [...matrix]);

function endsOnly(): Anchors {
  const anchors = new Anchors(Int32Array.of(0), [0, 4], positions);
  anchors.set(0, hessian(2, 1, 2));
  anchors.set(1, hessian(12, 4, 4));
  return anchors;
}

test('anchors are evenly spaced, ends included', (t) => {
  t.deepEqual(anchorIndices(9, 3), [0, 4, 8]);
  t.deepEqual(anchorIndices(2, 5), [0, 1]);
  t.deepEqual(anchorIndices(5, 1), [0]);
  t.deepEqual(anchorIndices(5, 0), []);
  t.deepEqual(anchorIndices(0, 3), []);
});

test('matrices are kept per mean curvature, and shares are those of the way along the path', (t) => {
  const anchors = endsOnly();
  t.deepEqual(matrices(anchors), [[1, 0.5, 0.5, 1], [3, 1, 1, 1]]);
  t.deepEqual(anchors.around(0), { from: 0, to: 0, share: 0 });
  t.deepEqual(anchors.around(4), { from: 1, to: 1, share: 0 });
  const { from, to, share } = anchors.around(1);
  t.deepEqual([from, to], [0, 1]);
  t.true(Math.abs(share - 0.25) < 1e-12);
});

test('a value that is inserted becomes an anchor in its place', (t) => {
  const anchors = endsOnly();
  anchors.insert(2, hessian(10, 5, 5));
  t.deepEqual(matrices(anchors), [[1, 0.5, 0.5, 1], [2, 1, 1, 1], [3, 1, 1, 1]]);
  t.deepEqual(anchors.around(2), { from: 1, to: 1, share: 0 });
  t.deepEqual([anchors.around(1).from, anchors.around(1).to], [0, 1]);
  t.deepEqual([anchors.around(3).from, anchors.around(3).to], [1, 2]);
  t.true(Math.abs(anchors.around(3).share - 0.5) < 1e-12);
  t.true(anchors.shared().matrices.every(({ buffer }) => buffer instanceof SharedArrayBuffer));
});

test('there is room for 512 MiB of matrices', (t) => {
  const anchors = new Anchors(Int32Array.from({ length: 1023 }, (_, j) => j), [0, 1, 4], positions);
  t.is(anchors.room, 64 - 3);
  t.is(endsOnly().room, 2 ** 24 - 2);
});

test('one that is there already is given another Hessian', (t) => {
  const anchors = endsOnly();
  anchors.insert(4, hessian(8, 2, 2));
  t.deepEqual(matrices(anchors), [[1, 0.5, 0.5, 1], [4, 1, 1, 1]]);
});

test('before the first and after the last too', (t) => {
  const anchors = new Anchors(Int32Array.of(0), [2], positions);
  anchors.set(0, hessian(2, 0, 1));
  t.deepEqual([anchors.around(0), anchors.around(4)], [{ from: 0, to: 0, share: 0 }, { from: 0, to: 0, share: 0 }]);
  anchors.insert(4, hessian(3, 0, 1));
  anchors.insert(0, hessian(1, 0, 1));
  t.deepEqual(matrices(anchors).map(([first]) => first), [1, 2, 3]);
  t.deepEqual([anchors.around(1).from, anchors.around(3).to], [0, 2]);
});

test('what all rows say at some anchors corrects those between', (t) => {
  const anchors = endsOnly();
  anchors.insert(2, hessian(2, 1, 1));
  anchors.correct([0, 4], [hessian(2, 0.5, 1), hessian(6, 1, 1)]);
  // Differences of 1 at the first and 3 at the last are 2 half-way.
  const first = matrices(anchors).map(([entry]) => entry!);
  [2, 4, 6].forEach((expected, a) => t.true(Math.abs(first[a]! - expected) < 1e-12));
});

test('anchors are spread along the way, each of them another value', (t) => {
  t.deepEqual(spreadAnchors(Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), 3), [0, 4, 8]);
  t.deepEqual(spreadAnchors(Float64Array.of(0, 10, 20, 30, 31, 32, 33, 34, 40), 3), [0, 2, 8]);
  t.deepEqual(spreadAnchors(Float64Array.of(0, 100, 100, 100, 100), 4), [0, 1, 2, 4], 'no two at the same value');
  t.deepEqual(spreadAnchors(Float64Array.of(0, 0, 0, 0, 100), 4), [0, 1, 2, 4]);
  t.deepEqual(spreadAnchors(Float64Array.of(0, 1, 2, 3, 100), 4), [0, 2, 3, 4], 'room is left for those that come');
  t.deepEqual(spreadAnchors(Float64Array.of(0, 0, 0), 2), [0, 2]);
  t.deepEqual(spreadAnchors(Float64Array.of(0, 1), 5), [0, 1]);
  t.deepEqual(spreadAnchors(Float64Array.of(0, 1, 2), 1), [0]);
  t.deepEqual(spreadAnchors(Float64Array.of(0), 3), [0]);
});

/** Of one feature at b, with gradient g and mean curvature c. */
const evaluation = (b: number, g: number, c: number): Evaluation => ({
  point: { beta: Float64Array.of(b), intercept: 0 }, loss: 1, gradient: Float64Array.of(g), interceptGradient: 0,
  alignment: 0, curvature: c, curvatureAlignment: 0, pearson: 0, curvatureSquare: 0, heldOutLoss: null, hessian: null,
});
const near = (t: ExecutionContext, actual: Float64Array, expected: readonly number[]): void => {
  t.is(actual.length, expected.length);
  expected.forEach((value, k) => t.true(Math.abs(actual[k]! - value) < 1e-12, `${actual[k]} is not ${value}`));
};

test('values stand by how far the linear predictors move, and a little by log lambda', (t) => {
  // Steps of 1 and 2, at curvatures 1 and 1/4 in the mean: root mean square changes of 1 and 4 psi.
  near(t, pathPositions([evaluation(0, -2, 1), evaluation(1, -1, 1), evaluation(3, 1, -0.5)], [4, 2, 1]), [0, 1 / 5 + 0.15, 1.3]);
  near(t, pathPositions([evaluation(0, 0, 1), evaluation(0, 0, 1), evaluation(0, 0, 1)], [4, 2, 1]), [0, 0.15, 0.3]);
  near(t, pathPositions([evaluation(0, 0, 1), evaluation(2, 2, 1)], [3, 3]), [0, 1]);
  near(t, pathPositions([evaluation(0, 0, 1)], [3]), [0]);
});

test('a lambda of 0 has a place after the others', (t) => {
  const [first, second, third] = pathPositions([evaluation(0, 0, 1), evaluation(0, 0, 1), evaluation(0, 0, 1)], [4, 2, 0]);
  t.true(first! < second! && second! < third!);
});
