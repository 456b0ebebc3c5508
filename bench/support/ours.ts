/** Our own side of a comparison: rows loaded once, fitted as a job fits them. */
import { setTimeout } from 'node:timers/promises';
import { fitPath, lossBySpec } from '@scalemix/core';
import type { PathProblem, PathResult } from '@scalemix/core';
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
/** A fit is repeated so often, as long as all of them take no more than LONG seconds. */
const RUNS = 3, LONG = 40;

export interface Fitted {
  readonly path: PathResult;
  /** Of the fit alone, without reading; median of the runs. */
  readonly seconds: number;
  readonly runs: number;
  readonly profile: Profile;
}

export interface Held {
  readonly rows: LoadedRows;
  /** Seconds it took to load them from arrays. */
  readonly loading: number;
}

export async function hold(data: ArrayData, problem: Pick<PathProblem, 'loss'>): Promise<Held> {
  const begin = performance.now();
  const rows = await loadRows(arrayTable(namedColumns(data)), { response: ROLE_NAMES.y, responseKind: lossBySpec(problem.loss).response, threads: THREADS });
  return { rows, loading: (performance.now() - begin) / 1000 };
}

/** One fit with threads of its own. */
export async function fitOnce({ rows }: Held, problem: PathProblem, threads = THREADS): Promise<Omit<Fitted, 'runs'>> {
  const computing = openComputing({ wideVectors: true }, threads);
  try {
    computing.expect(rows.description.rows);
    await setTimeout(START);
    const profile = new Profile();
    const { source, executor } = computing.on(rows);
    const path = await fitPath(profile.source(source), problem, profile.executor(executor));
    profile.stop();
    return { path, seconds: profile.seconds, profile };
  } finally {
    await computing.close();
  }
}

export async function fitOurs(held: Held, problem: PathProblem, threads = THREADS): Promise<Fitted> {
  const fits: Omit<Fitted, 'runs'>[] = [];
  let total = 0;
  do {
    const fit = await fitOnce(held, problem, threads);
    fits.push(fit);
    total += fit.seconds;
  } while (fits.length < RUNS && total + fits[0]!.seconds < LONG);
  const seconds = median(fits.map((fit) => fit.seconds));
  return { ...fits.find((fit) => fit.seconds === seconds) ?? fits[0]!, seconds, runs: fits.length };
}
