/** The engine as the tests of the solver use it: over arrays, on one thread. */
import { fitPath, inOrder } from '@scalemix/core';
import type { KernelId, Kernels, PathProblem, PathResult, PenaltySpec, RowSource } from '@scalemix/core';
import { createKernels } from '../../packages/core/src/kernels/index.ts';
import { createScalarKernels } from '../../packages/core/src/kernels/scalar.ts';
import { arraySource } from './arraySource.ts';
import type { ArrayData } from './arraySource.ts';

export const scalarId: KernelId = { family: 'scalar', precision: 'f64', tile: 'k192', hash: 'test' };

export const scalarKernels = (memory: WebAssembly.Memory): Kernels => createScalarKernels(memory, scalarId);
export const bestKernels = (memory: WebAssembly.Memory): Kernels => createKernels(memory);

export const squared = { name: 'squared', parameters: {} };
export const logistic = { name: 'logistic', parameters: {} };

export const none: PenaltySpec = { name: 'none', l1Ratio: 0 };
export const ridge: PenaltySpec = { name: 'ridge', l1Ratio: 0 };
export const lasso: PenaltySpec = { name: 'lasso', l1Ratio: 1 };
export const elasticNet = (l1Ratio: number): PenaltySpec => ({ name: 'elastic-net', l1Ratio });

export function source(data: ArrayData): RowSource {
  return arraySource(data, bestKernels);
}

export function fit(data: ArrayData, problem: PathProblem): Promise<PathResult> {
  return fitPath(source(data), problem, inOrder);
}

/** The stable code of an error of ours. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
