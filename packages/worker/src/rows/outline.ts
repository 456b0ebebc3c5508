/** From facts of all rows to what the solver sees of them, and to the plan they are stored by. */
import { DataError, leafRows } from '@scalemix/core';
import type { ColumnDescription, Description, FeatureMap, MissingDescription, RowLayout } from '@scalemix/core';
import type { PredictorFacts, RowFacts } from './facts.ts';
import { FeatureBuilder } from './features.ts';
import { foldValues } from './folds.ts';
import { sortLevels } from './levels.ts';
import { missingValues } from './missing.ts';
import type { LoadOptions } from './options.ts';
import type { Places, PredictorPlace } from './places.ts';
import type { Centres, RowsPlan } from './plan.ts';
import { responseEncoder } from './response.ts';
import type { Roles } from './roles.ts';

/** All rows, without any of them. */
export interface Outline {
  /** All but the kernel, which whoever computes knows. */
  readonly description: Omit<Description, 'kernel'>;
  /** How rows are stored in the end. */
  readonly layout: RowLayout;
  readonly features: FeatureMap;
  readonly plan: RowsPlan;
}

export interface OutlineOf {
  readonly roles: Roles;
  readonly places: Places;
  readonly options: LoadOptions;
  readonly facts: RowFacts;
  readonly centres: Centres;
  /** For messages. */
  readonly files: readonly string[];
}

/**
 * @throws DataError NO_ROWS, MISSING_VALUES, ALL_ROWS_DROPPED, ALL_WEIGHTS_ZERO, FOLD_COLUMN, and those of the response
 *   (response.ts); UsageError UNKNOWN_CLASS
 */
export function outlineRows({ roles, places, options, facts, centres, files }: OutlineOf): Outline {
  checkFacts(facts, options, roles, files.join(', ') || 'the data');
  const dropFirst = options.drop !== 'none';
  const features = new FeatureBuilder(places.layout);
  const levels = new Map<string, readonly string[]>();
  const fills = new Map<string, number | string>();
  const columns = places.predictors.map((place, predictor): ColumnDescription => {
    const found = facts.predictors[predictor]!;
    const missing: Omit<MissingDescription, 'fill'> = { count: found.missing + found.leftOut, indicator: options.missing === 'indicator' && found.missing > 0 };
    if (place.kind === 'numeric') return numericColumn(place, found, missing);
    if (place.kind === 'sparse') return features.sparse(place, found.width, { ...missing, fill: null });
    const sorted = sortLevels(found.levels!, found.levelWeights);
    levels.set(place.name, sorted.levels);
    const fill = found.missing > 0 ? sorted.mostFrequent : null;
    if (fill !== null) fills.set(place.name, fill);
    return features.categorical(place, sorted.levels, dropFirst, { ...missing, fill });
  });
  function numericColumn(place: PredictorPlace, { missing: count, sum, weight }: PredictorFacts, missing: Omit<MissingDescription, 'fill'>): ColumnDescription {
    const centre = centres.columns[place.name]!;
    if (count === 0) return features.numeric(place, centre, { ...missing, fill: null });
    const fill = weight > 0 ? sum / weight : 0;
    fills.set(place.name, fill);
    return features.numeric(place, centre, { ...missing, fill: centre + fill });
  }
  const response = responseEncoder(roles, options, String).describe(facts.response);
  const folds = roles.folds === null ? null : foldValues(roles.folds, facts.folds!);
  // Weights are the last part where there is no offset: weights of 1 are forgotten, not removed.
  const weights = places.layout.weights && (places.layout.offset || !facts.unit);
  const { names, centres: featureCentres, map } = features.finish();
  return {
    description: {
      rows: facts.rows,
      leafRows: leafRows(facts.rows),
      columns,
      features: names,
      centres: featureCentres,
      response,
      responseCentre: centres.response,
      hasOffset: places.layout.offset,
      folds: folds === null ? null : { column: roles.folds!.name, values: folds },
      dropped: facts.dropped,
    },
    layout: { ...places.layout, weights },
    features: map,
    // Entries become properties of their own, whatever the columns are called.
    plan: { centres: centres.columns, levels: Object.fromEntries(levels), fills: Object.fromEntries(fills), positive: roles.response.kind === 'text' ? response.positive : null, folds, weights },
  };
}

function checkFacts({ rows, counted, dropped, roles: lacking, predictors }: RowFacts, options: LoadOptions, roles: Roles, files: string): void {
  if (rows === 0) throw new DataError('NO_ROWS', `There are no rows in ${files}.`);
  const allowed = (options.missing ?? 'error') !== 'error';
  const incomplete = roles.predictors.map(({ name }, predictor) => ({ name, count: predictors[predictor]!.missing })).filter(({ count }) => count > 0);
  if (lacking.length > 0 || (incomplete.length > 0 && !allowed)) throw missingValues(rows, lacking, allowed ? [] : incomplete);
  if (counted === 0 && dropped > 0) throw new DataError('ALL_ROWS_DROPPED', `Each row of ${files} that has a weight lacks a value: ${dropped} of ${rows} were dropped. Leave columns out with --exclude, or fill values with --missing mean.`);
  if (counted === 0) throw new DataError('ALL_WEIGHTS_ZERO', `The weights of all ${rows} rows of ${files} are zero.`);
}
