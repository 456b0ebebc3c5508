/** One ridge fit of so many columns that Hessians are kept and their factors used again: the same bits whoever computes. */
import test from 'ava';
import { inlineStatistics, localRowSource, rowSource } from '@scalemix/coordinator';
import { chooseKernels, executorWith, fitPath } from '@scalemix/core';
import type { Executor, PathProblem, PathResult, RowSource } from '@scalemix/core';
import { ThreadPool, loadRows } from '@scalemix/worker';
import type { LoadedRows } from '@scalemix/worker';
import { bitsOf } from '../support/allBits.ts';
import { memoryTable } from '../support/memoryTable.ts';
import { Random } from '../support/random.ts';

const ROWS = 41_000;
const COLUMNS = 168;
const kernels = chooseKernels({ wide: false });
const problem: PathProblem = { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'ridge', l1Ratio: 0 }, lambda: [1e-4] };

/** Columns that share a level each with their neighbour, of sizes over three decades. */
const columns = ((): Parameters<typeof memoryTable>[0] => {
  const random = new Random(5);
  const x = Array.from({ length: COLUMNS }, () => new Float64Array(ROWS));
  const y = new Float64Array(ROWS);
  for (let i = 0; i < ROWS; i++) {
    let psi = 0;
    let before = random.normal();
    for (let j = 0; j < COLUMNS; j++) {
      before = 0.9 * before + 0.4 * random.normal();
      x[j]![i] = before * 10 ** ((3 * j) / COLUMNS);
      psi += before * (j % 5 === 0 ? 0.4 : -0.1);
    }
    y[i] = random.uniform() < 1 / (1 + Math.exp(-psi)) ? 1 : 0;
  }
  return { y, ...Object.fromEntries(x.map((values, j) => [`x${j}`, values])) };
})();

const load = (threads: number): Promise<LoadedRows> => loadRows(memoryTable(columns, 8000), { response: 'y', responseKind: 'probability', threads });

interface Counted {
  readonly path: PathResult;
  /** Works that the executor was asked for: further steps with a factor in hand need none. */
  readonly works: number;
}

async function fit(source: RowSource, executor: Executor): Promise<Counted> {
  let works = 0;
  const counting: Executor = {
    map: (work, shared, items) => {
      works += items.length;
      return executor.map(work, shared, items);
    },
  };
  return { path: await fitPath(source, problem, counting), works };
}

const expected = load(1).then((rows) => fit(rowSource(inlineStatistics(rows, kernels)), executorWith(kernels)));

test('it is certified, by few works of the executor', async (t) => {
  const { path, works } = await expected;
  t.deepEqual(path.converged, [true]);
  t.true(path.gap[0]! <= 1e-6 * path.objective[0]!);
  t.true(path.sweeps > works + 2, `${path.sweeps} sweeps, ${works} works`);
});

for (const threads of [1, 2, 3]) {
  test(`${threads} threads give the bits of none`, async (t) => {
    const pool = new ThreadPool({ threads, kernels });
    try {
      const { path, works } = await fit(localRowSource(await load(threads), pool), pool);
      t.is(bitsOf(path), bitsOf((await expected).path));
      t.is(works, (await expected).works);
    } finally {
      await pool.close();
    }
  });
}
