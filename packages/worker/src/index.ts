export * from './read/index.ts';
export * from './rows/index.ts';
export { SubtreeComputer, blocksUnder } from './threads/computer.ts';
export { piecesOf } from './threads/pieces.ts';
export { ThreadPool } from './threads/pool.ts';
export type { PoolOptions, Read } from './threads/pool.ts';
export { writeParquetOfCsv } from './write/parquet.ts';
export { duckDbVersion } from './read/duckdb/version.ts';
export * from './node/index.ts';
