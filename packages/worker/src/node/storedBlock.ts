import type { RowsHandle } from '../rows/handle.ts';
import { readSpilled } from '../rows/spill.ts';

/** The bytes of a block as it is stored, in memory of their own. @throws FailureError SPILL_FILE */
export function readStoredBlock({ store, memories, spill }: RowsHandle, index: number): Uint8Array<ArrayBuffer> {
  const { segment, base, bytes } = store.blocks[index]!;
  const copy = new Uint8Array(bytes);
  if (segment < 0) readSpilled(spill!.descriptor, copy, base);
  else copy.set(new Uint8Array(memories[segment]!.buffer, base, bytes));
  return copy;
}
