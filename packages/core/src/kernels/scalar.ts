import type { KernelId, Kernels } from './kernels.ts';
import { algebraKernels } from './scalar/algebra.ts';
import { codesKernels } from './scalar/codes.ts';
import { denseKernels } from './scalar/dense.ts';
import { scalarLosses } from './scalar/losses.ts';
import { penalisedKernels } from './scalar/penalised.ts';
import { sparseKernels } from './scalar/sparse.ts';
import { viewsOf } from './scalar/views.ts';

/**
 * The scalar twin of the kernels: the contract as plain loops over typed
 * arrays. It needs no WebAssembly code, is the reference the tests compare
 * with, and is 10 to 40 times slower.
 */
export function createScalarKernels(memory: WebAssembly.Memory, id: KernelId): Kernels {
  const current = viewsOf(memory);
  const algebra = algebraKernels(current);
  return {
    id,
    memory,
    ...denseKernels(current),
    ...codesKernels(current),
    ...sparseKernels(current),
    ...algebra,
    ...penalisedKernels(current, algebra.cholesky),
    losses: scalarLosses(current),
  };
}
