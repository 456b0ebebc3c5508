/**
 * A job as Kubernetes sees it: a Secret, a headless Service and an Indexed Job of one pod a node. Every pod runs a
 * worker beside its main container (a sidecar, which Kubernetes restarts where it is); the main container of pod 0 is
 * the coordinator, the others only wait. When the coordinator has succeeded the job has, and its pods go; when it says
 * that trying again is useless the job has failed; when its pod is lost another takes its place and resumes the log.
 * For Kubernetes 1.31 and later.
 */
import type { JobCredentials } from '../credentialFiles.ts';
import { COORDINATOR_FILES, NODE_FILES } from '../credentialFiles.ts';
import type { Job } from '../job.ts';
import { shellWord, shellWords } from '../shellWords.ts';
import { beginWords, resumeWords, workerWords } from '../words.ts';

export const COORDINATOR = 'coordinator';
export const WORKER = 'worker';

const CREDENTIALS = '/run/scalemix';
const METRICS_PORT = 9090;
/** The user of the image. */
const USER = 1000;
/** Seconds that a finished job stays, for its logs to be read. */
const KEPT = 24 * 3600;
/** How often the coordinator may fail and go on with its log. */
const RETRIES = 4;
/** Exit codes that another attempt would not change: usage, data, not converged. */
const FINAL = [2, 3, 4];

/** An object of Kubernetes, as its API takes it. */
export type Manifest = Readonly<Record<string, unknown>>;

export function labelsOf({ id }: Job): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'scalemix', 'app.kubernetes.io/instance': id };
}

function metadataOf(job: Job): Manifest {
  const { namespace } = job.kubernetes!;
  return { name: job.id, labels: labelsOf(job), ...(namespace !== null && { namespace }) };
}

export function secretManifest(job: Job, credentials: JobCredentials): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: metadataOf(job), type: 'Opaque', immutable: true, stringData: credentials };
}

/** Without an address of its own: its name stands for the addresses of all pods, those that are not ready yet included. The coordinator tries them until they serve. */
export function serviceManifest(job: Job): Manifest {
  return { apiVersion: 'v1', kind: 'Service', metadata: metadataOf(job), spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: labelsOf(job), ports: [{ name: 'grpc', port: job.port, targetPort: 'grpc' }] } };
}

export function jobManifest(job: Job): Manifest {
  const { nodes } = job.kubernetes!;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(job),
    spec: {
      completionMode: 'Indexed',
      completions: nodes,
      parallelism: nodes,
      backoffLimitPerIndex: RETRIES,
      maxFailedIndexes: 0,
      ttlSecondsAfterFinished: KEPT,
      successPolicy: { rules: [{ succeededIndexes: '0' }] },
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailJob', onExitCodes: { containerName: COORDINATOR, operator: 'In', values: FINAL } },
        ],
      },
      template: { metadata: { labels: labelsOf(job) }, spec: podSpec(job) },
    },
  };
}

function podSpec(job: Job): Manifest {
  const { volumes } = job.kubernetes!;
  return {
    restartPolicy: 'Never',
    subdomain: job.id,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: USER, runAsGroup: USER, fsGroup: USER, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } },
    initContainers: [workerContainer(job)],
    containers: [coordinatorContainer(job)],
    volumes: [
      secretVolume(job, WORKER, NODE_FILES),
      secretVolume(job, COORDINATOR, COORDINATOR_FILES),
      { name: 'scratch', emptyDir: {} },
      ...volumes.map(({ claim }, index) => ({ name: `data-${index}`, persistentVolumeClaim: { claimName: claim } })),
    ],
  };
}

/** Each container sees its own files of the Secret. */
function secretVolume(job: Job, name: string, files: readonly string[]): Manifest {
  return { name: `${name}-credentials`, secret: { secretName: job.id, defaultMode: 0o440, items: files.map((file) => ({ key: file, path: file })) } };
}

/** A sidecar: starts before the main container, and is started again whenever it ends. */
function workerContainer(job: Job): Manifest {
  const { cpus, memory } = job.kubernetes!;
  const probe = { httpGet: { path: '/healthz', port: 'metrics' } };
  const limits = memory === null ? {} : { memory: String(memory) };
  const requests = { ...(cpus !== null && { cpu: String(cpus) }), ...limits };
  return {
    ...containerOf(job, WORKER, '/tmp', dataMounts(job, true)),
    restartPolicy: 'Always',
    command: [...workerWords(job, CREDENTIALS), '--metrics', `0.0.0.0:${METRICS_PORT}`],
    ports: [
      { name: 'grpc', containerPort: job.port },
      { name: 'metrics', containerPort: METRICS_PORT },
    ],
    startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { ...probe, periodSeconds: 5 },
    livenessProbe: { ...probe, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    ...(Object.keys(requests).length > 0 && { resources: { requests, ...(memory !== null && { limits }) } }),
  };
}

function dataMounts(job: Job, readOnly: boolean): Manifest[] {
  return job.kubernetes!.volumes.map(({ path }, index) => ({ name: `data-${index}`, mountPath: path, ...(readOnly && { readOnly }) }));
}

function coordinatorContainer(job: Job): Manifest {
  return { ...containerOf(job, COORDINATOR, job.workingFolder, dataMounts(job, false)), command: ['/bin/sh', '-c', coordinatorScript(job)] };
}

/** Node takes the shell's place, so that it gets the signals. */
function coordinatorScript(job: Job): string {
  const cluster = `dns:${job.id}:${job.port}`;
  const log = shellWord(job.checkpoint);
  const run = (words: readonly string[]): string => `exec ${shellWords([...job.program, ...words])}`;
  return [
    `if [ "$JOB_COMPLETION_INDEX" != 0 ]; then trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done; fi`,
    `mkdir -p ${shellWord(job.checkpoint.slice(0, job.checkpoint.lastIndexOf('/')))} || exit 1`,
    `if [ -s ${log} ]; then ${run(resumeWords(job, cluster, CREDENTIALS))}; fi`,
    run(beginWords(job, cluster, CREDENTIALS)),
  ].join('\n');
}

function containerOf(job: Job, name: string, workingFolder: string, mounts: readonly Manifest[]): Manifest {
  return {
    name,
    image: job.kubernetes!.image,
    workingDir: workingFolder,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: `${name}-credentials`, mountPath: CREDENTIALS, readOnly: true },
      { name: 'scratch', mountPath: '/tmp' },
      ...mounts,
    ],
  };
}
