/** How fast this machine computes on rows like those asked about: passes over the first of them, timed. */
import { performance } from 'node:perf_hooks';
import type { KernelChoice, LossSpec, PassRequest } from '@scalemix/core';
import type { LoadedRows } from '@scalemix/worker';
import { inlineStatistics } from '../sources/inline.ts';

/** Seconds a row on one thread. */
export interface Speeds {
  /** A pass with one vector of coefficients. */
  readonly single: number;
  /** A pass with a vector for every value, without Grams. */
  readonly many: number;
  /** The Gram of all features, beside a pass. */
  readonly gram: number;
}

/** Vectors of coefficients in the timed pass, features in the timed Gram: the rest follows in proportion. */
const MOST_COLUMNS = 128;
const MOST_FEATURES = 1024;
/** Seconds for each of the three. */
const BUDGET = 0.25;

export interface MeasureOptions {
  readonly signal?: AbortSignal;
  /** Seconds that `work` takes. @default the least that it takes by the clock, of as many times as there is a budget for */
  readonly time?: (work: () => Promise<unknown>) => Promise<number>;
}

export async function measureSpeeds(rows: LoadedRows, kernels: KernelChoice, problem: { readonly loss: LossSpec; readonly values: number; readonly sparse: boolean }, { time = leastTime, ...signal }: MeasureOptions): Promise<Speeds> {
  const statistics = inlineStatistics(rows, kernels);
  const { rows: n, features } = rows.description;
  const p = features.length;
  const timed = async (columns: number, gram: number): Promise<number> => {
    const request = passRequest(problem.loss, p, columns, gram, problem.sparse);
    return (await time(() => statistics.collect(request, signal))) / n;
  };
  const columns = Math.min(problem.values, MOST_COLUMNS);
  const formed = Math.min(p, MOST_FEATURES);
  const single = await timed(1, 0);
  const many = columns === 1 ? single : (await timed(columns, 0)) * (problem.values / columns);
  const withGram = formed === 0 ? single : await timed(1, formed);
  return { single, many, gram: Math.max(0, withGram - single) * (formed === 0 ? 0 : (p / formed) ** 2) };
}

async function leastTime(work: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (const began = performance.now(); ; ) {
    const before = performance.now();
    await work();
    least = Math.min(least, (performance.now() - before) / 1000);
    if ((performance.now() - began) / 1000 > BUDGET) return least;
  }
}

/** Coefficients as along a path: with a lasso each vector has a few more than the one before, else all have all. */
function passRequest(loss: LossSpec, p: number, columns: number, gram: number, sparse: boolean): PassRequest {
  const coefficients = new Float64Array(columns * p);
  for (let k = 0; k < columns; k++) {
    const nonzero = sparse ? Math.ceil((p * (k + 1)) / columns) : p;
    for (let j = 0; j < nonzero; j++) coefficients[k * p + j] = 0.01 / (1 + ((j * 7 + k) % 11));
  }
  return {
    kind: 'pass',
    loss,
    columns,
    coefficients,
    intercepts: new Float64Array(columns),
    features: null,
    grams: gram === 0 ? [] : [{ column: 0, features: Int32Array.from({ length: gram }, (_, j) => j) }],
  };
}
