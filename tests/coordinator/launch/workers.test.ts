/** The life of workers, which small programs of the test's own stand in for. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { makeJobCredentials } from '../../../packages/coordinator/src/launch/credentialFiles.ts';
import { execute } from '../../../packages/coordinator/src/launch/execute.ts';
import { credentialInput, remoteScript } from '../../../packages/coordinator/src/launch/ssh/remoteScript.ts';
import { startWorkers } from '../../../packages/coordinator/src/launch/workers.ts';
import type { WorkerHost } from '../../../packages/coordinator/src/launch/workers.ts';
import { launchedJob } from '../../support/launchedJob.ts';
import { until } from '../../support/processes.ts';

const fakeWorker = fileURLToPath(new URL('../../support/fakeWorker.mjs', import.meta.url));

interface Lives {
  readonly folder: string;
  readonly notes: string;
  readonly host: (name: string, mode?: string) => WorkerHost;
  /** What the workers that served have noted, one after the other. */
  readonly lives: () => { pid: number; credentials: string; mode: number; files: Record<string, string> }[];
  readonly nodes: () => string[];
}

function lives(t: ExecutionContext): Lives {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-workers-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const notes = join(folder, 'notes');
  const read = (file: string): string[] => {
    try {
      return readFileSync(join(folder, file), 'utf8').split('\n').filter((line) => line !== '');
    } catch {
      return [];
    }
  };
  return {
    folder,
    notes,
    host: (name, mode = 'serves') => ({ name, address: 'host.example', file: process.execPath, args: [fakeWorker, mode, notes], input: '' }),
    lives: () => read('notes').map((line) => JSON.parse(line) as { pid: number; credentials: string; mode: number; files: Record<string, string> }),
    nodes: () => read('nodes'),
  };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('all workers serve before the job begins, and end when it is over', async (t) => {
  const { folder, host, lives: served, nodes } = lives(t);
  const workers = startWorkers(folder, [host('a'), host('b'), host('c')], () => {});
  await workers.ready;
  t.is(nodes().length, 3);
  t.true(nodes().every((line) => /^host\.example:\d+$/.test(line)));
  await workers.stop();
  t.deepEqual(served().map(({ pid }) => alive(pid)), [false, false, false]);
});

test('a worker that is killed is started again, and its new address takes the place of the old', async (t) => {
  const { folder, host, lives: served, nodes } = lives(t);
  const notes: string[] = [];
  const workers = startWorkers(folder, [host('a'), host('b')], (text) => notes.push(text), { again: 10 });
  await workers.ready;
  const before = nodes();
  process.kill(served()[0]!.pid, 'SIGKILL');
  await until('it serves again', () => served().length === 3 && nodes().join() !== before.join());
  t.is(nodes().length, 2);
  t.true(notes.some((text) => /ended with 137; starting it again/.test(text)));
  await workers.stop();
  t.false(served().some(({ pid }) => alive(pid)));
});

test('a host whose worker refuses is given up, and the others go on', async (t) => {
  const { folder, host, nodes } = lives(t);
  const workers = startWorkers(folder, [host('a'), host('b', 'refuses')], () => {});
  await workers.ready;
  t.is(nodes().length, 1);
  t.false(workers.failed.aborted);
  await workers.stop();
});

test('where no worker can be started the job fails, and says what the last one said', async (t) => {
  const { folder, host } = lives(t);
  const workers = startWorkers(folder, [host('a', 'refuses'), host('b', 'refuses')], () => {});
  await t.throwsAsync(workers.ready, { code: 'WORKERS_FAILED', message: /ended with 2 before it served: this worker refuses/ });
  t.true(workers.failed.aborted);
  await workers.stop();
});

test('a program that is not there is named', async (t) => {
  const { folder, host } = lives(t);
  const workers = startWorkers(folder, [{ ...host('a'), file: 'no-such-program' }], () => {});
  await t.throwsAsync(workers.ready, { code: 'ENGINE_MISSING', message: /no-such-program cannot be started: it is not on the PATH/ });
  await workers.stop();
});

test('a program of an engine that does not answer is given up', async (t) => {
  await t.throwsAsync(execute('sleep', ['60'], { seconds: 0.2 }), { code: 'ENGINE_TIMEOUT' });
});

test('over ssh a worker gets its credentials through standard input, in files of its own, which go with it', async (t) => {
  const { folder, notes, lives: served, host } = lives(t);
  const credentials = await makeJobCredentials();
  const job = launchedJob({ engine: 'ssh', program: [process.execPath, fakeWorker, 'serves', notes] });
  // As sshd does it: a shell gets the script as one word.
  const workers = startWorkers(folder, [{ ...host('a'), file: '/bin/sh', args: ['-c', remoteScript(job)], input: credentialInput(credentials) }], () => {});
  await workers.ready;
  const [{ files, mode, credentials: place }] = served() as [ReturnType<typeof served>[number]];
  const { 'ca.crt': ca, 'node.crt': certificate, 'node.key': key, token } = credentials;
  t.deepEqual(files, { 'ca.crt': ca, 'node.crt': certificate, 'node.key': key, token });
  t.is(mode, 0o700);
  await workers.stop();
  t.false(alive(served()[0]!.pid));
  t.throws(() => readFileSync(join(place, 'token')), { code: 'ENOENT' });
});
