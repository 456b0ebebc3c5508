/** What tells a block of a table's rows apart from others before all rows are known. */
import { createHash } from 'node:crypto';
import { blockParts } from './blockParts.ts';
import type { Loader } from './loader.ts';

/**
 * SHA-256 of the latest block of a loader, in which codes are still provisional: they are
 * numbered anew in the order in which the block has them, and their names hashed with it, so that
 * the same rows have the same digest wherever reading began.
 *
 * @param bytes of the block, part by part (storedBlock.ts); used up
 */
export function blockDigest(bytes: Uint8Array<ArrayBuffer>, { builder, names }: Pick<Loader, 'builder' | 'names'>): Uint8Array {
  const { rows, entries } = builder.blocks.at(-1)!;
  const parts = blockParts(bytes.buffer, bytes.byteOffset, builder.layout, rows, entries);
  const met = parts.codes.map((codes, c) => (names.codes[c] === null ? [] : renumber(codes, names.codes[c]!)));
  if (names.folds !== null) met.push(renumber(parts.folds!, names.folds));
  if (names.response !== null) met.push(renumber(parts.response, names.response));
  return createHash('sha256').update(bytes).update(JSON.stringify(met)).digest();
}

/** The new number of each code, -1 where it has none yet; all -1 between calls. */
let places = new Int32Array(1024).fill(-1);

/** Codes that are none of `names` (rows that do not count, missing values) stay. */
function renumber(codes: Uint32Array | Float64Array, names: readonly string[]): string[] {
  if (places.length < names.length) places = new Int32Array(2 * names.length).fill(-1);
  const met: number[] = [];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (!(code >= 0 && code < names.length)) continue;
    if (places[code]! < 0) places[code] = met.push(code) - 1;
    codes[i] = places[code]!;
  }
  for (const code of met) places[code] = -1;
  return met.map((code) => names[code]!);
}
