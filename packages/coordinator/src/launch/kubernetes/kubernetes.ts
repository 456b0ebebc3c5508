/** Kubernetes, through kubectl. */
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { COORDINATOR_FILES, makeJobCredentials, NODE_FILES } from '../credentialFiles.ts';
import type { JobCredentials } from '../credentialFiles.ts';
import { endedStatus } from '../engine.ts';
import type { Engine, JobStatus, Sinks } from '../engine.ts';
import { execute, executed } from '../execute.ts';
import { endOf, finishJob } from '../jobFolder.ts';
import type { Job } from '../job.ts';
import { COORDINATOR, jobManifest, labelsOf, secretManifest, serviceManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';

const POLL = 2000;

export const kubernetes: Engine = {
  name: 'kubernetes',
  preview: (job) => [secretManifest(job, hidden), serviceManifest(job), jobManifest(job)].map((manifest) => stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n'),
  submit: async (job) => {
    // The job first: what belongs to it goes with it, when it is deleted or its time is over. Its pods wait for the Secret.
    const { metadata } = JSON.parse(await kubectl(job, ['create', '--filename=-', '--output=json'], JSON.stringify(jobManifest(job)))) as Created;
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name: job.id, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
    const owned = [secretManifest(job, await makeJobCredentials()), serviceManifest(job)].map((manifest) => ({ ...manifest, metadata: { ...(manifest['metadata'] as Manifest), ownerReferences: [owner] } }));
    try {
      await kubectl(job, ['create', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: owned }));
    } catch (error) {
      await remove(job).catch(() => {});
      throw error;
    }
    return metadata.namespace === undefined ? job.id : `${metadata.namespace}/${job.id}`;
  },
  status,
  logs: async (job, { result }) => {
    await result(await kubectl(job, ['logs', ...coordinatorPod(job), '--tail=-1']));
  },
  follow,
  cancel: async (job) => {
    await remove(job);
    finishJob(job, { exitCode: 143, cancelled: true });
  },
};

interface Created {
  readonly metadata: { readonly uid: string; readonly namespace?: string };
}

interface JobObject {
  readonly status?: { readonly active?: number; readonly ready?: number; readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[] };
}

interface PodList {
  readonly items: readonly { readonly status?: { readonly phase?: string; readonly containerStatuses?: readonly { readonly name: string; readonly state?: { readonly terminated?: { readonly exitCode: number } } }[] } }[];
}

/** In place of secrets. */
const hidden = Object.fromEntries([...NODE_FILES, ...COORDINATOR_FILES].map((name) => [name, '(made when the job is submitted)'])) as JobCredentials;

function kubectl(job: Job, args: readonly string[], input?: string, signal?: AbortSignal): Promise<string> {
  return executed('kubectl', inNamespace(job, args), { ...(input !== undefined && { input }), ...(signal !== undefined && { signal }) });
}

function inNamespace(job: Job, args: readonly string[]): string[] {
  const namespace = job.kubernetes!.namespace ?? (job.nativeId?.includes('/') === true ? job.nativeId.split('/')[0]! : null);
  return [...args, ...(namespace === null ? [] : [`--namespace=${namespace}`])];
}

async function remove(job: Job): Promise<void> {
  await kubectl(job, ['delete', 'job', job.id, '--cascade=background', '--ignore-not-found', '--wait=false']);
}

function coordinatorPod(job: Job): string[] {
  const labels = Object.entries({ ...labelsOf(job), 'batch.kubernetes.io/job-completion-index': '0' }).map(([name, value]) => `${name}=${value}`);
  return [`--selector=${labels.join(',')}`, `--container=${COORDINATOR}`];
}

async function status(job: Job): Promise<JobStatus> {
  const end = endOf(job);
  if (end?.cancelled === true) return endedStatus(end);
  const { code, stdout, stderr } = await execute('kubectl', inNamespace(job, ['get', 'job', job.id, '--output=json']));
  if (code !== 0) {
    if (!stderr.includes('NotFound')) await kubectl(job, ['get', 'job', job.id]);
    return end === null ? { state: 'lost', exitCode: null, detail: 'Kubernetes knows it no more' } : endedStatus(end);
  }
  const { status: found = {} } = JSON.parse(stdout) as JobObject;
  const holds = found.conditions?.filter((condition) => condition.status === 'True') ?? [];
  // Complete and Failed come when the pods have ended; what they will be is known before.
  const outcome = holds.find(({ type }) => type === 'Complete' || type === 'Failed');
  if (outcome === undefined) return (found.ready ?? 0) > 0 ? { state: 'running', exitCode: null, detail: `${found.ready} of ${job.kubernetes!.nodes} pods ready` } : { state: 'waiting', exitCode: null, detail: 'no pod is ready yet' };
  const exitCode = await exitCodeOf(job, outcome.type === 'Complete');
  finishJob(job, { exitCode, cancelled: false });
  const { state, detail } = endedStatus({ exitCode, cancelled: false });
  return { state, exitCode, detail: outcome.message === undefined ? detail : `${detail}: ${outcome.message}` };
}

/** Of the coordinator's last pod. */
async function exitCodeOf(job: Job, succeeded: boolean): Promise<number> {
  if (succeeded) return 0;
  const [selector] = coordinatorPod(job);
  const { items } = JSON.parse(await kubectl(job, ['get', 'pods', selector!, '--sort-by=.metadata.creationTimestamp', '--output=json'])) as PodList;
  const codes = items.flatMap((pod) => pod.status?.containerStatuses?.filter(({ name }) => name === COORDINATOR).map(({ state }) => state?.terminated?.exitCode) ?? []);
  return codes.findLast((code) => code !== undefined) ?? 1;
}

/** The coordinator's pod may be lost and another take its place: what was shown is not shown again. */
async function follow(job: Job, { result }: Sinks, signal: AbortSignal): Promise<JobStatus> {
  let shown = '';
  for (;;) {
    const found = await status(job);
    // Until its container runs there are no logs, which is no error.
    const { code, stdout } = await execute('kubectl', inNamespace(job, ['logs', ...coordinatorPod(job), '--tail=-1']), { signal });
    if (code === 0) {
      await result(stdout.startsWith(shown) ? stdout.slice(shown.length) : stdout);
      shown = stdout;
    }
    if (found.state !== 'waiting' && found.state !== 'running') return found;
    await delay(POLL, undefined, { signal });
  }
}
