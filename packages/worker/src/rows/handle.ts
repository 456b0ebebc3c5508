/** What a thread needs to compute on loaded rows: plain data and shared memories, so that a message carries it. */
import { DataError } from '@scalemix/core';
import type { BlockStore } from '@scalemix/core';
import { openSegment } from './segments.ts';
import type { SegmentLayout } from './segments.ts';
import type { SpillFile } from './spill.ts';

export interface RowsHandle {
  /** Of these rows in this process. */
  readonly id: number;
  readonly store: BlockStore;
  readonly layout: SegmentLayout;
  /** The segments of the store; with spilled blocks one more, where they are read into. */
  readonly memories: readonly WebAssembly.Memory[];
  readonly spill: SpillWindow | null;
}

/** Where spilled blocks are read into: thread t has `bytes` bytes from `base + t * bytes` in memory `arena`. */
export interface SpillWindow {
  readonly descriptor: number;
  readonly arena: number;
  readonly base: number;
  readonly bytes: number;
}

let handles = 0;

/** @throws DataError TOO_WIDE where a window a thread does not fit into a segment */
export function rowsHandle(store: BlockStore, layout: SegmentLayout, segments: readonly WebAssembly.Memory[], spill: SpillFile | null): RowsHandle {
  const id = ++handles;
  if (spill === null) return { id, store, layout, memories: segments, spill: null };
  const largest = store.blocks.reduce((most, block) => (block.segment < 0 ? Math.max(most, block.bytes) : most), 0);
  const bytes = Math.ceil(largest / 64) * 64;
  const end = layout.rowsBase + layout.threads * bytes;
  if (end > layout.capacity) {
    throw new DataError(
      'TOO_WIDE',
      `${layout.threads} threads need ${layout.threads * bytes} bytes to read blocks of the spill file into; ${layout.capacity - layout.rowsBase} fit into a segment. Use fewer --threads, leave columns out with --exclude, or --precision f32.`,
    );
  }
  return { id, store, layout, memories: [...segments, openSegment(layout, end)], spill: { descriptor: spill.descriptor, arena: segments.length, base: layout.rowsBase, bytes } };
}
