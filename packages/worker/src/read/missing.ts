const MARKERS: readonly string[] = ['', 'NA', 'NaN', 'null'];

/** What means "missing" in a table. */
export interface Missing {
  /** Texts, exactly as they stand in a cell. */
  readonly texts: ReadonlySet<string>;
  /** Numbers, from the markers that are numbers. */
  readonly numbers: readonly number[];
}

/** @param extra markers of the user's */
export function missingMarkers(extra: readonly string[] = []): Missing {
  const numbers = extra.filter((marker) => marker.trim() !== '').map(Number);
  return { texts: new Set([...MARKERS, ...extra]), numbers: numbers.filter((value) => value === value) };
}
