/**
 * How the folds of a cross-validation are fitted. A function of the problem's
 * size alone, as the way of the path itself (fit/road.ts).
 *
 *  - moments: each training set's own moments hold its problem; no further sweep.
 *  - together: all values of all folds at once, from the path of all rows.
 *  - apart: fold after fold, value by value.
 */
export type FoldsWay = 'moments' | 'together' | 'apart';

/** Features up to which, and rows a feature from which, columns share Hessians: with few rows the folds differ too much from the whole. */
const SHARED_FEATURES = 3000;
const SHARED_ROWS = 20;

export interface FoldsQuestion {
  readonly rows: number;
  /** Those that may have a coefficient in some fold. */
  readonly features: number;
  readonly fromMoments: boolean;
  /** Whether any value can advance with others: it has a penalty, or the loss is quadratic. */
  readonly penalised: boolean;
}

export function foldsWay({ rows, features, fromMoments, penalised }: FoldsQuestion): FoldsWay {
  if (fromMoments) return 'moments';
  return !penalised || features > SHARED_FEATURES || rows < SHARED_ROWS * features ? 'apart' : 'together';
}
