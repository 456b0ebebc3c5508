/** The null model from moments against a sweep at the same constant. */
import test from 'ava';
import { fitPath, inOrder, lossBySpec } from '@scalemix/core';
import type { FitEvent, PathProblem } from '@scalemix/core';
import { constantModel } from '../../packages/core/src/fit/path.ts';
import { SweepOracle } from '../../packages/core/src/fit/sweepOracle.ts';
import { WorkingScale } from '../../packages/core/src/fit/workingScale.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { lasso, logistic, source } from '../support/engine.ts';
import { Random } from '../support/random.ts';

const rows = 500;
const random = new Random(41);
const x = random.normals(rows);
const base: ArrayData = {
  y: x.map((value) => (random.chance(1 / (1 + Math.exp(1 - value))) ? 1 : 0)),
  dense: [x.map((value) => 100 + 3 * value), random.normals(rows), new Float64Array(rows).fill(4)],
  codes: [{ values: Uint32Array.from({ length: rows }, () => random.integer(3)), levels: 3 }],
};
const weights = Float64Array.from({ length: rows }, () => (random.chance(0.2) ? 0 : 0.1 + 3 * random.uniform()));
const fractions = Float64Array.from({ length: rows }, (_, i) => [0, 0.3, 1, random.uniform()][i % 4]!);
const CASES: Readonly<Record<string, ArrayData>> = {
  'classes': base,
  'weights, some of them 0': { ...base, weights },
  'fractional responses and weights': { ...base, y: fractions, weights },
  'a response that is stored about a centre': { ...base, y: fractions, responseCentre: 0.4 },
};
const problem: PathProblem = { loss: logistic, penalty: lasso, lambdas: 4 };
const loss = lossBySpec(logistic);

for (const [name, data] of Object.entries(CASES)) {
  test(`${name}: the best constant from moments has the sums of a sweep at it`, async (t) => {
    const from = source(data);
    const moments = await from.moments({ kind: 'moments', loss: logistic, gram: false });
    const scale = new WorkingScale(from.describe(), moments, problem);
    const made = constantModel(scale, loss, moments, from.describe())!;
    const [swept] = await new SweepOracle(from, scale, logistic, { sweeps: 0, openColumns: 0, grams: 0 }, {}).evaluate([made.point], [], 0);
    const { gradient, point, hessian, heldOutLoss, ...numbers } = swept!;
    t.is(hessian, null);
    t.is(heldOutLoss, null);
    for (const [field, value] of Object.entries(numbers)) {
      const of = made[field as keyof typeof numbers];
      t.true(typeof of === 'number' && Math.abs(of - value!) <= 1e-13 * (1 + Math.abs(value!)), `${field}: ${of}, swept ${value}`);
    }
    gradient.forEach((value, j) => t.true(Math.abs(made.gradient[j]! - value) <= 1e-12, `gradient ${j}: ${made.gradient[j]}, swept ${value}`));
    t.is(made.gradient[2], 0, 'a constant feature has none');
    t.true(Math.abs(gradient[0]!) > 0.01, 'the test has a gradient to find');
    t.is(point, made.point);
  });
}

/** Sweeps with no Hessian but the empty one before the path begins. */
async function sweepsBefore(data: ArrayData, more: Partial<PathProblem> = {}): Promise<number> {
  const events: FitEvent[] = [];
  const path = await fitPath(source(data), { ...problem, ...more }, inOrder, { onEvent: (event) => events.push(event) });
  if (!path.converged.every(Boolean)) throw new Error('The path has not converged.');
  return events.slice(0, events.findIndex(({ type }) => type === 'roadChosen')).filter(({ type }) => type === 'passBegun').length;
}

test('no sweep is spent on it, unless an offset or no intercept makes it none of the moments', async (t) => {
  t.is(await sweepsBefore(base), 0);
  t.is(await sweepsBefore({ ...base, weights }), 0);
  t.true((await sweepsBefore({ ...base, offset: random.normals(rows) })) > 1);
  t.is(await sweepsBefore(base, { intercept: false }), 1);
});

test('with an offset the null model is that of a sweep', async (t) => {
  const offset = random.normals(rows);
  const from = source({ ...base, offset });
  const moments = await from.moments({ kind: 'moments', loss: logistic, gram: false });
  t.is(constantModel(new WorkingScale(from.describe(), moments, problem), loss, moments, from.describe()), null);
  const path = await fitPath(from, problem, inOrder);
  // Its score equation: the residuals of the rows sum to 0 at the intercept that is found.
  const value = (b0: number): number => offset.reduce((sum, o, i) => sum + loss.value(base.y[i]!, b0 + o), 0) / rows;
  const best = path.intercept[0]!;
  t.true(Math.abs(value(best) - path.nullLoss) < 1e-9);
  t.true(value(best + 1e-3) > value(best) && value(best - 1e-3) > value(best));
});
