export { loadRows } from './load.ts';
export type { LoadedRows } from './load.ts';
export { loadGathered } from './gathered.ts';
export type { LoadOptions } from './options.ts';
export { defaultMemoryLimit } from './memoryLimit.ts';
export type { RowsHandle, SpillWindow } from './handle.ts';
export type { SegmentLayout } from './segments.ts';
