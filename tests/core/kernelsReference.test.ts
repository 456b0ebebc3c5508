import test from 'ava';
import { Matrix } from 'ml-matrix';
import { LOSS_SUMS, PANEL, createKernels, gramWorkspaceBytes } from '../../packages/core/src/kernels/index.ts';
import type { Kernels } from '../../packages/core/src/kernels/index.ts';
import { TestArena, noise } from './kernelsArena.ts';

const N = 37, P = 11;

/** Both families, each with an arena of its own. */
function families(begin?: number): { family: 'scalar' | 'wasm'; kernels: Kernels; arena: TestArena }[] {
  return (['scalar', 'wasm'] as const).map((family) => {
    const arena = new TestArena(begin);
    return { family, arena, kernels: createKernels(arena.memory, { family, wide: true }) };
  });
}

const largest = (m: Matrix): number => m.clone().abs().max();

test('gram is X\' diag(w) X by ml-matrix', (t) => {
  for (const { kernels, arena, family } of families()) {
    const ldg = 16;
    const x = arena.f64(N * P, noise(0)), w = arena.f64(N, (i) => i % 3), g = arena.f64(ldg * ldg);
    kernels.gram(N, P, x.byteOffset, P, w.byteOffset, g.byteOffset, ldg, arena.f64(gramWorkspaceBytes(P) / 8).byteOffset);
    const X = Matrix.from1DArray(N, P, x);
    const expected = X.transpose().mmul(Matrix.diag([...w])).mmul(X);
    for (let i = 0; i < P; i++) {
      for (let j = i; j < P; j++) t.true(Math.abs(g[i * ldg + j]! - expected.get(i, j)) < 1e-13 * largest(expected), `${family} ${i}, ${j}`);
    }
  }
});

test('panels are X B and X\' R by ml-matrix', (t) => {
  for (const { kernels, arena, family } of families()) {
    const x = arena.f64(N * P, noise(0)), b = arena.f64(P * PANEL, noise(1));
    const psi = arena.f64(40 * PANEL), g = arena.f64(12 * PANEL);
    kernels.psiPanels(N, P, 1, x.byteOffset, P, b.byteOffset, 0, psi.byteOffset, 0);
    kernels.gradientPanels(N, P, 1, x.byteOffset, P, psi.byteOffset, 0, g.byteOffset, 0);
    const X = Matrix.from1DArray(N, P, x);
    const expectedPsi = X.mmul(Matrix.from1DArray(P, PANEL, b));
    const expectedG = X.transpose().mmul(expectedPsi);
    const actualPsi = Matrix.from1DArray(N, PANEL, psi.subarray(0, N * PANEL));
    const actualG = Matrix.from1DArray(P, PANEL, g.subarray(0, P * PANEL));
    t.true(largest(actualPsi.sub(expectedPsi)) < 1e-13 * largest(expectedPsi), family);
    t.true(largest(actualG.sub(expectedG)) < 1e-13 * largest(expectedG), family);
  }
});

test('sparse and categorical rows give what the same rows written out densely give', (t) => {
  for (const { kernels, arena, family } of families()) {
    const slots = 6;
    const code = (i: number): number => (i * i) % 4;
    const indexOf = (e: number): number => e % 2 === 0 ? 1 + (e / 2) % 2 : 3 + ((e - 1) / 2) % 3;
    const indptr = arena.u32(N + 1, (i) => 2 * i), indices = arena.u32(2 * N, indexOf), values = arena.f64(2 * N, noise(0));
    const codes = arena.u32(N, code), w = arena.f64(N, (i) => i % 3);
    const S = new Matrix(N, slots), C = new Matrix(N, 4);
    for (let i = 0; i < N; i++) {
      C.set(i, code(i), 1);
      for (const e of [2 * i, 2 * i + 1]) S.set(i, indexOf(e), values[e]!);
    }
    const W = Matrix.diag([...w]);
    const sparse = [indptr.byteOffset, indices.byteOffset, values.byteOffset] as const;

    const ss = arena.f64(slots * slots), sc = arena.f64(slots * 4), psi = arena.f64(N), g = arena.f64(slots), b = arena.f64(slots, noise(1));
    kernels.sparseGram(N, ...sparse, w.byteOffset, ss.byteOffset, slots);
    kernels.sparseCodesGram(N, ...sparse, codes.byteOffset, w.byteOffset, sc.byteOffset, 4);
    kernels.sparsePsiColumn(N, ...sparse, b.byteOffset, psi.byteOffset);
    kernels.sparseGradientColumn(N, ...sparse, psi.byteOffset, g.byteOffset);

    const expectedGram = S.transpose().mmul(W).mmul(S);
    for (let i = 0; i < slots; i++) for (let j = 0; j <= i; j++) t.true(Math.abs(ss[i * slots + j]! - expectedGram.get(i, j)) < 1e-12, `${family} ${i}, ${j}`);
    t.true(largest(Matrix.from1DArray(slots, 4, sc).sub(S.transpose().mmul(W).mmul(C))) < 1e-12, family);
    const expectedPsi = S.mmul(Matrix.columnVector([...b]));
    t.true(largest(Matrix.columnVector([...psi]).sub(expectedPsi)) < 1e-13, family);
    t.true(largest(Matrix.columnVector([...g]).sub(S.transpose().mmul(expectedPsi))) < 1e-12, family);
  }
});

test('no rows or no columns: nothing changes', (t) => {
  for (const { kernels, arena, family } of families()) {
    const x = arena.f64(64, noise(0)), out = arena.f64(256, noise(1)), workspace = arena.f64(gramWorkspaceBytes(8) / 8);
    const before = out.slice();
    const X = x.byteOffset, OUT = out.byteOffset;
    kernels.psiColumn(5, 0, X, 3, X, OUT);
    kernels.psiColumn(0, 3, X, 3, X, OUT);
    kernels.gradientColumn(0, 3, X, 3, X, OUT);
    kernels.gradientColumn(5, 0, X, 3, X, OUT);
    kernels.psiPanels(4, 0, 1, X, 3, X, 0, OUT, 0);
    kernels.psiPanels(0, 3, 1, X, 3, X, 0, OUT, 0);
    kernels.gradientPanels(0, 4, 1, X, 4, X, 0, OUT, 0);
    kernels.gradientPanels(4, 0, 1, X, 4, X, 0, OUT, 0);
    kernels.gram(0, 8, X, 8, X, OUT, 8, workspace.byteOffset);
    kernels.gram(4, 0, X, 8, X, OUT, 8, workspace.byteOffset);
    kernels.gram32(4, 0, X, 8, X, OUT, 16, workspace.byteOffset);
    for (const loss of Object.values(kernels.losses)) {
      loss.column(0, X, 0, X, 0, OUT, OUT, OUT);
      loss.panels(0, 1, X, 0, 0, X, 0, OUT, 0);
      loss.panels(4, 0, X, 0, 0, X, 0, OUT, 0);
    }
    t.deepEqual(out, before, family);
    t.true(arena.intact());
  }
});

test('rows of weight zero do not reach a Gram, even when they hold NaN', (t) => {
  for (const { kernels, arena, family } of families()) {
    const x = arena.f64(4 * 3, (i) => i < 3 ? NaN : i), w = arena.f64(4, (i) => i === 0 ? 0 : 1), g = arena.f64(64);
    kernels.gram(4, 3, x.byteOffset, 3, w.byteOffset, g.byteOffset, 8, arena.f64(gramWorkspaceBytes(3) / 8).byteOffset);
    t.is(g[0], 9 + 36 + 81, family);
  }
});

test('the scalar twin follows a memory that grows', (t) => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 8, shared: true });
  const kernels = createKernels(memory, { family: 'scalar' });
  const codes = 65536, map = codes + 64;
  new Uint32Array(memory.buffer, map, 2).set([5, 7]);
  kernels.translateCodes(1, codes, map, codes + 128);
  memory.grow(4);
  const high = 5 * 65536;
  new Uint32Array(memory.buffer, codes, 1).set([1]);
  kernels.translateCodes(1, codes, map, high);
  t.is(new Uint32Array(memory.buffer, high, 1)[0], 7);
});

test('the kernels\' own constants stay inside the reserved bytes', (t) => {
  const arena = new TestArena();
  const all = new Uint8Array(arena.memory.buffer).fill(0xab);
  createKernels(arena.memory, { family: 'wasm', wide: false });
  t.true(all.subarray(65536).every((byte) => byte === 0xab));
  t.true(all.subarray(0, 64).every((byte) => byte === 0xab));
  t.false(all.subarray(0, 65536).every((byte) => byte === 0xab));
});

test('the sums are in the order of LOSS_SUMS', (t) => {
  t.deepEqual([...LOSS_SUMS], ['loss', 'gradient', 'alignment', 'curvature', 'curvatureAlignment', 'pearson', 'curvatureSquare']);
  for (const { kernels, arena } of families()) {
    const psi = arena.f64(1, () => 3), offset = arena.f64(1, () => 1), y = arena.f64(1, () => 5), w = arena.f64(1, () => 2), sums = arena.f64(7);
    kernels.losses['squared']!.column(1, psi.byteOffset, offset.byteOffset, y.byteOffset, w.byteOffset, psi.byteOffset, 0, sums.byteOffset);
    t.deepEqual([...sums], [4, -4, -8, 2, 4, 8, 2]);
    t.is(psi[0], -4);
  }
});
