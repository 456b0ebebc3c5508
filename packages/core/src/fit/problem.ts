import type { LossSpec } from '../loss/loss.ts';
import type { PenaltySpec } from '../penalty/penalty.ts';
import type { FoldsWay } from './foldsWay.ts';
import type { RoadChoice } from './road.ts';
import type { ValueResult } from './value.ts';

/** What to fit: all that the solver is told, beside the data. */
export interface PathProblem {
  readonly loss: LossSpec;
  readonly penalty: PenaltySpec;
  /** v_j, one a feature, >= 0; as given, not rescaled. @default all 1 */
  readonly penaltyFactors?: Float64Array;
  /** Whether s_j is the standard deviation. @default true */
  readonly standardize?: boolean;
  /** @default true */
  readonly intercept?: boolean;
  /** Penalty strengths, as given (any order). @default a grid of `lambdas` values */
  readonly lambda?: readonly number[];
  /** Values of the grid. @default 100 */
  readonly lambdas?: number;
  /** Smallest over largest value of the grid. @default 1e-4 where n > p, else 1e-2 */
  readonly lambdaMinRatio?: number;
  /** Certified relative gap (stationarity where no gap can be proven). @default 1e-6 */
  readonly tolerance?: number;
  /** Sweeps over the data allowed for one value of lambda. @default 100 */
  readonly maxPasses?: number;
}

/** The fitted path: arrays of K values, in the order of `lambda`. */
export interface PathResult {
  readonly lambda: Float64Array;
  /** On the original scale. */
  readonly intercept: Float64Array;
  /** K vectors of p, on the original scale. */
  readonly coefficients: readonly Float64Array[];
  /** Mean loss plus penalty. */
  readonly objective: Float64Array;
  /** Proven duality gap of the objective, absolute; NaN where none can be proven. */
  readonly gap: Float64Array;
  readonly stationarity: Float64Array;
  readonly nonzero: Int32Array;
  /** 1 - deviance / null deviance. */
  readonly devianceRatio: Float64Array;
  readonly converged: readonly boolean[];
  /** Why a value has not converged: 'MAX_PASSES', 'SEPARABLE', 'STALLED'; null where it has. */
  readonly reason: readonly (string | null)[];
  /** Weighted mean of the loss with nothing to be fitted better: the zero of the relative gap. */
  readonly saturatedLoss: number;
  /** Mean loss with the offset and the intercept alone: where the deviance ratio is 0. */
  readonly nullLoss: number;
  readonly weightSum: number;
  /** Rows with a positive weight. */
  readonly rows: number;
  readonly sweeps: number;
  readonly columnPasses: number;
  readonly grams: number;
}

/** What happens while a path is fitted, in order. */
export type FitEvent =
  | ({ readonly type: 'roadChosen'; readonly rows: number; readonly features: number; readonly usable: number; readonly values: number } & RoadChoice)
  | {
      /** The sample has been drawn. */
      readonly type: 'sampled';
      readonly rows: number;
      /** Rows of the larger sample that it is a part of. */
      readonly larger: number | null;
    }
  | {
      /** The path has been solved on the sample, and its Hessians kept. */
      readonly type: 'sampleSolved';
      /** Values whose Hessian is kept from the sample. */
      readonly anchors: number;
      /** Those of them whose Hessian is formed on all rows too. */
      readonly fullAnchors: number;
    }
  | {
      /** The sweeps over all values at once have ended. */
      readonly type: 'lockstepEnded';
      /** Values that are left, to be finished one by one. */
      readonly open: number;
    }
  | {
      readonly type: 'passBegun';
      readonly pass: number;
      readonly columns: number;
      readonly grams: number;
      /** Features of the largest Gram. */
      readonly gramFeatures: number;
      readonly rows: number;
    }
  | { readonly type: 'passProgress'; readonly pass: number; readonly rowsDone: number; readonly rows: number }
  | { readonly type: 'passDone'; readonly pass: number; readonly rows: number; readonly seconds: number }
  | {
      /** The path is done, the fits without each fold begin. */
      readonly type: 'foldsBegun';
      readonly way: FoldsWay;
      readonly folds: number;
      readonly rows: number;
      /** That may have a coefficient in some fold. */
      readonly features: number;
      /** Values whose Hessian is formed for the folds; 0 where those of the path serve. */
      readonly anchors: number;
    }
  /** Cross-validation: how many of the values of all folds are certified so far. */
  | { readonly type: 'foldsProgress'; readonly done: number; readonly columns: number }
  | {
      readonly type: 'valueDone';
      readonly index: number;
      readonly values: number;
      readonly lambda: number;
      readonly nonzero: number;
      readonly devianceRatio: number;
      readonly relativeGap: number;
      readonly converged: boolean;
      /** Why it has not. */
      readonly reason: ValueResult['reason'];
    };

export interface FitOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: FitEvent) => void;
}
