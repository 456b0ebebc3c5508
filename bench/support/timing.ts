import { median } from './row.ts';

/** Milliseconds of each variant, round by round. */
export type Times<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** Rounds of a comparison. */
const ROUNDS = 15;
/** Milliseconds a round repeats each variant at least: short, so that few of them are interrupted by other processes. */
const LEAST = 5;
/** Milliseconds without a gain of 3 % after which a variant counts as compiled, and the most to wait for that. */
const SETTLED = 80, PATIENCE = 1500;

/** Milliseconds of `count` repetitions. */
function time(work: () => void, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) work();
  return performance.now() - start;
}

/** Runs the work until V8, in the background, has compiled it well; returns how often it fits into LEAST. */
function warmUp(work: () => void): number {
  let count = 1, best = Infinity;
  while (time(work, count) < LEAST / 4) count *= 2;
  const begin = performance.now();
  let gained = begin;
  while (performance.now() - gained < SETTLED && performance.now() - begin < PATIENCE) {
    const each = time(work, count) / count;
    if (each < 0.97 * best) gained = performance.now();
    best = Math.min(best, each);
  }
  return Math.max(1, Math.ceil(LEAST / best));
}

/** Times variants of one task in turn, so that what happens to the machine happens to all of them. */
export function interleave<Name extends string>(variants: Readonly<Record<Name, () => void>>): Times<Name> {
  const names = Object.keys(variants) as Name[];
  const counts = names.map((name) => warmUp(variants[name]));
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < ROUNDS; round++) {
    names.forEach((name, k) => times[name].push(time(variants[name], counts[k]!) / counts[k]!));
  }
  return times;
}

/** How many times faster `ours` was than `theirs`: the median of the rounds' ratios. */
export function speedup<Name extends string>(times: Times<Name>, ours: Name, theirs: Name): number {
  return median(times[ours].map((each, round) => times[theirs][round]! / each));
}
