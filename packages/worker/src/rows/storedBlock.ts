import { blockOffsets } from '@scalemix/core';
import type { RowLayout, StoredBlock } from '@scalemix/core';
import { blockParts, copyParts } from './blockParts.ts';
import type { RowsHandle } from './handle.ts';
import { readSpilled } from './spill.ts';

/** The bytes of a block of loaded rows, in memory of their own. @throws FailureError SPILL_FILE */
export function readStoredBlock({ store, memories, spill }: RowsHandle, index: number): Uint8Array<ArrayBuffer> {
  const block = store.blocks[index]!;
  if (block.segment >= 0) return blockBytes(memories[block.segment]!.buffer, block.base, store.layout, block);
  const stored = new Uint8Array(block.bytes);
  readSpilled(spill!.descriptor, stored, block.base);
  return blockBytes(stored.buffer, 0, store.layout, block);
}

/**
 * A block at `base`, part by part: what lies between the parts, and weights that the layout has
 * forgotten, are left behind, so that the same rows are the same bytes wherever they were stored.
 */
export function blockBytes(buffer: ArrayBufferLike, base: number, layout: RowLayout, { rows, entries }: Pick<StoredBlock, 'rows' | 'entries'>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(blockOffsets(layout, rows, entries).bytes);
  const from = blockParts(buffer, base, layout, rows, entries);
  const to = blockParts(bytes.buffer, 0, layout, rows, entries);
  copyParts(from, to, layout.dense);
  if (from.indptr !== null) to.indptr!.set(from.indptr);
  if (from.indices !== null) to.indices!.set(from.indices);
  if (from.values !== null) to.values!.set(from.values);
  return bytes;
}
