/** Our own fits: time, sweeps and column passes, and with --profile where the time goes. */
import type { Case } from './cases/case.ts';
import { flightsMillion } from './cases/flights.ts';
import { illConditioned } from './cases/illConditioned.ts';
import { gaussianMillion, lassoMillion, ridgeMillion } from './cases/million.ts';
import { mnist } from './cases/mnist.ts';
import type { Options } from './support/benchmark.ts';
import { certified, ourDetail } from './support/compare.ts';
import { measure } from './support/figures.ts';
import { pathOf, spoken, timeMedian, withRows } from './support/ours.ts';
import { atMost, row } from './support/row.ts';
import type { Figure } from './support/row.ts';

export const takes = ['only', 'profile', 'mnist'] as const;

/** The most sweeps and column passes that a case may take. */
interface Limits {
  readonly sweeps: number;
  readonly columnPasses: number;
}

async function time({ name, what, problem, data }: Case, options: Options, limits: Limits | null = null): Promise<Figure[]> {
  const { ours } = await data(options);
  const timed = await withRows(ours, problem, (rows) => timeMedian(rows, pathOf(problem)));
  const path = timed.result;
  console.error(spoken(name, timed, path));
  if (options.profile) console.error(timed.profile.lines().join('\n'));
  const counts = limits === null
    ? [row(`${name}-sweeps`, path.sweeps, 'sweeps'), row(`${name}-column-passes`, path.columnPasses, 'column passes')]
    : [atMost(`${name}-sweeps`, path.sweeps, 'sweeps', limits.sweeps), atMost(`${name}-column-passes`, path.columnPasses, 'column passes', limits.columnPasses)].map((figure) => certified(figure, path));
  return [...counts, { ...row(`${name}-time`, timed.seconds, 's'), detail: ourDetail(what, timed, path) }];
}

const cases: readonly [Case, Limits | null][] = [
  [lassoMillion, { sweeps: 6, columnPasses: 5.5 }],
  [ridgeMillion, null],
  [gaussianMillion, null],
  [illConditioned, null],
  [flightsMillion, null],
  [mnist, null],
];
const measures = Object.fromEntries(cases.map(([fit, limits]) => [fit.name, (options: Options) => time(fit, options, limits)]));

export const figures = Object.keys(measures);

export async function run(options: Options): Promise<Figure[]> {
  return measure(measures, options);
}
