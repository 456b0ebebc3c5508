/** Where Hessians of all rows are formed in float32: what a sample says of their directions. */
import test from 'ava';
import { createKernels, fitPath, inOrder } from '@scalemix/core';
import type { PathResult, RowSource } from '@scalemix/core';
import { arraySource } from '../support/arraySource.ts';
import { Random } from '../support/random.ts';

const ROWS = 45_000;
const FEATURES = 5;

/** The last feature is the sum of the first two, give or take `own` of its size. */
function rows(own: number): RowSource {
  const random = new Random(3);
  const dense = Array.from({ length: FEATURES }, () => Float64Array.from({ length: ROWS }, () => random.normal()));
  if (own < 1) dense[FEATURES - 1] = dense[0]!.map((x, i) => x + dense[1]![i]! + own * random.normal());
  const y = Float64Array.from({ length: ROWS }, (_, i) => (random.uniform() < 1 / (1 + Math.exp(-dense[0]![i]! + dense[2]![i]!)) ? 1 : 0));
  return arraySource({ y, dense }, (memory) => createKernels(memory, { family: 'wasm' }));
}

/** Whether each Gram of all rows was asked for in float32. */
async function coarseGrams(source: RowSource): Promise<{ coarse: boolean[]; path: PathResult }> {
  const coarse: boolean[] = [];
  const watched: RowSource = {
    ...source,
    describe: () => source.describe(),
    moments: (request, options) => source.moments(request, options),
    gather: (selector, options) => source.gather(selector, options),
    choose: (selector) => source.choose(selector),
    close: () => source.close(),
    evaluate: (request, options) => {
      for (const gram of request.grams) coarse.push(gram.coarse === true);
      return source.evaluate(request, options);
    },
  };
  const path = await fitPath(watched, { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 30 }, inOrder);
  return { coarse, path };
}

test('Hessians of features that do not depend on each other are formed in float32', async (t) => {
  const { coarse, path } = await coarseGrams(rows(1));
  t.true(coarse.length >= 3 && coarse.every(Boolean), coarse.join(' '));
  t.true(path.converged.every(Boolean));
});

test('those of features that nearly do are not', async (t) => {
  const { coarse, path } = await coarseGrams(rows(1e-3));
  t.true(coarse.length >= 3 && !coarse.some(Boolean), coarse.join(' '));
  t.true(path.converged.every(Boolean));
});

test('pivots of a matrix: what each of its columns has that those before it have not', async (t) => {
  // The last column is 0.9 of the first, and a part of its own whose square is 1 - 0.81.
  const size = 67;
  const matrix = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  matrix[size - 1] = matrix[(size - 1) * size] = 0.9;
  t.deepEqual(await inOrder.map('pivots', { size, share: 0.18 }, [matrix, matrix]), [true, true]);
  t.deepEqual(await inOrder.map('pivots', { size, share: 0.2 }, [matrix]), [false]);
});
