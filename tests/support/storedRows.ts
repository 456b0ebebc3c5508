import { blockParts } from '../../packages/worker/src/rows/blockParts.ts';
import { readSpilled } from '../../packages/worker/src/rows/spill.ts';
import type { LoadedRows } from '../../packages/worker/src/rows/load.ts';

export interface StoredRow {
  /** Of each feature, as stored (centred). */
  readonly features: number[];
  readonly response: number;
  readonly weight: number;
  readonly offset: number;
  readonly fold: number | null;
}

/** Every row of a store, read back from its blocks. */
export function storedRows(loaded: LoadedRows): StoredRow[] {
  const { store, memories, spill } = loaded.handle;
  const { layout, features } = store;
  const rows: StoredRow[] = [];
  for (const block of store.blocks) {
    const bytes = new Uint8Array(block.bytes);
    if (block.segment >= 0) bytes.set(new Uint8Array(memories[block.segment]!.buffer, block.base, block.bytes));
    else readSpilled(spill!.descriptor, bytes, block.base);
    const parts = blockParts(bytes.buffer, 0, layout, block.rows, block.entries);
    for (let i = 0; i < block.rows; i++) {
      const x = new Array<number>(features.count).fill(0);
      for (let d = 0; d < layout.dense; d++) x[features.dense[d]!] = parts.dense![i * layout.dense + d]!;
      features.codes.forEach((levels, c) => {
        if (levels.length === 0) return;
        const code = parts.codes[c]![i]!;
        if (code > levels.length) throw new RangeError(`code ${code} of ${levels.length} levels`);
        if (code > 0) x[levels[code - 1]!] = 1;
      });
      if (parts.indptr !== null) for (let e = parts.indptr[i]!; e < parts.indptr[i + 1]!; e++) x[features.sparse[parts.indices![e]!]!] = parts.values![e]!;
      rows.push({ features: x, response: parts.response[i]!, weight: parts.weights === null ? 1 : parts.weights[i]!, offset: parts.offset === null ? 0 : parts.offset[i]!, fold: parts.folds === null ? null : parts.folds[i]! });
    }
  }
  return rows;
}

/** Rows on the original scale: centres added back to rows that count. */
export function originalRows(loaded: LoadedRows): StoredRow[] {
  const { centres } = loaded.description;
  return storedRows(loaded).map((row) => (row.weight === 0 ? row : { ...row, features: row.features.map((x, j) => x + centres[j]!) }));
}
