/** Rows of every kind of column over several blocks, and requests that touch all of them. */
import { BLOCK_ROWS } from '@scalemix/core';
import type { MomentsRequest, PassRequest, SampleSelector } from '@scalemix/core';
import { loadRows } from '../../packages/worker/src/rows/load.ts';
import type { LoadedRows } from '../../packages/worker/src/rows/load.ts';
import type { LoadOptions } from '../../packages/worker/src/rows/options.ts';
import { memoryTable } from './memoryTable.ts';
import { Random } from './random.ts';

export const MIXED_ROWS = 5 * BLOCK_ROWS + 1234;
/** Levels of column `c`: enough that a Gram is larger than what the calling thread adds up. */
const LEVELS = 370;

const columns = ((): Record<string, Float64Array | (string | null)[] | { width: number; rows: [number, number][][] }> => {
  const random = new Random(7);
  const n = MIXED_ROWS;
  return {
    y: Float64Array.from({ length: n }, () => (random.chance(0.3) ? 1 : 0)),
    a: Float64Array.from({ length: n }, () => 100 + random.normal()),
    c: Array.from({ length: n }, () => (random.chance(0.01) ? null : `v${random.integer(LEVELS)}`)),
    b: Float64Array.from({ length: n }, () => (random.chance(0.02) ? NaN : random.uniform())),
    s: { width: 6, rows: Array.from({ length: n }, () => (random.chance(0.5) ? [] : [[random.integer(3), random.normal()], [3 + random.integer(3), 1]])) },
    w: Float64Array.from({ length: n }, () => random.integer(4)),
    o: Float64Array.from({ length: n }, () => random.normal() / 10),
  };
})();

/** Segments of a block or two each, for two threads. */
export const SMALL_SEGMENTS = { capacity: 8 * 2 ** 20, scratchBytes: 3 * 2 ** 20 };

export async function mixedRows(options: Partial<LoadOptions> = {}): Promise<LoadedRows> {
  return loadRows(memoryTable(columns, 3000), { response: 'y', responseKind: 'probability', weights: 'w', offset: 'o', missing: 'indicator', ...options });
}

export const logistic = { name: 'logistic', parameters: {} };

export const momentsRequest: MomentsRequest = { kind: 'moments', loss: logistic, gram: true };

/** A pass of nine columns, with the gradient of some features and two Grams. */
export function passRequest(features: number, everything = false): PassRequest {
  const random = new Random(11);
  const columnsOfPass = 9;
  const some = Int32Array.from({ length: features }, (_, j) => j).filter((j) => j % 3 === 0);
  return {
    kind: 'pass',
    loss: logistic,
    columns: columnsOfPass,
    coefficients: random.normals(columnsOfPass * features).map((x) => x / 10),
    intercepts: random.normals(columnsOfPass),
    features: everything ? null : some,
    grams: [{ column: 0, features: everything ? null : some.slice(0, 20), coarse: true }, { column: 8, features: Int32Array.of(0, 1, features - 1) }],
  };
}

/** A pass of one column, which is computed without panels. */
export function columnRequest(features: number): PassRequest {
  const { coefficients, intercepts, ...rest } = passRequest(features);
  return { ...rest, columns: 1, coefficients: coefficients.slice(0, features), intercepts: intercepts.slice(0, 1), grams: rest.grams.slice(0, 1) };
}

export function sampleSelector(features: number, rate = 0.05): SampleSelector {
  return { kind: 'sample', seed: 3, rate, classRate: [1, 2], reference: new Float64Array(features), inverseSquare: new Float64Array(features).fill(0.01), working: features, within: null };
}
