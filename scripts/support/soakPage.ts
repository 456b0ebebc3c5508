/** What a soak came to, counted, and as a page of the documentation. */
import { FAULTS, PHASES, WAYS } from './faults.ts';
import type { FaultKind, Phase, Schedule, Way } from './faults.ts';
import { OUTCOMES } from './soakRun.ts';
import type { Endured, Outcome } from './soakRun.ts';

export interface SoakSummary {
  readonly seed: number;
  /** Of the sources that ran. */
  readonly commit: string;
  readonly outcomes: Map<Outcome, number>;
  readonly ways: Map<Way, number>;
  /** Faults that came. */
  readonly faults: Map<FaultKind, number>;
  readonly phases: Map<Phase, number>;
  readonly failures: string[];
  schedules: number;
  /** With a node that is slow, and of them those whose chunks went to others for it. */
  slow: number;
  moved: number;
  minutes: number;
  take(schedule: Schedule, endured: Endured): void;
  fail(schedule: Schedule, line: string): void;
}

export function soakSummary(seed: number, commit: string): SoakSummary {
  const count = <Key>(map: Map<Key, number>, key: Key): unknown => map.set(key, (map.get(key) ?? 0) + 1);
  const ran = (schedule: Schedule): void => {
    summary.schedules++;
    if (schedule.nodes.some(({ pace }) => pace < 1)) summary.slow++;
    count(summary.ways, schedule.way);
  };
  const summary: SoakSummary = {
    seed, commit, outcomes: new Map(), ways: new Map(), faults: new Map(), phases: new Map(), failures: [], schedules: 0, slow: 0, moved: 0, minutes: 0,
    take: (schedule, { outcome, came, movedForSpeed }) => {
      ran(schedule);
      count(summary.outcomes, outcome);
      if (movedForSpeed > 0) summary.moved++;
      for (const { kind, phase } of came) {
        count(summary.faults, kind);
        count(summary.phases, phase);
      }
    },
    fail: (schedule, line) => {
      ran(schedule);
      summary.failures.push(line);
    },
  };
  return summary;
}

/** @param machine that it ran on, in words */
export function soakPage({ seed, commit, outcomes, ways, faults, phases, failures, schedules, slow, moved, minutes }: SoakSummary, machine: string): string {
  const table = <Key extends string>(head: string, names: Readonly<Record<Key, string>>, counts: ReadonlyMap<Key, number>): string =>
    `| ${head} | number |\n|---|---|\n${(Object.keys(names) as Key[]).map((key) => `| ${names[key]} | ${counts.get(key) ?? 0} |\n`).join('')}`;
  const labels = Object.fromEntries(Object.entries(PHASES).map(([phase, { label }]) => [phase, label])) as Record<Phase, string>;
  return `# Soak

\`node scripts/soak.ts --save\` runs cross-validations on two to four nodes of loopback again and again, through one to four random faults each, and writes this page. Every schedule must end with the bits of one process that nothing happened to, or with a clean error and a log from which \`resume\` comes to those bits: in the same process, on other nodes or, when the lease of a coordinator that was killed has run out, on those that are left. Nodes have data roots of their own, some of them other files than the job or none. A seed gives its schedule again; what the machine's timing makes of it differs.

Last run: ${new Date().toISOString().slice(0, 10)}, commit ${commit}, seeds ${seed} to ${seed + schedules - 1}, ${minutes.toFixed(0)} minutes, ${machine}.

${table(`${schedules} schedules ended with`, OUTCOMES, outcomes)}| anything else | ${failures.length} |

${table('rows came to the nodes as', WAYS, ways)}
In ${slow} schedules one node was stopped for most of each tenth of a second: in ${moved} of them chunks went from slow nodes to fast ones.

${table('faults that came', FAULTS, faults)}
${table('and when', labels, phases)}${failures.length === 0 ? '' : `\nThose that failed:\n\n${failures.map((line) => `- ${line.split('\n')[0]}\n`).join('')}`}`;
}
