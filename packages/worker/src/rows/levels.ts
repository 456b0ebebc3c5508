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
  /** The levels that occur in rows that count, in byte order. */
  readonly levels: readonly string[];
  /** Position in `levels` of the level with the greatest weight, the first of equals; -1 where there is none. */
  readonly mostFrequent: number;
  /** Final code of each provisional code; code 0 has no feature. */
  readonly replace: Uint32Array;
  /** Final code of a missing value. */
  readonly fill: number;
  /** Whether codes stay as they are, those of missing values and skipped rows apart. */
  readonly identity: boolean;
}

/**
 * @param names provisional levels, in order of first appearance
 * @param weights weight of the rows of each, 0 where it occurs in no row that counts
 * @param dropFirst whether the first level in byte order has no feature: it gets code 0, else code 1
 */
export function planLevels(names: readonly string[], weights: Float64Array, dropFirst: boolean): LevelPlan {
  const bytes: { code: number; bytes: Buffer }[] = [];
  for (let code = 0; code < names.length; code++) if (weights[code]! > 0) bytes.push({ code, bytes: Buffer.from(names[code]!) });
  bytes.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const first = dropFirst ? 0 : 1;
  const replace = new Uint32Array(names.length);
  let mostFrequent = -1;
  let heaviest = 0;
  let identity = true;
  bytes.forEach(({ code }, position) => {
    replace[code] = position + first;
    if (replace[code] !== code) identity = false;
    if (weights[code]! > heaviest) {
      heaviest = weights[code]!;
      mostFrequent = position;
    }
  });
  return { levels: bytes.map(({ code }) => names[code]!), mostFrequent, replace, fill: Math.max(0, mostFrequent) + first, identity };
}
