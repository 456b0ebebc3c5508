/** Jobs on a real Slurm of three nodes, which this file starts and ends. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { bin, scalemix, temporaryFolder } from '../../support/commandLine.ts';
import { bitsOf, eventsIn, JOB, readModelOf, referenceBits, writeJobData } from '../../support/clusterJob.ts';
import { needs } from '../../support/needs.ts';
import { commandOf, endProcess, processesWith, until } from '../../support/processes.ts';
import { SLURM_NEEDS, startSlurm } from '../../support/slurm.ts';
import type { Slurm } from '../../support/slurm.ts';

const slurmTest = needs(SLURM_NEEDS, test.serial);
/** With a space in its name, which batch scripts must bear. */
const folder = join(temporaryFolder(), 'some jobs');
mkdirSync(folder);
let slurm: Slurm;

const run = (...args: string[]) => scalemix(args, { cwd: folder, env: slurm.env });
const submit = ['submit', '--engine', 'slurm', '-N', '3'];
/** The workers themselves, without the steps of Slurm that carry their command lines too. */
const workers = (): number[] => processesWith(`${process.execPath} ${bin} worker`, folder).filter((pid) => commandOf(pid).startsWith(process.execPath));
const state = async (id: string): Promise<string> => (JSON.parse((await run('status', id, '--json')).stdout) as { state: string }).state;

/** Submits a job of a name, and waits until it has come to its third pass. */
async function begin(name: string, ...more: string[]): Promise<void> {
  const { code, stdout, stderr } = await run(...submit, '--name', name, '--', ...JOB, ...more, '-o', `${name}.json`, '--events', `${name}.events`);
  if (code !== 0 || stdout !== `${name}\n`) throw new Error(`submit: ${code} ${stdout} ${stderr}`);
  await until(`${name} computes`, () => eventsIn(join(folder, `${name}.events`), 'passDone') >= 3);
}

test.after.always('Slurm ends, and what it left behind', async () => {
  await slurm?.stop();
  for (const pid of workers()) process.kill(pid, 'SIGKILL');
});

let reference: unknown;

slurmTest('three nodes give the bits of one process, though a worker is killed', async (t) => {
  t.timeout(300_000);
  slurm = await startSlurm();
  writeJobData(folder);
  reference = await referenceBits(folder);
  await begin('killed');
  const before = workers();
  t.is(before.length, 3);
  process.kill(before[0]!, 'SIGKILL');
  t.is(await state('killed'), 'running');
  await until('the worker is started again', () => workers().length === 3 && workers().join() !== before.join());
  const { stderr } = await run('logs', 'killed', '--follow');
  t.regex(stderr, /ended with 137; starting it again/);
  t.is(await state('killed'), 'done');
  t.deepEqual(bitsOf(readModelOf(join(folder, 'killed.json'))), reference);
  await until('nothing is left', () => workers().length === 0);
  t.throws(() => readFileSync(join(folder, '.scalemix', 'killed', 'credentials', 'token')), { code: 'ENOENT' });
});

slurmTest('--wait passes the result on and ends with the exit code of the job', async (t) => {
  t.timeout(300_000);
  const good = await run(...submit, '--wait', '--', ...JOB, '--json');
  t.is(good.code, 0, good.stderr);
  t.deepEqual(bitsOf(JSON.parse(good.stdout) as ReturnType<typeof readModelOf>), reference);
  const bad = await run(...submit, '--wait', '--', 'path', 'nowhere.csv', '--response', 'late');
  t.is(bad.code, 3);
  t.regex(bad.stderr, /FILE_NOT_FOUND/);
});

slurmTest('a job that is begun again goes on with its log', async (t) => {
  t.timeout(300_000);
  await begin('requeued');
  const { nativeId } = JSON.parse((await run('status', 'requeued', '--json')).stdout) as { nativeId: string };
  slurm.run('scontrol', 'requeue', nativeId);
  const slurmState = (): string => slurm.run('squeue', '--noheader', '--jobs', nativeId, '--format=%T').trim();
  // Slurm would wait two minutes; a time that is set while the job still ends is overwritten, so it is set until the job runs.
  await until('it resumes', async () => {
    if (slurmState() === 'PENDING') slurm.run('scontrol', 'update', `JobId=${nativeId}`, 'StartTime=now');
    await delay(1000);
    return eventsIn(join(folder, 'requeued.events'), 'resumed') === 1;
  });
  await run('logs', 'requeued', '--follow');
  t.is(await state('requeued'), 'done');
  t.deepEqual(bitsOf(readModelOf(join(folder, 'requeued.json'))), reference);
});

slurmTest('a job that is cancelled leaves its log and nothing else', async (t) => {
  t.timeout(300_000);
  await begin('cancelled');
  t.is((await run('cancel', 'cancelled')).code, 0);
  t.is(await state('cancelled'), 'cancelled');
  await until('nothing is left', () => workers().length === 0);
  t.true(readFileSync(join(folder, '.scalemix', 'cancelled', 'replay.log')).length > 0);
  t.throws(() => readFileSync(join(folder, 'cancelled.json')), { code: 'ENOENT' });
});

slurmTest('a node whose slurmd is killed, and its worker with it, is done without', async (t) => {
  t.timeout(300_000);
  await begin('down');
  await endProcess(slurm.slurmd.get('n3')!);
  // The worker would live on under its step: a node that fails takes it along.
  const worker = workers().find((pid) => readFileSync(`/proc/${pid}/environ`, 'latin1').includes('SLURMD_NODENAME=n3'));
  process.kill(worker!, 'SIGKILL');
  await run('logs', 'down', '--follow');
  t.is(await state('down'), 'done');
  t.deepEqual(bitsOf(readModelOf(join(folder, 'down.json'))), reference);
  await until('nothing is left', () => workers().length === 0);
});

for (const [node, which] of [['n3', 'another node'], ['n1', 'the first node, on which the coordinator runs']] as const) {
  const job = `alone-${node}`;
  slurmTest(`the slurmd of ${which} is killed alone: Slurm gives the node up, its worker computes to the end of the job, and ends when slurmd is there again`, async (t) => {
    t.timeout(420_000);
    const states = (): string[] => slurm.run('sinfo', '--noheader', '--Node', '--format=%N %T').trim().split('\n');
    if (slurm.slurmd.get(node)!.exitCode !== null || slurm.slurmd.get(node)!.signalCode !== null) slurm.startNode(node);
    await until('three nodes are idle', () => states().every((line) => line.endsWith(' idle')));
    await begin(job, '--suspect-after', '200');
    // Slurm takes some 25 s to notice: so long nobody computes.
    const stopped = workers();
    t.is(stopped.length, 3);
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    await endProcess(slurm.slurmd.get(node)!);
    try {
      await until('Slurm has given the node up', () => states().includes(`${node} down*`));
      t.is(await state(job), 'running');
      await until('the step of the node has ended', async () => new RegExp(`The worker of ${node} ended with \\d+; starting it again`).test((await run('logs', job)).stderr));
    } finally {
      for (const pid of stopped) process.kill(pid, 'SIGCONT');
    }
    await run('logs', job, '--follow');
    t.is(await state(job), 'done');
    t.deepEqual(bitsOf(readModelOf(join(folder, `${job}.json`))), reference);
    t.is(eventsIn(join(folder, `${job}.events`), 'nodeLost'), 0, 'the worker was never lost');
    t.is(eventsIn(join(folder, `${job}.events`), 'resumed'), 0, 'and the job never begun again');
    await until('the other workers are gone', () => workers().length === 1);
    slurm.startNode(node);
    await until('nothing is left', () => workers().length === 0);
  });
}
