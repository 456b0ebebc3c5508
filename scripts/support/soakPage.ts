/** What a soak came to, counted, and as a page of the documentation. */
import { FAULTS, PHASES, WAYS } from './faults.ts';
import type { FaultKind, Phase, Schedule, Way } from './faults.ts';
import { OUTCOMES } from './soakRun.ts';
import type { Endured, Outcome } from './soakRun.ts';

type Counts<Key extends string> = Partial<Record<Key, number>>;

/** As JSON between the processes of a soak. */
export interface SoakSummary {
  /** The first and the last seed. */
  first: number;
  last: number;
  schedules: number;
  /** With a node that is slow, and those in which chunks went to others for speed. */
  slow: number;
  moved: number;
  readonly outcomes: Counts<Outcome>;
  readonly ways: Counts<Way>;
  /** Faults that came. */
  readonly faults: Counts<FaultKind>;
  readonly phases: Counts<Phase>;
  readonly failures: string[];
}

export function emptySummary(): SoakSummary {
  return { first: Infinity, last: -Infinity, schedules: 0, slow: 0, moved: 0, outcomes: {}, ways: {}, faults: {}, phases: {}, failures: [] };
}

function add<Key extends string>(counts: Counts<Key>, key: Key, more = 1): void {
  counts[key] = (counts[key] ?? 0) + more;
}

/** @param end how it ended, or how it must not have ended */
export function count(summary: SoakSummary, schedule: Schedule, end: Endured | string): void {
  summary.first = Math.min(summary.first, schedule.seed);
  summary.last = Math.max(summary.last, schedule.seed);
  summary.schedules++;
  if (schedule.nodes.some(({ pace }) => pace < 1)) summary.slow++;
  add(summary.ways, schedule.way);
  if (typeof end === 'string') return void summary.failures.push(end);
  add(summary.outcomes, end.outcome);
  if (end.movedForSpeed > 0) summary.moved++;
  for (const { kind, phase } of end.came) {
    add(summary.faults, kind);
    add(summary.phases, phase);
  }
}

/** Takes what another process counted. */
export function takeIn(summary: SoakSummary, other: SoakSummary): void {
  summary.first = Math.min(summary.first, other.first);
  summary.last = Math.max(summary.last, other.last);
  for (const name of ['schedules', 'slow', 'moved'] as const) summary[name] += other[name];
  for (const name of ['outcomes', 'ways', 'faults', 'phases'] as const) {
    for (const [key, more] of Object.entries(other[name])) add(summary[name] as Counts<string>, key, more);
  }
  summary.failures.push(...other.failures);
}

/** @param what ran, where and how long, in words */
export function soakPage({ first, last, schedules, slow, moved, outcomes, ways, faults, phases, failures }: SoakSummary, what: string): string {
  const table = <Key extends string>(head: string, names: Readonly<Record<Key, string>>, counts: Counts<Key>): string =>
    `| ${head} | number |\n|---|---|\n${(Object.keys(names) as Key[]).map((key) => `| ${names[key]} | ${counts[key] ?? 0} |\n`).join('')}`;
  const labels = Object.fromEntries(Object.entries(PHASES).map(([phase, { label }]) => [phase, label])) as Record<Phase, string>;
  return `# Soak

\`node scripts/soak.ts --save\` runs cross-validations on two to four nodes of loopback again and again, through one to four random faults each, and writes this page. Every schedule must end with the bits of one process that nothing happened to, or with a clean error and a log from which \`resume\` comes to those bits: in the same process, on other nodes or, when the lease of a coordinator that was killed has run out, on those that are left. Nodes have data roots of their own, some of them other files than the job or none. A seed gives its schedule again; what the machine's timing makes of it differs.

Last run: ${new Date().toISOString().slice(0, 10)}, ${what}, seeds ${first} to ${last}.

${table(`${schedules} schedules ended with`, OUTCOMES, outcomes)}| anything else | ${failures.length} |

${table('rows came to the nodes as', WAYS, ways)}
In ${slow} schedules one node was stopped for most of each tenth of a second. In ${moved} schedules chunks went from slow nodes to fast ones.

${table('faults that came', FAULTS, faults)}
${table('and when', labels, phases)}${failures.length === 0 ? '' : `\nThose that failed:\n\n${failures.map((line) => `- ${line.split('\n')[0]}\n`).join('')}`}`;
}
