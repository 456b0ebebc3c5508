import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import { DuckDBDoubleVector, DuckDBVarCharVector } from '@duckdb/node-api';
import { FailureError } from '@scalemix/core';
import type { Levels } from '../levels.ts';

/**
 * DuckDB's string: 4 bytes length, then up to 12 bytes of text, or 4 bytes
 * prefix and 8 bytes pointer.
 */
const STRING_BYTES = 16;
const INLINE_BYTES = 12;

/** The doubles of a column of a chunk; nulls are not marked (the SQL turns them into NaN). */
export function chunkDoubles(chunk: DuckDBDataChunk, column: number): Float64Array {
  const vector: DuckDBVector = chunk.getColumnVector(column);
  if (!(vector instanceof DuckDBDoubleVector)) throw new FailureError('INTERNAL', 'DuckDB gave a column of another type than asked for');
  return vector['items'];
}

/**
 * Codes of the texts of a column of a chunk, without a string per row: texts
 * of up to 12 bytes are looked up by their bytes where DuckDB holds them.
 * Longer ones are decoded once per place they stand at in memory, which for a
 * dictionary-encoded Parquet column is once per distinct text and chunk.
 */
export class ChunkTexts {
  private readonly levels: Levels;
  /** By pointer, within one chunk: later chunks reuse the memory. */
  private readonly known = new Map<number, { length: number; code: number }>();

  constructor(levels: Levels) {
    this.levels = levels;
  }

  /** @param into gets the codes of rows [from, to) of the chunk, from `offset` on */
  read(chunk: DuckDBDataChunk, column: number, from: number, to: number, into: Int32Array, offset: number): void {
    const vector: DuckDBVector = chunk.getColumnVector(column);
    if (!(vector instanceof DuckDBVarCharVector)) throw new FailureError('INTERNAL', 'DuckDB gave a column of another type than asked for');
    const view = vector['dataView'];
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const { levels, known } = this;
    known.clear();
    for (let row = from; row < to; row++) {
      const at = row * STRING_BYTES;
      const length = view.getUint32(at, true);
      let code: number;
      if (length <= INLINE_BYTES) {
        code = levels.codeOfBytes(bytes, at + 4, at + 4 + length);
      } else {
        const pointer = view.getUint32(at + 8, true) + 2 ** 32 * view.getUint32(at + 12, true);
        const before = known.get(pointer);
        if (before !== undefined && before.length === length) {
          code = before.code;
        } else {
          code = levels.codeOfString(vector.getItem(row)!);
          known.set(pointer, { length, code });
        }
      }
      into[offset + row - from] = code;
    }
  }
}
