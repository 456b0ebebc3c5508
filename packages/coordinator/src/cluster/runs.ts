/** Blocks that are read in one call. */
const RUN = 64;

/** Ascending numbers in runs of neighbours, of 64 at most. */
export function runs(blocks: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const block of blocks.toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && last.length < RUN && last.at(-1) === block - 1) last.push(block);
    else found.push([block]);
  }
  return found;
}
