/** Random schedules of faults: what happens to which node, and when. */
import { Random } from '../../tests/support/random.ts';

export const FAULTS = {
  kill: 'a node is killed',
  hang: 'a node stops, and goes on later or never',
  cut: 'a link is cut',
  leave: 'a node is told to end',
  join: 'a node is added',
  coordinator: 'the coordinator is killed',
} as const;

export type FaultKind = keyof typeof FAULTS;

export interface Fault {
  readonly kind: FaultKind;
  /** After so many sweeps of the job; 0 is while nodes attach and rows are sent. */
  readonly sweep: number;
  /** Milliseconds after that. */
  readonly delay: number;
  /** Which node, counted from 0, of those at the beginning. */
  readonly node: number;
  /** Milliseconds that a node hangs; null is for ever. */
  readonly lasts: number | null;
}

export interface Schedule {
  readonly seed: number;
  readonly nodes: number;
  readonly faults: readonly Fault[];
}

/** How often each fault is drawn. */
const SHARES: readonly (readonly [FaultKind, number])[] = [['kill', 30], ['hang', 18], ['cut', 18], ['leave', 12], ['join', 14], ['coordinator', 8]];

/**
 * Two to four nodes and one to four faults, of which some come at once and one may end the coordinator.
 * @param sweeps how many the undisturbed job takes
 */
export function drawSchedule(seed: number, sweeps: number): Schedule {
  const random = new Random(seed);
  const nodes = 2 + random.integer(3);
  const faults = Array.from({ length: 1 + random.integer(4) }, (): Fault => {
    const kind = drawKind(random);
    return {
      kind,
      sweep: random.chance(0.2) ? 0 : 1 + random.integer(sweeps),
      delay: random.chance(0.5) ? 0 : random.integer(40),
      node: random.integer(nodes),
      lasts: random.chance(0.3) ? null : 100 + random.integer(3000),
    };
  });
  return { seed, nodes, faults: faults.toSorted((a, b) => a.sweep - b.sweep || a.delay - b.delay) };
}

function drawKind(random: Random): FaultKind {
  let left = random.integer(SHARES.reduce((sum, [, share]) => sum + share, 0));
  return SHARES.find(([, share]) => (left -= share) < 0)![0];
}
