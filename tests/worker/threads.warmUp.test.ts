/** What threads do while they wait for their first task. */
import test from 'ava';
import { chooseKernels } from '@scalemix/core';
import type { KernelRequest } from '@scalemix/core';
import { warmUp } from '../../packages/worker/src/threads/warmUp.ts';

test('every task of the warm-up is done, by any kernels: an error in one would end it unseen', (t) => {
  const last = (request: KernelRequest): number => [...warmUp(chooseKernels(request))].at(-1)!;
  const scalar = last({ family: 'scalar' });
  t.true(Math.abs(scalar) > 1);
  for (const wide of [false, true]) {
    t.true(Math.abs(last({ family: 'wasm', wide }) / scalar - 1) < 1e-9);
    t.true(Math.abs(last({ family: 'wasm', wide, precision: 'f32' }) / scalar - 1) < 1e-5);
  }
});
