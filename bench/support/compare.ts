/** A path by us and by a peer: the same rows, the same values of lambda, to equal objectives. */
import { loadavg } from 'node:os';
import type { PathProblem, PathResult } from '@scalemix/core';
import type { ArrayData } from '@scalemix/coordinator';
import type { Options } from './benchmark.ts';
import { withFolder, writeJob } from './exchange.ts';
import type { PeerData } from './exchange.ts';
import { THREADS, fitOnce, fitOurs, hold } from './ours.ts';
import type { Fitted } from './ours.ts';
import { missing, runPeer } from './peer.ts';
import type { Program } from './peer.ts';
import type { Figure } from './row.ts';
import { row } from './row.ts';

/** Largest relative excess over our objective at which a peer's counts as equal: what our certificates prove. */
const EQUAL = 1e-6;
/** Seconds within which short fits of a peer are repeated, and beyond which no smaller tolerance is tried. */
const REPEAT_WITHIN = 20, BUDGET = 150;
/** Seconds a fit may have taken on our threads for one on a single thread to be made as well. */
const SINGLE = 30;

export interface Comparison {
  /** Of the figure. */
  readonly name: string;
  readonly peer: Program;
  readonly problem: PathProblem;
  /** How many times less time we should take. */
  readonly floor: number;
  /** The peer's tolerances, the loosest known to reach equal objectives first. */
  readonly tolerances: readonly number[];
  /** The same rows for us and for the peer. */
  data(): Promise<{ readonly ours: ArrayData; readonly theirs: PeerData }>;
}

/** One fit of the peer: seconds, and how its objectives stand to ours over all values. */
export interface Attempt {
  readonly tolerance: number;
  readonly seconds: number;
  /** Largest relative excess of its objective over ours. */
  readonly excess: number;
  /** Largest relative excess of ours over its. */
  readonly deficit: number;
  readonly runs: number;
}

/** The largest certified relative gap of a path. */
export function worstGap({ objective, gap, saturatedLoss }: PathResult): number {
  return Math.max(...gap.map((value, k) => value / (objective[k]! - saturatedLoss)));
}

export async function compare(comparison: Comparison, { profile }: Options): Promise<Figure[]> {
  const { name, peer, problem, floor, tolerances } = comparison;
  const reason = missing(peer);
  if (reason !== null) {
    console.error(`${name} skipped: ${reason}.`);
    return [];
  }
  const { ours, theirs } = await comparison.data();
  const load = loadavg()[0]!;
  const { fitted, single } = await fitBoth(ours, problem);
  const { path } = fitted;
  console.error(`${name}: ${fitted.seconds.toFixed(2)} s on ${THREADS} threads (${fitted.runs} runs)${single === null ? '' : `, ${single.toFixed(2)} s on 1`}, ${path.sweeps} sweeps, ${path.columnPasses.toFixed(2)} column passes, gap ${worstGap(path).toExponential(1)}, ${path.converged.filter(Boolean).length} of ${path.lambda.length} certified`);
  if (profile) console.error(fitted.profile.lines().join('\n'));

  const printed = await withFolder(async (folder) => {
    writeJob(folder, theirs, problem, path, { tolerances: tolerances.join(' '), equal: EQUAL, repeatWithin: REPEAT_WITHIN, budget: BUDGET });
    return runPeer(peer, folder);
  });
  const attempts = printed.filter(([word]) => word === 'attempt').map(readAttempt);
  for (const { tolerance, seconds, excess, deficit, runs } of attempts) {
    console.error(`  ${peer.name} at tolerance ${tolerance}: ${seconds.toFixed(2)} s (${runs} runs), objective at most ${excess.toExponential(1)} above ours, ours at most ${deficit.toExponential(1)} above its`);
  }
  const last = attempts.at(-1);
  if (last === undefined) throw new Error(`${peer.name} printed no attempt: ${printed.map((words) => words.join(' ')).join('; ')}`);
  const reported = Number(printed.find(([word]) => word === 'reported')?.[1]);
  if (!(reported < 1e-9)) throw new Error(`${name}: ${peer.name} finds our objectives off by ${reported}: the two sides do not fit the same thing.`);
  const ratio = last.seconds / fitted.seconds;
  return [{
    ...row(name, ratio, `times less than ${peer.name}`, floor),
    detail: {
      seconds: fitted.seconds,
      threads: THREADS,
      runs: fitted.runs,
      'seconds 1 thread': single ?? '',
      sweeps: path.sweeps,
      'column passes': path.columnPasses,
      'certified gap': worstGap(path),
      peer: `${peer.name} ${printed.find(([word]) => word === 'version')?.[2] ?? ''}`.trim(),
      'peer seconds': last.seconds,
      'peer threads': peer.threads,
      'peer runs': last.runs,
      'peer tolerance': last.tolerance,
      'peer above ours': last.excess,
      'ours above peer': last.deficit,
      load: Math.max(load, loadavg()[0]!),
    },
  }];
}

/** On our threads, and once on one where that is short enough. */
async function fitBoth(data: ArrayData, problem: PathProblem): Promise<{ fitted: Fitted; single: number | null }> {
  const held = await hold(data, problem);
  try {
    const fitted = await fitOurs(held, problem);
    const single = fitted.seconds <= SINGLE ? (await fitOnce(held, problem, 1)).seconds : null;
    return { fitted, single };
  } finally {
    held.rows.close();
  }
}

function readAttempt(words: readonly string[]): Attempt {
  const [tolerance, seconds, excess, deficit, runs] = words.slice(1).map(Number);
  return { tolerance: tolerance!, seconds: seconds!, excess: excess!, deficit: deficit!, runs: runs! };
}
