/** What threads do while they wait for their first task. */
import test from 'ava';
import { chooseKernels } from '@scalemix/core';
import { warmUp } from '../../packages/worker/src/threads/warmUp.ts';

test('every task of the warm-up is done, by any kernels: an error in one would end it unseen', (t) => {
  const scalar = warmUp(chooseKernels({ family: 'scalar' }));
  t.true(Math.abs(scalar) > 1);
  for (const wide of [false, true]) {
    t.true(Math.abs(warmUp(chooseKernels({ family: 'wasm', wide })) / scalar - 1) < 1e-9);
    t.true(Math.abs(warmUp(chooseKernels({ family: 'wasm', wide, precision: 'f32' })) / scalar - 1) < 1e-5);
  }
});
