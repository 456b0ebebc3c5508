/** What is known of all rows: with it any part of them is stored as the whole would be. */

/** Plain data, so that it can be sent. */
export interface RowsPlan {
  /** Centre of each numeric column, by name. */
  readonly centres: Readonly<Record<string, number>>;
  /** Levels of each categorical column in byte order, by name. */
  readonly levels: Readonly<Record<string, readonly string[]>>;
  /** What missing values become, by the name of a column that has some: a centred number, or a level. */
  readonly fills: Readonly<Record<string, number | string>>;
  /** The class of a text response that counts as 1. */
  readonly positive: string | null;
  /** Values of the column of folds, in the order of the folds. */
  readonly folds: readonly string[] | null;
  /** Whether weights are stored. */
  readonly weights: boolean;
}

/** What the first block tells, by which all others are stored. */
export interface Centres {
  /** Of each numeric column, by name. */
  readonly columns: Readonly<Record<string, number>>;
  readonly response: number;
}
