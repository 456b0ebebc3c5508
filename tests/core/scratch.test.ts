/** How much scratch passes ask for where rows are very wide, or columns very many. */
import test from 'ava';
import { createAccumulator, createKernels } from '@scalemix/core';
import type { BlockStore, PassRequest, RowLayout } from '@scalemix/core';

const MIB = 2 ** 20;
/** What each of 16 threads has beside the rows. */
const SCRATCH = 192 * MIB;

function ask(p: number, denseType: RowLayout['denseType'], columns: number, folds: boolean): number {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
  const layout: RowLayout = { dense: p, denseType, codes: 0, sparse: false, folds: false, weights: false, offset: false };
  const store: BlockStore = { layout, features: { count: p, dense: Int32Array.from({ length: p }, (_, j) => j), codes: [], sparse: new Int32Array(0) }, blocks: [], rows: 8192, responseCentre: 0 };
  const request: PassRequest = {
    kind: 'pass', loss: { name: 'logistic', parameters: {} }, columns, coefficients: new Float64Array(columns * p), intercepts: new Float64Array(columns), features: null, grams: [],
    ...(folds && { folds: { by: { count: 5, by: 'modulo' as const, seed: 0 }, heldOut: Int32Array.from({ length: columns }, (_, k) => k % 5) } }),
  };
  return createAccumulator([{ kernels: createKernels(memory, { family: 'scalar' }), scratch: { base: 65536, bytes: SCRATCH } }], store, request).size;
}

test('100,000 float32 columns fit, in folds too, and so do 100,000 columns of coefficients', (t) => {
  t.true(ask(1e5, 'f32', 1, true) > 1e5);
  t.true(ask(1e5, 'f32', 4, false) > 4e5);
  t.true(ask(2, 'f64', 1e5, false) > 2e5);
});
