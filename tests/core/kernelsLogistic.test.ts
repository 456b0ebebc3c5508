import test from 'ava';
import fc from 'fast-check';
import { softplus } from '../../packages/core/src/kernels/elementary.ts';
import { LOSS_SUMS, PANEL, createKernels } from '../../packages/core/src/kernels/index.ts';
import type { Kernels } from '../../packages/core/src/kernels/index.ts';
import { TestArena, noise } from './kernelsArena.ts';

type Sums = Record<typeof LOSS_SUMS[number], number>;
interface Result { residual: Float64Array; curvature: Float64Array; sums: Sums }

const sets: [string, Parameters<typeof createKernels>[1]][] = [
  ['scalar', { family: 'scalar' }], ['narrow', { family: 'wasm', wide: false }], ['wide', { family: 'wasm', wide: true }],
];

function asSums(values: ArrayLike<number>): Sums {
  return Object.fromEntries(LOSS_SUMS.map((name, i) => [name, values[i]])) as Sums;
}

/** The loss of these rows, as one column. */
function column(request: Parameters<typeof createKernels>[1], psi: number[], y: number[], w: number[] | null, offset: number[] | null = null): Result {
  const arena = new TestArena();
  const kernels = createKernels(arena.memory, request);
  const n = psi.length;
  const values = arena.f64(n, (i) => psi[i]!), response = arena.f64(n, (i) => y[i]!);
  const weights = w && arena.f64(n, (i) => w[i]!), offsets = offset && arena.f64(n, (i) => offset[i]!);
  const residual = arena.f64(n), curvature = arena.f64(n), sums = arena.f64(LOSS_SUMS.length);
  kernels.losses['logistic']!.column(n, values.byteOffset, offsets?.byteOffset ?? 0, response.byteOffset, weights?.byteOffset ?? 0,
    residual.byteOffset, curvature.byteOffset, sums.byteOffset);
  return { residual, curvature, sums: asSums(sums) };
}

/** The same rows in every column of a panel: residual and sums of each column. */
function panel(request: Parameters<typeof createKernels>[1], psi: number[], y: number[], w: number[] | null): { residual: Float64Array; sums: Sums }[] {
  const arena = new TestArena();
  const kernels: Kernels = createKernels(arena.memory, request);
  const n = psi.length;
  const values = arena.f64(Math.ceil(n / 4) * 4 * PANEL, (k) => psi[Math.floor(k / PANEL)] ?? 0);
  const response = arena.f64(n, (i) => y[i]!), weights = w && arena.f64(n, (i) => w[i]!), sums = arena.f64(LOSS_SUMS.length * PANEL);
  kernels.losses['logistic']!.panels(n, 1, values.byteOffset, 0, 0, response.byteOffset, weights?.byteOffset ?? 0, sums.byteOffset, 0);
  return Array.from({ length: PANEL }, (_, c) => ({
    residual: Float64Array.from({ length: n }, (_, i) => values[i * PANEL + c]!),
    sums: asSums(LOSS_SUMS.map((_, s) => sums[s * PANEL + c]!)),
  }));
}

/** The loss alone, of the same rows in every column of a panel. */
function lossAlone(request: Parameters<typeof createKernels>[1], psi: number[], y: number[], w: number[] | null): Float64Array {
  const arena = new TestArena();
  const n = psi.length;
  const values = arena.f64(Math.ceil(n / 4) * 4 * PANEL, (k) => psi[Math.floor(k / PANEL)] ?? 0);
  const response = arena.f64(n, (i) => y[i]!), weights = w && arena.f64(n, (i) => w[i]!), losses = arena.f64(PANEL, () => 0.5);
  createKernels(arena.memory, request).losses['logistic']!.lossPanels(n, 1, values.byteOffset, 0, response.byteOffset, weights?.byteOffset ?? 0, losses.byteOffset);
  return losses;
}

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.max(Math.abs(b), 1e-300);

for (const [name, request] of sets) {
  test(`${name}: the slope is the finite difference of the loss, the curvature that of the slope`, (t) => {
    const h = 1e-5;
    fc.assert(fc.property(fc.double({ min: -20, max: 20, noNaN: true }), fc.constantFrom(0, 1, 0.3, 0.999), (psi, y) => {
      const [low, middle, high] = [psi - h, psi, psi + h].map((x) => column(request, [x], [y], null)) as [Result, Result, Result];
      const slope = (high.sums.loss - low.sums.loss) / (2 * h);
      t.true(Math.abs(slope - middle.residual[0]!) < 1e-9 * (1 + Math.abs(psi)), `slope at ${psi}, y ${y}`);
      const curvature = (high.residual[0]! - low.residual[0]!) / (2 * h);
      t.true(Math.abs(curvature - middle.curvature[0]!) < 1e-9, `curvature at ${psi}`);
    }), { numRuns: 200, seed: 1 });
  });

  test(`${name}: the residual of a separated row keeps all its digits`, (t) => {
    for (const margin of [10, 40, 300, 700]) {
      const tiny = Math.exp(-margin);
      const { residual, curvature, sums } = column(request, [margin, -margin], [1, 0], null);
      t.true(relative(residual[0]!, -tiny / (1 + tiny)) < 1e-14, `y 1, psi ${margin}`);
      t.true(relative(residual[1]!, tiny / (1 + tiny)) < 1e-14, `y 0, psi ${-margin}`);
      t.true(relative(curvature[0]!, tiny / (1 + tiny) ** 2) < 1e-14);
      t.true(relative(sums.loss, 2 * Math.log1p(tiny)) < 1e-12);
      t.true(relative(sums.pearson, 2 * tiny) < 1e-13);
    }
  });

  test(`${name}: the residual is right to a few units for any psi`, (t) => {
    fc.assert(fc.property(fc.double({ min: -700, max: 700, noNaN: true }), fc.constantFrom(0, 1), (psi, y) => {
      const { residual } = column(request, Array<number>(4).fill(psi), Array<number>(4).fill(y), null);
      const e = Math.exp(-Math.abs(psi)), against = psi >= 0 === (y === 0);
      const expected = (y === 0 ? 1 : -1) * (against ? 1 / (1 + e) : e / (1 + e));
      t.true(relative(residual[0]!, expected) < 1.2e-15, `psi ${psi}, y ${y}`);
    }), { numRuns: 1000, seed: 1 });
  });

  test(`${name}: the products of factors do not overflow`, (t) => {
    const n = 5003, zeros = Array<number>(n).fill(0);
    t.true(relative(column(request, zeros, zeros, null).sums.loss, n * Math.LN2) < 1e-12);
    for (const { sums } of panel(request, zeros, zeros, null)) t.true(relative(sums.loss, n * Math.LN2) < 1e-12);
  });

  test(`${name}: psi of 800 in either direction gives no NaN`, (t) => {
    for (const y of [0, 1, 0.25]) {
      for (const psi of [800, -800, 1e308, 0]) {
        const psis = Array<number>(5).fill(psi), ys = Array<number>(5).fill(y);
        for (const w of [null, Array<number>(5).fill(2)]) {
          const { residual, curvature, sums } = column(request, psis, ys, w);
          for (const value of [...residual, ...curvature, ...Object.values(sums)]) t.false(Number.isNaN(value), `y ${y}, psi ${psi}`);
          for (const one of panel(request, psis, ys, w)) t.false(Object.values(one.sums).some(Number.isNaN), `panel, y ${y}, psi ${psi}`);
          const wrong = y === 0 || y === 1 ? (psi > 0) !== (y === 1) : false;
          if (Math.abs(psi) === 800) {
            const expected = (w ? 10 : 5) * (y === 0.25 ? (psi > 0 ? 600 : 200) : wrong ? 800 : 0);
            t.true(Math.abs(sums.loss - expected) < 1e-9, `loss, y ${y}, psi ${psi}`);
          }
        }
      }
    }
  });

  test(`${name}: a row of weight zero adds exactly nothing, whatever it holds`, (t) => {
    const psi = [0.3, -2, 1.5, 4, -0.2, 0.9], y = [1, 0, 0.4, 1, 0, 1], w = [1, 0, 0, 3, 1, 0], offset = [0.1, 0.2, 0, -1, 0.5, 0];
    const spoil = (values: number[], value: number): number[] => values.map((kept, i) => w[i] === 0 ? value : kept);
    for (const bad of [NaN, Infinity, -Infinity, 1e308]) {
      const without = column(request, spoil(psi, 0), spoil(y, 0), w, spoil(offset, 0));
      const spoiled = column(request, spoil(psi, bad), spoil(y, bad), w, spoil(offset, bad));
      t.deepEqual(spoiled, without, `column, ${bad}`);
      t.deepEqual(spoiled.residual.filter((_, i) => w[i] === 0), Float64Array.of(0, 0, 0));
      t.deepEqual(panel(request, spoil(psi, bad), spoil(y, bad), w), panel(request, spoil(psi, 0), spoil(y, 0), w), `panel, ${bad}`);
    }
  });

  test(`${name}: NaN in a row that counts is not hidden`, (t) => {
    const { residual, sums } = column(request, [NaN, 1, 1, 1, 1], [1, 1, 1, 1, 1], null);
    t.true(Number.isNaN(residual[0]));
    t.true(Number.isNaN(sums.loss));
  });

  test(`${name}: unit weights given or not make the same sums, over several products of factors`, (t) => {
    const n = 1237;
    const psi = Array.from({ length: n }, (_, i) => (i % 7 === 0 ? 30 : 6) * noise(1)(i)), y = psi.map((_, i) => i % 2);
    const ones = Array<number>(n).fill(1);
    const expected = psi.reduce((sum, x, i) => sum + softplus(x) - y[i]! * x, 0);
    const plain = column(request, psi, y, null), weighted = column(request, psi, y, ones);
    for (const sum of LOSS_SUMS) t.true(relative(plain.sums[sum], weighted.sums[sum]) < 1e-12, sum);
    t.true(relative(plain.sums.loss, expected) < 1e-13);
    const panels = [panel(request, psi, y, null), panel(request, psi, y, ones)];
    for (const columns of panels) {
      for (const { sums, residual } of columns) {
        for (const sum of LOSS_SUMS) t.true(relative(sums[sum], plain.sums[sum]) < 1e-12, sum);
        t.true(residual.every((value, i) => relative(value, plain.residual[i]!) < 1e-14));
      }
    }
  });

  test(`${name}: the loss alone is that of all sums, added to what is there`, (t) => {
    for (const n of [1, 2, 3, 97, 1237]) {
      const psi = Array.from({ length: n }, (_, i) => (i % 7 === 0 ? 30 : 6) * noise(1)(i)), y = psi.map((_, i) => (i % 5 === 0 ? 0.3 : i % 2));
      for (const w of [null, psi.map((_, i) => i % 2), psi.map((_, i) => i % 3)]) {
        const [psis, ys] = [psi, y].map((values) => values.map((value, i) => (w?.[i] === 0 ? NaN : value))) as [number[], number[]];
        const { sums } = panel(request, psis, ys, w)[0]!;
        for (const loss of lossAlone(request, psis, ys, w)) t.true(Math.abs(loss - 0.5 - sums.loss) <= 1e-13 * (1 + sums.loss), `${n} rows`);
      }
    }
  });

  test(`${name}: the residual may overwrite psi`, (t) => {
    const arena = new TestArena();
    const kernels = createKernels(arena.memory, request);
    const psi = [0.3, -2, 1.5, 4, -0.2], y = [1, 0, 0.4, 1, 0];
    const values = arena.f64(5, (i) => psi[i]!), response = arena.f64(5, (i) => y[i]!), sums = arena.f64(LOSS_SUMS.length);
    kernels.losses['logistic']!.column(5, values.byteOffset, 0, response.byteOffset, 0, values.byteOffset, 0, sums.byteOffset);
    const apart = column(request, psi, y, null);
    t.deepEqual(values, apart.residual);
    t.deepEqual(asSums(sums), apart.sums);
  });
}
