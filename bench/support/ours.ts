/** Our own side of a comparison: rows loaded once, fitted as a job fits them. */
import { setTimeout } from 'node:timers/promises';
import { fitPath, lossBySpec } from '@scalemix/core';
import type { Executor, PathProblem, PathResult, RowSource } from '@scalemix/core';
import { rowSource } from '@scalemix/coordinator';
import type { ArrayData } from '@scalemix/coordinator';
import { loadRows } from '@scalemix/worker';
import type { LoadedRows } from '@scalemix/worker';
import { openComputing } from '../../packages/coordinator/src/computing.ts';
import { ROLE_NAMES, namedColumns } from '../../packages/coordinator/src/library/data.ts';
import { arrayTable } from '../../packages/coordinator/src/library/table.ts';
import { Profile } from './profile.ts';
import { median } from './row.ts';

/** Threads of our side, unless a figure says otherwise. */
export const THREADS = 2;
/** Milliseconds for threads to start: a job starts them while it reads. */
const START = 500;
/** A fit is repeated up to so often, as long as all of them take no more than LONG seconds. */
const RUNS = 3, LONG = 40;

export interface Timed<Result> {
  readonly result: Result;
  /** Of the fit alone, without reading. */
  readonly seconds: number;
  readonly profile: Profile;
}

/** What is fitted: fitPath, or a cross-validation. */
export type Work<Result> = (source: RowSource, executor: Executor) => Promise<Result>;

export function pathOf(problem: PathProblem): Work<PathResult> {
  return (source, executor) => fitPath(source, problem, executor);
}

/** Rows of a case in memory while `work` runs. */
export async function withRows<Result>(data: ArrayData, { loss }: PathProblem, work: (rows: LoadedRows) => Promise<Result>): Promise<Result> {
  const rows = await loadRows(arrayTable(namedColumns(data)), { response: ROLE_NAMES.y, responseKind: lossBySpec(loss).response, threads: THREADS });
  try {
    return await work(rows);
  } finally {
    rows.close();
  }
}

/** One fit with threads of its own. */
export async function timeOnce<Result>(rows: LoadedRows, work: Work<Result>, threads = THREADS): Promise<Timed<Result>> {
  const computing = openComputing({ wideVectors: true }, threads);
  try {
    computing.expect(rows.description.rows * rows.description.features.length);
    await setTimeout(START);
    const profile = new Profile();
    const { statistics, executor } = await computing.on(rows);
    const result = await work(profile.source(rowSource(statistics)), profile.executor(executor));
    profile.stop();
    return { result, seconds: profile.seconds, profile };
  } finally {
    await computing.close();
  }
}

/** The median of up to three fits. */
export async function timeMedian<Result>(rows: LoadedRows, work: Work<Result>): Promise<Timed<Result> & { readonly runs: number }> {
  const fits: Timed<Result>[] = [];
  let total = 0;
  do {
    const fit = await timeOnce(rows, work);
    fits.push(fit);
    total += fit.seconds;
  } while (fits.length < RUNS && total + fits[0]!.seconds < LONG);
  const sorted = fits.toSorted((a, b) => a.seconds - b.seconds);
  return { ...sorted[(sorted.length - 1) >> 1]!, seconds: median(fits.map(({ seconds }) => seconds)), runs: fits.length };
}

/** The largest certified relative gap of a path. */
export function worstGap({ objective, gap, saturatedLoss }: PathResult): number {
  return Math.max(...gap.map((value, k) => value / (objective[k]! - saturatedLoss)));
}

/** What there is to say of our fit, in words. */
export function spoken(name: string, { seconds, runs, profile }: { seconds: number; runs: number; profile: Profile }, path: PathResult): string {
  return `${name}: ${seconds.toFixed(2)} s on ${THREADS} threads (${runs} runs; processor ${profile.cpu.toFixed(2)} s), ${path.sweeps} sweeps, ${path.columnPasses.toFixed(2)} column passes, ${path.grams} Grams, gap ${worstGap(path).toExponential(1)}, ${path.converged.filter(Boolean).length} of ${path.lambda.length} certified`;
}
