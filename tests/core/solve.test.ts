import test from 'ava';
import { Matrix, pseudoInverse } from 'ml-matrix';
import { factorCholesky, nullVector, solveCholesky } from '../../packages/core/src/solve/cholesky.ts';
import { LinearAlgebra } from '../../packages/core/src/solve/algebra.ts';
import { solveQuadratic as solveWith } from '../../packages/core/src/solve/quadratic.ts';
import type { QuadraticProblem as SolverProblem } from '../../packages/core/src/solve/quadratic.ts';
import { workingSet } from '../../packages/core/src/solve/workingSet.ts';
import { addSecant } from '../../packages/core/src/solve/modelStep.ts';
import type { ModelStepProblem } from '../../packages/core/src/solve/modelStep.ts';
import { inOrder, worksWith } from '../../packages/core/src/solve/works.ts';
import { Random } from '../support/random.ts';

const algebra = new LinearAlgebra();

/** Hessian, gradient and the like in arrays of their own. */
interface QuadraticProblem extends Omit<SolverProblem, 'size' | 'write'> {
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
  readonly start: Float64Array;
  readonly l1: Float64Array;
  readonly l2: Float64Array;
}

function solveQuadratic({ hessian, gradient, start, l1, l2, ...problem }: QuadraticProblem): Float64Array {
  const write: SolverProblem['write'] = (to) => {
    to.hessian.set(hessian);
    to.gradient.set(gradient);
    to.u.set(start);
    to.l1.set(l1);
    to.l2.set(l2);
  };
  return solveWith({ ...problem, size: start.length, write }, algebra).slice();
}
const solverWorks = worksWith();

/** B'B with B of `rank` rows whose sizes fall from 1 to 1 / condition. */
function semidefinite(random: Random, m: number, rank: number, condition = 1): Float64Array {
  const rows = Array.from({ length: rank }, (_, k) => random.normals(m).map((value) => value * condition ** (-k / Math.max(1, rank - 1))));
  return Float64Array.from({ length: m * m }, (_, at) => rows.reduce((total, row) => total + row[Math.floor(at / m)]! * row[at % m]!, 0));
}

function multiply(h: Float64Array, x: ArrayLike<number>): Float64Array {
  const m = x.length;
  return Float64Array.from({ length: m }, (_, i) => {
    let total = 0;
    for (let j = 0; j < m; j++) total += h[i * m + j]! * x[j]!;
    return total;
  });
}

/** The objective less its value at `start`, summed so that nothing cancels but what must. */
function objective({ hessian, gradient, start, l1, l2 }: QuadraticProblem, u: ArrayLike<number>): number {
  const d = start.map((b, j) => u[j]! - b);
  const hd = multiply(hessian, d);
  let total = 0;
  for (let j = 0; j < d.length; j++) total += d[j]! * (gradient[j]! + hd[j]! / 2) + l1[j]! * (Math.abs(u[j]!) - Math.abs(start[j]!)) + (l2[j]! / 2) * (u[j]! ** 2 - start[j]! ** 2);
  return total;
}

function violation({ hessian, gradient, start, l1, l2 }: QuadraticProblem, u: Float64Array): number {
  const hd = multiply(hessian, start.map((b, j) => u[j]! - b));
  return Math.max(0, ...u.map((value, j) => {
    const r = gradient[j]! + hd[j]! + l2[j]! * value;
    return value === 0 ? Math.abs(r) - l1[j]! : Math.abs(r + l1[j]! * Math.sign(value));
  }));
}

/** The least objective over every pattern of signs: each pattern's linear system, where its solution has those signs. */
function bruteForce(problem: QuadraticProblem): number {
  const { hessian, gradient, start, l1, l2 } = problem;
  const m = start.length;
  const base = multiply(hessian, start);
  let least = objective(problem, new Float64Array(m));
  for (let pattern = 0; pattern < 3 ** m; pattern++) {
    const signs = Array.from({ length: m }, (_, j) => (Math.floor(pattern / 3 ** j) % 3) - 1);
    const support = signs.flatMap((sign, j) => (sign === 0 ? [] : [j]));
    if (support.length === 0) continue;
    const a = new Matrix(support.map((i) => support.map((j) => hessian[i * m + j]! + (i === j ? l2[i]! : 0))));
    const right = Matrix.columnVector(support.map((j) => base[j]! - gradient[j]! - l1[j]! * signs[j]!));
    const solution = pseudoInverse(a).mmul(right).getColumn(0);
    const u = new Float64Array(m);
    support.forEach((j, s) => (u[j] = solution[s]!));
    if (support.every((j) => l1[j] === 0 || Math.sign(u[j]!) === signs[j])) least = Math.min(least, objective(problem, u));
  }
  return least;
}

/** A problem whose gradient is within the range of H, so that there is a minimum even without a penalty. */
function randomProblem(random: Random, m: number, hessian: Float64Array, penalised: (j: number) => number, l2 = 0): QuadraticProblem {
  const gradient = multiply(hessian, random.normals(m));
  const largest = Math.max(...gradient.map(Math.abs), 1e-300);
  return {
    hessian,
    gradient,
    start: Float64Array.from({ length: m }, () => (random.chance(0.4) ? 0 : random.normal())),
    l1: Float64Array.from({ length: m }, (_, j) => penalised(j) * largest),
    l2: Float64Array.from({ length: m }, (_, j) => l2 * hessian[j * m + j]!),
    tolerance: 1e-10 * largest,
  };
}

test('the M-step is the best of all sign patterns', (t) => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(seed);
    const m = 1 + random.integer(5);
    const rank = random.chance(0.3) ? Math.max(1, m - 2) : m + 2;
    const problem = randomProblem(random, m, semidefinite(random, m, rank), () => (random.chance(0.2) ? 0 : random.uniform() * 0.5), random.pick([0, 0, 0.3]));
    const u = solveQuadratic(problem);
    const least = bruteForce(problem);
    const scale = 1 + Math.abs(least);
    t.true(objective(problem, u) <= least + 1e-9 * scale, `seed ${seed}: ${objective(problem, u)} above ${least}`);
    t.true(objective(problem, u) >= least - 1e-9 * scale, `seed ${seed}: ${objective(problem, u)} below ${least}`);
  }
});

const KINDS: Readonly<Record<string, (random: Random, m: number) => Float64Array>> = {
  'well-conditioned': (random, m) => semidefinite(random, m, 3 * m),
  'singular, rank m/2': (random, m) => semidefinite(random, m, Math.ceil(m / 2)),
  'condition 1e6': (random, m) => semidefinite(random, m, m, 1e3),
  'condition 1e12': (random, m) => semidefinite(random, m, m, 1e6),
  'copies of columns, some with another sign': (random, m) => {
    const base = semidefinite(random, m, 2 * m);
    const of = Array.from({ length: m }, (_, j) => (j < m / 2 ? j : random.integer(Math.ceil(m / 2))));
    const sign = of.map((_, j) => (j < m / 2 ? 1 : random.pick([1, -1])));
    return Float64Array.from({ length: m * m }, (_, at) => sign[Math.floor(at / m)]! * sign[at % m]! * base[of[Math.floor(at / m)]! * m + of[at % m]!]!);
  },
  'columns of scales 1e-6 to 1e6': (random, m) => {
    const base = semidefinite(random, m, 2 * m);
    const scales = Array.from({ length: m }, (_, j) => 10 ** ((12 * j) / Math.max(1, m - 1) - 6));
    return base.map((value, at) => value * scales[Math.floor(at / m)]! * scales[at % m]!);
  },
  'a column of zeros': (random, m) => {
    const base = semidefinite(random, m, 2 * m);
    return base.map((value, at) => (Math.floor(at / m) === 0 || at % m === 0 ? 0 : value));
  },
};

for (const [kind, make] of Object.entries(KINDS)) {
  test(`${kind}: the optimality conditions hold and the objective has not risen`, (t) => {
    for (let seed = 0; seed < 40; seed++) {
      const random = new Random(1000 + seed);
      const m = random.pick([1, 2, 7, 20, 40]);
      const strength = random.pick([0.3, 0.01, 1e-4]);
      const problem = randomProblem(random, m, make(random, m), () => (random.chance(0.1) ? 0 : strength), random.pick([0, 0, 0.01]));
      const before = JSON.stringify([...problem.start, ...problem.gradient]);
      const u = solveQuadratic(problem);
      t.is(JSON.stringify([...problem.start, ...problem.gradient]), before, 'the problem itself is left alone');
      const largest = Math.max(...problem.gradient.map(Math.abs));
      t.true(violation(problem, u) <= 2e-10 * largest, `seed ${seed}, m ${m}, l1 ${strength}: violation ${violation(problem, u) / largest}`);
      t.true(objective(problem, u) <= 1e-13 * (1 + largest));
    }
  });
}

test('without a penalty the M-step solves the linear system, also a singular one that has a solution', (t) => {
  for (let seed = 0; seed < 60; seed++) {
    const random = new Random(2000 + seed);
    const m = random.pick([1, 3, 12, 30]);
    const rank = random.pick([m, m, Math.ceil(m / 2)]);
    const problem = randomProblem(random, m, semidefinite(random, m, rank), () => 0);
    const u = solveQuadratic(problem);
    t.true(violation(problem, u) <= 1e-7 * Math.max(...problem.gradient.map(Math.abs)), `seed ${seed}, m ${m}, rank ${rank}`);
  }
});

test('ridge alone is the ridge solution', (t) => {
  const random = new Random(3);
  const m = 9;
  const hessian = semidefinite(random, m, 3);
  const problem: QuadraticProblem = { hessian, gradient: random.normals(m), start: random.normals(m), l1: new Float64Array(m), l2: new Float64Array(m).fill(0.1), tolerance: 1e-12 };
  const right = multiply(hessian, problem.start).map((value, j) => value - problem.gradient[j]!);
  const a = new Matrix(Array.from({ length: m }, (_, i) => Array.from({ length: m }, (__, j) => hessian[i * m + j]! + (i === j ? 0.1 : 0))));
  const expected = pseudoInverse(a).mmul(Matrix.columnVector(Array.from(right))).getColumn(0);
  solveQuadratic(problem).forEach((value, j) => t.true(Math.abs(value - expected[j]!) < 1e-11));
});

test('coefficients that the penalty holds at zero are zero exactly', (t) => {
  const random = new Random(4);
  const m = 30;
  const problem = { ...randomProblem(random, m, semidefinite(random, m, 2 * m), () => 0.7), start: random.normals(m) };
  const u = solveQuadratic(problem);
  const zeros = u.filter((value) => value === 0).length;
  t.true(zeros > 10 && zeros < m, `${zeros} zeros`);
  t.true(u.every((value) => value === 0 || Math.abs(value) > 1e-12));
});

test('Cholesky factors and solves what is definite', (t) => {
  for (const n of [1, 2, 5, 17, 60]) {
    const random = new Random(n);
    const a = semidefinite(random, n, 2 * n);
    const l = a.slice();
    t.deepEqual(factorCholesky(l, n), []);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k <= j; k++) sum += l[i * n + k]! * l[j * n + k]!;
        t.true(Math.abs(sum - a[i * n + j]!) < 1e-13 * (1 + Math.abs(a[i * n + i]!)));
      }
    }
    const x = random.normals(n);
    const b = multiply(a, x);
    solveCholesky(l, n, b);
    t.true(Math.max(...b.map((value, j) => Math.abs(value - x[j]!))) < 1e-9);
  }
});

test('Cholesky counts columns that depend on earlier ones, and still solves a consistent system', (t) => {
  const random = new Random(8);
  const n = 8;
  const rows = Array.from({ length: 12 }, () => random.normals(n));
  for (const row of rows) {
    row[3] = row[1]!;
    row[6] = row[0]! - 2 * row[2]!;
  }
  const a = Float64Array.from({ length: n * n }, (_, at) => rows.reduce((total, row) => total + row[Math.floor(at / n)]! * row[at % n]!, 0));
  const l = a.slice();
  t.deepEqual(factorCholesky(l, n), [3, 6]);
  const right = multiply(a, random.normals(n));
  const solution = right.slice();
  solveCholesky(l, n, solution);
  multiply(a, solution).forEach((value, j) => t.true(Math.abs(value - right[j]!) < 1e-9));
  multiply(a, nullVector(l, n, 3)).forEach((value) => t.true(Math.abs(value) < 1e-12));
  const zero = new Float64Array(4);
  t.deepEqual(factorCholesky(zero, 2), [0, 1]);
  t.true(zero.every(Number.isFinite));
});

test('the working set has what is not zero, what is not penalised, and what the strong rule lets in', (t) => {
  const usable = Int32Array.of(0, 1, 2, 4, 5);
  const beta = Float64Array.of(0, 0.1, 0, 9, 0, 0);
  const gradient = Float64Array.of(0.59, 0, 0.61, 9, 0, 1.19);
  const l1 = Float64Array.of(1, 1, 1, 1, 0, 2);
  // 2 * 0.8 - 1 = 0.6 per unit of l1.
  t.deepEqual([...workingSet(usable, beta, gradient, l1, 0.8, 1)], [1, 2, 4]);
  t.deepEqual([...workingSet(usable, beta, gradient, l1, 0.4, 1)], [0, 1, 2, 4, 5]);
});

test('the executor runs works by name, in order', async (t) => {
  const shared = { matrices: [Float64Array.of(2, 0, 0, 1)], tie: Float64Array.of(0) };
  const item: ModelStepProblem = {
    from: 0, to: 0, share: 0, curvature: 1, updates: [], working: Int32Array.of(0), gradient: Float64Array.of(-4, 0), start: Float64Array.of(0), l1: Float64Array.of(1), l2: Float64Array.of(0), tolerance: 1e-12, relativeTolerance: 0,
  };
  const results = await inOrder.map('modelStep', shared, [item, { ...item, l1: Float64Array.of(5) }]);
  t.deepEqual(results.map(({ beta }) => beta), [Float64Array.of(1.5), Float64Array.of(0)]);
  t.deepEqual(solverWorks.modelStep(shared, item).beta, Float64Array.of(1.5));
});

test('a step on a model takes the last coordinate along, free or tied, and leaves what does not work where it is', (t) => {
  const random = new Random(31);
  const q = 5;
  const size = q + 1;
  for (const tie of [null, random.normals(q), new Float64Array(q)]) {
    const matrix = semidefinite(random, size, 3 * size);
    const gradient = random.normals(size);
    const start = random.normals(q);
    const working = Int32Array.of(0, 2, 3);
    const problem: ModelStepProblem = {
      from: 0, to: 0, share: 0, curvature: 1, updates: [], working, gradient, start, l1: new Float64Array(q), l2: new Float64Array(q).fill(0.3), tolerance: 0, relativeTolerance: 0,
    };
    const { beta, interceptStep } = solverWorks.modelStep({ matrices: [matrix], tie }, problem);
    t.is(beta[1], start[1]);
    t.is(beta[4], start[4]);
    const step = Float64Array.from({ length: size }, (_, i) => (i < q ? beta[i]! - start[i]! : tie === null ? interceptStep : tie.reduce((sum, c, j) => sum + c * (beta[j]! - start[j]!), 0)));
    if (tie !== null) t.is(interceptStep, 0);
    // The gradient of the model where the step ends.
    const rows = multiply(matrix, step);
    const left = rows.map((value, i) => value + gradient[i]! + (i < q ? 0.3 * beta[i]! + (tie === null ? 0 : tie[i]! * rows[q]!) : 0));
    for (const i of tie === null ? [...working, q] : working) t.true(Math.abs(left[i]!) < 1e-11, `coordinate ${i}: ${left[i]}`);
  }
});

test('a secant makes the model say what the gradients said, and stays symmetric; one that says nothing is left out', (t) => {
  const random = new Random(32);
  const n = 7;
  const h = semidefinite(random, n, 2 * n);
  const truth = semidefinite(random, n, 2 * n);
  const step = random.normals(n);
  const change = multiply(truth, step);
  const old = h.slice();
  addSecant(h, { step, change });
  multiply(h, step).forEach((value, i) => t.true(Math.abs(value - change[i]!) < 1e-10));
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) t.true(Math.abs(h[i * n + j]! - h[j * n + i]!) < 1e-12);
  t.notDeepEqual(h, old);
  const now = h.slice();
  for (const useless of [change.map((value) => -value), new Float64Array(n)]) addSecant(h, { step, change: useless });
  addSecant(h, { step: new Float64Array(n), change });
  t.deepEqual(h, now);
});

test('a large ridge problem is solved to its tolerance, however it is conditioned', (t) => {
  const random = new Random(34);
  const m = 150;
  for (const weakest of [1, 1e-9]) {
    const rows = Array.from({ length: 2 * m }, () => random.normals(m).map((value, j) => value * weakest ** (j / m)));
    const hessian = Float64Array.from({ length: m * m }, (_, at) => rows.reduce((total, row) => total + row[Math.floor(at / m)]! * row[at % m]!, 0));
    const gradient = random.normals(m);
    const l2 = new Float64Array(m).fill(1e-9);
    const u = solveQuadratic({ hessian, gradient, start: new Float64Array(m), l1: new Float64Array(m), l2, tolerance: 1e-6 });
    multiply(hessian, u).forEach((value, j) => t.true(Math.abs(value + gradient[j]! + l2[j]! * u[j]!) <= 1e-6));
  }
});

test('a level far above the rest of the Hessian costs no digits', (t) => {
  const random = new Random(35);
  const m = 6;
  // Columns of mean 1 and spread 1e-7: H + v v' has none of H's digits.
  const small = 1e-14;
  const hessian = semidefinite(random, m, 20).map((value) => small * value);
  const direction = new Float64Array(m).fill(1).map((value, j) => value + 1e-7 * j);
  const expected = Float64Array.from({ length: m }, (_, j) => (j < 3 ? 1 : -1) * (1 + j));
  expected[m - 1] = -expected.slice(0, m - 1).reduce((sum, value, j) => sum + value * direction[j]!, 0) / direction[m - 1]!;
  const l1 = new Float64Array(m).fill(0.3 * small);
  const image = multiply(hessian, expected);
  // What makes `expected` the solution, its level being 0 but for rounding.
  const gradient = image.map((value, j) => -value - l1[j]! * Math.sign(expected[j]!));
  const u = solveQuadratic({ hessian, level: { direction, curvature: 1 }, gradient, start: new Float64Array(m), l1, l2: new Float64Array(m), tolerance: 1e-9 * small });
  u.forEach((value, j) => t.true(Math.abs(value - expected[j]!) < 1e-6, `${value}, not ${expected[j]}`));
});
