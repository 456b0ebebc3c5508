/** The scripts of bench/peers on small data: they must fit what we fit, and say so in numbers. */
import test from 'ava';
import type { CrossValidationProblem, PathProblem } from '@scalemix/core';
import { fitCrossValidation } from '@scalemix/core';
import { LASSO_LOGISTIC, RIDGE_LOGISTIC, coded, matrixSides } from '../../bench/cases/case.ts';
import type { Sides } from '../../bench/cases/case.ts';
import { meanDeviance, readDeviance } from '../../bench/support/compareFolds.ts';
import { runComparison } from '../../bench/support/compare.ts';
import { correlatedData } from '../../bench/support/designs.ts';
import { pathOf, timeOnce, withRows } from '../../bench/support/ours.ts';
import { CV_GLMNET, GLMNET, SKLEARN } from '../../bench/support/peer.ts';
import type { Program } from '../../bench/support/peer.ts';
import { needs } from '../support/needs.ts';

const glmnetTest = needs([{ file: '/usr/lib/R/site-library/glmnet/DESCRIPTION', packages: 'r-cran-glmnet' }]);
const sklearnTest = needs([{ file: '/usr/lib/python3/dist-packages/sklearn/__init__.py', packages: 'python3-sklearn' }]);

const small = (response: 'logistic' | 'squared') => correlatedData({ rows: 2000, columns: 6, correlation: 0.5, response, seed: 3 });

/** Our path, and the peer's attempt to equal it. */
async function attempt(peer: Program, problem: PathProblem, { ours, theirs }: Sides, tolerances: number[]) {
  const { result } = await withRows(ours, problem, (rows) => timeOnce(rows, pathOf(problem), 1));
  return runComparison({ name: 'small', peer, tolerances }, problem, theirs, result);
}

for (const [name, problem, response] of [
  ['lasso', LASSO_LOGISTIC, 'logistic'],
  ['ridge', RIDGE_LOGISTIC, 'logistic'],
  ['least-squares lasso', { ...LASSO_LOGISTIC, loss: { name: 'squared', parameters: {} } }, 'squared'],
] as const) {
  glmnetTest(`glmnet reaches the objectives of a ${name} path`, async (t) => {
    const { attempt: { excess, deficit, seconds } } = await attempt(GLMNET, { ...problem, lambdas: 10 }, matrixSides(small(response)), [1e-12]);
    t.true(excess < 1e-7, `${excess}`);
    t.true(deficit < 1e-6, `${deficit}`);
    t.true(seconds >= 0);
  });
}

glmnetTest('glmnet is tightened until its objectives are equal', async (t) => {
  const { attempt: { tolerance, excess } } = await attempt(GLMNET, { ...LASSO_LOGISTIC, lambdas: 10 }, matrixSides(small('logistic')), [1e-2, 1e-12]);
  t.is(tolerance, 1e-12);
  t.true(excess < 1e-6);
});

glmnetTest('glmnet is given categories as we take them', async (t) => {
  const { x, columns, y } = small('logistic');
  const first = Float64Array.from(y, (_, i) => x[i * columns]!);
  const group = Array.from(y, (_, i) => (x[i * columns + 1]! > 1 ? 'b' : x[i * columns + 1]! > 0 ? 'a' : 'B'));
  const sides: Sides = { ours: { x: { first, group }, y }, theirs: { x: first, columns: 1, categories: [coded(group)], y } };
  const { attempt: { excess, deficit } } = await attempt(GLMNET, { ...LASSO_LOGISTIC, lambdas: 5 }, sides, [1e-12]);
  t.true(excess < 1e-7, `${excess}`);
  t.true(deficit < 1e-6, `${deficit}`);
});

glmnetTest('cv.glmnet has our folds', async (t) => {
  const problem: CrossValidationProblem = { ...LASSO_LOGISTIC, lambdas: 10, tolerance: 1e-9, foldTolerance: 1e-9, folds: { count: 3, by: 'modulo', seed: 0 } };
  const { ours, theirs } = matrixSides(small('logistic'));
  const { result } = await withRows(ours, problem, (rows) => timeOnce(rows, (source, executor) => fitCrossValidation(source, problem, executor), 1));
  const { printed } = await runComparison({ name: 'small', peer: CV_GLMNET, tolerances: [1e-12] }, problem, theirs, result.path);
  const their = readDeviance(printed);
  t.is(their.length, 10);
  meanDeviance(result).forEach((value, k) => t.true(Math.abs(value / their[k]! - 1) < 1e-6, `value ${k}: ${value} and ${their[k]}`));
});

sklearnTest('scikit-learn reaches the objective of a ridge fit', async (t) => {
  const problem = { ...RIDGE_LOGISTIC, standardize: false, lambda: [1e-3] };
  const { attempt: { excess, deficit } } = await attempt(SKLEARN, problem, matrixSides(small('logistic')), [1e-8]);
  t.true(excess < 1e-9, `${excess}`);
  t.true(deficit < 1e-6, `${deficit}`);
});

test('the designs are what they say', (t) => {
  const { x, columns, y } = correlatedData({ rows: 20_000, columns: 10, correlation: 0.5, response: 'logistic', seed: 1 });
  const mean = (of: (row: number) => number): number => y.reduce((sum, _, i) => sum + of(i), 0) / y.length;
  t.true(Math.abs(mean((i) => x[i * columns + 4]! ** 2) - 1) < 0.05);
  t.true(Math.abs(mean((i) => x[i * columns + 4]! * x[i * columns + 5]!) - 0.5) < 0.05);
  t.true(Math.abs(mean((i) => x[i * columns + 4]! * x[i * columns + 6]!) - 0.25) < 0.05);
  t.deepEqual([...new Set(y)].toSorted(), [0, 1]);
});
