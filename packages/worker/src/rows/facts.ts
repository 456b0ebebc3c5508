/**
 * What only a look at every row can tell: levels, missing values, classes,
 * weights. Facts of neighbouring ranges merge into those of both, like a
 * statistic: sums in the order of the fixed tree, the rest in any.
 */
import type { MissingRole } from './missing.ts';

/** Plain data, so that it can be sent. */
export interface RowFacts {
  readonly rows: number;
  /** Rows that count. */
  readonly counted: number;
  /** Rows left out for a missing value. */
  readonly dropped: number;
  /** Whether every weight is 1. */
  readonly unit: boolean;
  /** Columns of roles other than predictor that lack values. */
  readonly roles: readonly MissingRole[];
  /** In the order of the roles (roles.ts). */
  readonly predictors: readonly PredictorFacts[];
  readonly response: ResponseFacts;
  /** Values of the column of folds, in order of first appearance. */
  readonly folds: readonly string[] | null;
}

export interface PredictorFacts {
  /** Missing values in rows that count. */
  readonly missing: number;
  /** Missing values for which rows were left out. */
  readonly leftOut: number;
  /** Levels of rows that count, in order of first appearance; null: the column has none. */
  readonly levels: readonly string[] | null;
  /** Weight of the rows of each level. */
  readonly levelWeights: readonly number[];
  /** Of the centred values that are not missing: sum w x and sum w, blocks merged in tree order. */
  readonly sum: number;
  readonly weight: number;
  /** Features of a sparse matrix. */
  readonly width: number;
}

export interface ResponseFacts {
  /** What occurs in rows that count, as text; of what has no classes nothing. */
  readonly seen: readonly string[];
  /** Whether the number that counts as 1 occurs. */
  readonly positive: boolean;
  /** How many are remembered; null: all. */
  readonly most: number | null;
}

/** Facts of the rows of both, `left` being those before `right`. */
export function mergeFacts(left: RowFacts, right: RowFacts): RowFacts {
  return {
    rows: left.rows + right.rows,
    counted: left.counted + right.counted,
    dropped: left.dropped + right.dropped,
    unit: left.unit && right.unit,
    roles: mergeRoles(left.roles, right.roles),
    predictors: left.predictors.map((facts, predictor) => mergePredictors(facts, right.predictors[predictor]!)),
    response: mergeResponses(left.response, right.response),
    folds: left.folds === null || right.folds === null ? null : union(left.folds, right.folds),
  };
}

function union(left: readonly string[], right: readonly string[]): readonly string[] {
  const all = new Set(left);
  for (const value of right) all.add(value);
  return all.size === left.length ? left : [...all];
}

function mergeRoles(left: readonly MissingRole[], right: readonly MissingRole[]): MissingRole[] {
  const counts = new Map(left.map((role) => [role.name, role]));
  for (const role of right) counts.set(role.name, { ...role, count: role.count + (counts.get(role.name)?.count ?? 0) });
  return [...counts.values()];
}

function mergePredictors(left: PredictorFacts, right: PredictorFacts): PredictorFacts {
  const levels = left.levels === null || right.levels === null ? null : union(left.levels, right.levels);
  return {
    missing: left.missing + right.missing,
    leftOut: left.leftOut + right.leftOut,
    levels,
    levelWeights: levels === null ? [] : mergeWeights(levels, left, right),
    sum: left.sum + right.sum,
    weight: left.weight + right.weight,
    width: Math.max(left.width, right.width),
  };
}

/** `levels` begins with those of `left`. */
function mergeWeights(levels: readonly string[], left: PredictorFacts, right: PredictorFacts): number[] {
  const places = new Map(levels.map((level, place) => [level, place]));
  const weights = levels.map((_, place) => left.levelWeights[place] ?? 0);
  right.levels!.forEach((level, at) => (weights[places.get(level)!]! += right.levelWeights[at]!));
  return weights;
}

function mergeResponses(left: ResponseFacts, right: ResponseFacts): ResponseFacts {
  const seen = union(left.seen, right.seen);
  return { seen: left.most === null ? seen : seen.slice(0, left.most), positive: left.positive || right.positive, most: left.most };
}
