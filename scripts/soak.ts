/**
 * A soak: `node scripts/soak.ts [--schedules 200] [--seed 1] [--minutes 60] [--only WORD] [--save]` runs jobs on loopback
 * nodes again and again, each time through another random schedule of faults. Each must end with the bits of a run that
 * nothing happened to, or with a clean error and a log from which `resume` comes to those bits; where a node has other
 * files than the job, with an error that names it. --only leaves out schedules whose line does not have the word (a job,
 * a way of rows, a fault). With --save the summary goes into docs/soak.md. Exit code 1 if any schedule ended otherwise;
 * its seed runs it again.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { runJob } from '@scalemix/coordinator';
import { PLAIN, drawSchedule, story } from './support/faults.ts';
import { JOB_NAMES, requestOf, writeFiles } from './support/soakJobs.ts';
import type { JobName } from './support/soakJobs.ts';
import { SoakNodes } from './support/soakNodes.ts';
import { soakPage, soakSummary } from './support/soakPage.ts';
import type { SoakSummary } from './support/soakPage.ts';
import { answerOf, clusterOf, endure } from './support/soakRun.ts';
import type { Places } from './support/soakRun.ts';

const { values } = parseArgs({ options: { schedules: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, minutes: { type: 'string', default: '60' }, only: { type: 'string', default: '' }, save: { type: 'boolean', default: false } } });
if (values.save && values.only !== '') throw new Error('--save is for all kinds of schedules.');

const repository = new URL('..', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'scalemix-soak-'));
const path = (name: string): string => join(folder, name);
const places: Places = {
  nodes: new SoakNodes(path('nodes'), { same: path('files'), others: path('others'), absent: path('nothing') }),
  here: path('files'),
  away: path('nothing'),
  folder,
};

/** What is run: the commit, and whether files differ from it. */
function commitOf(): string {
  const git = (...words: string[]): string => execFileSync('git', words, { cwd: repository, encoding: 'utf8' }).trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes'}`;
}

/** Of each job: the answer of one process, and sweeps on a cluster. */
async function undisturbed(): Promise<{ references: Map<JobName, unknown>; sweeps: Record<JobName, number> }> {
  const references = new Map<JobName, unknown>();
  const sweeps: Record<JobName, number> = { csv: 0, parquet: 0, arrow: 0, large: 0 };
  process.chdir(places.here);
  await places.nodes.take([PLAIN, PLAIN, PLAIN]);
  for (const name of JOB_NAMES) {
    const began = performance.now();
    const reference = answerOf(await runJob(requestOf(name)));
    const cluster = clusterOf(places, { way: 'auto' }, 10);
    const onNodes = await runJob(requestOf(name), { cluster, onEvent: ({ type }) => void (type === 'passReduced' && sweeps[name]++) });
    if (!isDeepStrictEqual(answerOf(onNodes), reference)) throw new Error(`The undisturbed cluster gives other bits for ${name} than one process.`);
    references.set(name, reference);
    console.log(`${name}: ${sweeps[name]} sweeps undisturbed (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  }
  await places.nodes.release(false);
  return { references, sweeps };
}

async function soak(): Promise<SoakSummary> {
  const commit = commitOf();
  await writeFiles(path('files'), 1);
  await writeFiles(path('others'), 2);
  mkdirSync(path('nothing'));
  const { references, sweeps } = await undisturbed();
  const summary = soakSummary(Number(values.seed), commit);
  const began = Date.now();
  for (let seed = summary.seed; summary.schedules < Number(values.schedules) && Date.now() - began < Number(values.minutes) * 60_000; seed++) {
    const schedule = drawSchedule(seed, sweeps);
    if (!story(schedule).includes(values.only)) continue;
    const at = Date.now();
    let end: string;
    try {
      const endured = await endure(schedule, places, references.get(schedule.job));
      summary.take(schedule, endured);
      end = `${endured.outcome}${endured.movedForSpeed > 0 ? `, ${endured.movedForSpeed} chunks moved for speed` : ''}`;
    } catch (error) {
      end = `FAILED: ${(error as Error).message}`;
      summary.fail(schedule, `${story(schedule)}: ${end}`);
    }
    console.log(`${story(schedule)}: ${end} (${((Date.now() - at) / 1000).toFixed(1)} s)`);
  }
  summary.minutes = (Date.now() - began) / 60_000;
  return summary;
}

try {
  const summary = await soak();
  const page = soakPage(summary, `${cpus().length} cores under a load of ${loadavg()[0]!.toFixed(0)}`);
  console.log(page);
  if (values.save) writeFileSync(new URL('docs/soak.md', repository), page);
  process.exitCode = summary.failures.length === 0 ? 0 : 1;
} finally {
  process.chdir(tmpdir());
  await places.nodes.end();
  rmSync(folder, { recursive: true, force: true });
}
