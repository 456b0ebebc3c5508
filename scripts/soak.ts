/**
 * A soak: `node scripts/soak.ts [--schedules 200] [--seed 1] [--minutes 60] [--processes 2] [--only WORD] [--save]` runs
 * jobs on loopback nodes again and again, each time through another random schedule of faults. Each must end with the
 * bits of a run that nothing happened to, or with a clean error and a log from which `resume` comes to those bits; where
 * a node has other files than the job, with an error that names it. --only leaves out schedules whose line does not have
 * the word (a job, a way of rows, a fault). With --save the summary goes into docs/soak.md. Exit code 1 if any schedule
 * ended otherwise; its seed runs it again.
 */
import { execFileSync, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { runJob } from '@scalemix/coordinator';
import { PLAIN, drawSchedule, story } from './support/faults.ts';
import { JOB_NAMES, requestOf, writeFiles } from './support/soakJobs.ts';
import type { JobName } from './support/soakJobs.ts';
import { SoakNodes } from './support/soakNodes.ts';
import { count, emptySummary, soakPage, takeIn } from './support/soakPage.ts';
import type { SoakSummary } from './support/soakPage.ts';
import { answerOf, clusterOf, endure } from './support/soakRun.ts';
import type { Endured, Places } from './support/soakRun.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    processes: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    save: { type: 'boolean', default: false },
  },
});
if (values.save && values.only !== '') throw new Error('--save is for all kinds of schedules.');
const [schedules, firstSeed, minutes, processes] = [values.schedules, values.seed, values.minutes, values.processes].map(Number) as [number, number, number, number];

const repository = new URL('..', import.meta.url);

/** What is run: the commit, and whether files differ from it. */
function commitOf(): string {
  const git = (...words: string[]): string => execFileSync('git', words, { cwd: repository, encoding: 'utf8' }).trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes'}`;
}

/** Of each job: the answer of one process, and sweeps on a cluster. */
async function undisturbed(places: Places): Promise<{ references: Map<JobName, unknown>; sweeps: Record<JobName, number> }> {
  const references = new Map<JobName, unknown>();
  const sweeps: Record<JobName, number> = { csv: 0, parquet: 0, arrow: 0, large: 0 };
  process.chdir(places.here);
  await places.nodes.take([PLAIN, PLAIN, PLAIN]);
  for (const name of JOB_NAMES) {
    const reference = answerOf(await runJob(requestOf(name)));
    const cluster = clusterOf(places, { way: 'auto' }, 10);
    const onNodes = await runJob(requestOf(name), { cluster, onEvent: ({ type }) => void (type === 'passReduced' && sweeps[name]++) });
    if (!isDeepStrictEqual(answerOf(onNodes), reference)) throw new Error(`The undisturbed cluster gives other bits for ${name} than one process.`);
    references.set(name, reference);
  }
  await places.nodes.release(false);
  return { references, sweeps };
}

/** Every `processes`-th schedule from the seed on. */
async function soak(seed: number, until: number): Promise<SoakSummary> {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-soak-'));
  const path = (name: string): string => join(folder, name);
  const nodes = new SoakNodes(path('nodes'), { same: path('files'), others: path('others'), absent: path('nothing') });
  const places: Places = { nodes, here: path('files'), away: path('nothing'), folder };
  try {
    await writeFiles(path('files'), 1);
    await writeFiles(path('others'), 2);
    mkdirSync(path('nothing'));
    const { references, sweeps } = await undisturbed(places);
    const summary = emptySummary();
    for (let at = seed; summary.schedules < Math.floor((schedules + firstSeed - 1 - seed) / processes) + 1 && Date.now() < until; at += processes) {
      const schedule = drawSchedule(at, sweeps);
      const told = story(schedule);
      if (!told.includes(values.only)) continue;
      const began = Date.now();
      const endured: Endured | string = await endure(schedule, places, references.get(schedule.job)).catch((error: unknown) => `${told}: FAILED: ${(error as Error).message}`);
      count(summary, schedule, endured);
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      console.log(typeof endured === 'string' ? endured : `${told}: ${endured.outcome}${endured.movedForSpeed > 0 ? `, ${endured.movedForSpeed} chunks moved for speed` : ''} (${seconds} s)`);
    }
    return summary;
  } finally {
    process.chdir(tmpdir());
    await nodes.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each process has folders and nodes of its own. */
async function inProcesses(until: number): Promise<SoakSummary> {
  const summary = emptySummary();
  await Promise.all(
    Array.from({ length: processes }, async (_, at) => {
      const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2), { env: { ...process.env, SOAK_PART: JSON.stringify({ seed: firstSeed + at, until }) } });
      child.on('message', (part) => takeIn(summary, part as SoakSummary));
      const code = await new Promise((resolve) => child.on('close', resolve));
      if (code !== 0) throw new Error(`A process of the soak ended with ${String(code)}.`);
    }),
  );
  return summary;
}

const part = process.env['SOAK_PART'];
if (part !== undefined) {
  // Where the first process is gone its parts go too, and their nodes with them.
  process.on('disconnect', () => process.exit(1));
  const { seed, until } = JSON.parse(part) as { seed: number; until: number };
  const summary = await soak(seed, until);
  process.send!(summary, () => process.exit());
} else {
  const [commit, began] = [commitOf(), Date.now()];
  const summary = await inProcesses(began + minutes * 60_000);
  const page = soakPage(summary, `commit ${commit}, ${((Date.now() - began) / 60_000).toFixed(0)} minutes on ${cpus().length} cores under a load of ${loadavg()[0]!.toFixed(0)}`);
  console.log(page);
  if (values.save) writeFileSync(new URL('docs/soak.md', repository), page);
  process.exitCode = summary.failures.length === 0 ? 0 : 1;
}
