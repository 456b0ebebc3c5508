/**
 * The solver's own work, by name, as an executor runs it: data in, data out,
 * no reference to anything else, so that any thread can do it.
 */
import type { Executor, SolverWork } from '../rowSource.ts';
import type { KernelRequest } from '../kernels/choose.ts';
import { LinearAlgebra } from './algebra.ts';
import { solveModelStep } from './modelStep.ts';
import type { AnchorModel, ModelStep, ModelStepProblem } from './modelStep.ts';
import { columnProducts, rowProducts, rowStep } from './rowProducts.ts';
import type { RowColumns, RowStep, RowStepProblem } from './rowProducts.ts';

declare module '../rowSource.ts' {
  interface SolverWork {
    /** M-steps, each on a model of the Hessian. */
    modelStep: { shared: AnchorModel; item: ModelStepProblem; result: ModelStep };
    /** Whether no pivot of a matrix, of the size given and row-major, lies at or below a share of its diagonal. size^3/3 flops. */
    pivots: { shared: { readonly size: number; readonly share: number }; item: Float64Array; result: boolean };
    /** K of all columns. */
    rowProducts: { shared: RowColumns; item: null; result: Float64Array | null };
    /** Steps in the space of the rows, on one K. */
    rowStep: { shared: { readonly products: Float64Array }; item: RowStepProblem; result: RowStep | null };
    /** Products of all columns with vectors of n numbers. */
    columnProducts: { shared: RowColumns; item: Float64Array; result: Float64Array };
  }
}

export type SolverWorks = { readonly [Work in keyof SolverWork]: (shared: SolverWork[Work]['shared'], item: SolverWork[Work]['item']) => SolverWork[Work]['result'] };

/** The works on the calling thread, with these kernels: with the same ones they give the same bits on any thread. */
export function worksWith(kernels: KernelRequest = {}): SolverWorks {
  const algebra = new LinearAlgebra(kernels);
  return {
    modelStep: (shared, item) => solveModelStep(shared, item, algebra),
    pivots: ({ size, share }, matrix) => {
      const upper = algebra.open(size);
      if (upper === null) return false;
      for (let i = 0; i < size; i++) upper.values.set(matrix.subarray(i * (size + 1), (i + 1) * size), i * (upper.stride + 1));
      return algebra.factor(upper, share);
    },
    rowProducts: (shared) => rowProducts(shared, algebra),
    rowStep: ({ products }, item) => rowStep(products, item, algebra),
    columnProducts,
  };
}

/** Unknowns up to which a work is brief: it takes no longer than handing it to another thread does. */
const BRIEF_UNKNOWNS = 64;

const BRIEF: { readonly [Name in keyof SolverWork]?: (item: SolverWork[Name]['item']) => boolean } = {
  modelStep: ({ start }) => start.length <= BRIEF_UNKNOWNS,
  pivots: (matrix) => matrix.length <= BRIEF_UNKNOWNS ** 2,
  rowStep: ({ root }) => root.length <= BRIEF_UNKNOWNS,
};

/** Whether the works are done sooner on the calling thread than they are handed out, which they would not hold up. */
export function areBrief<Work extends keyof SolverWork>(work: Work, items: readonly SolverWork[Work]['item'][]): boolean {
  const isBrief = BRIEF[work];
  return isBrief !== undefined && items.every(isBrief);
}

/** Runs every piece in order, here and now. */
export function executorWith(kernels?: KernelRequest): Executor {
  const works = worksWith(kernels);
  return { map: async (work, shared, items) => items.map((item) => works[work](shared, item)) };
}

/** With the kernels that are best here. */
export const inOrder = executorWith();
