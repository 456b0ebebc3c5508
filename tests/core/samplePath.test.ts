/** The path on a sample: some values one after the other, those between all at once. */
import test from 'ava';
import { inOrder, lossBySpec, penaltyBySpec } from '@scalemix/core';
import type { PenaltySpec } from '@scalemix/core';
import { certify } from '../../packages/core/src/fit/certificate.ts';
import type { Oracle } from '../../packages/core/src/fit/evaluation.ts';
import { relativeGap } from '../../packages/core/src/fit/progress.ts';
import { solveSample } from '../../packages/core/src/fit/samplePath.ts';
import type { SamplePath } from '../../packages/core/src/fit/samplePath.ts';
import { SweepOracle } from '../../packages/core/src/fit/sweepOracle.ts';
import type { ValueSetting } from '../../packages/core/src/fit/value.ts';
import { WorkingScale } from '../../packages/core/src/fit/workingScale.ts';
import { lasso, logistic, ridge, source } from '../support/engine.ts';
import { Random } from '../support/random.ts';

const ROWS = 3000, TOLERANCE = 1e-4;
const random = new Random(71);
const common = random.normals(ROWS);
const dense = Array.from({ length: 12 }, () => random.normals(ROWS).map((value, i) => value + common[i]!));
const y = common.map((_, i) => (random.chance(1 / (1 + Math.exp(1 - dense[0]![i]! + dense[5]![i]! / 2))) ? 1 : 0));

interface Solved extends SamplePath {
  readonly setting: ValueSetting;
  readonly passes: number;
  /** Columns of the largest pass. */
  readonly widest: number;
}

async function solve(penalty: PenaltySpec, lambdas: readonly number[], anchors: number): Promise<Solved> {
  const rows = source({ y, dense });
  const problem = { loss: logistic, penalty };
  const moments = await rows.moments({ kind: 'moments', loss: logistic, gram: false });
  const scale = new WorkingScale(rows.describe(), moments, problem);
  const sweeps = new SweepOracle(rows, scale, logistic, { sweeps: 0, openColumns: 0, grams: 0 }, {});
  let passes = 0, widest = 0;
  const oracle: Oracle = {
    evaluate: (points, ...rest) => {
      passes++;
      widest = Math.max(widest, points.length);
      return sweeps.evaluate(points, ...rest);
    },
  };
  const setting: ValueSetting = { scale, loss: lossBySpec(logistic), penalty: penaltyBySpec(penalty), executor: inOrder, tolerance: TOLERANCE, maxPasses: 100, nullGradient: null, rough: true };
  const [start] = await sweeps.evaluate([{ beta: new Float64Array(dense.length), intercept: -1 }], [], 0);
  const values = lambdas.map((lambda, k) => ({ lambda, previous: lambdas[Math.max(0, k - 1)]! }));
  return { ...(await solveSample({ oracle, setting }, values, anchors, start!, 0)), setting, passes, widest };
}

function gaps({ solved, setting }: Solved, lambdas: readonly number[]): number[] {
  const { scale, loss, penalty, nullGradient } = setting;
  return lambdas.map((lambda, k) => relativeGap(certify(scale, loss, penalty, lambda, solved[k]!, nullGradient), 0));
}

const grid = Array.from({ length: 40 }, (_, k) => 0.2 * 0.8 ** k);

for (const penalty of [lasso, ridge, { name: 'elastic-net', l1Ratio: 0.5 } as const]) {
  test(`${penalty.name}: every value is certified on the sample, in fewer passes than values`, async (t) => {
    const solved = await solve(penalty, grid, 5);
    for (const [k, gap] of gaps(solved, grid).entries()) t.true(gap <= TOLERANCE, `value ${k}: ${gap}`);
    t.true(solved.passes < grid.length, `${solved.passes} passes`);
    t.true(solved.widest >= grid.length / 2, 'those between were looked at together');
  });
}

test('the anchors are among the solved values, ends included, and have their own Hessians', async (t) => {
  const { anchors, model, solved, positions, setting } = await solve(lasso, grid, 5);
  t.is(anchors.length, 5);
  t.deepEqual([anchors[0], anchors.at(-1)], [0, grid.length - 1]);
  t.true(positions.every((position, k) => k === 0 || position > positions[k - 1]!));
  const q = setting.scale.usable.length;
  for (const k of anchors) {
    const last = model.times(k, solved[k]!.curvature, Float64Array.from({ length: q + 1 }, (_, i) => (i === q ? 1 : 0))).at(-1)!;
    t.true(Math.abs(last / solved[k]!.curvature - 1) < 1e-12);
  }
});

test('values that no sweep over all of them certifies are solved by themselves', async (t) => {
  // One solved value, with nothing in it, says little of the others.
  const lambdas = [10, 1e-3, 1e-6];
  const solved = await solve(lasso, lambdas, 1);
  for (const [k, gap] of gaps(solved, lambdas).entries()) t.true(gap <= TOLERANCE, `value ${k}: ${gap}`);
});
