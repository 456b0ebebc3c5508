/** What bench/NAME.ts exports. */
import type { Figure } from './row.ts';

export interface Options {
  /** Only figures of these names; null: all. */
  readonly only: readonly string[] | null;
  /** Whether to say on standard error where the time of our fits goes. */
  readonly profile: boolean;
  /** A CSV of mnist: a column y, then 784 pixels. */
  readonly mnist: string | null;
  /** Of a simulated cluster: GB/s, microseconds, threads a node; null: the benchmark's own. */
  readonly wire: number | null;
  readonly latency: number | null;
  readonly threads: number | null;
}

export interface Benchmark {
  /** Options beside --json and --save that it takes. @default none */
  readonly takes?: readonly (keyof Options)[];
  /** Names of the figures that `only` chooses from, where it takes that. */
  readonly figures?: readonly string[];
  run(options: Options): Promise<Figure[]>;
}
