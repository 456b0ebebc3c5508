import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { inlineRowSource, localRowSource } from '@scalemix/coordinator';
import { areBrief, chooseKernels, executorWith, inOrder } from '@scalemix/core';
import { ThreadPool, openTable } from '@scalemix/worker';
import type { AnchorModel, ModelStepProblem } from '../../packages/core/src/solve/modelStep.ts';
import { allBits } from '../support/allBits.ts';
import { parquetFile } from '../support/dataFiles.ts';
import { mixedRows, momentsRequest } from '../support/mixedRows.ts';
import { Random } from '../support/random.ts';

const kernels = chooseKernels({ wide: false });
const entry = new URL('../support/breakingThread.ts', import.meta.url);

/** Sets up faults for the threads of a pool made while `use` begins. */
async function withFaults(faults: readonly string[], use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-test-'));
  faults.forEach((fault, at) => writeFileSync(join(folder, `${fault}-${at}`), ''));
  process.env['SCALEMIX_BREAK'] = folder;
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const faults of [['exit'], ['exit', 'exit'], ['spoil'], ['throw']]) {
  test.serial(`a thread lost (${faults.join(', ')}) is made good, with the same bits`, async (t) => {
    const rows = await mixedRows({ threads: 2 });
    const expected = await allBits(inlineRowSource(rows, kernels));
    await withFaults(faults, async (folder) => {
      const pool = new ThreadPool({ threads: 2, kernels, entry });
      t.deepEqual(await allBits(localRowSource(rows, pool)), expected);
      t.deepEqual(readdirSync(folder), [], 'the faults have happened');
      await pool.close();
    });
  });
}

test.serial('the planted fault: a number that a thread gets slightly wrong is seen', async (t) => {
  const rows = await mixedRows({ threads: 2 });
  const expected = await allBits(inlineRowSource(rows, kernels));
  await withFaults(['wrong'], async () => {
    const pool = new ThreadPool({ threads: 2, kernels, entry });
    t.teardown(() => pool.close());
    t.notDeepEqual(await allBits(localRowSource(rows, pool)), expected);
  });
});

test.serial('a task that ends every thread is given up, naming its blocks', async (t) => {
  const rows = await mixedRows({ threads: 2 });
  await withFaults(Array.from({ length: 60 }, () => 'exit'), async () => {
    const pool = new ThreadPool({ threads: 2, kernels, entry });
    await t.throwsAsync(localRowSource(rows, pool).moments(momentsRequest), { name: 'FailureError', code: 'THREAD_LOST', message: /3 times while it computed blocks \d to \d: .*--memory/ });
    await pool.close();
  });
});

/** Steps of so many features, and the model that they share. */
function stepsOf(size: number, count: number): { shared: AnchorModel; problems: ModelStepProblem[] } {
  const random = new Random(1);
  const problems = Array.from({ length: count }, () => {
    const factor = random.normals(size * size);
    return {
      from: 0, to: 0, share: 0, curvature: 0.2, updates: [{ step: factor.slice(0, size + 1), change: factor.slice(0, size + 1) }], working: Int32Array.from({ length: size }, (_, j) => j),
      gradient: random.normals(size + 1), start: new Float64Array(size), l1: new Float64Array(size).fill(0.1), l2: new Float64Array(size).fill(0.1), tolerance: 1e-9, relativeTolerance: 0,
    };
  });
  const border = random.normals((size + 1) ** 2);
  const matrix = new Float64Array(new SharedArrayBuffer(border.byteLength));
  for (let i = 0; i <= size; i++) for (let j = 0; j <= size; j++) for (let k = 0; k <= size; k++) matrix[i * (size + 1) + j]! += border[i * (size + 1) + k]! * border[j * (size + 1) + k]!;
  return { shared: { matrices: [matrix], tie: null }, problems };
}

for (const [size, brief] of [[70, false], [60, true]] as const) {
  test(`the solver's works of ${size} features, done by ${brief ? 'the calling thread' : 'threads'}, come back in order, as without threads`, async (t) => {
    const { shared, problems } = stepsOf(size, 37);
    t.is(areBrief('modelStep', problems), brief);
    const pool = new ThreadPool({ threads: 3, kernels });
    t.deepEqual(await pool.map('modelStep', shared, problems), await inOrder.map('modelStep', shared, problems));
    const ridge = problems.map((problem) => ({ ...problem, l1: new Float64Array(size), keepFactor: true }));
    const steps = await pool.map('modelStep', shared, ridge);
    t.true(steps.every(({ factor }) => factor !== undefined));
    t.deepEqual(steps, await executorWith(kernels).map('modelStep', shared, ridge));
    t.deepEqual(await pool.map('modelStep', shared, ridge.slice(0, 1)), steps.slice(0, 1));
    t.deepEqual(await pool.map('modelStep', { matrices: [], tie: null }, []), []);
    await pool.close();
  });
}

test.serial('many pools and tables at once add no listeners for each: the process is not warned of a leak', async (t) => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', onWarning);
  const path = await parquetFile(t, 'SELECT 1 AS x');
  const many = Array.from({ length: 12 });
  const pools = many.map(() => new ThreadPool({ threads: 1, kernels }));
  const tables = await Promise.all(many.map(() => openTable(path)));
  t.true(process.listenerCount('exit') < 10);
  await Promise.all([...pools, ...tables].map((each) => each.close()));
  process.off('warning', onWarning);
  t.deepEqual(warnings, []);
});

test('rows for fewer threads than the pool has are refused', async (t) => {
  const rows = await mixedRows({ threads: 1 });
  const pool = new ThreadPool({ threads: 2, kernels });
  await t.throwsAsync(localRowSource(rows, pool).moments(momentsRequest), { code: 'SCRATCH_AREAS' });
  await pool.close();
});

test('a closed pool takes nothing more and settles what it had', async (t) => {
  const rows = await mixedRows({ threads: 1 });
  const pool = new ThreadPool({ threads: 1, kernels });
  const source = localRowSource(rows, pool);
  const reading = t.throwsAsync(source.moments(momentsRequest), { code: 'POOL_CLOSED' });
  await pool.close();
  await reading;
  await t.throwsAsync(source.moments(momentsRequest), { code: 'POOL_CLOSED' });
  await t.throwsAsync(pool.map('modelStep', { matrices: [], tie: null }, []).then(() => pool.map('modelStep', { matrices: [], tie: null }, [{} as never])), { code: 'POOL_CLOSED' });
});
