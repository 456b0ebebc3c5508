import { readCsv, readJson } from './csv.ts';
import type { ArrayData } from './arraySource.ts';

/** A reference answer, as stored. */
export interface ReferenceCase {
  readonly case: string;
  readonly data: string;
  readonly response: string;
  readonly categorical: readonly string[];
  readonly drop: readonly string[];
  readonly loss: string;
  readonly l1Ratio: number;
  readonly standardize: boolean;
  readonly positiveClass?: number | string;
  readonly responseTransform?: string;
  readonly by: string;
  readonly lambda: readonly number[];
  readonly objective: readonly number[];
  readonly nonzero: readonly number[];
  readonly coefficientsAt: readonly number[];
  readonly intercept: readonly number[];
  readonly coefficients: readonly (readonly number[])[];
}

export function readReference(path: string): ReferenceCase {
  return readJson<ReferenceCase>(path);
}

/**
 * The case's data as arrays, and where each feature of the reference stands in
 * the solver's order (dense columns first, then levels).
 */
export function referenceData(reference: ReferenceCase, directory: string): { data: ArrayData; order: Int32Array } {
  const table = readCsv(`${directory}/${reference.data}`);
  const y = table.get(reference.response)!.map((cell) => {
    if (reference.positiveClass !== undefined) return Number(cell) === Number(reference.positiveClass) ? 1 : 0;
    return reference.responseTransform === 'log' ? Math.log(Number(cell)) : Number(cell);
  });
  const dense: Float64Array[] = [];
  const codes: { values: Int32Array; levels: number }[] = [];
  const places: { part: 'dense' | 'codes'; index: number; level: number }[] = [];
  for (const [name, cells] of table) {
    if (name === reference.response || reference.drop.includes(name)) continue;
    if (reference.categorical.includes(name)) {
      const levels = [...new Set(cells)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (let level = 1; level < levels.length; level++) places.push({ part: 'codes', index: codes.length, level });
      codes.push({ values: Int32Array.from(cells, (cell) => levels.indexOf(cell)), levels: levels.length });
    } else {
      places.push({ part: 'dense', index: dense.length, level: 0 });
      dense.push(Float64Array.from(cells, Number));
    }
  }
  const first: number[] = [];
  let next = dense.length;
  for (const code of codes) {
    first.push(next);
    next += code.levels - 1;
  }
  const order = Int32Array.from(places, (place) => (place.part === 'dense' ? place.index : first[place.index]! + place.level - 1));
  return { data: { y, dense, codes }, order };
}
