import { loadavg } from 'node:os';
import { Skipped } from '../cases/case.ts';
import type { Options } from './benchmark.ts';
import type { Figure } from './row.ts';

/** Measures by name, in order. */
export type Measures = Readonly<Record<string, (options: Options) => Promise<Figure[]>>>;

/** Runs all of them, or those asked for, and notes each one's load average; what cannot be measured here is named with its reason on standard error. */
export async function measure(measures: Measures, options: Options): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, run] of Object.entries(measures)) {
    if (options.only !== null && !options.only.includes(name)) continue;
    try {
      const measured = await run(options);
      figures.push(...measured.map((figure) => ({ ...figure, detail: { ...figure.detail, load: loadavg()[0]! } })));
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      console.error(`${name} skipped: ${error.message}.`);
    }
  }
  return figures;
}
