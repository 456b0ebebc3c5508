/**
 * The solver's own work, by name, as an executor runs it: data in, data out,
 * no reference to anything else, so that any thread can do it.
 */
import type { Executor, SolverWork } from '../rowSource.ts';
import { solveModelStep } from './modelStep.ts';
import type { AnchorModel, ModelStep, ModelStepProblem } from './modelStep.ts';
import { solveQuadratic } from './quadratic.ts';
import type { QuadraticProblem } from './quadratic.ts';

declare module '../rowSource.ts' {
  interface SolverWork {
    /** An M-step: items are quadratic problems, results their minimisers. */
    quadratic: { shared: null; item: QuadraticProblem; result: Float64Array };
    /** Steps of the lockstep's columns on the anchors' Hessians. */
    modelStep: { shared: AnchorModel; item: ModelStepProblem; result: ModelStep };
  }
}

export const solverWorks: { readonly [Work in keyof SolverWork]: (shared: SolverWork[Work]['shared'], item: SolverWork[Work]['item']) => SolverWork[Work]['result'] } = {
  quadratic: (_shared, problem) => solveQuadratic(problem),
  modelStep: solveModelStep,
};

/** Runs every piece in order, here and now. */
export const inOrder: Executor = {
  map: async (work, shared, items) => items.map((item) => solverWorks[work](shared, item)),
};
