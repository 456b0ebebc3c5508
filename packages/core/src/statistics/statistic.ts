/**
 * A statistic is a monoid over blocks of rows: a flat vector of float64 sums
 * with named parts. Zero is the zero vector, merge is elementwise addition
 * (in tree order only, statistics/tree.ts), and the encoding is the vector's
 * little-endian bytes. What differs between statistics is how a leaf is summed
 * and what the finished vector means.
 */
import { DataError } from '../errors.ts';

/** Named parts of the vector, in order. */
export type StatisticLayout<Name extends string> = Readonly<Record<Name, { readonly at: number; readonly length: number }>> & {
  readonly size: number;
};

/** Lays parts out one after the other. */
export function layOut<Name extends string>(parts: readonly (readonly [Name, number])[]): StatisticLayout<Name> {
  const layout: Record<string, unknown> = {};
  let size = 0;
  for (const [name, length] of parts) {
    layout[name] = { at: size, length };
    size += length;
  }
  layout['size'] = size;
  return layout as StatisticLayout<Name>;
}

/** The part `name` of a vector, as a view. */
export function part<Name extends string>(layout: StatisticLayout<Name>, values: Float64Array, name: Name): Float64Array {
  const { at, length } = layout[name];
  return values.subarray(at, at + length);
}

/** out = left + right, elementwise; out may be left or right. */
export function mergeStatistics(left: Float64Array, right: Float64Array, out: Float64Array): Float64Array {
  for (let i = 0; i < out.length; i++) out[i] = left[i]! + right[i]!;
  return out;
}

/** The bytes of a statistic: float64, little-endian. A view where the machine allows it. */
export function encodeStatistic(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/**
 * The statistic in `bytes`, of the size the request asked for.
 * @throws DataError STATISTIC_SIZE where the bytes are of another size.
 */
export function decodeStatistic(bytes: Uint8Array, size: number): Float64Array {
  if (bytes.byteLength !== size * 8) {
    throw new DataError('STATISTIC_SIZE', `A statistic of ${bytes.byteLength} bytes arrived where the request asks for ${size * 8}.`);
  }
  if (bytes.byteOffset % 8 === 0) return new Float64Array(bytes.buffer, bytes.byteOffset, size);
  return new Float64Array(bytes.slice().buffer);
}
