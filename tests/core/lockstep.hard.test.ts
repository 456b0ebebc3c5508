/** Paths on hard data that start from a sample, or have more columns than rows: certified, and what the rows themselves say. */
import test from 'ava';
import { fitPath, inOrder } from '@scalemix/core';
import type { FitEvent, PathProblem, PathResult, PenaltySpec } from '@scalemix/core';
import { arraySource } from '../support/arraySource.ts';
import type { ArrayData } from '../support/arraySource.ts';
import { bestKernels, lasso, logistic, ridge } from '../support/engine.ts';
import { hardCases } from '../support/hardData.ts';
import type { HardData } from '../support/hardData.ts';
import { Random, classes } from '../support/random.ts';

/** Small enough for a test, large enough that the path starts from a sample. */
const ROWS = 44_000;
const COLUMNS = 10;
/** Rows of a rare level, positives of a rare class. */
const RARE: Readonly<Record<string, number>> = { 'rare-levels': 12, 'rare-positives': 150 };
const TOLERANCE = 1e-6;

const arrays = ({ y, dense, codes, levels }: HardData): ArrayData => ({ y, dense, ...(codes !== null && { codes: [{ values: codes, levels }] }) });

async function fit(data: ArrayData, penalty: PenaltySpec, events: FitEvent[] = [], problem: Partial<PathProblem> = {}): Promise<PathResult> {
  return fitPath(arraySource(data, bestKernels), { loss: logistic, penalty, lambdas: 12, tolerance: TOLERANCE, ...problem }, inOrder, { onEvent: (event) => events.push(event) });
}

/** The objective of a value's coefficients, from its definition. */
function objective({ y, dense, codes, levels }: HardData, penalty: PenaltySpec, { coefficients, intercept, lambda }: PathResult, k: number): number {
  const n = y.length;
  const b = coefficients[k]!;
  let loss = 0;
  for (let i = 0; i < n; i++) {
    let psi = intercept[k]!;
    dense.forEach((column, j) => (psi += b[j]! * column[i]!));
    if (codes !== null && codes[i] !== 0) psi += b[dense.length + codes[i]! - 1]!;
    const margin = y[i] === 1 ? psi : -psi;
    loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : -margin + Math.log1p(Math.exp(margin));
  }
  const shares = Array.from({ length: levels - 1 }, (_, level) => codes!.reduce((sum, code) => sum + (code === level + 1 ? 1 / n : 0), 0));
  const deviations = [...dense.map(deviation), ...shares.map((share) => Math.sqrt(share * (1 - share)))];
  const effects = deviations.map((s, j) => Math.abs(s * b[j]!));
  return loss / n + lambda[k]! * effects.reduce((sum, t) => sum + (penalty.l1Ratio === 1 ? t : (t * t) / 2), 0);
}

function deviation(column: Float64Array): number {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
}

for (const hard of hardCases) {
  const wide = hard.name === 'wide';
  const data = wide ? hard.make(60, 240) : hard.make(ROWS, COLUMNS, RARE[hard.name]);
  for (const penalty of [lasso, ridge]) {
    test(`${hard.name}, ${penalty.name}: every value is certified, and no other way finds a better one`, async (t) => {
      const events: FitEvent[] = [];
      const path = await fit(arrays(data), penalty, events);
      t.is(events.find((event) => event.type === 'roadChosen')?.road, !wide ? 'lockstep' : penalty === ridge ? 'rowSpace' : 'values');
      t.deepEqual(path.reason, path.reason.map(() => null));
      for (const k of [0, 6, 11]) {
        const own = objective(data, penalty, path, k);
        t.true(Math.abs(path.objective[k]! - own) <= 1e-12 * own, `value ${k}: the objective is that of the coefficients`);
      }
      // Value by value: a last value without a penalty keeps the path off the sample.
      const lambda = [...path.lambda];
      const other = await fit(arrays(data), penalty, [], wide ? { lambda, tolerance: 1e-9 } : { lambda: [...lambda, 0] });
      lambda.forEach((_, k) => {
        t.true(path.gap[k]! <= TOLERANCE * path.objective[k]!);
        t.true(path.objective[k]! - path.gap[k]! <= other.objective[k]! * (1 + 1e-12), `value ${k}: the bound is no higher than what is reached elsewhere`);
        t.true(path.objective[k]! <= other.objective[k]! * (1 + (wide ? TOLERANCE : 1e-8)), `value ${k}: ${path.objective[k]} is above ${other.objective[k]}`);
      });
    });
  }
}

test('rows stored in float32 give the path of the same numbers in float64, columns of any scale', async (t) => {
  const { y, dense } = hardCases.find(({ name }) => name === 'correlated')!.make(ROWS, COLUMNS);
  for (const scales of [[1], [1e-9, 1, 1e9], [1e20, 1, 1e-20]]) {
    // What float32 holds exactly, so that both store the same numbers: neither is moved by a centre.
    const columns = dense.map((column, j) => Float64Array.from(column, (value) => Math.fround(value * scales[j % scales.length]!)));
    const [narrow, full] = await Promise.all((['f32', 'f64'] as const).map((denseType) => fit({ y, dense: columns, denseType, centre: false }, lasso)));
    t.true(narrow!.converged.every(Boolean) && full!.converged.every(Boolean));
    narrow!.objective.forEach((value, k) => t.true(Math.abs(value - full!.objective[k]!) <= 1e-8 * value));
    t.true(narrow!.sweeps <= full!.sweeps + 2);
  }
});

test('levels of three rows among many are in every sample, the smaller one of two as well', async (t) => {
  const rows = 130_000;
  const random = new Random(29);
  const level = Uint32Array.from({ length: rows }, (_, i) => (i % 20_000 < 3 ? 1 + Math.floor(i / 20_000) : 0));
  const x = random.normals(rows);
  const y = Float64Array.from(x, (value, i) => (random.chance(1 / (1 + Math.exp(1 - value - (level[i]! % 2)))) ? 1 : 0));
  const events: FitEvent[] = [];
  const path = await fit({ y, dense: [x], codes: [{ values: level, levels: 8 }] }, lasso, events, { lambdas: 20 });
  const sampled = events.find((event) => event.type === 'sampled')!;
  t.true(sampled.larger! > 1.5 * sampled.rows, 'a smaller sample of a larger one');
  t.true(path.converged.every(Boolean));
  t.true(path.sweeps <= 9, `${path.sweeps} sweeps`);
});

test('columns of condition 1e6: a lasso path does not lose its weakest directions to float32, a ridge path hardly has any', async (t) => {
  const data = hardCases.find(({ name }) => name === 'condition-1e6')!.make(ROWS, COLUMNS);
  for (const penalty of [lasso, ridge]) {
    const path = await fit(arrays(data), penalty, [], { lambdaMinRatio: 1e-6 });
    t.deepEqual(path.reason, path.reason.map(() => null));
    t.true(path.sweeps <= 14, `${penalty.name}: ${path.sweeps} sweeps`);
  }
});

test('weights over orders: the sample holds what weighs, and no more rows than are wanted', async (t) => {
  const random = new Random(3);
  const n = 60_000;
  const dense = Array.from({ length: 6 }, () => random.normals(n));
  const y = classes(random, dense[0]!.map((x, i) => x - dense[1]![i]! / 2));
  const light = dense[0]!.map((_, i) => (i % 2 === 0 ? 1 : 0));
  const cases = {
    'a heavy tail': { y, dense, weights: Float64Array.from({ length: n }, () => random.uniform() ** -1.2) },
    'rows far out that weigh nothing': { y, dense: dense.map((column) => column.map((x, i) => (light[i] === 1 ? 300 * x : x))), weights: light.map((value) => (value === 1 ? 1e-9 : 1)) },
  };
  for (const [what, data] of Object.entries(cases)) {
    for (const lambdas of [12, 1]) {
      const events: FitEvent[] = [];
      const path = await fit(data, lasso, events, { lambdas });
      const wanted = events.find((event) => event.type === 'roadChosen')!.sampleRows;
      const { rows } = events.find((event) => event.type === 'sampled')!;
      t.true(rows < 1.1 * wanted, `${what}: ${rows} rows, ${wanted} are wanted`);
      t.true(path.converged.every(Boolean));
      t.true(path.sweeps <= 10, `${what}, ${lambdas} values: ${path.sweeps} sweeps`);
    }
  }
});
