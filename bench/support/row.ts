/** A figure of a benchmark: `value` against the `floor` it must reach (or, by `atMost`, stay under), null where it is for information. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor: number | null;
  readonly holds: boolean | null;
}

/** With what else is kept in bench/results. */
export interface Figure extends Row {
  readonly detail?: Readonly<Record<string, string | number>>;
}

export function row(name: string, value: number, unit: string, floor: number | null = null): Row {
  return { name, value, unit, floor, holds: floor === null ? null : value >= floor };
}

/** A figure that must not exceed its floor. */
export function atMost(name: string, value: number, unit: string, floor: number): Row {
  return { name, value, unit, floor, holds: value <= floor };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
