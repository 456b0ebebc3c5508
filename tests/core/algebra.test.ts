/** Factorisations by the kernels and the ridge steps made of them. */
import test from 'ava';
import { CholeskyDecomposition, Matrix, solve } from 'ml-matrix';
import { LinearAlgebra, solveUpper, squareUpper } from '../../packages/core/src/solve/algebra.ts';
import type { Upper } from '../../packages/core/src/solve/algebra.ts';
import { addSecant, solveModelStep, takeRidgeStep } from '../../packages/core/src/solve/modelStep.ts';
import type { ModelStepProblem } from '../../packages/core/src/solve/modelStep.ts';
import type { Secant } from '../../packages/core/src/solve/ridge.ts';
import { Random } from '../support/random.ts';

const FAMILIES = { wide: { family: 'wasm', wide: true }, narrow: { family: 'wasm', wide: false }, scalar: { family: 'scalar' } } as const;

/** B'B / rows of `rows` rows whose columns' sizes fall from 1 to 1 / condition. */
function squareOf(random: Random, n: number, rows: number, condition = 1): Matrix {
  const b = new Matrix(Array.from({ length: rows }, () => Array.from(random.normals(n), (value, j) => value * condition ** (-j / Math.max(1, n - 1)))));
  return b.transpose().mmul(b).div(rows);
}

function fill(upper: Upper, a: Matrix): void {
  for (let i = 0; i < upper.size; i++) for (let k = i; k < upper.size; k++) upper.values[i * upper.stride + k] = a.get(i, k);
}

const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

for (const [name, family] of Object.entries(FAMILIES)) {
  test(`${name}: factors and solves as ml-matrix does, sizes up and down in one memory`, (t) => {
    const algebra = new LinearAlgebra(family);
    for (const n of [1, 5, 16, 17, 97, 230, 40, 3]) {
      const random = new Random(n);
      const a = squareOf(random, n, 3 * n, 10);
      const upper = algebra.open(n)!;
      fill(upper, a);
      t.true(algebra.factor(upper));
      const oracle = new CholeskyDecomposition(a);
      let worst = 0;
      for (let i = 0; i < n; i++) for (let k = i; k < n; k++) worst = Math.max(worst, Math.abs(upper.values[i * upper.stride + k]! - oracle.lowerTriangularMatrix.get(k, i)));
      t.true(worst < 1e-12, `${n}: ${worst}`);
      const b = random.normals(n);
      const x = b.slice();
      solveUpper(upper, x);
      const expected = oracle.solve(Matrix.columnVector(Array.from(b))).getColumn(0);
      t.true(largest(x.map((value, i) => value - expected[i]!)) < 1e-9 * largest(expected), `${n}`);
      const square = x.reduce((sum, value, i) => sum + value * b[i]!, 0);
      t.true(Math.abs(squareUpper(upper, x) - square) < 1e-9 * square);
    }
  });

  test(`${name}: what is not positive definite, or no number, is reported`, (t) => {
    const algebra = new LinearAlgebra(family);
    for (const n of [1, 30, 130]) {
      const a = squareOf(new Random(n), n, 3 * n);
      const changes: readonly ((a: Matrix) => void)[] = [
        (b) => b.set(n - 1, n - 1, -1),
        (b) => b.set(n >> 1, n >> 1, Number.NaN),
        (b) => b.mul(0),
        (b) => b.mul(-1),
        // The last column is the first, to rounding.
        ...(n > 1 ? [(b: Matrix) => {
          b.setColumn(n - 1, b.getColumn(0));
          b.setRow(n - 1, b.getColumn(0));
          b.set(n - 1, n - 1, b.get(0, 0) * (1 + 1e-15));
        }] : []),
      ];
      changes.forEach((change, c) => {
        const b = a.clone();
        change(b);
        const upper = algebra.open(n)!;
        fill(upper, b);
        t.false(algebra.factor(upper), `${n}, change ${c}`);
      });
      const upper = algebra.open(n)!;
      fill(upper, a);
      t.true(algebra.factor(upper), 'and the next one is factored');
    }
  });
}

test('more unknowns than there is memory for are refused', (t) => {
  t.is(new LinearAlgebra().open(24_000), null);
});

/** A ridge step's problem on q features with a few earlier steps. */
function ridgeProblem(random: Random, q: number, updates: number, working: Int32Array): ModelStepProblem {
  return {
    from: 0, to: 1, share: 0.3, curvature: 0.7, updates: Array.from({ length: updates }, () => ({ step: random.normals(q + 1), change: random.normals(q + 1) })), working,
    gradient: random.normals(q + 1), start: random.normals(q), l1: new Float64Array(q), l2: Float64Array.from({ length: q }, () => 0.1 + random.uniform()), tolerance: 0, relativeTolerance: 0,
  };
}

/** Minimises the model by its whole matrix, penalty and ties in it, updated by secants one by one. */
function byMatrix(matrices: readonly Matrix[], tie: Float64Array | null, problem: ModelStepProblem, secants: readonly Secant[]): Float64Array {
  const { working, start, l2, gradient, share, curvature } = problem;
  const q = start.length;
  const m = working.length;
  const model = matrices[0]!.clone().mul(1 - share).add(matrices[1]!.clone().mul(share)).mul(curvature);
  // Coordinates: the working features and, where it is free, the last one.
  const size = tie === null ? m + 1 : m;
  const basis = new Matrix(q + 1, size);
  for (let i = 0; i < m; i++) {
    basis.set(working[i]!, i, 1);
    if (tie !== null) basis.set(q, i, tie[working[i]!]!);
  }
  if (tie === null) basis.set(q, m, 1);
  const whole = basis.transpose().mmul(model).mmul(basis);
  const rhs = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const penalty = i < m ? l2[working[i]!]! : 0;
    whole.set(i, i, whole.get(i, i) + penalty);
    rhs[i] = i < m ? -(gradient[working[i]!]! + penalty * start[working[i]!]!) : -gradient[q]!;
  }
  const h = Float64Array.from(whole.to1DArray());
  for (const { step, change } of secants) {
    const s = new Float64Array(size);
    const y = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      const j = i < m ? working[i]! : q;
      s[i] = step[j]!;
      y[i] = change[j]! + (i < m ? l2[j]! * step[j]! : 0) + (tie !== null ? tie[j]! * change[q]! : 0);
    }
    addSecant(h, { step: s, change: y });
  }
  const solved = solve(new Matrix(Array.from({ length: size }, (_, i) => Array.from(h.subarray(i * size, (i + 1) * size)))), Matrix.columnVector(Array.from(rhs))).getColumn(0);
  return Float64Array.from(solved);
}

test('a ridge step is the minimum of the model with its secants; the factor that is kept gives the same step, and others', (t) => {
  const algebra = new LinearAlgebra();
  for (let seed = 0; seed < 30; seed++) {
    const random = new Random(seed);
    const q = random.pick([1, 4, 25]);
    const tie = random.pick([null, random.normals(q)]);
    const working = Int32Array.from({ length: q }, (_, j) => j).filter((j) => j === 0 || random.chance(0.8));
    const matrices = [squareOf(random, q + 1, 4 * q + 4), squareOf(random, q + 1, 4 * q + 4)];
    const truth = squareOf(random, q + 1, 4 * q + 4);
    const problem = ridgeProblem(random, q, 3, working);
    // What gradients say of a quadratic is its Hessian's product with the step, tied steps in their last coordinate too.
    const secants = problem.updates.map(({ step }) => {
      if (tie !== null) step[q] = working.reduce((sum, j) => sum + tie[j]! * step[j]!, 0);
      for (let j = 0; j < q; j++) if (!working.includes(j)) step[j] = 0;
      return { step, change: Float64Array.from(truth.mmul(Matrix.columnVector(Array.from(step))).getColumn(0)) };
    });
    const model = { matrices: matrices.map((matrix) => Float64Array.from(matrix.to1DArray())), tie };
    const own = { ...problem, updates: secants, keepFactor: true };
    const { beta, interceptStep, factor } = solveModelStep(model, own, algebra);
    const expected = byMatrix(matrices, tie, problem, secants);
    const scale = largest(expected);
    working.forEach((j, i) => t.true(Math.abs(beta[j]! - problem.start[j]! - expected[i]!) < 1e-8 * scale, `seed ${seed}: ${beta[j]! - problem.start[j]!}, not ${expected[i]}`));
    if (tie === null) t.true(Math.abs(interceptStep - expected.at(-1)!) < 1e-8 * scale);
    else t.is(interceptStep, 0);
    for (let j = 0; j < q; j++) if (!working.includes(j)) t.is(beta[j], problem.start[j]);
    solveModelStep(model, ridgeProblem(random, q, 0, working), algebra);
    t.deepEqual(takeRidgeStep(factor!, problem.gradient, problem.start, secants), { beta, interceptStep });
    const other = { ...own, updates: [], gradient: random.normals(q + 1), start: random.normals(q) };
    const { beta: there, interceptStep: level } = solveModelStep(model, other, algebra);
    t.deepEqual(takeRidgeStep(factor!, other.gradient, other.start, []), { beta: there, interceptStep: level });
  }
});

test('secants that say nothing of the curvature change nothing', (t) => {
  const random = new Random(7);
  const q = 6;
  const matrix = Float64Array.from(squareOf(random, q + 1, 40).to1DArray());
  const problem = { ...ridgeProblem(random, q, 0, Int32Array.from({ length: q }, (_, j) => j)), from: 0, to: 0 };
  const algebra = new LinearAlgebra();
  const plain = solveModelStep({ matrices: [matrix], tie: null }, problem, algebra);
  const step = random.normals(q + 1);
  for (const change of [step.map((value) => -100 * value), new Float64Array(q + 1).fill(Number.NaN)]) {
    t.deepEqual(solveModelStep({ matrices: [matrix], tie: null }, { ...problem, updates: [{ step, change }] }, algebra), plain);
  }
  t.deepEqual(solveModelStep({ matrices: [matrix], tie: null }, { ...problem, updates: [{ step: new Float64Array(q + 1), change: step }] }, algebra), plain);
});

test('a ridge step without a unique solution is solved all the same', (t) => {
  const q = 20;
  const random = new Random(9);
  const matrix = new Float64Array((q + 1) ** 2);
  const a = squareOf(random, q, 10);
  for (let i = 0; i < q; i++) for (let k = 0; k < q; k++) matrix[i * (q + 1) + k] = a.get(i, k);
  matrix[(q + 1) ** 2 - 1] = 1;
  const wanted = Array.from(random.normals(q));
  const gradient = Float64Array.from([...a.mmul(Matrix.columnVector(wanted)).getColumn(0).map((value) => -value), 0]);
  const problem = { ...ridgeProblem(random, q, 0, Int32Array.from({ length: q }, (_, j) => j)), from: 0, to: 0, share: 0, curvature: 1, gradient, start: new Float64Array(q), l2: new Float64Array(q), keepFactor: true };
  const { beta, factor } = solveModelStep({ matrices: [matrix], tie: null }, problem, new LinearAlgebra());
  t.is(factor, undefined);
  a.mmul(Matrix.columnVector(Array.from(beta))).getColumn(0).forEach((value, i) => t.true(Math.abs(value + gradient[i]!) < 1e-7));
});
