/** Jobs over a real ssh, to two sshd on loopback which this file starts and ends. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { bin, scalemix, temporaryFolder } from '../../support/commandLine.ts';
import type { Run } from '../../support/commandLine.ts';
import { bitsOf, eventsIn, JOB, readModelOf, referenceBits, writeJobData } from '../../support/clusterJob.ts';
import { parquetFile } from '../../support/dataFiles.ts';
import { needs } from '../../support/needs.ts';
import { commandOf, processesWith, until } from '../../support/processes.ts';
import { SSH_NEEDS, startSshHosts } from '../../support/sshd.ts';
import type { SshHosts } from '../../support/sshd.ts';

const sshTest = needs(SSH_NEEDS, test.serial);
const folder = temporaryFolder();
symlinkSync(bin, join(folder, 'scalemix.js'));
let hosts: SshHosts;
let reference: unknown;

/** By a path of our own the workers are told apart from others. */
const program = join(folder, 'scalemix.js');
const workers = (): number[] => processesWith(`${process.execPath} ${program} worker`).filter((pid) => commandOf(pid).startsWith(process.execPath));
/** Shells and connections that carry the script of a worker, the worker included. */
const anything = (): number[] => processesWith(program);

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
}

/** Submits a job of a name and waits until it has come to its third pass. */
async function begin(name: string, words: readonly string[]): Promise<Running> {
  const started = Promise.withResolvers<ChildProcess>();
  const ended = scalemix(['submit', '--engine', 'ssh', '--hosts', hosts.hosts, '--ssh-config', hosts.config, '--program', `${process.execPath} ${program}`, '--name', name, '--', ...words, '-o', `${name}.json`, '--events', `${name}.events`], { cwd: folder, meanwhile: started.resolve });
  const child = await started.promise;
  await Promise.race([until(`${name} computes`, () => eventsIn(join(folder, `${name}.events`), 'passDone') >= 3), ended.then(({ code, stderr }) => Promise.reject(new Error(`it ended: ${code} ${stderr}`)))]);
  return { child, ended };
}

test.after.always('the hosts end', () => hosts?.stop());

sshTest('two hosts give the bits of one process, though a worker is killed; then nothing is left', async (t) => {
  t.timeout(300_000);
  hosts = await startSshHosts();
  writeJobData(folder);
  reference = await referenceBits(folder);
  const { ended } = await begin('killed', JOB);
  const before = workers();
  t.is(before.length, 2);
  process.kill(before[0]!, 'SIGKILL');
  const { code, stderr } = await ended;
  t.is(code, 0, stderr);
  t.regex(stderr, /ended with 137; starting it again/);
  t.deepEqual(bitsOf(readModelOf(join(folder, 'killed.json'))), reference);
  await until('nothing is left', () => anything().length === 0);
  t.throws(() => readFileSync(join(folder, '.scalemix', 'killed', 'credentials', 'token')), { code: 'ENOENT' });
});

sshTest('when the coordinator is killed its workers end, and the job goes on from its log', async (t) => {
  t.timeout(300_000);
  const { child, ended } = await begin('lost', JOB);
  child.kill('SIGKILL');
  await ended;
  await until('nothing is left', () => anything().length === 0);
  const { stdout } = await scalemix(['status', 'lost', '--json'], { cwd: folder });
  t.is((JSON.parse(stdout) as { state: string }).state, 'lost');
  t.regex((await scalemix(['logs', 'lost'], { cwd: folder })).stderr, /IN_FOREGROUND/);
  const log = join('.scalemix', 'lost', 'replay.log');
  const { code, stderr } = await scalemix(['submit', '--engine', 'ssh', '--hosts', hosts.hosts, '--ssh-config', hosts.config, '--program', `${process.execPath} ${program}`, '--', 'resume', log, '-o', 'lost.json'], { cwd: folder });
  t.is(code, 0, stderr);
  t.deepEqual(bitsOf(readModelOf(join(folder, 'lost.json'))), reference);
});

sshTest('a job that is cancelled from elsewhere ends with its workers', async (t) => {
  t.timeout(300_000);
  const { ended } = await begin('cancelled', JOB);
  t.is((await scalemix(['cancel', 'cancelled'], { cwd: folder })).code, 0);
  t.is((await ended).code, 143);
  await until('nothing is left', () => anything().length === 0);
  const { stdout } = await scalemix(['status', 'cancelled', '--json'], { cwd: folder });
  t.is((JSON.parse(stdout) as { state: string }).state, 'cancelled');
});

sshTest('a host that lets nobody in is done without; where none does, the job fails and says why', async (t) => {
  t.timeout(300_000);
  const { code, stderr } = await scalemix(['submit', '--engine', 'ssh', '--hosts', hosts.hosts, '--ssh-config', '/dev/null', '--', ...JOB], { cwd: folder });
  t.is(code, 1, stderr);
  t.regex(stderr, /WORKERS_FAILED: No worker could be started.*ended with 255 before it served/);
});

sshTest('workers read their own rows where they see the files', async (t) => {
  t.timeout(300_000);
  const file = await parquetFile(t, `select * from read_csv('${join(folder, 'data.csv')}')`, 'data.parquet', ', ROW_GROUP_SIZE 4096');
  const words = ['path', file, ...JOB.slice(2, 6)];
  const ours = ['--hosts', hosts.hosts, '--ssh-config', hosts.config, '--data-root', dirname(file), '--name', 'local'];
  const { code, stderr } = await scalemix(['submit', '--engine', 'ssh', ...ours, '--', ...words, '--data', 'local', '-o', 'local.json'], { cwd: folder });
  t.is(code, 0, stderr);
  const alone = await scalemix([...words, '--json'], { cwd: folder });
  t.deepEqual(bitsOf(readModelOf(join(folder, 'local.json'))), bitsOf(JSON.parse(alone.stdout) as ReturnType<typeof readModelOf>));
});
