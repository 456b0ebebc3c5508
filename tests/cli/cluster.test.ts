/** The command line on nodes: the same document, exit codes, a coordinator that is killed and resumed. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import test from 'ava';
import { atPoint, goOn } from '../support/atPoint.ts';
import { sampleCsv, scalemix, temporaryFolder } from '../support/commandLine.ts';
import { parquetFile } from '../support/dataFiles.ts';
import { addressesOf, killWorkers, startNode, startWorker, tokenFile } from '../support/nodes.ts';
import { until } from '../support/processes.ts';

const folder = temporaryFolder({ 'data.csv': sampleCsv(60_000) });
const file = (name: string): string => join(folder, name);
const fit = ['path', file('data.csv'), '--response', 'late', '--loss', 'logistic', '--columns', 'x,z,c', '--lambdas', '8', '--threads', '1'];

/** All of a document that who computed it must not change. */
function answer(text: string): unknown {
  const { timing: _timing, environment: { threads: _threads, ...environment }, ...rest } = JSON.parse(text) as Record<string, unknown> & { environment: Record<string, unknown> };
  return { ...rest, environment };
}

test.serial('path, fit and cv on two workers print the document of one process', async (t) => {
  const workers = await Promise.all([startWorker(), startWorker()]);
  try {
    const cluster = ['--cluster', workers.map(({ address }) => address).join(','), '--token-file', tokenFile];
    const cv = ['cv', ...fit.slice(1), '--folds', '3'];
    const one = ['fit', file('data.csv'), '--response', 'y', '--columns', 'x,z,c', '--lambda', '0.1', '--weights', 'w'];
    for (const args of [fit, cv, one]) {
      const there = await scalemix([...args, '--json', '--quiet', ...cluster]);
      t.is(there.stderr, '');
      t.deepEqual(answer(there.stdout), answer((await scalemix([...args, '--json', '--quiet'])).stdout));
    }
    t.notRegex(workers.map(({ said }) => said()).join(''), /a-token/);
  } finally {
    await killWorkers(workers);
  }
});

test.serial('a coordinator that is killed is resumed on the same nodes, or on none', async (t) => {
  const plain = answer((await scalemix([...fit, '--json'])).stdout);
  const nodes = await Promise.all([startNode({ lease: 1500 }), startNode({ lease: 1500 })]);
  try {
    const cluster = ['--cluster', addressesOf(nodes), '--token-file', tokenFile];
    const log = file('killed.log');
    const killed = await scalemix([...fit, ...cluster, '--checkpoint', log, '--events', file('events.jsonl')], { env: atPoint({ file: 'events.jsonl', after: 'passDone', signal: 'SIGKILL' }) });
    t.is(killed.code, null);
    t.true(existsSync(log));
    const copy = file('copy.log');
    copyFileSync(log, copy);
    const there = await scalemix(['resume', log, '--json', ...cluster]);
    t.is(there.code, 0, there.stderr);
    t.deepEqual(answer(there.stdout), plain);
    t.deepEqual(answer((await scalemix(['resume', copy, '--json'])).stdout), plain);
  } finally {
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
});

for (const [what, data, event] of [
  ['files that only the nodes have', 'local', 'rowsRead'],
  ['files that only the coordinator has', 'auto', 'rowsSent'],
] as const) {
  test.serial(`${what}: a coordinator that is killed is resumed on nodes that have kept their rows`, async (t) => {
    const root = temporaryFolder();
    copyFileSync(await parquetFile(t, `FROM read_csv('${file('data.csv')}')`), join(root, 'data.parquet'));
    const path = ['path', 'data.parquet', ...fit.slice(2)];
    const plain = answer((await scalemix([...path, '--json'], { cwd: root })).stdout);
    const onNodes = data === 'local';
    const nodes = await Promise.all([0, 1].map(() => startNode({ lease: 1500, dataRoot: onNodes ? root : undefined })));
    const cwd = onNodes ? temporaryFolder() : root;
    const told = (name: string): boolean => readFileSync(join(cwd, name), 'utf8').includes(`"${event}"`);
    try {
      const cluster = ['--cluster', addressesOf(nodes), '--token-file', tokenFile, '--data', data];
      const whole = await scalemix([...path, ...cluster, '--explain'], { cwd });
      t.is(whole.code, 0, whole.stderr);
      t.is(/60,000, .*, which the nodes read by themselves/.test(whole.stdout + whole.stderr), onNodes);
      const killed = await scalemix([...path, ...cluster, '--checkpoint', 'job.log', '--events', 'killed.jsonl'], { cwd, env: atPoint({ file: 'killed.jsonl', after: 'passDone', signal: 'SIGKILL' }) });
      t.is(killed.code, null);
      const resumed = await scalemix(['resume', 'job.log', '--json', '--events', 'resumed.jsonl', ...cluster], { cwd });
      t.is(resumed.code, 0, resumed.stderr);
      t.deepEqual(answer(resumed.stdout), plain);
      t.true(told('killed.jsonl'));
      t.false(told('resumed.jsonl'), 'the nodes have kept their rows');
    } finally {
      await Promise.all(nodes.map((node) => node.stop(0)));
    }
  });
}

test.serial('exit code 5 where all nodes are lost, with a log to go on from', async (t) => {
  const worker = await startWorker();
  const log = file('lost.log');
  try {
    const told = file('lost.stopped');
    let killing: Promise<void> | null = null;
    const lost = await scalemix([...fit, '--cluster', worker.address, '--token-file', tokenFile, '--suspect-after', '2', '--checkpoint', log], {
      // In the middle of its work it waits for its only node to be killed.
      env: atPoint({ file: 'lost.log', after: 10_000, signal: 'SIGSTOP', told }),
      meanwhile: (child) => {
        killing = until('the coordinator has stopped', () => existsSync(told)).then(() => killWorkers([worker])).finally(() => goOn(child));
      },
    });
    await killing;
    t.is(lost.code, 5, lost.stderr);
    t.regex(lost.stderr, /CLUSTER_LOST.*resume/);
    t.deepEqual(answer((await scalemix(['resume', log, '--json'])).stdout), answer((await scalemix([...fit, '--json'])).stdout));
  } finally {
    await killWorkers([worker]);
  }
});

for (const [args, code, exit] of [
  [['worker'], 'MISSING_OPTION', 2],
  [['worker', '--listen', '127.0.0.1:0'], 'TOKEN_REQUIRED', 2],
  [['worker', '--listen', 'here', '--insecure'], 'BAD_ADDRESS', 2],
  [['worker', '--listen', '0.0.0.0:0', '--token-file', tokenFile], 'TLS_REQUIRED', 2],
  [['worker', '--listen', '192.0.2.1:1', '--insecure'], 'CANNOT_LISTEN', 1],
  [['worker', '--listen', '127.0.0.1:0', '--lambda', '1'], 'INAPPLICABLE_OPTION', 2],
  [[...fit, '--token-file', tokenFile], 'INAPPLICABLE_OPTION', 2],
  [[...fit, '--cluster', '127.0.0.1:1'], 'TOKEN_REQUIRED', 2],
  [[...fit, '--cluster', '127.0.0.1:1', '--token-file', tokenFile, '--suspect-after', '0'], 'BAD_OPTION_VALUE', 2],
  [[...fit, '--cluster', '127.0.0.1:1', '--token-file', tokenFile, '--suspect-after', '0.1'], 'CLUSTER_LOST', 5],
] as const) {
  test.serial(`${args.filter((word) => !word.includes('/')).join(' ')}: ${code}`, async (t) => {
    const { code: exitCode, stderr, stdout } = await scalemix(args);
    // Nothing but our own words, which a job begins before it dials.
    t.regex(stderr, new RegExp(`^scalemix: ${code}`, args[0] === 'worker' ? '' : 'm'));
    t.is(exitCode, exit);
    t.is(stdout, '');
  });
}

test.serial('a worker serves health and metrics, and says so', async (t) => {
  const worker = await startWorker(['--metrics', '127.0.0.1:0']);
  try {
    let address: string | undefined;
    while (address === undefined) {
      address = /^scalemix worker metrics on (\S+)$/m.exec(worker.said())?.[1];
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const fetched = (path: string): Promise<{ status: number | undefined; text: string }> =>
      new Promise((resolve, reject) => {
        get(`http://${address}${path}`, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve({ status: response.statusCode, text }));
        }).on('error', reject);
      });
    t.deepEqual(await fetched('/healthz'), { status: 200, text: 'ok\n' });
    t.is((await fetched('/')).status, 404);
    const before = await fetched('/metrics');
    t.regex(before.text, /^# TYPE scalemix_passes_total counter$/m);
    t.regex(before.text, /^scalemix_passes_total 0$/m);
    t.is((await scalemix([...fit, '--cluster', worker.address, '--token-file', tokenFile])).code, 0);
    const after = await fetched('/metrics');
    t.true(Number(/^scalemix_passes_total (\d+)$/m.exec(after.text)?.[1]) >= 3);
    t.regex(after.text, /^scalemix_leased 0$/m);
    worker.child.kill('SIGTERM');
    t.is(await worker.ended, 0);
  } finally {
    await killWorkers([worker]);
  }
});
