/**
 * Which way a path is fitted. A function of the problem's size alone, so that
 * the engine, its explanation and a plan made before anything is read say the same.
 *
 *  - moments: least squares with few enough features; one sweep holds the whole problem.
 *  - lockstep: all values at once, from a solution on a sample of the rows (fit/lockstep.ts).
 *  - values: value by value, each started where the one before ended.
 */

export type Road = 'moments' | 'lockstep' | 'values';

export interface RoadQuestion {
  /** Rows that count. */
  readonly rows: number;
  /** p. */
  readonly features: number;
  /** Features that vary. */
  readonly usable: number;
  /** Whether the loss is least squares. */
  readonly quadratic: boolean;
  /** Whether every value penalises every usable feature, so that a gap can be proven. */
  readonly provable: boolean;
}

export interface RoadChoice {
  readonly road: Road;
  /** Why not another: a stable word. */
  readonly why: RoadReason;
  /** Rows the lockstep would draw, in the mean. */
  readonly sampleRows: number;
}

export type RoadReason =
  /** Least squares with at most MOMENTS_FEATURES features. */
  | 'quadratic'
  /** Many rows for each row of the sample. */
  | 'manyRows'
  /** Fewer than LOCKSTEP_SHARE rows for each row of the sample: it would hardly be smaller than the data. */
  | 'fewRows'
  /** Something is not penalised, so that no gap can be proven. */
  | 'unpenalised';

/** Features up to which least squares is solved from the moments of all of them. */
export const MOMENTS_FEATURES = 2048;
/** Rows there must be for each row of the sample. */
export const LOCKSTEP_SHARE = 4;

/** Whether the moments that a path begins with hold the whole problem. */
export function momentsSuffice(quadratic: boolean, features: number): boolean {
  return quadratic && features <= MOMENTS_FEATURES;
}

/** Rows of the sample: 200 a feature, at least 10,000. */
export function sampleRows(usable: number): number {
  return Math.max(10000, 200 * usable);
}

export function chooseRoad({ rows, features, usable, quadratic, provable }: RoadQuestion): RoadChoice {
  const wanted = sampleRows(usable);
  const choice = (road: Road, why: RoadReason): RoadChoice => ({ road, why, sampleRows: wanted });
  if (momentsSuffice(quadratic, features)) return choice('moments', 'quadratic');
  if (!provable) return choice('values', 'unpenalised');
  return rows >= LOCKSTEP_SHARE * wanted ? choice('lockstep', 'manyRows') : choice('values', 'fewRows');
}
