/** Which way a path is fitted. */
import test from 'ava';
import { MOMENTS_FEATURES, chooseRoad } from '@scalemix/core';
import type { RoadQuestion } from '@scalemix/core';

const many: RoadQuestion = { rows: 1e6, features: 100, usable: 100, quadratic: false, provable: true };

const cases: readonly [what: string, question: RoadQuestion, road: string, why: string, sampleRows: number][] = [
  ['least squares', { ...many, quadratic: true }, 'moments', 'quadratic', 20000],
  ['least squares without a penalty', { ...many, quadratic: true, provable: false }, 'moments', 'quadratic', 20000],
  ['least squares with as many features as moments take', { ...many, quadratic: true, features: MOMENTS_FEATURES, usable: 100 }, 'moments', 'quadratic', 20000],
  ['least squares with one more', { ...many, quadratic: true, features: MOMENTS_FEATURES + 1, usable: 100 }, 'lockstep', 'manyRows', 20000],
  ['many rows', many, 'lockstep', 'manyRows', 20000],
  ['just enough rows', { ...many, rows: 80000 }, 'lockstep', 'manyRows', 20000],
  ['one row too few', { ...many, rows: 79999 }, 'values', 'fewRows', 20000],
  ['few features: the sample has 10,000 rows', { ...many, rows: 40000, usable: 3 }, 'lockstep', 'manyRows', 10000],
  ['something unpenalised', { ...many, provable: false }, 'values', 'unpenalised', 20000],
];

for (const [what, question, road, why, sampleRows] of cases) {
  test(`${what}: ${road}`, (t) => {
    t.deepEqual(chooseRoad(question), { road, why, sampleRows } as ReturnType<typeof chooseRoad>);
  });
}
