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

/** @param features those that may have a coefficient in some fold */
export function foldsWay({ rows, features, fromMoments }: { readonly rows: number; readonly features: number; readonly fromMoments: boolean }): FoldsWay {
  if (fromMoments) return 'moments';
  return features > SHARED_FEATURES || rows < SHARED_ROWS * features ? 'apart' : 'together';
}
