/** How a fit ends, and what it says on the way: tolerances, passes, events, signals, requests that are wrong. */
import test from 'ava';
import { fitPath, inOrder } from '@scalemix/core';
import type { FitEvent, PathProblem } from '@scalemix/core';
import type { ArrayData } from '../support/arraySource.ts';
import { codeOf, elasticNet, fit, lasso, logistic, none, ridge, source, squared } from '../support/engine.ts';
import { explicitProblem, violation } from '../support/explicitProblem.ts';
import { Random, classes } from '../support/random.ts';

test('a tolerance of 1e-9 is reached and believed', async (t) => {
  const random = new Random(15);
  const n = 300;
  const dense = Array.from({ length: 10 }, () => random.normals(n));
  for (let j = 1; j < 10; j++) dense[j] = dense[j]!.map((x, i) => 0.9 * dense[j - 1]![i]! + 0.4 * x);
  for (const loss of [squared, logistic]) {
    const y = loss === squared ? dense[0]!.map((x) => x + random.normal()) : classes(random, dense[0]!);
    for (const penalty of [lasso, ridge, elasticNet(0.5), none]) {
      const problem: PathProblem = { loss, penalty, lambdas: 12, tolerance: 1e-9 };
      const path = await fit({ y, dense }, problem);
      path.lambda.forEach((lambda, k) => {
        t.true(path.converged[k]!, `${loss.name}, ${penalty.name}, value ${k}`);
        if (penalty === none) t.true(path.stationarity[k]! <= 1e-9);
        else t.true(path.gap[k]! >= 0 && path.gap[k]! <= 1e-9 * (path.objective[k]! - path.saturatedLoss));
        const explicit = explicitProblem({ y, dense }, problem, lambda);
        t.true(violation(explicit, { b: path.coefficients[k]!, b0: path.intercept[k]! }) < 1e-6);
      });
    }
  }
});

test('when the passes run out the answer is there, and said to be unfinished', async (t) => {
  const random = new Random(16);
  const dense = Array.from({ length: 5 }, () => random.normals(100));
  const y = classes(random, dense[0]!.map((x) => 3 * x));
  const full = await fit({ y, dense }, { loss: logistic, penalty: lasso, lambda: [1e-4] });
  const cut = await fit({ y, dense }, { loss: logistic, penalty: lasso, lambda: [1e-4], maxPasses: 2 });
  t.deepEqual(cut.reason, ['MAX_PASSES']);
  t.deepEqual(cut.converged, [false]);
  t.true(cut.objective[0]! > full.objective[0]! && cut.objective[0]! - cut.gap[0]! <= full.objective[0]!);
  t.deepEqual(full.reason, [null]);
});

test('what rounding has made unreachable ends as STALLED, soon', async (t) => {
  const random = new Random(21);
  const n = 200;
  const dense = Array.from({ length: 6 }, () => random.normals(n));
  const y = dense[0]!.map((x, i) => x - dense[1]![i]! + 1e-9 * random.normal() + 10);
  const path = await fit({ y, dense, responseCentre: 10 }, { loss: squared, penalty: lasso, lambdas: 30, lambdaMinRatio: 1e-12, tolerance: 1e-9 });
  t.true(path.reason.every((reason) => reason === null || reason === 'STALLED'));
  t.true(path.reason.includes('STALLED') && path.reason[0] === null);
  t.true(path.sweeps < 30 * 30, `${path.sweeps} sweeps`);
});

test('events tell of every pass and every value, in order', async (t) => {
  const random = new Random(20);
  const dense = Array.from({ length: 4 }, () => random.normals(100));
  const y = classes(random, dense[0]!);
  const events: FitEvent[] = [];
  const path = await fitPath(source({ y, dense }), { loss: logistic, penalty: lasso, lambdas: 7 }, inOrder, { onEvent: (event) => events.push(event) });
  const values = events.filter((event) => event.type === 'valueDone');
  t.deepEqual(values.map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6]);
  values.forEach((event, k) => {
    t.is(event.lambda, path.lambda[k]!);
    t.is(event.nonzero, path.nonzero[k]!);
    t.is(event.converged, path.converged[k]!);
    t.is(event.devianceRatio, path.devianceRatio[k]!);
  });
  const begun = events.filter((event) => event.type === 'passBegun');
  t.is(begun.length, events.filter((event) => event.type === 'passDone').length);
  // One read of the rows is that of the moments.
  t.is(path.sweeps, begun.length + 1);
  t.true(path.columnPasses > 0 && path.columnPasses <= path.sweeps);
  t.true(path.sweeps < 7 * 6, `${path.sweeps} sweeps`);
});

test('a signal given beforehand reaches the source and ends the fit', async (t) => {
  const rows = source({ y: [0, 1, 1], dense: [[1, 2, 4]] });
  const signal = AbortSignal.abort();
  const seen: (AbortSignal | undefined)[] = [];
  const watched = { ...rows, moments: ((request, options) => (seen.push(options?.signal), rows.moments(request, options))) as typeof rows.moments };
  await t.throwsAsync(fitPath(watched, { loss: squared, penalty: lasso }, inOrder, { signal }), { is: signal.reason, any: true });
  t.deepEqual(seen, [signal]);
});

test('wrong requests are refused with their codes', async (t) => {
  const data: ArrayData = { y: [0, 1, 1, 0], dense: [[1, 2, 4, 3], [0, 1, 0, 1]] };
  const good: PathProblem = { loss: logistic, penalty: lasso };
  const wrong: readonly (readonly [string, Partial<PathProblem>])[] = [
    ['BAD_TOLERANCE', { tolerance: 0 }],
    ['BAD_TOLERANCE', { tolerance: 1 }],
    ['BAD_TOLERANCE', { tolerance: NaN }],
    ['BAD_MAX_PASSES', { maxPasses: 0 }],
    ['BAD_MAX_PASSES', { maxPasses: 1.5 }],
    ['BAD_LAMBDA', { lambda: [] }],
    ['BAD_LAMBDA', { lambda: [0.1, -1e-9] }],
    ['BAD_LAMBDA', { lambda: [Infinity] }],
    ['BAD_LAMBDA', { lambda: [NaN] }],
    ['BAD_GRID', { lambdas: 0 }],
    ['BAD_GRID', { lambdas: 2.5 }],
    ['BAD_GRID', { lambdaMinRatio: 0 }],
    ['BAD_GRID', { lambdaMinRatio: 1 }],
    ['BAD_PENALTY_FACTOR', { penaltyFactors: Float64Array.of(1) }],
    ['BAD_PENALTY_FACTOR', { penaltyFactors: Float64Array.of(1, -1) }],
    ['BAD_PENALTY_FACTOR', { penaltyFactors: Float64Array.of(1, Infinity) }],
    ['UNKNOWN_LOSS', { loss: { name: 'probit', parameters: {} } }],
    ['BAD_L1_RATIO', { penalty: { name: 'elastic-net', l1Ratio: 1.5 } }],
  ];
  for (const [code, change] of wrong) t.is(codeOf(await t.throwsAsync(fit(data, { ...good, ...change }))), code, JSON.stringify(change));
});
