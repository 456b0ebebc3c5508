import test from 'ava';
import { lossBySpec, penaltyBySpec } from '@scalemix/core';
import { certify, dualShifts, penaltyValue, violations } from '../../packages/core/src/fit/certificate.ts';
import type { Evaluation } from '../../packages/core/src/fit/evaluation.ts';
import { WorkingScale } from '../../packages/core/src/fit/workingScale.ts';
import type { Point } from '../../packages/core/src/fit/workingScale.ts';
import { fit, lasso, logistic, none, ridge, squared } from '../support/engine.ts';
import { evaluator } from '../support/evaluations.ts';
import { exactGap, explicitProblem, largestFeasibleScale, lossGradient, meanLoss, objective, penalty, solveSlowly, violation } from '../support/explicitProblem.ts';
import { Random } from '../support/random.ts';
import { randomProblem } from '../support/randomProblem.ts';

const PROBLEMS = 120;

/** Points between zero and the optimum, off by noise of several sizes. */
function pointsNear(optimum: Point, random: Random): Point[] {
  const spread = (point: Point, share: number, noise: number): Point => ({
    beta: point.beta.map((b) => (random.chance(0.1) ? 0 : share * b + noise * random.normal())),
    intercept: point.intercept === 0 ? 0 : share * point.intercept + noise * random.normal(),
  });
  return [spread(optimum, 0, 0), spread(optimum, 0.5, 0.1), spread(optimum, 0.95, 0.02), spread(optimum, 1, 1), spread(optimum, 1, 1e-3), spread(optimum, 1, 1e-6), optimum];
}

/** The scale of the dual point with shift k that the certificate stands for beside 1, from its own sums. */
function certifiedScale(scale: WorkingScale, slope: number, at: Evaluation, k: number): number {
  const cross = Math.abs(k) * Math.sqrt(at.curvatureSquare);
  return Math.min(1, ...Array.from(scale.usable, (j) => (slope * scale.l1[j]!) / (Math.abs(at.gradient[j]! - k * at.curvature * scale.mean[j]!) + cross * scale.spread[j]!)));
}

test('at points on the way and at the optimum the certificate is never below the exact gap, nor below what is left to gain', async (t) => {
  let provable = 0;
  for (let seed = 0; seed < PROBLEMS; seed++) {
    const random = new Random(seed);
    const { data, problem, largest } = randomProblem(seed);
    const loss = lossBySpec(problem.loss);
    const rule = penaltyBySpec(problem.penalty);
    for (const share of [0.5, 0.01]) {
      const lambda = share * largest;
      const explicit = explicitProblem(data, problem, lambda);
      const { scale, evaluate, toOriginal, toWorking } = await evaluator(data, problem);
      const optimum = solveSlowly(explicit);
      const least = objective(explicit, optimum);
      for (const at of await evaluate(pointsNear(toWorking(optimum), random))) {
        const { objective: value, gap } = certify(scale, loss, rule, lambda, at, null);
        const original = toOriginal(at.point);
        const rounding = 1e-12 * (1 + value);
        t.true(Math.abs(value - objective(explicit, original)) <= rounding, `seed ${seed}: the objective`);
        if (Number.isNaN(gap)) continue;
        provable++;
        t.true(gap >= value - least - rounding, `seed ${seed}, share ${share}: a gap of ${gap} where ${value - least} can be gained`);
        // The shifts and scales that the certificate chooses from.
        const exact = Math.min(...dualShifts(scale, rule, lambda, at).flatMap((k) => {
          const scales = [...(explicit.l1Ratio < 1 ? [1] : []), ...(explicit.l1Ratio > 0 ? [certifiedScale(scale, rule.slopeAtZero(lambda), at, k)] : [])];
          return scales.map((s) => exactGap(explicit, original, s, k));
        }));
        t.true(gap >= exact - rounding, `seed ${seed}, share ${share}: a gap of ${gap} where the dual point's is ${exact}`);
      }
    }
  }
  t.true(provable > PROBLEMS * 2 * 5, `${provable} of ${PROBLEMS * 2 * 7} points had a certificate`);
});

test('near the optimum the certificate is within a small factor of the exact gap', async (t) => {
  let compared = 0;
  for (let seed = 0; seed < PROBLEMS; seed++) {
    const random = new Random(seed);
    const { data, problem, largest } = randomProblem(seed);
    const lambda = 0.1 * largest;
    const explicit = explicitProblem(data, problem, lambda);
    const rule = penaltyBySpec(problem.penalty);
    const { scale, evaluate, toOriginal, toWorking } = await evaluator(data, problem);
    const optimum = toWorking(solveSlowly(explicit));
    let noisy: Point = { beta: optimum.beta.map((b) => (b === 0 ? 0 : b + 1e-4 * random.normal())), intercept: optimum.intercept };
    let at = (await evaluate([noisy]))[0]!;
    // The intercept that fits best, as after a step of the solver.
    for (let k = 0; k < 3 && scale.intercept; k++) {
      noisy = { beta: noisy.beta, intercept: noisy.intercept - at.interceptGradient / at.curvature };
      at = (await evaluate([noisy]))[0]!;
    }
    const { gap } = certify(scale, lossBySpec(problem.loss), rule, lambda, at, null);
    const exact = Math.min(...[1, largestFeasibleScale(explicit, toOriginal(noisy))].map((s) => exactGap(explicit, toOriginal(noisy), s)));
    if (!Number.isFinite(exact) || exact < 1e-11) continue;
    compared++;
    t.true(gap <= 3 * exact, `seed ${seed}: a certificate of ${gap} for a gap of ${exact}`);
  }
  t.true(compared > 0.6 * PROBLEMS, `${compared} compared`);
});

test('rows that are fitted very badly do not make the certificate useless', async (t) => {
  // One row on the wrong side by 40: its a^2 / c is e^40.
  const random = new Random(2);
  const x = random.normals(60);
  const y = Float64Array.from(x, (value) => (value > 0 ? 1 : 0));
  const offset = new Float64Array(60);
  [y[7], offset[7]] = [0, 40];
  const data = { y, dense: [x], offset };
  const problem = { loss: logistic, penalty: lasso };
  const explicit = explicitProblem(data, problem, 1e-3);
  const { scale, evaluate, toWorking } = await evaluator(data, problem);
  const optimum = toWorking(solveSlowly(explicit));
  const near: Point = { beta: optimum.beta.map((b) => b * (1 + 1e-9)), intercept: optimum.intercept };
  const [at] = await evaluate([near]);
  t.true(at!.pearson > 1e15);
  const { gap, objective: value } = certify(scale, lossBySpec(logistic), penaltyBySpec(lasso), 1e-3, at!, null);
  t.true(gap < 1e-6 * value, `${gap / value}`);
});

test('for the ridge the gap is the squared gradient over twice the curvature', async (t) => {
  for (const loss of [squared, logistic]) {
    const random = new Random(4);
    const data = { dense: [random.normals(50), random.normals(50)], y: Float64Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? 1 : 0)) };
    const problem = { loss, penalty: ridge, intercept: false, standardize: false };
    const lambda = 0.2;
    const { scale, evaluate, toOriginal, toWorking } = await evaluator(data, problem);
    const explicit = explicitProblem(data, problem, lambda);
    const [at] = await evaluate([toWorking({ b: Float64Array.of(0.3, -0.2), b0: 0 })]);
    const original = toOriginal(at!.point);
    const { gradient } = lossGradient(explicit, original);
    const expected = gradient.reduce((total, g, j) => total + (g + lambda * original.b[j]!) ** 2 / (2 * lambda), 0);
    const { gap } = certify(scale, lossBySpec(loss), penaltyBySpec(ridge), lambda, at!, null);
    t.true(Math.abs(gap - expected) < 1e-12 * (1 + expected));
  }
});

test('where no gap can be proven there is none, and stationarity speaks', async (t) => {
  const random = new Random(5);
  const data = { dense: [random.normals(40), random.normals(40)], y: Float64Array.from({ length: 40 }, (_, i) => i % 2) };
  const cases = [
    { problem: { loss: logistic, penalty: none }, lambda: 0, why: 'no penalty' },
    { problem: { loss: logistic, penalty: lasso }, lambda: 0, why: 'lambda 0' },
    { problem: { loss: logistic, penalty: lasso, penaltyFactors: Float64Array.of(1, 0) }, lambda: 0.1, why: 'a factor 0' },
  ];
  for (const { problem, lambda, why } of cases) {
    const { scale, evaluate } = await evaluator(data, problem);
    const [at] = await evaluate([{ beta: Float64Array.of(0.2, 0.1), intercept: 0.1 }]);
    const certificate = certify(scale, lossBySpec(problem.loss), penaltyBySpec(problem.penalty), lambda, at!, null);
    t.is(certificate.gap, NaN, why);
    t.true(certificate.stationarity > 0);
  }
  // An intercept so wrong that the dual point cannot be shifted to mean zero.
  const { scale, evaluate } = await evaluator(data, { loss: logistic, penalty: ridge });
  const [far] = await evaluate([{ beta: new Float64Array(2), intercept: 30 }]);
  t.is(certify(scale, lossBySpec(logistic), penaltyBySpec(ridge), 0.1, far!, null).gap, Infinity);
});

test('loss, penalty, gradient and stationarity are those of the definitions', async (t) => {
  for (let seed = 200; seed < 260; seed++) {
    const random = new Random(seed);
    const { data, problem, largest } = randomProblem(seed);
    const rule = penaltyBySpec(problem.penalty);
    const lambda = 0.1 * largest;
    const explicit = explicitProblem(data, problem, lambda);
    const { scale, evaluate, toOriginal } = await evaluator(data, problem);
    const point: Point = { beta: random.normals(scale.features).map((b) => (random.chance(0.3) ? 0 : b)), intercept: scale.intercept ? random.normal() : 0 };
    const at = (await evaluate([point]))[0]!;
    const original = toOriginal(point);
    t.true(Math.abs(at.loss - meanLoss(explicit, original)) <= 1e-12 * (1 + at.loss));
    t.true(Math.abs(penaltyValue(scale, rule, lambda, point.beta) - penalty(explicit, original)) <= 1e-11 * (1 + penalty(explicit, original)));
    const { intercept } = lossGradient(explicit, original);
    if (scale.intercept) t.true(Math.abs(at.interceptGradient - intercept) <= 1e-12 * (1 + at.loss));
    const wanted = violation(explicit, original);
    t.true(Math.abs(violations(scale, rule, lambda, at).perDeviation - wanted) <= 1e-10 * (1 + wanted), `seed ${seed}`);
    // Finite differences of the loss in each working coefficient.
    const h = 1e-5;
    for (const j of scale.usable) {
      const moved = [h, -h].map((step) => ({ beta: point.beta.map((b, k) => (k === j ? b + step : b)), intercept: point.intercept }));
      const [up, down] = moved.map((to) => meanLoss(explicit, toOriginal(to)));
      t.true(Math.abs((up! - down!) / (2 * h) - at.gradient[j]!) <= 1e-7 * (1 + at.loss), `seed ${seed}, feature ${j}`);
    }
  }
});

test('the Hessian is the slope of the gradient', async (t) => {
  for (let seed = 300; seed < 330; seed++) {
    const random = new Random(seed);
    const { data, problem } = randomProblem(seed);
    const { scale, evaluate } = await evaluator(data, problem);
    const features = scale.usable.filter((j) => j % 2 === 0);
    const point: Point = { beta: random.normals(scale.features).map((b) => b / 3), intercept: scale.intercept ? 0.2 : 0 };
    const hessian = (await evaluate([point], features))[0]!.hessian!;
    const h = 1e-5;
    const q = features.length;
    t.is(hessian.tie === null, scale.intercept);
    const entry = (i: number, k: number): number => hessian.matrix[i * (q + 1) + k]!;
    const tie = (i: number): number => hessian.tie?.[i] ?? 0;
    /** Of the gradients: with what is tied let loose. */
    const whole = (i: number, k: number): number => entry(i, k) + tie(i) * entry(k, q) + tie(k) * entry(i, q) + tie(i) * tie(k) * entry(q, q);
    for (let i = 0; i < q; i++) {
      const [up, down] = await evaluate([h, -h].map((step) => ({ beta: point.beta.map((b, k) => (k === features[i] ? b + step : b)), intercept: point.intercept })));
      for (let k = 0; k < q; k++) {
        const slope = (up!.gradient[features[k]!]! - down!.gradient[features[k]!]!) / (2 * h);
        t.true(Math.abs(slope - whole(i, k)) < 1e-8, `seed ${seed}: ${slope}, ${whole(i, k)}`);
      }
      if (scale.intercept) t.true(Math.abs((up!.interceptGradient - down!.interceptGradient) / (2 * h) - entry(i, q)) < 1e-8);
    }
    if (scale.intercept) {
      const [up, down] = await evaluate([h, -h].map((step) => ({ beta: point.beta, intercept: point.intercept + step })));
      t.true(Math.abs((up!.interceptGradient - down!.interceptGradient) / (2 * h) - entry(q, q)) < 1e-8);
    }
  }
});

test('least squares: moments say the same as a sweep', async (t) => {
  let compared = 0;
  for (let seed = 400; seed < 480; seed++) {
    const random = new Random(seed);
    const { data, problem, largest } = randomProblem(seed);
    const { scale, evaluate, fromMoments } = await evaluator(data, problem);
    if (fromMoments === null) continue;
    compared++;
    const point: Point = { beta: random.normals(scale.features).map((b, j) => (scale.usable.includes(j) ? b : 0)), intercept: scale.intercept ? random.normal() : 0 };
    const [swept] = await evaluate([point], scale.usable);
    const [known] = await fromMoments.evaluate([point], [{ at: 0, features: scale.usable }]);
    const unit = 1 + swept!.loss;
    for (const name of ['loss', 'interceptGradient', 'alignment', 'curvature', 'curvatureAlignment', 'pearson', 'curvatureSquare'] as const) {
      t.true(Math.abs(swept![name] - known![name]) <= 1e-11 * unit, `seed ${seed}: ${name}: ${swept![name]} by a sweep, ${known![name]} from moments`);
    }
    for (const j of scale.usable) t.true(Math.abs(swept!.gradient[j]! - known!.gradient[j]!) <= 1e-11 * unit, `seed ${seed}: gradient`);
    swept!.hessian!.matrix.forEach((value, k) => t.true(Math.abs(value - known!.hessian!.matrix[k]!) <= 1e-11, `seed ${seed}: Hessian`));
    const lambda = 0.1 * largest;
    const [one, other] = [swept!, known!].map((at) => certify(scale, lossBySpec(squared), penaltyBySpec(problem.penalty), lambda, at, null));
    t.true(Object.is(one!.gap, other!.gap) || Math.abs(one!.gap - other!.gap) <= 1e-10 * unit, `seed ${seed}: gaps of ${one!.gap} and ${other!.gap}`);
  }
  t.true(compared > 15);
});

test('without an intercept what columns far from zero have in common does not spoil the certificate', async (t) => {
  const random = new Random(71);
  const n = 60;
  const far = 1000;
  const dense = Array.from({ length: 5 }, () => random.normals(n).map((value) => far + value));
  const y = Float64Array.from({ length: n }, (_, i) => (random.chance(1 / (1 + Math.exp(dense[1]![i]! - dense[0]![i]!))) ? 1 : 0));
  const problem = { loss: logistic, penalty: lasso, intercept: false };
  const fitted = await fit({ y, dense }, { ...problem, lambda: [0.01], tolerance: 1e-9 });
  const { scale, evaluate, toWorking } = await evaluator({ y, dense }, problem);
  const optimum = toWorking({ b: fitted.coefficients[0]!, b0: 0 });
  // A change of psi by 1e-6 for every row.
  const level = 1e-6 / optimum.beta.reduce((sum, b, j) => sum + (b !== 0 ? scale.mean[j]! : 0), 0);
  const [at] = await evaluate([{ beta: optimum.beta.map((b) => (b !== 0 ? b + level : 0)), intercept: 0 }]);
  const slope = penaltyBySpec(lasso).slopeAtZero(0.01);
  const worst = Math.max(...Array.from(scale.usable, (j) => Math.abs(at!.gradient[j]!) / (slope * scale.l1[j]!)));
  t.true(worst > 1 + 1e-3, 'the point a itself is far from feasible');
  const { gap, objective: value } = certify(scale, lossBySpec(logistic), penaltyBySpec(lasso), 0.01, at!, null);
  t.true(gap < 1e-5 * value, `${gap / value}`);
  t.true(gap >= value - fitted.objective[0]! - 1e-12);
});
