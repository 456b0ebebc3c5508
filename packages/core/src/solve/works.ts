/**
 * The solver's own work, by name, as an executor runs it: data in, data out,
 * no reference to anything else, so that any thread can do it.
 */
import type { Executor, SolverWork } from '../rowSource.ts';
import { solveModelStep } from './modelStep.ts';
import type { AnchorModel, ModelStep, ModelStepProblem } from './modelStep.ts';

declare module '../rowSource.ts' {
  interface SolverWork {
    /** M-steps, each on a model of the Hessian. */
    modelStep: { shared: AnchorModel; item: ModelStepProblem; result: ModelStep };
  }
}

export const solverWorks: { readonly [Work in keyof SolverWork]: (shared: SolverWork[Work]['shared'], item: SolverWork[Work]['item']) => SolverWork[Work]['result'] } = {
  modelStep: solveModelStep,
};

/** Runs every piece in order, here and now. */
export const inOrder: Executor = {
  map: async (work, shared, items) => items.map((item) => solverWorks[work](shared, item)),
};
