/** Gathered rows as rows in memory of their own, with the features of those they came from; folds are left behind. */
import { BLOCK_ROWS, blockOffsets, emptySample, giveBack, leafRows } from '@scalemix/core';
import type { BlockStore, GatheredRows, RowLayout, StoredBlock } from '@scalemix/core';
import { blockParts } from './blockParts.ts';
import { rowsHandle } from './handle.ts';
import type { LoadedRows } from './load.ts';
import { SegmentAllocator } from './segments.ts';

/** The rows [first, first + rows) of some that were gathered. */
interface Piece {
  readonly from: GatheredRows;
  readonly first: number;
  readonly rows: number;
}

/** A block that is to be written, and what of, in order. Plain data; where the gathered rows lie in shared memory any thread can write it. */
export interface BlockFill {
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  readonly layout: RowLayout;
  readonly pieces: readonly Piece[];
}

/**
 * Blocks for the rows of all parts, in order: room for them, not yet written.
 * @throws FailureError EMPTY_SAMPLE where there are none
 */
export function placeGathered(parts: readonly GatheredRows[], origin: LoadedRows): { readonly loaded: LoadedRows; readonly fills: readonly BlockFill[] } {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  if (rows === 0) throw emptySample(origin.description.rows);
  const { store: from, layout: segments } = origin.handle;
  const layout: RowLayout = { ...from.layout, folds: false, weights: true };
  const allocator = new SegmentAllocator(segments);
  const blocks: StoredBlock[] = [];
  const fills = inBlocks(parts).map((pieces): BlockFill => {
    const size = sizeOf(pieces, layout);
    const { bytes } = blockOffsets(layout, size.rows, size.entries);
    const { segment, base } = allocator.allocate(bytes);
    blocks.push({ ...size, segment, base, bytes });
    return { memory: allocator.memories[segment]!, base, layout, pieces };
  });
  const store: BlockStore = { ...from, layout, blocks, rows };
  const loaded: LoadedRows = {
    handle: rowsHandle(store, segments, allocator.memories, null),
    description: { ...origin.description, rows, leafRows: leafRows(rows), folds: null, dropped: 0 },
    plan: origin.plan,
    close: () => {},
  };
  return { loaded, fills };
}

/** As placeGathered, and writes them. Uses the parts up: their dense values are there no more. */
export function loadGathered(parts: readonly GatheredRows[], origin: LoadedRows): LoadedRows {
  const { loaded, fills } = placeGathered(parts, origin);
  for (const { memory, base, layout, pieces } of fills) fillBlock(memory.buffer, base, layout, pieces);
  for (const { dense } of parts) giveBack(dense);
  return loaded;
}

/** Writes the rows of some pieces as a block; folds stay as they are, weights go where there is room for them. */
export function fillBlock(buffer: ArrayBufferLike, base: number, layout: RowLayout, pieces: readonly Piece[]): void {
  const size = sizeOf(pieces, layout);
  const to = blockParts(buffer, base, layout, size.rows, size.entries);
  let row = 0;
  let entry = 0;
  for (const piece of pieces) {
    const { from, first, rows } = piece;
    const end = first + rows;
    to.dense?.set(from.dense.subarray(first * layout.dense, end * layout.dense), row * layout.dense);
    to.codes.forEach((codes, c) => codes.set(from.codes[c]!.subarray(first, end), row));
    if (layout.sparse) {
      const begin = from.indptr[first]!;
      const entries = entriesOf(piece);
      for (let r = 0; r <= rows; r++) to.indptr![row + r] = from.indptr[first + r]! - begin + entry;
      to.indices!.set(from.indices.subarray(begin, begin + entries), entry);
      to.values!.set(from.values.subarray(begin, begin + entries), entry);
      entry += entries;
    }
    to.response.set(from.response.subarray(first, end), row);
    to.weights?.set(from.weights.subarray(first, end), row);
    if (from.offset !== null) to.offset?.set(from.offset.subarray(first, end), row);
    row += rows;
  }
}

/** All rows of the parts, in order, in as many blocks as other rows take, but all alike: a sample is few of them, for several threads. */
function inBlocks(parts: readonly GatheredRows[]): Piece[][] {
  const blocks: Piece[][] = [];
  const all = parts.reduce((sum, { rows }) => sum + rows, 0);
  const count = Math.ceil(all / BLOCK_ROWS);
  const end = (block: number): number => Math.floor((block * all) / count);
  let room = 0;
  for (const from of parts) {
    for (let first = 0; first < from.rows; ) {
      if (room === 0) {
        blocks.push([]);
        room = end(blocks.length) - end(blocks.length - 1);
      }
      const rows = Math.min(room, from.rows - first);
      blocks.at(-1)!.push({ from, first, rows });
      first += rows;
      room -= rows;
    }
  }
  return blocks;
}

function sizeOf(pieces: readonly Piece[], { sparse }: RowLayout): { rows: number; entries: number } {
  return { rows: pieces.reduce((sum, { rows }) => sum + rows, 0), entries: sparse ? pieces.reduce((sum, piece) => sum + entriesOf(piece), 0) : 0 };
}

function entriesOf({ from, first, rows }: Piece): number {
  return from.indptr[first + rows]! - from.indptr[first]!;
}
