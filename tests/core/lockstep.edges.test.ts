/** Paths and folds of many rows at the edges: no features, one value, a lambda of 0, an end in the middle. */
import test from 'ava';
import { fitCrossValidation, fitPath, inOrder } from '@scalemix/core';
import type { CrossValidationProblem, FitEvent, FoldSpec, RowSource, SomeRows } from '@scalemix/core';
import type { Evaluation } from '../../packages/core/src/fit/evaluation.ts';
import { isPrecise, relativeGap } from '../../packages/core/src/fit/progress.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { lasso, logistic, ridge, source, squared } from '../support/engine.ts';
import { Random } from '../support/random.ts';

const rows = 45_000;
const random = new Random(61);
const x = random.normals(rows);
const y = x.map((value) => (random.chance(1 / (1 + Math.exp(1 - value))) ? 1 : 0));
const folds: FoldSpec = { count: 3, by: 'shuffle', seed: 2 };
const mean = y.reduce((a, b) => a + b, 0) / rows;
const problem: CrossValidationProblem = { loss: logistic, penalty: lasso, lambdas: 3, folds };

const without: Readonly<Record<string, ArrayData>> = { 'no features': { y }, 'a constant feature': { y, dense: [new Float64Array(rows).fill(3)] } };
for (const [name, data] of Object.entries(without)) {
  test(`${name}: the constant alone, on all rows and without each fold`, async (t) => {
    for (const penalty of [lasso, ridge]) {
      const { path, converged, deviance, foldWeights } = await fitCrossValidation(source(data), { ...problem, penalty }, inOrder);
      t.true(path.converged.every(Boolean) && converged.every(Boolean));
      t.is(path.sweeps, 3, 'the moments, the folds, and no more than one to certify them');
      for (const intercept of path.intercept) t.true(Math.abs(intercept - Math.log(mean / (1 - mean))) < 1e-9);
      const entropy = -2 * (mean * Math.log(mean) + (1 - mean) * Math.log(1 - mean));
      t.is(foldWeights.reduce((a, b) => a + b, 0), rows);
      deviance.forEach((value) => t.true(Math.abs(value - entropy) < 0.05));
    }
  });
}

const data: ArrayData = { y, dense: [x, random.normals(rows), x.map((value) => value + random.normal())] };

test('one value begins on a sample, and its folds from it', async (t) => {
  const events: FitEvent[] = [];
  const one = await fitCrossValidation(source(data), { ...problem, lambda: [0.01], foldTolerance: 1e-6 }, inOrder, { onEvent: (event) => events.push(event) });
  t.true(events.some(({ type }) => type === 'sampled'));
  const two = await fitCrossValidation(source(data), { ...problem, lambda: [0.02, 0.01], foldTolerance: 1e-6 }, inOrder);
  t.true([...one.path.converged, ...one.converged].every(Boolean));
  t.true(Math.abs(one.path.objective[0]! - two.path.objective[1]!) < 2e-6);
  for (let f = 0; f < 3; f++) t.true(Math.abs(one.deviance[f]! - two.deviance[2 * f + 1]!) < 1e-4);
});

test('the sample of one value is left where a step would bring less than its rows are wrong by: no point of it is looked at twice', async (t) => {
  for (const penalty of [ridge, lasso]) {
    const points: string[] = [];
    const inner = source(data);
    const watched: RowSource = {
      ...inner,
      choose: (selector) => {
        const some = inner.choose(selector);
        return { ...some, evaluate: (request) => (points.push(`${request.intercepts.join()} ${request.coefficients.join()}`), some.evaluate(request)) };
      },
    };
    const path = await fitPath(watched, { ...problem, penalty, lambda: [1e-4] }, inOrder);
    t.true(path.converged[0]!);
    t.is(new Set(points).size, points.length);
    // At its best constant, after two steps, and where the next one leads.
    t.is(points.length, 4);
  }
});

test('no value is swept for more often than is allowed, on the way and by itself', async (t) => {
  for (const maxPasses of [1, 2]) {
    const events: FitEvent[] = [];
    // No certificate is that good.
    const { path, reason } = await fitCrossValidation(source(data), { ...problem, penalty: ridge, lambdas: 1, maxPasses, tolerance: 1e-15, foldTolerance: 1e-15 }, inOrder, { onEvent: (event) => events.push(event) });
    const begun = events.findIndex(({ type }) => type === 'foldsBegun');
    t.true(events.slice(events.findIndex(({ type }) => type === 'sampleSolved'), begun).filter(({ type }) => type === 'passBegun').length <= maxPasses);
    // One more begins the folds.
    t.true(events.slice(begun).filter(({ type }) => type === 'passBegun').length <= 1 + 3 * maxPasses);
    t.deepEqual([...path.reason, ...reason], ['MAX_PASSES', 'MAX_PASSES', 'MAX_PASSES', 'MAX_PASSES']);
  }
});

test('a lambda of 0 beside others, given out of order', async (t) => {
  const result = await fitCrossValidation(source(data), { ...problem, lambda: [0, 0.1, 0.01], foldTolerance: 1e-6 }, inOrder);
  t.true([...result.path.converged, ...result.converged].every(Boolean), String(result.reason));
  t.true(Number.isNaN(result.path.gap[0]!) && Number.isNaN(result.gaps[0]!) && result.gaps[1]! <= 1e-6);
  const near = await fitCrossValidation(source(data), { ...problem, lambda: [1e-8], foldTolerance: 1e-6 }, inOrder);
  for (let f = 0; f < 3; f++) t.true(Math.abs(result.deviance[3 * f]! - near.deviance[f]!) < 1e-5);
});

/** The source, counting its reads and ending them all once `limit` have begun. */
function ending(inner: RowSource, limit: number, controller: AbortController, begun: { reads: number }): RowSource {
  const read = async <Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> => {
    if (++begun.reads === limit) controller.abort(new Error('ended by the test'));
    signal?.throwIfAborted();
    return work();
  };
  const watched = (rows: SomeRows): SomeRows => ({
    describe: () => rows.describe(),
    moments: (request, options) => read(options?.signal, () => rows.moments(request, options)),
    evaluate: (request, options) => read(options?.signal, () => rows.evaluate(request, options)),
  });
  return {
    ...watched(inner),
    choose: (selector) => watched(inner.choose(selector)),
    close: () => inner.close(),
    take: (selector, options) => read(options?.signal, () => inner.take(selector, options)),
    gather: (selector, options) => read(options?.signal, async () => ending(await inner.gather(selector, options), limit, controller, begun)),
  };
}

test('a signal ends the fit at whatever it is reading: all rows, a sample, the folds', async (t) => {
  const total = { reads: 0 };
  await fitCrossValidation(ending(source(data), Infinity, new AbortController(), total), problem, inOrder);
  t.true(total.reads > 8);
  for (let limit = 1; limit <= total.reads; limit++) {
    const controller = new AbortController();
    const begun = { reads: 0 };
    const fitting = fitCrossValidation(ending(source(data), limit, controller, begun), problem, inOrder, { signal: controller.signal });
    await t.throwsAsync(fitting, { message: 'ended by the test' }, `read ${limit}`);
    t.is(begun.reads, limit);
  }
});

test('so it does where nothing more is read: least squares, from moments', async (t) => {
  for (const [type, after] of [['valueDone', 1], ['foldsProgress', 2]] as const) {
    const controller = new AbortController();
    let seen = 0;
    const onEvent = (event: FitEvent): void => {
      if (event.type === type && ++seen === after) controller.abort(new Error('ended by the test'));
    };
    const fitting = fitCrossValidation(source(data), { ...problem, loss: squared, lambdas: 5 }, inOrder, { signal: controller.signal, onEvent });
    await t.throwsAsync(fitting, { message: 'ended by the test' });
    t.is(seen, after, type);
  }
});

test('the path alone ends too', async (t) => {
  const controller = new AbortController();
  controller.abort(new Error('ended by the test'));
  await t.throwsAsync(fitPath(ending(source(data), Infinity, controller, { reads: 0 }), problem, inOrder, { signal: controller.signal }), { message: 'ended by the test' });
});

test('an answer is precise once neither coefficients nor the intercept would still change', (t) => {
  const point = { beta: Float64Array.of(1, 0), intercept: 0.1 };
  const sums = { loss: 1, gradient: new Float64Array(2), interceptGradient: 0, alignment: 0, curvatureAlignment: 0, curvatureSquare: 1, heldOutLoss: null, hessian: null };
  const at: Evaluation = { ...sums, point, curvature: 0.25, pearson: 1 };
  const to = (first: number, intercept: number): boolean => isPrecise({ nullGradient: { perDeviation: 1, perSpread: 1 } }, at, { beta: Float64Array.of(first, 0), intercept });
  t.true(to(1, 0.1));
  t.true(to(1 + 1e-5, 0.1 + 3e-5));
  t.false(to(1 + 3e-5, 0.1));
  // Two is the size of the residuals.
  t.false(to(1, 0.1 + 5e-5));
});

test('a gap is no share of nothing: beside an objective that rounding has put below its bound only rounding is certified', (t) => {
  const of = (gap: number, objective: number): number => relativeGap({ gap, objective, stationarity: 1, violation: 1 }, 0.6);
  t.is(of(0.1, 0.8), 0.1 / (0.8 - 0.6));
  t.is(of(1e-9, 0.6 - 1e-16), Infinity);
  t.is(of(1e-9, 0.6), Infinity);
  t.is(of(1e-16, 0.6 - 1e-16), 0);
  t.is(of(0, 0.6), 0);
  t.is(of(Infinity, 0.7), Infinity);
  t.is(of(NaN, 0.7), NaN);
});
