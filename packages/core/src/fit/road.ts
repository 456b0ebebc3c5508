/**
 * Which way a path is fitted. A function of the problem's size alone, so that
 * the engine, its explanation and a plan made before anything is read say the same.
 *
 *  - moments: least squares with few enough features; one sweep holds the whole problem.
 *  - rowSpace: ridge with fewer rows than features; as many unknowns as rows (fit/rowSpace.ts).
 *  - lockstep: all values at once, from a solution on a sample of the rows (fit/lockstep.ts).
 *  - values: value by value, each started where the one before ended.
 */

import type { Description } from '../rowSource.ts';

export type Road = 'moments' | 'rowSpace' | 'lockstep' | 'values';

export interface RoadQuestion {
  /** Rows that count. */
  readonly rows: number;
  /** p. */
  readonly features: number;
  /** Features that vary. */
  readonly usable: number;
  /** K. */
  readonly values: number;
  /** Numbers a row holds: see rowWidth. */
  readonly width: number;
  /** F of a cross-validation, whose moments are kept fold by fold; 0 without one. */
  readonly folds: number;
  /** Whether the loss is least squares. */
  readonly quadratic: boolean;
  /** Whether every value penalises every usable feature, so that a gap can be proven. */
  readonly provable: boolean;
  /** Whether every value penalises every feature, by its square alone. */
  readonly ridge: boolean;
}

export interface RoadChoice {
  readonly road: Road;
  /** Why not another: a stable word. */
  readonly why: RoadReason;
  /** Rows of the sample that the lockstep would start from, in the mean. */
  readonly sampleRows: number;
  /** Rows of the larger sample on which it would go on: as many, or more. */
  readonly refineRows: number;
  /** Whether the sample's rows would be read where they lie, not copied. */
  readonly sampleInPlace: boolean;
  /** Values whose Hessian would be formed on the sample, and on all rows. */
  readonly anchors: number;
  readonly fullAnchors: number;
}

export type RoadReason =
  /** Least squares whose moments are small enough (momentsSuffice). */
  | 'quadratic'
  /** Ridge with fewer rows than features, whose products with one another are small enough (fitsRowSpace). */
  | 'fewerRows'
  /** Many rows for each row of the sample. */
  | 'manyRows'
  /** Fewer than LOCKSTEP_SHARE rows for each row of the sample: it would hardly be smaller than the data. */
  | 'fewRows'
  /** No feature varies: the intercept is all there is, and the null model has it. */
  | 'noFeatures'
  /** More than LOCKSTEP_FEATURES features vary. */
  | 'manyFeatures'
  /** Something is not penalised, so that no gap can be proven. */
  | 'unpenalised';

/** Features up to which least squares is solved from the moments of all of them. */
export const MOMENTS_FEATURES = 2048;
/** Numbers of the cross moments of all folds that a thread adds up, at most: 384 MiB, of 512 MiB that it has. */
const MOMENTS_NUMBERS = 3 * 2 ** 24;
/** Features up to which the lockstep forms Hessians of all of them: LEAST_ANCHORS are 384 MiB. */
const LOCKSTEP_FEATURES = 4096;
/** Rows there must be for each row of the sample. */
const LOCKSTEP_SHARE = 4;

/** Rows up to which a ridge path is fitted in their space: their products with one another are 128 MiB, a step takes seconds. */
const ROW_SPACE_ROWS = 4096;
/** Numbers of those rows, written out as columns: 256 MiB. */
const ROW_SPACE_NUMBERS = 2 ** 25;

/** Whether the moments that a path begins with, and those of each of the folds, hold the whole problem, and nothing smaller does. */
export function momentsSuffice(question: Pick<RoadQuestion, 'quadratic' | 'rows' | 'features' | 'folds' | 'ridge'>): boolean {
  const { quadratic, features, folds } = question;
  if (folds === 0 && fitsRowSpace(question)) return false;
  return quadratic && features <= MOMENTS_FEATURES && folds * features * features <= MOMENTS_NUMBERS;
}

/** Whether the solution lies in the space of the rows, and that is smaller than the features' and small enough. */
export function fitsRowSpace({ ridge, rows, features }: Pick<RoadQuestion, 'ridge' | 'rows' | 'features'>): boolean {
  return ridge && rows < features && rows <= ROW_SPACE_ROWS && rows * features <= ROW_SPACE_NUMBERS;
}

/** How samples are sized: rows a feature and at least, and of how large a share of all rows the larger one is at most. */
interface SampleSizes {
  readonly sample: { readonly perFeature: number; readonly least: number };
  readonly larger: { readonly perFeature: number; readonly least: number; readonly share: number };
}
const FOR_PATHS: SampleSizes = { sample: { perFeature: 200, least: 10000 }, larger: { perFeature: 1600, least: 50000, share: 1 / 6 } };
/** One value has no sweeps to share: its sample's Hessian must cost less than one of all rows, and with a second sample two would be formed. */
const FOR_ONE_VALUE = { perFeature: 40, least: 20000, share: 1 / 4 };
/**
 * Share of all rows from which on the sample of one value, read some five times, stays in its place. Copying it into fresh
 * memory takes as long as about as many reads or more; where there are fewer rows in each leaf, adding up the leaves' Hessians takes longer.
 */
const IN_PLACE_SHARE = 1 / 8;

function sampleSizes(rows: number, usable: number, values: number): Pick<RoadChoice, 'sampleRows' | 'refineRows' | 'sampleInPlace'> {
  if (values === 1) {
    const { perFeature, least, share } = FOR_ONE_VALUE;
    const only = Math.min(Math.max(least, perFeature * usable), Math.floor(rows * share));
    return { sampleRows: only, refineRows: only, sampleInPlace: only >= rows * IN_PLACE_SHARE };
  }
  const { sample, larger } = FOR_PATHS;
  const sampleRows = Math.max(sample.least, sample.perFeature * usable);
  const refineRows = Math.min(Math.max(larger.least, larger.perFeature * usable), Math.floor(rows * larger.share));
  // The smaller one serves where the larger would not be twice as large.
  return { sampleRows, refineRows: refineRows >= 2 * sampleRows ? refineRows : sampleRows, sampleInPlace: false };
}

/** Whether a sample is small beside the rows and large beside the features. */
function worthSampling(rows: number, usable: number, values: number, sample: number): boolean {
  return rows >= LOCKSTEP_SHARE * (values === 1 ? Math.max(10000, 40 * usable) : sample);
}

/** Share of the values that lead the others, beside the anchors (fit/leaders.ts). */
export const LEADER_SHARE = 1 / 8;
/** Anchors on a sample at most and at least; on all rows at most, and as many as that where GRAM_SWEEPS allow it. */
const MOST_ANCHORS = 10;
const LEAST_ANCHORS = 3;
const MOST_FULL_ANCHORS = 8;
/** Sweeps over all columns that all Grams on a sample, or the least of them on all rows, may cost... */
const GRAM_SWEEPS = 1.5;
/** ...and more of them than that on all rows. */
const FULL_GRAM_SWEEPS = 0.5;
/** What the elementwise part of a loss costs, in flops. */
const LOSS_FLOPS = 60;
/** Numbers that all anchors' Hessians may hold: 256 MiB. */
const ANCHOR_NUMBERS = 2 ** 25;

/** What a Gram costs beside a sweep over K columns, both on the same rows: d^2 flops a row against (4 d + LOSS_FLOPS) K, d numbers a row. */
function gramCost(width: number, values: number): number {
  return (width * width) / (values * (4 * width + LOSS_FLOPS));
}

function anchorCounts({ rows, usable, values, width }: RoadQuestion, refine: number): Pick<RoadChoice, 'anchors' | 'fullAnchors'> {
  const affordable = GRAM_SWEEPS / gramCost(width, values);
  const room = Math.floor(ANCHOR_NUMBERS / ((usable + 1) * (usable + 1)));
  const anchors = Math.min(MOST_ANCHORS, values, Math.max(LEAST_ANCHORS, Math.min(room, Math.floor((affordable * rows) / refine))));
  const most = Math.max(LEAST_ANCHORS, Math.min(MOST_FULL_ANCHORS, Math.floor(FULL_GRAM_SWEEPS / gramCost(width, values))));
  return { anchors, fullAnchors: Math.min(most, anchors, Math.floor(affordable)) };
}

export function chooseRoad(question: RoadQuestion): RoadChoice {
  const { rows, usable, values, provable } = question;
  const sizes = sampleSizes(rows, usable, values);
  const choice = (road: Road, why: RoadReason): RoadChoice => ({ road, why, ...sizes, ...anchorCounts(question, sizes.refineRows) });
  if (momentsSuffice(question)) return choice('moments', 'quadratic');
  if (usable === 0) return choice('values', 'noFeatures');
  if (fitsRowSpace(question)) return choice('rowSpace', 'fewerRows');
  if (!provable) return choice('values', 'unpenalised');
  if (usable > LOCKSTEP_FEATURES) return choice('values', 'manyFeatures');
  return worthSampling(rows, usable, values, sizes.sampleRows) ? choice('lockstep', 'manyRows') : choice('values', 'fewRows');
}

/** Entries that a row of a sparse column is taken to have. */
const SPARSE_ENTRIES = 50;

/** Numbers that a row holds, about: one for each numeric column and each category, some for a sparse part. */
export function rowWidth({ columns, features }: Pick<Description, 'columns' | 'features'>): number {
  if (columns.length === 0) return features.length;
  return columns.reduce((sum, { type, features: [, count] }) => sum + (type === 'sparse' ? Math.min(count, SPARSE_ENTRIES) : Math.min(count, 1)), 0);
}
