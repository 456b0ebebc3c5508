/** One schedule of a soak: the job runs, is hurt, and ends as it may, or an error says how it must not have ended. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { resumeJob, runJob } from '@scalemix/coordinator';
import type { ClusterRequest, JobEvent } from '@scalemix/coordinator';
import { ScalemixError } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import { bin } from '../../tests/support/commandLine.ts';
import { tokenFile } from '../../tests/support/nodes.ts';
import { PLAIN, mustRefuse } from './faults.ts';
import type { Fault, Schedule } from './faults.ts';
import { requestOf, wordsOf } from './soakJobs.ts';
import type { SoakNodes } from './soakNodes.ts';
import { SoakPhases } from './soakPhases.ts';

export const OUTCOMES = {
  same: 'the bits, in spite of all',
  resumed: 'all nodes or the coordinator lost; resume came to the bits',
  changed: 'a file that was changed: refused; where there was a log, resume with the right files came to the bits',
  refused: 'a node whose files are absent or others: a clean error that names it, and nothing computed',
  early: 'lost before there was a log: a clean error, and nothing to resume',
} as const;

export type Outcome = keyof typeof OUTCOMES;

/** Seconds without a sign of life; three times as many without any node end the job. */
const SUSPECT_AFTER = 2;
/** The same where a node must be heard: jobs begin without those that have not answered by then. */
const HEARD_BY = 15;
/** Milliseconds that a schedule may take in all. */
const PATIENCE = 180_000;
/** What a node says whose files are not those of the job. */
const OF_FILES = ['DATA_DIFFERS', 'OUTSIDE_DATA_ROOT', 'FILE_NOT_FOUND'];

export interface Places {
  readonly nodes: SoakNodes;
  /** Where a coordinator has the files, and where it has not. */
  readonly here: string;
  readonly away: string;
  /** For logs, events and models. */
  readonly folder: string;
}

export interface Endured {
  readonly outcome: Outcome;
  readonly came: readonly Fault[];
  readonly movedForSpeed: number;
}

/** What the job came to: its model, or why there is none. */
type End = { readonly model: ModelDocument } | { readonly code: string; readonly message: string };

/** What a model is compared by. */
export function answerOf({ timing: _timing, environment: _environment, ...rest }: ModelDocument): unknown {
  return JSON.parse(JSON.stringify(rest)) as unknown;
}

export function clusterOf({ nodes }: Places, { way }: Pick<Schedule, 'way'>, suspectAfter: number): ClusterRequest {
  return { nodes: `@${nodes.file}`, tokenFile, suspectAfter, data: way === 'local' || way === 'localAway' ? 'local' : 'auto' };
}

function suspectAfterOf(schedule: Schedule): number {
  return mustRefuse(schedule) ? HEARD_BY : SUSPECT_AFTER;
}

async function inProcess(schedule: Schedule, places: Places, phases: SoakPhases, log: string, signal: AbortSignal): Promise<End> {
  phases.begin();
  try {
    return { model: await runJob(requestOf(schedule.job), { cluster: clusterOf(places, schedule, suspectAfterOf(schedule)), checkpoint: { path: log, command: 'cv' }, signal, onEvent: (event) => phases.take(event) }) };
  } catch (error) {
    if (error instanceof ScalemixError) return error;
    throw error;
  }
}

/** A coordinator that can be killed. @throws Error with what it said where it ended in no good order */
async function asProcess(schedule: Schedule, places: Places, phases: SoakPhases, log: string, started: (kill: () => void) => void, signal: AbortSignal): Promise<End> {
  const [events, output] = [join(places.folder, 'events'), join(places.folder, 'model.json')];
  for (const file of [events, output]) rmSync(file, { force: true });
  const { nodes, data, suspectAfter } = clusterOf(places, schedule, suspectAfterOf(schedule));
  const words = [...wordsOf(schedule.job), '--cluster', nodes, '--data', data!, '--token-file', tokenFile, '--suspect-after', String(suspectAfter), '--checkpoint', log, '--events', events, '-o', output, '--quiet'];
  const child = spawn(process.execPath, [bin, ...words], { cwd: process.cwd(), stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  started(() => child.kill('SIGKILL'));
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  phases.begin();
  let seen = 0;
  const watch = setInterval(() => {
    const lines = existsSync(events) ? readFileSync(events, 'utf8').split('\n').slice(0, -1) : [];
    for (const line of lines.slice(seen)) phases.take(JSON.parse(line) as JobEvent);
    seen = lines.length;
  }, 10);
  const [code, killed] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => child.on('close', (...end) => resolve(end)));
  clearInterval(watch);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (code === 0) return { model: JSON.parse(readFileSync(output, 'utf8')) as ModelDocument };
  if (killed === 'SIGKILL') return { code: 'KILLED', message: 'The coordinator was killed.' };
  const told = /^scalemix: ([A-Z_]+): (.*)/m.exec(said);
  if (told === null || existsSync(output)) throw new Error(`The coordinator ended with ${code ?? killed}${existsSync(output) ? ' and a model' : ''}: ${said}`);
  return { code: told[1]!, message: told[2]! };
}

/** @throws Error where a schedule ends as it must not */
export async function endure(schedule: Schedule, places: Places, reference: unknown): Promise<Endured> {
  const { nodes, folder } = places;
  const log = join(folder, 'replay.log');
  rmSync(log, { force: true });
  process.chdir(schedule.way === 'localAway' || schedule.way === 'autoAway' ? places.away : places.here);
  await nodes.take(schedule.nodes);
  const { schedule: number } = nodes;
  const ownProcess = schedule.faults.some(({ kind }) => kind === 'coordinator');
  let kill = (): void => {};
  const phases = new SoakPhases(schedule.faults, (fault) => (fault.kind === 'coordinator' ? kill() : void nodes.hurt(fault, number)));
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const end = ownProcess ? await asProcess(schedule, places, phases, log, (how) => (kill = how), signal) : await inProcess(schedule, places, phases, log, signal);
    phases.end();
    const told = { came: phases.came, movedForSpeed: phases.movedForSpeed };
    if ('model' in end) {
      if (mustRefuse(schedule)) throw new Error('a model in spite of a node with other files');
      if (!isDeepStrictEqual(answerOf(end.model), reference)) throw new Error('other bits than the undisturbed run');
      return { ...told, outcome: 'same' };
    }
    const altered = phases.came.some(({ kind }) => kind === 'alter');
    const { strangers } = nodes;
    if (strangers.length > 0 && OF_FILES.includes(end.code)) {
      if (!strangers.some((address) => end.message.includes(address)) || existsSync(log)) throw new Error(`${end.code}, without the name of the node or with a log: ${end.message}`);
      return { ...told, outcome: 'refused' };
    }
    if (!['CLUSTER_LOST', 'KILLED'].includes(end.code) && !(altered && end.code === 'DATA_DIFFERS')) throw new Error(`${end.code}: ${end.message}`);
    const differs = end.code === 'DATA_DIFFERS';
    if (!existsSync(log)) return { ...told, outcome: differs ? 'changed' : 'early' };
    const resumed = await resume(schedule, places, log, end.code === 'KILLED', signal);
    if (!isDeepStrictEqual(answerOf(resumed), reference)) throw new Error('other bits after resume than the undisturbed run');
    return { ...told, outcome: differs ? 'changed' : 'resumed' };
  } catch (error) {
    const code = error instanceof ScalemixError ? `${error.code}: ` : '';
    throw new Error(`${code}${(error as Error).message}\n${nodes.states}`, { cause: error });
  } finally {
    phases.end();
    await nodes.release(ownProcess);
  }
}

/** Where the schedule says; on others where nobody is left. */
async function resume(schedule: Schedule, places: Places, log: string, killed: boolean, signal: AbortSignal): Promise<ModelDocument> {
  const { nodes } = places;
  const threads = { signal, machine: { threads: 1 } };
  if (schedule.resume === 'threads') return (await resumeJob(log, threads)).model;
  if (schedule.resume !== 'left' || !killed || (await nodes.keepWhole()) === 0) {
    await nodes.release(true);
    await nodes.take([PLAIN, PLAIN]);
  }
  return (await resumeJob(log, { ...threads, cluster: clusterOf(places, schedule, HEARD_BY) })).model;
}
