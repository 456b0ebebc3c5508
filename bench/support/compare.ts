/** A path by us and by a peer: the same rows, the same values of lambda, to equal objectives. */
import type { PathProblem, PathResult } from '@scalemix/core';
import { Skipped } from '../cases/case.ts';
import type { Case, PlainData } from '../cases/case.ts';
import type { Options } from './benchmark.ts';
import { EQUAL } from './equal.ts';
import { withFolder, writeJob } from './exchange.ts';
import { THREADS, pathOf, spoken, timeMedian, timeOnce, withRows, worstGap } from './ours.ts';
import { missing, runPeer } from './peer.ts';
import type { Program } from './peer.ts';
import type { Profile } from './profile.ts';
import { row } from './row.ts';
import type { Figure } from './row.ts';

/** Seconds within which short fits of a peer are repeated, and beyond which no smaller tolerance is tried. */
const REPEAT_WITHIN = 20, BUDGET = 150;
/** Seconds a fit may have taken on our threads for one on a single thread to be made as well. */
const SINGLE = 30;

export interface Comparison {
  /** Of the figure. */
  readonly name: string;
  readonly fit: Case;
  readonly peer: Program;
  /** How many times less time we should take. */
  readonly floor: number;
  /** The peer's tolerances, from the loosest that may reach equal objectives. */
  readonly tolerances: readonly number[];
}

/** One fit of the peer: seconds, and how its objectives stand to ours over all values. */
export interface Attempt {
  readonly tolerance: number;
  /** Of the fit: time, and processor time of all threads. */
  readonly seconds: number;
  readonly cpu: number;
  /** Largest relative excess of its objective over ours. */
  readonly excess: number;
  /** Largest relative excess of ours over its. */
  readonly deficit: number;
  readonly runs: number;
}

export async function compare(comparison: Comparison, options: Options): Promise<Figure[]> {
  const { name, fit, peer, floor } = comparison;
  requirePeer(peer);
  const { ours, theirs } = await fit.data(options);
  const { timed, single } = await withRows(ours, fit.problem, async (rows) => {
    const timed = await timeMedian(rows, pathOf(fit.problem));
    return { timed, single: timed.seconds <= SINGLE ? (await timeOnce(rows, pathOf(fit.problem), 1)).seconds : null };
  });
  const path = timed.result;
  console.error(`${spoken(name, timed, path)}${single === null ? '' : `; ${single.toFixed(2)} s on 1 thread`}`);
  if (options.profile) console.error(timed.profile.lines().join('\n'));
  const { version, attempt } = await runComparison(comparison, fit.problem, theirs, path);
  return [{
    ...certified(row(name, attempt.seconds / timed.seconds, `times less than ${peer.name}`, floor), path),
    detail: { ...ourDetail(fit.what, timed, path), 'seconds 1 thread': single ?? '', ...peerDetail(comparison, version, attempt) },
  }];
}

/** @throws Skipped where the peer is not installed */
export function requirePeer(peer: Program): void {
  const reason = missing(peer);
  if (reason !== null) throw new Skipped(reason);
}

/** A figure of ours holds only where every value is certified. */
export function certified(figure: Figure, { converged }: PathResult): Figure {
  return figure.floor === null || converged.every(Boolean) ? figure : { ...figure, holds: false };
}

/** What is kept of our fit. */
export function ourDetail(what: string, { seconds, runs, profile }: { seconds: number; runs: number; profile: Profile }, path: PathResult): Record<string, string | number> {
  return { what, seconds, cpu: profile.cpu, threads: THREADS, runs, sweeps: path.sweeps, 'column passes': path.columnPasses, 'certified gap': worstGap(path) };
}

/** What is kept of the peer's. */
export function peerDetail({ peer }: Pick<Comparison, 'peer'>, version: string, attempt: Attempt): Record<string, string | number> {
  return {
    peer: `${peer.name} ${version}`,
    'peer seconds': attempt.seconds,
    'peer cpu': attempt.cpu,
    'peer threads': peer.threads,
    'peer runs': attempt.runs,
    'peer tolerance': attempt.tolerance,
    'peer above ours': attempt.excess,
    'ours above peer': attempt.deficit,
  };
}

/** Gives the peer the rows, the values of lambda and our answers; the first attempt that is equal, else its last. */
export async function runComparison({ name, peer, tolerances }: Omit<Comparison, 'fit' | 'floor'>, problem: PathProblem, data: PlainData, path: PathResult): Promise<{ version: string; attempt: Attempt; printed: string[][] }> {
  const printed = await withFolder(async (folder) => {
    writeJob(folder, data, problem, path, { tolerances: tolerances.join(' '), equal: EQUAL, repeatWithin: REPEAT_WITHIN, budget: BUDGET });
    return runPeer(peer, folder);
  });
  const attempts = printed.filter(([word]) => word === 'attempt').map(readAttempt);
  for (const { tolerance, seconds, cpu, excess, deficit, runs } of attempts) {
    console.error(`  ${peer.name} at tolerance ${tolerance}: ${seconds.toFixed(2)} s (${runs} runs; processor ${cpu.toFixed(2)} s), objective at most ${excess.toExponential(1)} above ours, ours at most ${deficit.toExponential(1)} above its${excess > EQUAL ? ': not equal' : ''}`);
  }
  const attempt = attempts.at(-1);
  if (attempt === undefined) throw new Error(`${peer.name} printed no attempt: ${printed.map((words) => words.join(' ')).join('; ')}`);
  const reported = Number(printed.find(([word]) => word === 'reported')?.[1]);
  if (!(reported < 1e-9)) throw new Error(`${name}: ${peer.name} finds our objectives off by ${reported}: the two sides do not fit the same thing.`);
  return { version: printed.find(([word]) => word === 'version')?.[2] ?? 'unknown', attempt, printed };
}

function readAttempt(words: readonly string[]): Attempt {
  const [tolerance, seconds, cpu, excess, deficit, runs] = words.slice(1).map(Number);
  return { tolerance: tolerance!, seconds: seconds!, cpu: cpu!, excess: excess!, deficit: deficit!, runs: runs! };
}
