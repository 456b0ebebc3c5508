/** Values a batch shall hold about: 16 MiB of doubles. */
const VALUES_PER_BATCH = 1 << 21;

/** Rows of a batch of `columns` columns: a power of two from 1,024 to 65,536. */
export function batchRows(columns: number): number {
  const wanted = VALUES_PER_BATCH / Math.max(1, columns);
  return 2 ** Math.min(16, Math.max(10, Math.floor(Math.log2(wanted))));
}
