/** Levels of a categorical column: which count, in what order, and the codes they get. */

/** Order of levels: bytes of their UTF-8 text. */
export function compareLevels(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Written for a missing value until all levels are known. */
export const MISSING_CODE = 0xffffffff;
/** Written in a row that does not count. */
export const SKIPPED_CODE = 0xfffffffe;

/** How the codes of a column are replaced once all its levels are known. */
export interface LevelPlan {
  /** Final code of each provisional code; code 0 has no feature. */
  readonly replace: Uint32Array;
  /** Final code of a missing value. */
  readonly fill: number;
  /** Whether codes stay as they are, those of missing values and skipped rows apart. */
  readonly identity: boolean;
}

/** The levels that occur in rows that count, in byte order, and the one of greatest weight, the first of equals; null where there is none. */
export interface SortedLevels {
  readonly levels: readonly string[];
  readonly mostFrequent: string | null;
}

/** @param weights weight of the rows of each name, 0 where it occurs in no row that counts */
export function sortLevels(names: readonly string[], weights: ArrayLike<number>): SortedLevels {
  const counted: { code: number; bytes: Buffer }[] = [];
  for (let code = 0; code < names.length; code++) if (weights[code]! > 0) counted.push({ code, bytes: Buffer.from(names[code]!) });
  counted.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  let mostFrequent: string | null = null;
  let heaviest = 0;
  for (const { code } of counted) {
    if (weights[code]! <= heaviest) continue;
    heaviest = weights[code]!;
    mostFrequent = names[code]!;
  }
  return { levels: counted.map(({ code }) => names[code]!), mostFrequent };
}

/**
 * @param names provisional levels, in order of first appearance; those that are not in `levels` occur in no row that counts
 * @param levels all levels that do, in byte order
 * @param filled what missing values become; null: none does
 * @param first the code of the first level: 0 where it has no feature, else 1
 */
export function levelPlan(names: readonly string[], levels: readonly string[], filled: string | null, first: number): LevelPlan {
  const places = new Map(levels.map((level, place) => [level, place + first]));
  let identity = true;
  const replace = Uint32Array.from(names, (name, code) => {
    const place = places.get(name);
    if (place !== undefined && place !== code) identity = false;
    return place ?? 0;
  });
  return { replace, fill: filled === null ? first : (places.get(filled) ?? first), identity };
}
