/** Random schedules: how a job gets its rows, on which nodes, what happens to which of them, and when. */
import { Random } from '../../tests/support/random.ts';
import type { JobName } from './soakJobs.ts';

export const FAULTS = {
  kill: 'a node is killed',
  hang: 'a node stops, and goes on later or never',
  cut: 'a link is cut',
  leave: 'a node is told to end',
  join: 'a node is added',
  stranger: 'a node is added whose files are absent or others',
  alter: 'a file is changed on a node after the rows were looked at',
  coordinator: 'the coordinator is killed',
} as const;

export type FaultKind = keyof typeof FAULTS;

/** When a fault comes, and the event of the job that begins to count then; null: its start. */
export const PHASES = {
  start: { label: 'while nodes attach', event: null },
  look: { label: 'while rows are looked at, or read by the coordinator', event: 'reading' },
  between: { label: 'between the look and the load', event: 'loaded' },
  load: { label: 'while nodes read their rows, or are sent them', event: 'nodeJoined' },
  passes: { label: 'in passes', event: 'passReduced' },
} as const;

export type Phase = keyof typeof PHASES;

export interface Fault {
  readonly kind: FaultKind;
  readonly phase: Phase;
  /** After so many events of the phase. */
  readonly count: number;
  /** Milliseconds after that. */
  readonly delay: number;
  /** Which node, counted from 0, of those at the beginning. */
  readonly node: number;
  /** Milliseconds that a node hangs; null is for ever. */
  readonly lasts: number | null;
}

/** What a node has in the place of the files. */
export type Files = 'same' | 'absent' | 'others';

/** How rows come to the nodes. */
export const WAYS = {
  sent: 'CSV, sent by the coordinator',
  local: 'Parquet or Arrow, `--data local`',
  localAway: 'the same, where the coordinator lacks the files',
  auto: 'Parquet or Arrow, `--data auto`',
  autoAway: 'the same, where the coordinator lacks the files',
} as const;

export type Way = keyof typeof WAYS;

export interface NodeTraits {
  readonly threads: number;
  readonly files: Files;
  /** The share of the time that it is allowed to run. */
  readonly pace: number;
}

export interface Schedule {
  readonly seed: number;
  readonly job: JobName;
  readonly way: Way;
  readonly nodes: readonly NodeTraits[];
  readonly faults: readonly Fault[];
  /** Who goes on where the job was lost: this process, other nodes, or those that are left, when the lease of the coordinator that was killed has run out. */
  readonly resume: 'threads' | 'others' | 'left';
}

/** How often each fault is drawn; the second number where nodes read by themselves. */
const SHARES: readonly (readonly [FaultKind, number, number])[] = [['kill', 30, 30], ['hang', 18, 18], ['cut', 18, 18], ['leave', 12, 12], ['join', 14, 10], ['stranger', 0, 6], ['alter', 0, 6], ['coordinator', 8, 8]];
/** The same of phases; files that are changed during the look are no fault of the nodes'. */
const PHASE_SHARES: readonly (readonly [Phase, number])[] = [['start', 15], ['look', 15], ['between', 10], ['load', 15], ['passes', 45]];

export const PLAIN: NodeTraits = { threads: 1, files: 'same', pace: 1 };

/**
 * Two to four nodes and one to four faults, of which some come at once and one may end the coordinator.
 * @param sweeps how many the undisturbed jobs take
 */
export function drawSchedule(seed: number, sweeps: Readonly<Record<JobName, number>>): Schedule {
  const random = new Random(seed);
  const job = drawShare(random, [['csv', 30], ['parquet', 30], ['arrow', 20], ['large', 20]] as const);
  const way = job === 'csv' ? 'sent' : drawShare(random, [['local', 35], ['localAway', 20], ['auto', 30], ['autoAway', 15]] as const);
  const count = 2 + random.integer(3);
  const slow = job === 'large' ? random.integer(count) : -1;
  const odd = job !== 'csv' && random.chance(0.2) ? random.integer(count) : -1;
  const nodes = Array.from({ length: count }, (_, node): NodeTraits => ({
    threads: job === 'large' && random.chance(0.3) ? 2 : 1,
    files: node === odd ? strange(random) : 'same',
    pace: node === slow ? 0.15 + 0.2 * random.uniform() : 1,
  }));
  const drawn = Array.from({ length: 1 + random.integer(4) }, (): Fault => {
    const kind = drawShare(random, SHARES.map(([name, sent, read]) => [name, way === 'sent' ? sent : read] as const));
    const phase = kind === 'alter' ? drawShare(random, [['between', 30], ['load', 40], ['passes', 30]] as const) : drawShare(random, PHASE_SHARES);
    return {
      kind,
      phase,
      count: phase === 'passes' ? 1 + random.integer(sweeps[job]) : phase === 'look' ? 1 + random.integer(4) : phase === 'between' ? 1 : 1 + random.integer(count),
      delay: random.chance(0.4) ? 0 : random.integer(phase === 'passes' ? 40 : 300),
      node: random.integer(count),
      lasts: random.chance(0.3) ? null : 100 + random.integer(3000),
    };
  });
  // A node with other files is heard before anything happens to those with the right ones: alone, its files would be the data.
  const faults = odd < 0 ? drawn : drawn.filter(({ phase }) => phase === 'load' || phase === 'passes');
  const resume = random.chance(0.25) ? 'left' : way === 'localAway' || way === 'autoAway' || random.chance(0.4) ? 'others' : 'threads';
  return { seed, job, way, nodes, faults, resume };
}

/** Whether a node has files with which the job must not begin. */
export function mustRefuse({ way, nodes }: Schedule): boolean {
  return nodes.some(({ files }) => (files !== 'same' && (way === 'local' || way === 'localAway')) || (files === 'others' && way === 'autoAway'));
}

function strange(random: Random): Files {
  return random.chance(0.5) ? 'absent' : 'others';
}

function drawShare<Name>(random: Random, shares: readonly (readonly [Name, number])[]): Name {
  let left = random.integer(shares.reduce((sum, [, share]) => sum + share, 0));
  return shares.find(([, share]) => (left -= share) < 0)![0];
}

/** One line that tells the schedule. */
export function story({ seed, job, way, nodes, faults, resume }: Schedule): string {
  const traits = nodes.map(({ threads, files, pace }) => `${threads}${pace < 1 ? ` at ${Math.round(100 * pace)} %` : ''}${files === 'same' ? '' : ` ${files}`}`).join(', ');
  const told = faults.map(({ kind, phase, count, node, lasts }) => `${kind} ${['join', 'stranger', 'coordinator'].includes(kind) ? '' : `${node} `}${kind === 'hang' && lasts === null ? 'for ever ' : ''}${phase} ${count}`);
  return `seed ${seed}: ${job} ${way}; threads ${traits}; ${told.join(', ')}; resume ${resume}`;
}
