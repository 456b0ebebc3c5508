import test from 'ava';
import type { ExecutionContext } from 'ava';
import {
  GRAM_ROWS, LOSS_SUMS, PANEL, choleskyWorkspaceBytes, createKernels, gramWorkspaceBytes, penalisedStepWorkspaceBytes
} from '../../packages/core/src/kernels/index.ts';
import type { Kernels } from '../../packages/core/src/kernels/index.ts';
import { TestArena, noise } from './kernelsArena.ts';

/** Runs one method in a fresh arena and returns the numbers the contract defines. */
type Run = (kernels: Kernels, arena: TestArena, n: number, p: number) => Float64Array | Uint32Array;

const ROWS = [1, 2, 3, 4, 5, 7, 8, 33, 96, GRAM_ROWS];
const FEATURES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 33, 40];
const LEVELS = 6;

const weight = (i: number): number => i % 4 === 1 ? 0 : 0.5 + Math.abs(noise(9)(i));
const code = (i: number): number => (i * 5 + (i >> 2)) % LEVELS;

/** The first `rows` rows of each panel. */
function panelRows(panels: Float64Array, count: number, rows: number): Float64Array {
  const stride = panels.length / count;
  const out = new Float64Array(count * rows * PANEL);
  for (let q = 0; q < count; q++) out.set(panels.subarray(q * stride, q * stride + rows * PANEL), q * rows * PANEL);
  return out;
}

/** The upper triangle of G, row by row. */
function upper(g: Float64Array, p: number, ldg: number): Float64Array {
  const out: number[] = [];
  for (let i = 0; i < p; i++) for (let j = i; j < p; j++) out.push(g[i * ldg + j]!);
  return Float64Array.from(out);
}

const padded = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;

/** CSR rows of at most three entries among p + 1 slots, some rows empty. */
function sparseRows(arena: TestArena, n: number, p: number): { indptr: Uint32Array; indices: Uint32Array; values: Float64Array } {
  const rows = Array.from({ length: n }, (_, i) => [0, 1, 2].map((k) => 1 + ((i * 3 + k * 11) % p)).slice(0, i % 4)
    .sort((a, b) => a - b).filter((index, k, all) => index !== all[k - 1]));
  const flat = rows.flat();
  let end = 0;
  const ends = rows.map((row) => (end += row.length));
  return {
    indptr: arena.u32(n + 1, (i) => i === 0 ? 0 : ends[i - 1]!),
    indices: arena.u32(flat.length, (e) => flat[e]!),
    values: arena.f64(flat.length, noise(7)),
  };
}

function gramRun(weighted: boolean, single: boolean, method: 'gram' | 'gram32' | 'gramCoarse' = single ? 'gram32' : 'gram'): Run {
  return (kernels, arena, n, p) => {
    const ldx = p + 3, ldg = padded(p, 16);
    const x = single ? arena.f32(n * ldx, noise(0)) : arena.f64(n * ldx, noise(0));
    const w = arena.f64(n, weight);
    const g = arena.f64(ldg * ldg, noise(2));
    const workspace = arena.f64(gramWorkspaceBytes(p) / 8);
    kernels[method](n, p, x.byteOffset, ldx, weighted ? w.byteOffset : 0, g.byteOffset, ldg, workspace.byteOffset);
    return upper(g, p, ldg);
  };
}

/** The factor of n + p unknowns, and the number that came back; with a pivot of nothing, what stops there. */
function choleskyRun(singular: boolean): Run {
  return (kernels, arena, n, p) => {
    const size = n + p, lda = padded(size, 8);
    const a = arena.f64(lda * lda, (at) => at % (lda + 1) === 0 ? 2 + size : noise(0)(at));
    const stop = size - 1 - (p % size);
    if (singular) for (let k = 0; k < size; k++) a[k <= stop ? k * lda + stop : stop * lda + k] = 0;
    const workspace = arena.f64(choleskyWorkspaceBytes(size) / 8);
    const done = kernels.cholesky(size, a.byteOffset, lda, 1e-13, workspace.byteOffset);
    return singular ? Float64Array.of(done, done - stop) : Float64Array.from([done, ...upper(a, size, lda)]);
  };
}

/** A step of n + p unknowns, its rounds and solution; of copies of columns, that it gives up. */
function penalisedRun(l2: number, copies: boolean): Run {
  return (kernels, arena, n, p) => {
    const size = n + p, of = (j: number): number => (copies ? j % Math.ceil(size / 2) : j);
    // B'B, B of as many rows as unknowns and half as many again.
    const b = Array.from({ length: Math.ceil(1.5 * size) }, (_, k) => Array.from({ length: size }, (_, j) => noise(0)(k * size + of(j))));
    const h = arena.f64(size * size + 8, (at) => (at < size * size ? b.reduce((sum, row) => sum + row[Math.floor(at / size)]! * row[at % size]!, 0) : 0));
    const g = arena.f64(padded(size, 8), noise(1)), u = arena.f64(padded(size, 8), (j) => (j % 3 === 0 ? noise(2)(j) : 0));
    const l1 = arena.f64(padded(size, 8), (j) => (j % 5 === 0 ? 0 : 0.3 * weight(j))), curvature = arena.f64(padded(size, 8), () => l2);
    const workspace = arena.f64(penalisedStepWorkspaceBytes(size) / 8);
    const rounds = kernels.penalisedStep(size, h.byteOffset, size, g.byteOffset, u.byteOffset, l1.byteOffset, curvature.byteOffset, 1e-12, 0, workspace.byteOffset);
    return copies ? Float64Array.of(rounds) : Float64Array.from([rounds, ...u.subarray(0, size)]);
  };
}

function gatherRun(single: boolean, indexed: boolean): Run {
  return (kernels, arena, n, p) => {
    const ldx = p + 1, count = Math.ceil(p / 2), ldo = count + 2;
    const x = single ? arena.f32(n * ldx, noise(0)) : arena.f64(n * ldx, noise(0));
    const index = arena.u32(count, (c) => p - 1 - 2 * c);
    const out = arena.f64(n * ldo);
    kernels[single ? 'gatherColumns32' : 'gatherColumns'](n, x.byteOffset, ldx, indexed ? index.byteOffset : 0, count, out.byteOffset, ldo);
    return out;
  };
}

function gatherRowsRun(widened: boolean): Run {
  return (kernels, arena, n, p) => {
    const x = widened ? arena.f32(n * p, noise(0)) : arena.f64(n * p, noise(0));
    const index = arena.u32(n, (i) => (i * 7) % n);
    const out = arena.f64(n * p);
    if (widened) kernels.gatherRows32(n, p, x.byteOffset, index.byteOffset, out.byteOffset);
    else kernels.gatherRows(n, p * 8, x.byteOffset, index.byteOffset, out.byteOffset);
    return out;
  };
}

function distancesRun(single: boolean): Run {
  return (kernels, arena, n, p) => {
    const ldx = p + 1;
    const x = single ? arena.f32(n * ldx, noise(0)) : arena.f64(n * ldx, noise(0));
    const centre = arena.f64(p, noise(1)), scale = arena.f64(p, weight), out = arena.f64(n, noise(2));
    kernels[single ? 'squaredDistances32' : 'squaredDistances'](n, p, x.byteOffset, ldx, centre.byteOffset, scale.byteOffset, out.byteOffset);
    return out;
  };
}

function lossRun(name: string, weighted: boolean, offsets: boolean): Run {
  return (kernels, arena, n, p) => {
    const loss = kernels.losses[name]!;
    const psi = arena.f64(n, (i) => 4 * noise(0)(i));
    const offset = arena.f64(n, noise(1));
    const y = arena.f64(n, (i) => i % 3 === 2 ? 0.3 : i % 2);
    const w = arena.f64(n, weight);
    const residual = arena.f64(n);
    const curvature = p % 2 ? arena.f64(n) : null;
    const sums = arena.f64(LOSS_SUMS.length, noise(3));
    loss.column(n, psi.byteOffset, offsets ? offset.byteOffset : 0, y.byteOffset, weighted ? w.byteOffset : 0,
      residual.byteOffset, curvature?.byteOffset ?? 0, sums.byteOffset);

    const panels = Math.ceil(p / PANEL), stride = padded(n, 4) * PANEL;
    const psis = arena.f64(panels * stride, (i) => 4 * noise(4)(i));
    const panelSums = arena.f64(panels * LOSS_SUMS.length * PANEL, noise(5));
    const losses = arena.f64(panels * PANEL, noise(6)), spent = arena.f64(panels * stride, (i) => psis[i]!);
    loss.lossPanels(n, panels, spent.byteOffset, stride * 8, y.byteOffset, weighted ? w.byteOffset : 0, losses.byteOffset);
    loss.panels(n, panels, psis.byteOffset, stride * 8, offsets ? offset.byteOffset : 0, y.byteOffset, weighted ? w.byteOffset : 0,
      panelSums.byteOffset, LOSS_SUMS.length * PANEL * 8);
    return Float64Array.from([...residual, ...curvature ?? [], ...sums, ...panelRows(psis, panels, n), ...panelSums, ...losses]);
  };
}

function momentRun(weighted: boolean, squares: boolean): Run {
  return (kernels, arena, n, p) => {
    const ldx = p + 1;
    // What a row of weight 0 holds must not matter; every third block of eight has all its rows.
    const present = (i: number): number => (i >> 3) % 3 === 2 ? 1 + weight(i) : weight(i);
    const x = arena.f64(n * ldx, (k) => weighted && present(Math.floor(k / ldx)) === 0 ? NaN : noise(0)(k)), r = arena.f64(n, noise(1)), w = arena.f64(n, present);
    const sums = [2, 3, 4].map((seed) => arena.f64(p, noise(seed)));
    const [sum, cross, square] = sums.map(({ byteOffset }) => byteOffset) as [number, number, number];
    kernels.momentColumns(n, p, x.byteOffset, ldx, weighted ? w.byteOffset : 0, r.byteOffset, sum, cross, squares ? square : 0);
    return Float64Array.from(sums.flatMap((values) => [...values]));
  };
}

const runs: Record<string, Run> = {
  'momentColumns with weights': momentRun(true, true),
  'momentColumns without weights': momentRun(false, true),
  'momentColumns without squares': momentRun(true, false),

  psiColumn(kernels, arena, n, p) {
    const ldx = p + 1;
    const x = arena.f64(n * ldx, noise(0)), b = arena.f64(p, noise(1)), psi = arena.f64(n, noise(2));
    kernels.psiColumn(n, p, x.byteOffset, ldx, b.byteOffset, psi.byteOffset);
    return psi;
  },

  gradientColumn(kernels, arena, n, p) {
    const ldx = p + 2;
    const x = arena.f64(n * ldx, noise(0)), r = arena.f64(n, noise(1)), g = arena.f64(p, noise(2));
    kernels.gradientColumn(n, p, x.byteOffset, ldx, r.byteOffset, g.byteOffset);
    return g;
  },

  startPanels(kernels, arena, n, p) {
    const panels = Math.ceil(p / PANEL), stride = padded(n, 4) * PANEL;
    const start = arena.f64(panels * PANEL, noise(0)), offset = arena.f64(n, noise(1)), psi = arena.f64(panels * stride, noise(2));
    kernels.startPanels(n, panels, start.byteOffset, p % 2 ? offset.byteOffset : 0, psi.byteOffset, stride * 8);
    return panelRows(psi, panels, n);
  },

  psiPanels(kernels, arena, n, p) {
    const ldx = p + 1, panels = 2, bStride = padded(p, 4) * PANEL, stride = padded(n, 4) * PANEL;
    const x = arena.f64(n * ldx, noise(0)), b = arena.f64(panels * bStride, noise(1)), psi = arena.f64(panels * stride, noise(2));
    kernels.psiPanels(n, p, panels, x.byteOffset, ldx, b.byteOffset, bStride * 8, psi.byteOffset, stride * 8);
    return panelRows(psi, panels, n);
  },

  gradientPanels(kernels, arena, n, p) {
    const ldx = p + 3, panels = 2, gStride = padded(p, 4) * PANEL, stride = padded(n, 4) * PANEL;
    const x = arena.f64(n * ldx, noise(0)), r = arena.f64(panels * stride, noise(1)), g = arena.f64(panels * gStride, noise(2));
    kernels.gradientPanels(n, p, panels, x.byteOffset, ldx, r.byteOffset, stride * 8, g.byteOffset, gStride * 8);
    return panelRows(g, panels, p);
  },

  'gram': gramRun(true, false),
  'gram of unit weights': gramRun(false, false),
  'gram32': gramRun(true, true),
  'gram32 of unit weights': gramRun(false, true),
  'gramCoarse': gramRun(true, false, 'gramCoarse'),
  'gramCoarse of unit weights': gramRun(false, false, 'gramCoarse'),
  'cholesky': choleskyRun(false),
  'cholesky of a singular matrix': choleskyRun(true),
  'penalisedStep': penalisedRun(0, false),
  'penalisedStep with curvature': penalisedRun(0.5, false),
  'penalisedStep of columns twice': penalisedRun(0, true),
  'gatherColumns': gatherRun(false, true),
  'gatherColumns of the first columns': gatherRun(false, false),
  'gatherColumns32': gatherRun(true, true),
  'gatherColumns32 of the first columns': gatherRun(true, false),

  'gatherRows': gatherRowsRun(false),
  'gatherRows of float32'(kernels, arena, n, p) {
    const x = arena.f32(n * p, noise(0)), index = arena.u32(n, (i) => n - 1 - i), out = arena.f32(n * p);
    kernels.gatherRows(n, p * 4, x.byteOffset, index.byteOffset, out.byteOffset);
    return Float64Array.from(out);
  },
  'gatherRows32': gatherRowsRun(true),

  'squaredDistances': distancesRun(false),
  'squaredDistances32': distancesRun(true),

  codesPsiColumn(kernels, arena, n) {
    const codes = arena.u32(n, code), b = arena.f64(LEVELS, noise(1)), psi = arena.f64(n, noise(2));
    kernels.codesPsiColumn(n, codes.byteOffset, b.byteOffset, psi.byteOffset);
    return psi;
  },

  codesGradientColumn(kernels, arena, n) {
    const codes = arena.u32(n, code), r = arena.f64(n, noise(1)), g = arena.f64(LEVELS, noise(2));
    kernels.codesGradientColumn(n, codes.byteOffset, r.byteOffset, g.byteOffset);
    return g;
  },

  codesPsiPanels(kernels, arena, n) {
    const panels = 3, stride = padded(n, 4) * PANEL;
    const codes = arena.u32(n, code), b = arena.f64(panels * LEVELS * PANEL, noise(1)), psi = arena.f64(panels * stride, noise(2));
    kernels.codesPsiPanels(n, codes.byteOffset, panels, b.byteOffset, LEVELS * PANEL * 8, psi.byteOffset, stride * 8);
    return panelRows(psi, panels, n);
  },

  codesGradientPanels(kernels, arena, n) {
    const panels = 3, stride = padded(n, 4) * PANEL;
    const codes = arena.u32(n, code), r = arena.f64(panels * stride, noise(1)), g = arena.f64(panels * LEVELS * PANEL, noise(2));
    kernels.codesGradientPanels(n, codes.byteOffset, panels, r.byteOffset, stride * 8, g.byteOffset, LEVELS * PANEL * 8);
    return g;
  },

  codesGram(kernels, arena, n, p) {
    const a = arena.u32(n, code), b = arena.u32(n, (i) => i % p), g = arena.f64(LEVELS * p, noise(2));
    kernels.codesGram(n, a.byteOffset, b.byteOffset, arena.f64(n, weight).byteOffset, g.byteOffset, p);
    kernels.codesGram(n, a.byteOffset, b.byteOffset, 0, g.byteOffset, p);
    return g;
  },

  codesDenseGram(kernels, arena, n, p) {
    const ldx = p + 1, ldg = p + 2;
    const codes = arena.u32(n, code), x = arena.f64(n * ldx, noise(0)), g = arena.f64(LEVELS * ldg, noise(2));
    kernels.codesDenseGram(n, p, codes.byteOffset, x.byteOffset, ldx, arena.f64(n, weight).byteOffset, g.byteOffset, ldg);
    kernels.codesDenseGram(n, p, codes.byteOffset, x.byteOffset, ldx, 0, g.byteOffset, ldg);
    return g;
  },

  translateCodes(kernels, arena, n) {
    const codes = arena.u32(n, code), map = arena.u32(LEVELS, (c) => (c * c + 1) % 4), out = arena.u32(n);
    kernels.translateCodes(n, codes.byteOffset, map.byteOffset, out.byteOffset);
    return out;
  },

  sparsePsiColumn(kernels, arena, n, p) {
    const { indptr, indices, values } = sparseRows(arena, n, p);
    const b = arena.f64(p + 1, noise(1)), psi = arena.f64(n, noise(2));
    kernels.sparsePsiColumn(n, indptr.byteOffset, indices.byteOffset, values.byteOffset, b.byteOffset, psi.byteOffset);
    return psi;
  },

  sparseGradientColumn(kernels, arena, n, p) {
    const { indptr, indices, values } = sparseRows(arena, n, p);
    const r = arena.f64(n, noise(1)), g = arena.f64(p + 1, noise(2));
    kernels.sparseGradientColumn(n, indptr.byteOffset, indices.byteOffset, values.byteOffset, r.byteOffset, g.byteOffset);
    return g;
  },

  sparsePsiPanels(kernels, arena, n, p) {
    const { indptr, indices, values } = sparseRows(arena, n, p);
    const panels = 2, bStride = padded(p + 1, 4) * PANEL, stride = padded(n, 4) * PANEL;
    const b = arena.f64(panels * bStride, noise(1)), psi = arena.f64(panels * stride, noise(2));
    kernels.sparsePsiPanels(n, indptr.byteOffset, indices.byteOffset, values.byteOffset, panels, b.byteOffset, bStride * 8, psi.byteOffset, stride * 8);
    return panelRows(psi, panels, n);
  },

  sparseGradientPanels(kernels, arena, n, p) {
    const { indptr, indices, values } = sparseRows(arena, n, p);
    const panels = 2, gStride = padded(p + 1, 4) * PANEL, stride = padded(n, 4) * PANEL;
    const r = arena.f64(panels * stride, noise(1)), g = arena.f64(panels * gStride, noise(2));
    kernels.sparseGradientPanels(n, indptr.byteOffset, indices.byteOffset, values.byteOffset, panels, r.byteOffset, stride * 8, g.byteOffset, gStride * 8);
    return g;
  },

  sparseGram(kernels, arena, n, p) {
    const { indptr, indices, values } = sparseRows(arena, n, p);
    const ldg = p + 1, g = arena.f64(ldg * ldg, noise(2));
    for (const w of [arena.f64(n, weight).byteOffset, 0]) {
      kernels.sparseGram(n, indptr.byteOffset, indices.byteOffset, values.byteOffset, w, g.byteOffset, ldg);
    }
    return g;
  },

  sparseDenseGram(kernels, arena, n, p) {
    const { indptr, indices, values } = sparseRows(arena, n, p);
    const ldx = p + 1, ldg = p + 3, x = arena.f64(n * ldx, noise(0)), g = arena.f64((p + 1) * ldg, noise(2));
    for (const w of [arena.f64(n, weight).byteOffset, 0]) {
      kernels.sparseDenseGram(n, p, indptr.byteOffset, indices.byteOffset, values.byteOffset, x.byteOffset, ldx, w, g.byteOffset, ldg);
    }
    return g;
  },

  sparseCodesGram(kernels, arena, n, p) {
    const { indptr, indices, values } = sparseRows(arena, n, p);
    const codes = arena.u32(n, code), g = arena.f64((p + 1) * LEVELS, noise(2));
    for (const w of [arena.f64(n, weight).byteOffset, 0]) {
      kernels.sparseCodesGram(n, indptr.byteOffset, indices.byteOffset, values.byteOffset, codes.byteOffset, w, g.byteOffset, LEVELS);
    }
    return g;
  },

  selectSparse(kernels, arena, n, p) {
    const { indptr, indices, values } = sparseRows(arena, n, p);
    let slot = 0;
    const map = arena.u32(p + 1, (index) => index === 0 || index % 3 === 0 ? 0 : ++slot);
    const outIndptr = arena.u32(n + 1), outIndices = arena.u32(indices.length), outValues = arena.f64(values.length);
    kernels.selectSparse(n, indptr.byteOffset, indices.byteOffset, values.byteOffset, map.byteOffset,
      outIndptr.byteOffset, outIndices.byteOffset, outValues.byteOffset);
    return Float64Array.from([...outIndptr, ...outIndices, ...outValues]);
  },

  'squared loss': lossRun('squared', false, false),
  'squared loss with weights and offset': lossRun('squared', true, true),
  'logistic loss': lossRun('logistic', false, false),
  'logistic loss with weights and offset': lossRun('logistic', true, true),
  'logistic loss with offset': lossRun('logistic', false, true),
};

function close(t: ExecutionContext, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i]! - expected[i]!) <= tolerance * scale)) {
      t.fail(`${what}: element ${i} is ${actual[i]}, expected ${expected[i]}`);
      return;
    }
  }
  t.is(actual.length, expected.length, what);
}

/** A method's result in a fresh arena; fails if it wrote outside its matrices. */
function resultOf(t: ExecutionContext, run: Run, family: 'wasm' | 'scalar', wide: boolean, n: number, p: number, begin?: number): Float64Array | Uint32Array {
  const arena = new TestArena(begin);
  const kernels = createKernels(arena.memory, { family, wide });
  const result = run(kernels, arena, n, p).slice();
  if (!arena.intact()) t.fail(`n ${n}, p ${p}, ${family}: wrote outside its matrices`);
  return result;
}

for (const [name, run] of Object.entries(runs)) {
  test(`${name}: WebAssembly agrees with the scalar twin, wide and narrow tiles bit for bit`, (t) => {
    const tolerance = name.startsWith('gram32') || name.startsWith('gramCoarse') ? 1e-5 : 1e-13;
    for (const n of ROWS) {
      for (const p of FEATURES) {
        const expected = resultOf(t, run, 'scalar', false, n, p);
        const narrow = resultOf(t, run, 'wasm', false, n, p);
        const wide = resultOf(t, run, 'wasm', true, n, p);
        close(t, narrow, expected, tolerance, `n ${n}, p ${p}`);
        t.deepEqual(wide, narrow, `wide against narrow, n ${n}, p ${p}`);
      }
    }
  });
}

test('addresses above 2 GiB mean the same as those below', (t) => {
  const begin = 2 ** 31 + 65536;
  for (const [name, run] of Object.entries(runs)) {
    for (const family of ['wasm', 'scalar'] as const) {
      t.deepEqual(resultOf(t, run, family, true, 13, 19, begin), resultOf(t, run, family, true, 13, 19), `${name}, ${family}`);
    }
  }
});
