/** Gathered rows as rows in memory of their own, with the features of those they came from; folds are left behind. */
import { BLOCK_ROWS, blockOffsets, emptySample, giveBack, leafRows } from '@scalemix/core';
import type { BlockStore, GatheredRows, RowLayout, StoredBlock } from '@scalemix/core';
import { blockParts } from './blockParts.ts';
import { rowsHandle } from './handle.ts';
import type { LoadedRows } from './load.ts';
import { SegmentAllocator } from './segments.ts';

/** Uses `gathered` up: its dense values are there no more. @throws FailureError EMPTY_SAMPLE where there are none */
export function loadGathered(gathered: GatheredRows, origin: LoadedRows): LoadedRows {
  if (gathered.rows === 0) throw emptySample(origin.description.rows);
  const { store: from, layout: segments } = origin.handle;
  const layout: RowLayout = { ...from.layout, folds: false, weights: true };
  const allocator = new SegmentAllocator(segments);
  const blocks: StoredBlock[] = [];
  for (let first = 0; first < gathered.rows; first += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, gathered.rows - first);
    const entries = layout.sparse ? gathered.indptr[first + rows]! - gathered.indptr[first]! : 0;
    const { bytes } = blockOffsets(layout, rows, entries);
    const { segment, base } = allocator.allocate(bytes);
    fillBlock(allocator.memories[segment]!.buffer, base, layout, gathered, first, rows);
    blocks.push({ rows, entries, segment, base, bytes });
  }
  giveBack(gathered.dense);
  const store: BlockStore = { ...from, layout, blocks, rows: gathered.rows };
  return {
    handle: rowsHandle(store, segments, allocator.memories, null),
    description: { ...origin.description, rows: gathered.rows, leafRows: leafRows(gathered.rows), folds: null, dropped: 0 },
    plan: origin.plan,
    close: () => {},
  };
}

/** Writes the gathered rows [first, first + rows) as a block; folds stay as they are, weights go where there is room for them. */
export function fillBlock(buffer: ArrayBufferLike, base: number, layout: RowLayout, gathered: GatheredRows, first: number, rows: number): void {
  const entry = layout.sparse ? gathered.indptr[first]! : 0;
  const entries = layout.sparse ? gathered.indptr[first + rows]! - entry : 0;
  const to = blockParts(buffer, base, layout, rows, entries);
  to.dense?.set(gathered.dense.subarray(first * layout.dense, (first + rows) * layout.dense));
  to.codes.forEach((codes, c) => codes.set(gathered.codes[c]!.subarray(first, first + rows)));
  to.indptr?.set(gathered.indptr.subarray(first, first + rows + 1).map((at) => at - entry));
  to.indices?.set(gathered.indices.subarray(entry, entry + entries));
  to.values?.set(gathered.values.subarray(entry, entry + entries));
  to.response.set(gathered.response.subarray(first, first + rows));
  to.weights?.set(gathered.weights.subarray(first, first + rows));
  if (gathered.offset !== null) to.offset?.set(gathered.offset.subarray(first, first + rows));
}
