/** A cross-validation gives the same bits wherever its rows lie and whoever computes. */
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ReplayLog, codecStatistics, inlineStatistics, localRowSource, loggedStatistics, rowSource } from '@scalemix/coordinator';
import { BLOCK_ROWS, chooseKernels, fitCrossValidation, inOrder, kernelIdText } from '@scalemix/core';
import type { CrossValidationProblem, Executor, FoldSpec, KernelChoice, RowSource } from '@scalemix/core';
import { ThreadPool, loadRows } from '@scalemix/worker';
import type { LoadOptions, LoadedRows } from '@scalemix/worker';
import { bitsOf } from '../support/allBits.ts';
import { memoryTable } from '../support/memoryTable.ts';
import { Random } from '../support/random.ts';

const ROWS = 3 * BLOCK_ROWS + 777;
const kernels: KernelChoice = chooseKernels({ wide: false });

/** Numbers, a category, weights (some 0), an offset and a column of folds in no order. */
const columns = ((): Parameters<typeof memoryTable>[0] => {
  const random = new Random(21);
  const a = Float64Array.from({ length: ROWS }, () => 100 + random.normal());
  const b = Float64Array.from({ length: ROWS }, () => random.uniform());
  const c = Array.from({ length: ROWS }, () => `v${random.integer(12)}`);
  const y = Float64Array.from({ length: ROWS }, (_, i) => (random.uniform() < 1 / (1 + Math.exp(100 - a[i]! - (c[i] === 'v3' ? 1 : 0))) ? 1 : 0));
  return {
    y, a, b, c,
    w: Float64Array.from({ length: ROWS }, () => random.integer(4)),
    o: Float64Array.from({ length: ROWS }, () => random.normal() / 10),
    f: Array.from({ length: ROWS }, () => ['north', 'south', 'west'][random.integer(3)]!),
  };
})();

const load = (options: Partial<LoadOptions> = {}): Promise<LoadedRows> =>
  loadRows(memoryTable(columns, 3000), { response: 'y', responseKind: 'probability', weights: 'w', offset: 'o', foldColumn: 'f', ...options });

const specs: Readonly<Record<string, FoldSpec>> = {
  'row numbers': { by: 'modulo', count: 4, seed: 0 },
  'a shuffle': { by: 'shuffle', count: 3, seed: 5 },
  'a column': { by: 'column', count: 3, seed: 0 },
};
const problemOf = (folds: FoldSpec): CrossValidationProblem => ({ loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 6, lambdaMinRatio: 1e-2, folds });

/** The digest of each cross-validation; the path's count of sweeps included. */
async function bitsOn(source: RowSource, executor: Executor = inOrder): Promise<Record<string, string>> {
  const bits: Record<string, string> = {};
  for (const [name, folds] of Object.entries(specs)) bits[name] = bitsOf(await fitCrossValidation(source, problemOf(folds), executor));
  return bits;
}

const expected = load().then((rows) => bitsOn(rowSource(inlineStatistics(rows, kernels))));

test('the ways to make folds give different answers', async (t) => {
  t.is(new Set(Object.values(await expected)).size, 3);
});

for (const threads of [1, 2, 3, 5]) {
  test(`${threads} threads give the bits of none`, async (t) => {
    const rows = await load({ threads });
    const pool = new ThreadPool({ threads, kernels });
    try {
      t.deepEqual(await bitsOn(localRowSource(rows, pool), pool), await expected);
    } finally {
      await pool.close();
    }
  });
}

test('rows in the spill file and in small segments give the same bits', async (t) => {
  const rows = await load({ memoryLimit: 2 ** 20, segments: { capacity: 8 * 2 ** 20, scratchBytes: 3 * 2 ** 20 } });
  t.true(rows.handle.store.blocks.some(({ segment }) => segment < 0));
  t.deepEqual(await bitsOn(rowSource(inlineStatistics(rows, kernels))), await expected);
  rows.close();
});

test('through the encoding of the wire: the same bits', async (t) => {
  t.deepEqual(await bitsOn(rowSource(codecStatistics(inlineStatistics(await load(), kernels)))), await expected);
});

test('recorded and replayed without the rows: the same bits', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'cv.log');
  const statistics = inlineStatistics(await load(), kernels);
  const log = ReplayLog.create(path, { kernel: kernelIdText(kernels.id), version: '1.2.3', job: null });
  t.deepEqual(await bitsOn(rowSource(loggedStatistics(statistics, log))), await expected);
  log.close();
  const never = async (): Promise<never> => {
    throw new Error('the rows were read');
  };
  const replayed = ReplayLog.open(path);
  t.deepEqual(await bitsOn(rowSource(loggedStatistics({ ...statistics, collect: never, gather: never }, replayed))), await expected);
  replayed.close();
});
