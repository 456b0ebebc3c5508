export * from './read/index.ts';
export { loadRows } from './rows/load.ts';
export type { LoadedRows } from './rows/load.ts';
export type { LoadOptions } from './rows/options.ts';
export { defaultMemoryLimit } from './rows/memoryLimit.ts';
