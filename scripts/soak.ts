/**
 * A soak: `node scripts/soak.ts [--schedules 200] [--seed 1] [--minutes 30] [--save]` runs one job on loopback nodes
 * again and again, each time through another random schedule of faults. Each must end with the bits of a run that
 * nothing happened to, or with a clean error and a log from which `resume` comes to those bits. With --save the
 * summary goes into docs/soak.md. Exit code 1 if any schedule ended otherwise; its seed runs it again.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { resumeJob, runJob } from '@scalemix/coordinator';
import type { JobEvent, JobOptions, JobRequest } from '@scalemix/coordinator';
import { ScalemixError } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import { bin } from '../tests/support/commandLine.ts';
import { tokenFile } from '../tests/support/nodes.ts';
import { Random } from '../tests/support/random.ts';
import { drawSchedule, FAULTS } from './support/faults.ts';
import type { Fault, FaultKind, Schedule } from './support/faults.ts';
import { SoakNodes } from './support/soakNodes.ts';

const { values } = parseArgs({ options: { schedules: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, minutes: { type: 'string', default: '30' }, save: { type: 'boolean', default: false } } });

/** Seconds without a sign of life; three times as many without any node end the job. */
const SUSPECT_AFTER = 1.5;
/** Milliseconds that a schedule may take in all. */
const PATIENCE = 90_000;

const folder = mkdtempSync(join(tmpdir(), 'scalemix-soak-'));
const path = (name: string): string => join(folder, name);
const nodes = new SoakNodes(path('nodes'));
const cluster = { nodes: `@${path('nodes')}`, tokenFile, suspectAfter: SUSPECT_AFTER };

const request: JobRequest = {
  data: { inputs: [path('data.csv')], response: 'late' },
  problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 20 },
  folds: { by: 'modulo', count: 3 },
  machine: { threads: 1 },
};
const words = ['cv', path('data.csv'), '--response', 'late', '--loss', 'logistic', '--lambdas', '20', '--folds', '3', '--threads', '1'];

/** Five blocks of rows, so that every node has one at least. */
function writeData(): void {
  const random = new Random(11);
  const lines = Array.from({ length: 37_000 }, () => {
    const x = Array.from({ length: 4 }, () => random.uniform() * 2 - 1);
    return `${random.chance(1 / (1 + Math.exp(x[1]! - 2 * x[0]!))) ? 'yes' : 'no'},${x.map((value) => value.toFixed(5)).join(',')}`;
  });
  writeFileSync(path('data.csv'), `late,a,b,c,d\n${lines.join('\n')}\n`);
}

function answer({ timing: _timing, environment: _environment, ...rest }: ModelDocument): unknown {
  return JSON.parse(JSON.stringify(rest)) as unknown;
}

const OUTCOMES = {
  same: 'the bits, in spite of all',
  resumed: 'all nodes or the coordinator lost; resume came to the bits',
  early: 'all nodes lost before there was a log: a clean error, and nothing to resume',
} as const;
type Outcome = keyof typeof OUTCOMES;

/** Hurts as the schedule says while sweeps are counted. */
function hurting(faults: readonly Fault[], endCoordinator: () => void): (sweep: number) => void {
  const left = [...faults];
  const { schedule } = nodes;
  return (sweep) => {
    while (left[0] !== undefined && left[0].sweep <= sweep) {
      const fault = left.shift()!;
      setTimeout(() => (fault.kind === 'coordinator' ? endCoordinator() : void nodes.hurt(fault, schedule)), fault.delay).unref();
    }
  };
}

/** @throws whatever ends the job */
async function inProcess(faults: readonly Fault[], options: JobOptions): Promise<ModelDocument> {
  const hurt = hurting(faults, () => {});
  let sweeps = 0;
  hurt(0);
  return runJob(request, { ...options, onEvent: ({ type }) => void (type === 'passReduced' && hurt(++sweeps)) });
}

/** A coordinator that can be killed. @returns its model, or null where it was killed @throws Error with what it said */
async function asProcess(faults: readonly Fault[], log: string): Promise<ModelDocument | null> {
  const [events, output] = [path('events'), path('model.json')];
  for (const file of [events, output]) rmSync(file, { force: true });
  const child = spawn(process.execPath, [bin, ...words, '--cluster', cluster.nodes, '--token-file', tokenFile, '--suspect-after', String(SUSPECT_AFTER), '--checkpoint', log, '--events', events, '-o', output, '--json'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const hurt = hurting(faults, () => child.kill('SIGKILL'));
  const count = (): number => (existsSync(events) ? readFileSync(events, 'utf8').split('"type":"passReduced"').length - 1 : 0);
  hurt(0);
  const watch = setInterval(() => hurt(count()), 10);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => child.on('close', (...end) => resolve(end)));
  clearInterval(watch);
  if (code === 0) return JSON.parse(readFileSync(output, 'utf8')) as ModelDocument;
  if (signal === 'SIGKILL') return null;
  if (code === 5 && said.includes('CLUSTER_LOST')) return null;
  throw new Error(`The coordinator ended with ${code ?? signal}: ${said}`);
}

/** @throws Error where a schedule ends as it must not */
async function endure({ nodes: count, faults }: Schedule, reference: unknown): Promise<Outcome> {
  const log = path('replay.log');
  rmSync(log, { force: true });
  const ownProcess = faults.some(({ kind }) => kind === 'coordinator');
  await nodes.take(count);
  let model: ModelDocument | null;
  const limit = AbortSignal.timeout(PATIENCE);
  try {
    model = ownProcess ? await asProcess(faults, log) : await inProcess(faults, { cluster, checkpoint: { path: log, command: 'cv' }, signal: limit });
  } catch (error) {
    if (!(error instanceof ScalemixError && error.code === 'CLUSTER_LOST')) throw error;
    model = null;
  } finally {
    await nodes.release(ownProcess);
  }
  if (model !== null) {
    if (!isDeepStrictEqual(answer(model), reference)) throw new Error('other bits than the undisturbed run');
    return 'same';
  }
  if (!existsSync(log)) return 'early';
  const resumed = await resumeJob(log, { signal: limit, machine: { threads: 1 } });
  if (!isDeepStrictEqual(answer(resumed.model), reference)) throw new Error('other bits after resume than the undisturbed run');
  return 'resumed';
}

interface Summary {
  readonly outcomes: Map<Outcome, number>;
  readonly faults: Map<FaultKind, number>;
  readonly failures: string[];
  schedules: number;
}

async function soak(): Promise<Summary> {
  writeData();
  let sweeps = 0;
  const reference = answer(await runJob(request));
  await nodes.take(3);
  const undisturbed = await runJob(request, { cluster, onEvent: ({ type }: JobEvent) => void (type === 'passReduced' && sweeps++) });
  await nodes.release(false);
  if (!isDeepStrictEqual(answer(undisturbed), reference)) throw new Error('The undisturbed cluster gives other bits than one process.');
  const summary: Summary = { outcomes: new Map(), faults: new Map(), failures: [], schedules: 0 };
  const began = Date.now();
  for (let index = 0; index < Number(values.schedules) && Date.now() - began < Number(values.minutes) * 60_000; index++) {
    const schedule = drawSchedule(Number(values.seed) + index, sweeps);
    const at = Date.now();
    const story = `seed ${schedule.seed}: ${schedule.nodes} nodes; ${schedule.faults.map(({ kind, sweep, node }) => `${kind} ${kind === 'join' || kind === 'coordinator' ? '' : `${node} `}at ${sweep}`).join(', ')}`;
    let end: string;
    try {
      const outcome = await endure(schedule, reference);
      summary.outcomes.set(outcome, (summary.outcomes.get(outcome) ?? 0) + 1);
      end = outcome;
    } catch (error) {
      end = `FAILED: ${error instanceof ScalemixError ? `${error.code}: ` : ''}${(error as Error).message}`;
      summary.failures.push(`${story}: ${end}`);
    }
    for (const { kind } of schedule.faults) summary.faults.set(kind, (summary.faults.get(kind) ?? 0) + 1);
    summary.schedules++;
    console.log(`${story}: ${end} (${((Date.now() - at) / 1000).toFixed(1)} s)`);
  }
  console.log(`${sweeps} sweeps undisturbed; ${((Date.now() - began) / 60_000).toFixed(1)} minutes`);
  return summary;
}

function page({ outcomes, faults, failures, schedules }: Summary): string {
  const table = <Key extends string>(head: string, names: Readonly<Record<Key, string>>, counts: ReadonlyMap<Key, number>): string =>
    `| ${head} | number |\n|---|---|\n${(Object.keys(names) as Key[]).map((key) => `| ${names[key]} | ${counts.get(key) ?? 0} |\n`).join('')}`;
  return `# Soak

\`node scripts/soak.ts --save\` runs a cross-validation on two to four nodes of loopback again and again, through one to four random faults each, and writes this page. Every schedule must end with the bits of one process that nothing happened to, or with a clean error and a log from which \`resume\` comes to those bits. A seed gives its schedule again; what the machine's timing makes of it differs.

Last run: ${new Date().toISOString().slice(0, 10)}, seeds ${values.seed} to ${Number(values.seed) + schedules - 1}, ${cpus().length} cores under a load of ${loadavg()[0]!.toFixed(0)}.

${table(`${schedules} schedules ended with`, OUTCOMES, outcomes)}| anything else | ${failures.length} |

${table('in them', FAULTS, faults)}${failures.length === 0 ? '' : `\nThose that failed:\n\n${failures.map((line) => `- ${line.split('\n')[0]}\n`).join('')}`}`;
}

try {
  const summary = await soak();
  const text = page(summary);
  console.log(text);
  if (values.save) writeFileSync(new URL('../docs/soak.md', import.meta.url), text);
  process.exitCode = summary.failures.length === 0 ? 0 : 1;
} finally {
  await nodes.end();
  rmSync(folder, { recursive: true, force: true });
}
