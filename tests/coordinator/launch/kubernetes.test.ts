/** Manifests judged offline by the schemas of Kubernetes, and the commands given to kubectl, which a script of the test's own stands in for. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { Job as JobModel } from 'kubernetes-models/batch/v1';
import type { IJob } from 'kubernetes-models/batch/v1';
import { Secret, Service } from 'kubernetes-models/v1';
import type { ISecret, IService } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import type { Job } from '@scalemix/coordinator/launch';
import { scalemix } from '../../support/commandLine.ts';
import { makeJobCredentials } from '../../../packages/coordinator/src/launch/credentialFiles.ts';
import { jobManifest, secretManifest, serviceManifest } from '../../../packages/coordinator/src/launch/kubernetes/manifest.ts';
import { launchedJob } from '../../support/launchedJob.ts';

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const compiler = join(modules, 'typescript', 'bin', 'tsc');

const plan = { nodes: 3, image: 'registry.example/scalemix:1', namespace: null, volumes: [], cpus: null, memory: null };
const jobs: Readonly<Record<string, Job>> = {
  'the plainest job': launchedJob({ engine: 'kubernetes', port: 7077, kubernetes: plan }),
  'a job with everything': launchedJob({ engine: 'kubernetes', port: 7077, kubernetes: { ...plan, namespace: 'science', cpus: 4, memory: 2 ** 34, volumes: [{ claim: 'data', path: '/data' }, { claim: 'out', path: '/out' }] } }),
};

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-kubernetes-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What TypeScript says of manifests as literals of the types of Kubernetes, in which a field that is not known is an error. */
function complaints(folder: string, objects: Readonly<Record<'IJob' | 'ISecret' | 'IService', unknown>>): string {
  symlinkSync(modules, join(folder, 'node_modules'));
  const values = Object.entries(objects).map(([type, value]) => `export const a${type}: ${type} = ${JSON.stringify(value)};\n`);
  writeFileSync(join(folder, 'manifest.ts'), `import type { IJob } from 'kubernetes-models/batch/v1';\nimport type { ISecret, IService } from 'kubernetes-models/v1';\n${values.join('')}`);
  const flags = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024', '--types', ''];
  const { stdout, status } = spawnSync(process.execPath, [compiler, ...flags, 'manifest.ts'], { cwd: folder, encoding: 'utf8', timeout: 100_000, killSignal: 'SIGKILL' });
  return status === 0 ? '' : stdout || `ended with ${status}`;
}

for (const [what, job] of Object.entries(jobs)) {
  test(`the manifests of ${what} hold to the schemas, and have no field that Kubernetes does not know`, async (t) => {
    const secret = secretManifest(job, await makeJobCredentials());
    const service = serviceManifest(job);
    const indexed = jobManifest(job);
    t.notThrows(() => new JobModel(indexed as unknown as IJob).validate());
    t.notThrows(() => new Secret(secret as unknown as ISecret).validate());
    t.notThrows(() => new Service(service as unknown as IService).validate());
    t.is(complaints(folderOf(t), { IJob: indexed, ISecret: secret, IService: service }), '');
  });
}

test('a field that Kubernetes does not know is found, however deep it is', (t) => {
  const job = jobs['the plainest job']!;
  const strange = JSON.parse(JSON.stringify(jobManifest(job)).replace('"periodSeconds":1', '"periodSeconds":1,"colour":"red"')) as unknown;
  t.regex(complaints(folderOf(t), { IJob: strange, ISecret: { apiVersion: 'v1', kind: 'Secret' }, IService: serviceManifest(job) }), /colour.* does not exist in type 'IProbe'/);
});

test('pods get the secrets from the Secret alone, and each container its own', async (t) => {
  const credentials = await makeJobCredentials();
  const text = JSON.stringify(jobManifest(jobs['a job with everything']!));
  for (const secret of Object.values(credentials)) t.false(text.includes(JSON.stringify(secret).slice(1, -1)));
  const { spec } = (jobManifest(jobs['a job with everything']!) as unknown as IJob).spec!.template;
  const files = (name: string): string[] => spec!.volumes!.find((volume) => volume.name === `${name}-credentials`)!.secret!.items!.map(({ key }) => key);
  t.deepEqual(files('worker'), ['ca.crt', 'node.crt', 'node.key', 'token']);
  t.deepEqual(files('coordinator'), ['ca.crt', 'coordinator.crt', 'coordinator.key', 'token']);
});

test('--dry-run prints the manifests, without secrets, and calls nothing', async (t) => {
  const folder = folderOf(t);
  const { code, stdout, stderr } = await scalemix(['submit', '--engine', 'kubernetes', '-N', '3', '--image', 'a/b', '--volume', 'data:/data', '--cpus', '3', '--dry-run', '--', 'path', 'a.csv', '--response', 'y', '-o', 'm.json', '--lambdas', '5', '--kernel=scalar'], { cwd: folder, env: { PATH: '' } });
  t.is(code, 0, stderr);
  const documents = parseAllDocuments(stdout).map((document) => document.toJS() as { kind: string });
  t.deepEqual(documents.map(({ kind }) => kind), ['Secret', 'Service', 'Job']);
  t.false(/BEGIN|PRIVATE/.test(stdout));
  new JobModel(documents[2] as unknown as IJob).validate();
  const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8'))![1]!) as string[];
  const worker = (documents[2] as unknown as IJob).spec!.template.spec!.initContainers![0]!.command!;
  t.deepEqual(worker.slice(0, entry.length + 1), [...entry, 'worker'], 'the program is where the Dockerfile puts it');
  t.regex(worker.join(' '), / --kernel=scalar --threads 3 .* --metrics /, 'the kernels of the job, and the cores that the pod asks for');
  const script = (documents[2] as unknown as IJob).spec!.template.spec!.containers[0]!.command![2]!;
  t.regex(script, /if \[ -s \/data\/\.scalemix\/[\w-]+\/replay\.log \]; then exec node \S+ resume \S+ --cluster dns:[\w-]+:7077 .* -o m\.json; fi/);
  t.regex(script, /exec node \S+ path --checkpoint \S+ --cluster .* a\.csv --response y -o m\.json --lambdas 5 --kernel=scalar$/);
});

test('workers of a resume get the kernels that submit is told, as nobody here sees the log', async (t) => {
  const folder = folderOf(t);
  const submit = (...words: string[]): ReturnType<typeof scalemix> => scalemix(['submit', '--engine', 'kubernetes', '--image', 'a/b', '--volume', 'data:/data', '--dry-run', ...words], { cwd: folder, env: { PATH: '' } });
  const { code, stdout, stderr } = await submit('--kernel', 'scalar', '--', 'resume', '/data/old.log', '--threads', '2');
  t.is(code, 0, stderr);
  const { spec } = (parseAllDocuments(stdout)[2]!.toJS() as IJob).spec!.template;
  t.regex(spec!.initContainers![0]!.command!.join(' '), / --threads 2 --kernel scalar /);
  t.notRegex(spec!.containers[0]!.command!.join(' '), /--kernel/, 'the coordinator asks the log');
  const fit = await submit('--kernel', 'scalar', '--', 'path', 'a.csv', '--response', 'y');
  t.deepEqual([fit.code, /INAPPLICABLE_OPTION.*after --/.test(fit.stderr)], [2, true], fit.stderr);
});

/** A kubectl that notes how it is called and what it reads, and says what its files `answer.VERB` hold. */
const KUBECTL = `#!/bin/sh
n=$(ls "$FAKE" | grep -c '^call')
echo "$@" > "$FAKE/call.$n"
case "$1" in create) cat > "$FAKE/input.$n";; esac
[ -f "$FAKE/answer.$1.$2" ] && exec cat "$FAKE/answer.$1.$2"
[ -f "$FAKE/answer.$1" ] && exec cat "$FAKE/answer.$1"
echo "Error from server (NotFound)" >&2; exit 1
`;

interface Fake {
  readonly folder: string;
  readonly answer: (name: string, value: unknown) => void;
  readonly called: (index: number) => string;
  readonly input: (index: number) => string;
  readonly run: (...args: string[]) => ReturnType<typeof scalemix>;
}

function fake(t: ExecutionContext): Fake {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'kubectl'), KUBECTL);
  chmodSync(join(folder, 'kubectl'), 0o755);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();
  return {
    folder,
    answer: (name, value) => writeFileSync(join(folder, `answer.${name}`), typeof value === 'string' ? value : JSON.stringify(value)),
    called: (index) => read(`call.${index}`),
    input: (index) => read(`input.${index}`),
    run: (...args) => scalemix(args, { cwd: folder, env: { FAKE: folder, PATH: `${folder}${delimiter}${process.env['PATH']}` } }),
  };
}

const SUBMIT = ['submit', '--engine', 'kubernetes', '--image', 'a/b', '--name', 'job-a', '--', 'path', 'a.csv', '--response', 'y'];
const created = { metadata: { uid: 'c0ffee', namespace: 'science' } };
const failed = { status: { conditions: [{ type: 'Failed', status: 'True', reason: 'PodFailurePolicy' }] } };
const podOf = (exitCode: number) => ({ items: [{ status: { containerStatuses: [{ name: 'coordinator', state: { terminated: { exitCode } } }] } }] });

test('submit creates the job, then what it owns, and prints its id; the secrets go through standard input only', async (t) => {
  const { answer, called, input, run, folder } = fake(t);
  answer('create', created);
  const { code, stdout, stderr } = await run(...SUBMIT);
  t.is(code, 0, stderr);
  t.is(stdout, 'job-a\n');
  t.is(called(0), 'create --filename=- --output=json');
  const { items } = JSON.parse(input(1)) as { items: { kind: string; metadata: { ownerReferences: { uid: string }[] }; stringData?: Record<string, string> }[] };
  t.deepEqual(items.map(({ kind }) => kind), ['Secret', 'Service']);
  t.true(items.every(({ metadata }) => metadata.ownerReferences[0]!.uid === 'c0ffee'));
  const secrets = Object.values(items[0]!.stringData!);
  t.is(secrets.length, 6);
  for (const place of [called(0), called(1), input(0), stdout, stderr, readFileSync(join(folder, '.scalemix', 'job-a', 'job.json'), 'utf8')]) t.false(secrets.some((secret) => place.includes(secret.trim())));
});

test('status tells the exit code of the coordinator, and remembers it when Kubernetes has forgotten', async (t) => {
  const { answer, run, folder } = fake(t);
  answer('create', created);
  await run(...SUBMIT);
  answer('get.job', { status: { active: 1 } });
  t.is((JSON.parse((await run('status', 'job-a', '--json')).stdout) as { state: string }).state, 'waiting');
  answer('get.job', failed);
  answer('get.pods', podOf(3));
  t.like(JSON.parse((await run('status', 'science/job-a', '--json')).stdout), { state: 'failed', exitCode: 3 });
  rmSync(join(folder, 'answer.get.job'));
  t.like(JSON.parse((await run('status', 'job-a', '--json')).stdout), { state: 'failed', exitCode: 3 });
});

test('--wait passes the output on and ends with the exit code of the job', async (t) => {
  const { answer, run } = fake(t);
  answer('create', created);
  answer('get.job', failed);
  answer('get.pods', podOf(4));
  answer('logs', 'what the coordinator said\n');
  const { code, stdout } = await run('submit', '--wait', ...SUBMIT.slice(1));
  t.is(code, 4);
  t.is(stdout, 'what the coordinator said\n');
});

test('cancel deletes the job and with it what it owns', async (t) => {
  const { answer, called, run } = fake(t);
  answer('create', created);
  await run(...SUBMIT);
  answer('delete', 'deleted');
  t.is((await run('cancel', 'job-a')).code, 0);
  t.is(called(2), 'delete job job-a --cascade=background --ignore-not-found --wait=false --namespace=science');
  t.like(JSON.parse((await run('status', 'job-a', '--json')).stdout), { state: 'cancelled' });
});

test('a job that Kubernetes has lost is exit code 5, and how to go on', async (t) => {
  const { answer, run } = fake(t);
  answer('create', created);
  const { code, stderr } = await run('submit', '--wait', ...SUBMIT.slice(1));
  t.is(code, 5);
  t.regex(stderr, /JOB_LOST: The job job-a is lost: Kubernetes knows it no more/);
});

test('a name is given to one job, and supervise runs inside Slurm only', async (t) => {
  const { answer, run } = fake(t);
  answer('create', created);
  await run(...SUBMIT);
  t.regex((await run(...SUBMIT)).stderr, /JOB_EXISTS/);
  const { code, stderr } = await run('supervise', join('.scalemix', 'job-a'));
  t.is(code, 2);
  t.regex(stderr, /NO_ALLOCATION/);
});

test('a job that kubectl refuses leaves nothing behind', async (t) => {
  const { run, folder } = fake(t);
  const { code, stderr } = await run(...SUBMIT);
  t.is(code, 1);
  t.regex(stderr, /ENGINE_REFUSED: kubectl create ended with 1: Error from server/);
  t.throws(() => readFileSync(join(folder, '.scalemix', 'job-a', 'job.json')), { code: 'ENOENT' });
});
