/** Ridge paths in the space of the rows: the same bits wherever the rows lie and whoever computes. */
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ReplayLog, codecStatistics, inlineStatistics, localRowSource, loggedStatistics, rowSource } from '@scalemix/coordinator';
import { chooseKernels, executorWith, fitCrossValidation, fitPath, kernelIdText } from '@scalemix/core';
import type { Executor, FitEvent, PathProblem, RowSource } from '@scalemix/core';
import { ThreadPool, loadRows } from '@scalemix/worker';
import type { LoadOptions, LoadedRows } from '@scalemix/worker';
import { bitsOf } from '../support/allBits.ts';
import { memoryTable } from '../support/memoryTable.ts';
import { addressesOf, onCluster, startNode } from '../support/nodes.ts';
import { Random } from '../support/random.ts';

const ROWS = 90;
const kernels = chooseKernels({ wide: false });
const problem: PathProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'ridge', l1Ratio: 0 }, lambdas: 7, lambdaMinRatio: 1e-4 };

/** Numbers, a category with missing values, sparse columns, weights (some 0) and an offset. */
const columns = ((): Parameters<typeof memoryTable>[0] => {
  const random = new Random(8);
  const x = Array.from({ length: 100 }, () => random.normals(ROWS).map((value) => 5 + value));
  return {
    y: Float64Array.from({ length: ROWS }, (_, i) => (random.chance(1 / (1 + Math.exp(x[0]![i]! - x[1]![i]!))) ? 1 : 0)),
    ...Object.fromEntries(x.map((values, j) => [`x${j}`, values])),
    c: Array.from({ length: ROWS }, () => random.pick(['a', 'b', 'c', null])),
    s: { width: 20, rows: Array.from({ length: ROWS }, () => [[random.integer(10), random.normal()], [10 + random.integer(10), 1]] as const) },
    w: Float64Array.from({ length: ROWS }, () => random.integer(4)),
    o: random.normals(ROWS),
  };
})();

const load = (options: Partial<LoadOptions> = {}): Promise<LoadedRows> =>
  loadRows(memoryTable(columns, 40), { response: 'y', responseKind: 'probability', weights: 'w', offset: 'o', missing: 'indicator', ...options });

async function bitsOn(source: RowSource, executor: Executor): Promise<string> {
  const roads: string[] = [];
  const onEvent = (event: FitEvent): void => void (event.type === 'roadChosen' && roads.push(event.road));
  const path = await fitPath(source, problem, executor, { onEvent });
  if (roads[0] !== 'rowSpace' || !path.converged.every(Boolean)) throw new Error(`${roads[0]}: ${path.reason}`);
  return bitsOf(path);
}

const own = executorWith(kernels);
const expected = load().then((rows) => bitsOn(rowSource(inlineStatistics(rows, kernels)), own));

for (const threads of [1, 2, 3]) {
  test(`${threads} threads give the bits of none`, async (t) => {
    const pool = new ThreadPool({ threads, kernels });
    try {
      t.is(await bitsOn(localRowSource(await load({ threads }), pool), pool), await expected);
    } finally {
      await pool.close();
    }
  });
}

for (const count of [1, 2]) {
  test(`${count} nodes give the bits of none`, async (t) => {
    const nodes = await Promise.all(Array.from({ length: count }, () => startNode()));
    try {
      const bits = await onCluster(await load(), { nodes: addressesOf(nodes) }, (source) => bitsOn(source, own));
      t.is(bits, await expected);
    } finally {
      await Promise.all(nodes.map((node) => node.stop(0)));
    }
  });
}

test('through the encoding of the wire: the same bits', async (t) => {
  t.is(await bitsOn(rowSource(codecStatistics(inlineStatistics(await load(), kernels))), own), await expected);
});

test('recorded and replayed without the rows: the same bits', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'path.log');
  const statistics = inlineStatistics(await load(), kernels);
  const log = ReplayLog.create(path, { kernel: kernelIdText(kernels.id), version: '1.2.3', job: null });
  t.is(await bitsOn(rowSource(loggedStatistics(statistics, log)), own), await expected);
  log.close();
  const never = async (): Promise<never> => {
    throw new Error('the rows were read');
  };
  const replayed = ReplayLog.open(path);
  t.is(await bitsOn(rowSource(loggedStatistics({ ...statistics, collect: never, gather: never }, replayed)), own), await expected);
  replayed.close();
});

test('a cross-validation takes its path of all rows from there, and its folds one after the other', async (t) => {
  const ways: string[] = [];
  const onEvent = (event: FitEvent): void => void ((event.type === 'roadChosen' && ways.push(event.road)) || (event.type === 'foldsBegun' && ways.push(event.way)));
  const { path, converged } = await fitCrossValidation(rowSource(inlineStatistics(await load(), kernels)), { ...problem, folds: { by: 'modulo', count: 3, seed: 0 } }, own, { onEvent });
  t.deepEqual(ways, ['rowSpace', 'apart']);
  t.true([...path.converged, ...converged].every(Boolean));
});
