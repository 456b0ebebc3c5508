import type { Readable } from 'node:stream';
import type { Format } from './format.ts';

/** How a table is read. */
export interface ReadOptions {
  /**
   * The format of every input.
   * @default by extension; for standard input by its first bytes
   */
  readonly format?: Format | undefined;
  /** One SELECT over the input, which it sees as the table `data`; CSV, TSV and Parquet only. */
  readonly query?: string | undefined;
  /**
   * Markers of missing values beside the empty cell, NA, NaN and null. A marker
   * that is a number (-999) also stands for that value in columns of numbers.
   * @default []
   */
  readonly na?: readonly string[] | undefined;
  /**
   * What separates the cells of a CSV file, one character.
   * @default comma where the header line has one, else semicolon, tab or bar; a tab in .tsv
   */
  readonly delimiter?: string | undefined;
  /**
   * Memory DuckDB may use, in bytes (Parquet, and any query).
   * @default DuckDB's own, 80 % of the machine
   */
  readonly memoryLimit?: number | undefined;
  /**
   * A folder outside of which DuckDB reads and writes nothing, its own temporary one apart.
   * @default any file
   */
  readonly root?: string | undefined;
  /**
   * What the files are called in messages, in order; for inputs that are paths only.
   * @default their paths
   */
  readonly names?: readonly string[] | undefined;
  /**
   * Threads DuckDB may use.
   * @default all cores
   */
  readonly threads?: number | undefined;
  /**
   * Where `-` reads from.
   * @default process.stdin
   */
  readonly stdin?: Readable | undefined;
}
