/** Chunks of one read in a thread: what the first has set up serves the next, as long as the scratch area is as it was left. */
import test from 'ava';
import { chooseKernels } from '@scalemix/core';
import type { PassRequest, TreeNode } from '@scalemix/core';
import { localRowSource } from '@scalemix/coordinator';
import { SubtreeComputer, ThreadPool } from '@scalemix/worker';
import { bitsOf } from '../support/allBits.ts';
import { SMALL_SEGMENTS, mixedRows, momentsRequest, passRequest } from '../support/mixedRows.ts';

const kernels = chooseKernels({ wide: false });
const nodes: TreeNode[] = [0, 1, 2, 3].map((index) => ({ level: 0, index }));
const check = (): void => {};

/** Another pass with tables of the same size. */
const turned = (request: PassRequest): PassRequest => ({ ...request, coefficients: request.coefficients.map((b) => -b) });

for (const segments of [undefined, SMALL_SEGMENTS]) {
  test(`chunks of a read are the same with what earlier ones have set up, ${segments === undefined ? 'in one segment' : 'over segments'}`, async (t) => {
    const { handle, description } = await mixedRows({ threads: 2, ...(segments && { segments }) });
    const request = passRequest(description.features.length);
    const alone = nodes.map((node) => bitsOf(new SubtreeComputer(handle, kernels).statistic(request, node, 0, check)));
    const one = new SubtreeComputer(handle, kernels), other = new SubtreeComputer(handle, kernels);
    const of = (computer: SubtreeComputer, asked: PassRequest, node: TreeNode, read: number, tablesThere: boolean): string =>
      bitsOf(computer.statistic(asked, node, 0, check, null, { read, tablesThere }));
    t.is(of(one, request, nodes[0]!, 1, false), alone[0]!);
    t.is(of(one, request, nodes[1]!, 1, true), alone[1]!);
    // Another thread, of the same read; then of another.
    t.is(of(other, request, nodes[2]!, 1, true), alone[2]!);
    t.is(of(one, request, nodes[3]!, 1, true), alone[3]!);
    of(other, turned(request), nodes[0]!, 2, false);
    t.not(of(one, request, nodes[0]!, 1, true), alone[0]!, 'tables that are no longer there');
    t.is(of(one, request, nodes[0]!, 1, false), alone[0]!);
  });
}

test('reads of the same rows at the same time have the bits of each by itself', async (t) => {
  const rows = await mixedRows({ threads: 2 });
  const pool = new ThreadPool({ threads: 2, kernels });
  t.teardown(() => pool.close());
  const source = localRowSource(rows, pool);
  const request = passRequest(source.describe().features.length);
  const reads = [() => source.evaluate(request), () => source.evaluate(turned(request)), () => source.moments(momentsRequest), () => source.evaluate(request)];
  const alone: string[] = [];
  for (const read of reads) alone.push(bitsOf(await read()));
  t.deepEqual((await Promise.all(reads.map((read) => read()))).map(bitsOf), alone);
});
