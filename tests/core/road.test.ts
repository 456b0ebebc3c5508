/** Which way a path is fitted. */
import test from 'ava';
import { MOMENTS_FEATURES, chooseRoad } from '@scalemix/core';
import type { RoadQuestion } from '@scalemix/core';

const many: RoadQuestion = { rows: 1e6, features: 100, usable: 100, values: 100, width: 100, folds: 0, quadratic: false, provable: true, ridge: false };

const cases: readonly [what: string, question: RoadQuestion, road: string, why: string, sampleRows: number][] = [
  ['least squares', { ...many, quadratic: true }, 'moments', 'quadratic', 20000],
  ['least squares without a penalty', { ...many, quadratic: true, provable: false }, 'moments', 'quadratic', 20000],
  ['least squares with as many features as moments take', { ...many, quadratic: true, features: MOMENTS_FEATURES, usable: 100 }, 'moments', 'quadratic', 20000],
  ['least squares with one more', { ...many, quadratic: true, features: MOMENTS_FEATURES + 1, usable: 100 }, 'lockstep', 'manyRows', 20000],
  ['many rows', many, 'lockstep', 'manyRows', 20000],
  ['just enough rows', { ...many, rows: 80000 }, 'lockstep', 'manyRows', 20000],
  ['one row too few', { ...many, rows: 79999 }, 'values', 'fewRows', 20000],
  ['few features: the sample has 10,000 rows', { ...many, rows: 40000, usable: 3 }, 'lockstep', 'manyRows', 10000],
  ['least squares in twelve folds', { ...many, quadratic: true, features: MOMENTS_FEATURES, usable: 100, folds: 12 }, 'moments', 'quadratic', 20000],
  ['least squares in more folds than there is room for', { ...many, quadratic: true, features: MOMENTS_FEATURES, usable: 100, folds: 13 }, 'lockstep', 'manyRows', 20000],
  ['nothing that varies', { ...many, usable: 0 }, 'values', 'noFeatures', 10000],
  ['as many features as there is room for', { ...many, rows: 1e7, features: 4096, usable: 4096 }, 'lockstep', 'manyRows', 819200],
  ['one feature more', { ...many, rows: 1e7, features: 4097, usable: 4097 }, 'values', 'manyFeatures', 819400],
  ['ridge with fewer rows than features', { ...many, ridge: true, rows: 99 }, 'rowSpace', 'fewerRows', 20000],
  ['ridge with as many rows as features', { ...many, ridge: true, rows: 100 }, 'values', 'fewRows', 20000],
  ['least squares with fewer rows than features', { ...many, ridge: true, rows: 99, quadratic: true }, 'rowSpace', 'fewerRows', 20000],
  ['the same in folds', { ...many, ridge: true, rows: 99, quadratic: true, folds: 5 }, 'moments', 'quadratic', 20000],
  ['something but ridge with fewer rows than features', { ...many, rows: 99 }, 'values', 'fewRows', 20000],
  ['as many of fewer rows as there is room for', { ...many, ridge: true, rows: 4096, features: 8192, usable: 8192, width: 8192 }, 'rowSpace', 'fewerRows', 1638400],
  ['one feature more than is written out as columns', { ...many, ridge: true, rows: 4096, features: 8193, usable: 8193, width: 8193 }, 'values', 'manyFeatures', 1638600],
  ['one row more than steps take', { ...many, ridge: true, rows: 4097, features: 8000, usable: 8000, width: 8000 }, 'values', 'manyFeatures', 1600000],
  ['something unpenalised', { ...many, provable: false }, 'values', 'unpenalised', 20000],
];

for (const [what, question, road, why, sampleRows] of cases) {
  test(`${what}: ${road}`, (t) => {
    const choice = chooseRoad(question);
    t.deepEqual([choice.road, choice.why, choice.sampleRows], [road, why, sampleRows]);
  });
}

test('a larger sample is drawn where a sixth of the rows is twice the smaller one', (t) => {
  const refined = (question: Partial<RoadQuestion>): number => chooseRoad({ ...many, ...question }).refineRows;
  t.is(refined({}), 160000);
  t.is(refined({ rows: 300000 }), 50000);
  t.is(refined({ rows: 239999 }), 20000);
  t.is(refined({ usable: 3 }), 50000);
});

test('one value has one sample: 40 rows a feature and at least 20000, at most a quarter of all rows', (t) => {
  const sizes = (question: Partial<RoadQuestion>): number[] => {
    const { sampleRows, refineRows } = chooseRoad({ ...many, values: 1, ...question });
    return [sampleRows, refineRows];
  };
  t.deepEqual(sizes({ rows: 100000, usable: 600 }), [24000, 24000]);
  t.deepEqual(sizes({ rows: 100000, usable: 6 }), [20000, 20000]);
  t.deepEqual(sizes({ rows: 44000, usable: 6 }), [11000, 11000]);
});

test('the sample of one value stays in its place where it is an eighth of the rows or more; that of a path never', (t) => {
  const inPlace = (question: Partial<RoadQuestion>): boolean => chooseRoad({ ...many, values: 1, usable: 6, ...question }).sampleInPlace;
  t.true(inPlace({ rows: 160000 }));
  t.false(inPlace({ rows: 160001 }));
  t.false(inPlace({ rows: 160000, values: 2 }));
});

test('Hessians are formed at no more values than they are worth', (t) => {
  const counts = (question: Partial<RoadQuestion>): number[] => {
    const { anchors, fullAnchors } = chooseRoad({ ...many, ...question });
    return [anchors, fullAnchors];
  };
  t.deepEqual(counts({}), [10, 3]);
  t.deepEqual(counts({ usable: 50, width: 50 }), [10, 5], 'as many more as cost half a sweep');
  t.deepEqual(counts({ values: 1 }), [1, 0], 'one Hessian on all rows costs more than several sweeps of one column');
  t.deepEqual(counts({ values: 2, width: 3 }), [2, 2]);
  t.deepEqual(counts({ values: 40, usable: 784, width: 784, rows: 1e7 }), [3, 0]);
  t.deepEqual(counts({ values: 40, usable: 485, width: 5 }), [10, 8], 'categories cost little, however many levels they have');
  t.deepEqual(counts({ values: 40, usable: 4000, width: 5 }), [3, 3], 'room for the matrices');
});
