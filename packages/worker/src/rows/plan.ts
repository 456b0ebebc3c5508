/** What loading all rows has found out: with it any part of them is stored as it was then. */
import type { LoadedRows } from './load.ts';
import type { LevelPlan } from './levels.ts';

/** Plain data, so that it can be sent. */
export interface RowsPlan {
  /** Centre of each numeric column, by name. */
  readonly centres: Readonly<Record<string, number>>;
  /** Levels of each categorical column, by name. */
  readonly levels: Readonly<Record<string, readonly string[]>>;
  /** The class of a text response that counts as 1. */
  readonly positive: string | null;
  /** Whether weights are stored. */
  readonly weights: boolean;
}

/** null where a part could not be stored alike: with filled values, folds by column, or a sparse matrix. */
export function rowsPlan({ description, handle }: LoadedRows): RowsPlan | null {
  const { columns, centres, response } = description;
  const { layout } = handle.store;
  if (layout.sparse || layout.folds || columns.some(({ missing }) => missing.fill !== null || missing.indicator)) return null;
  const numeric = columns.filter(({ type }) => type === 'numeric');
  const categorical = columns.filter(({ type }) => type === 'categorical');
  return {
    centres: Object.fromEntries(numeric.map(({ name, features: [first] }) => [name, centres[first]!])),
    levels: Object.fromEntries(categorical.map(({ name, levels }) => [name, levels!])),
    positive: response.positive,
    weights: layout.weights,
  };
}

/** How the provisional codes of a part's column become those of all rows. What the plan does not know occurs in no row that counts. */
export function plannedLevels(names: readonly string[], levels: readonly string[], dropFirst: boolean): LevelPlan {
  const first = dropFirst ? 0 : 1;
  const places = new Map(levels.map((level, place) => [level, place + first]));
  return { levels, mostFrequent: -1, replace: Uint32Array.from(names, (name) => places.get(name) ?? 0), fill: first, identity: false };
}
