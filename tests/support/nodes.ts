/** Nodes for tests: in this process, or as child processes that a test may kill, stop and start again. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Cluster, ClusterStatistics, rowSource } from '@scalemix/coordinator';
import type { ClusterEvent, ClusterRequest } from '@scalemix/coordinator';
import { BLOCK_ROWS, chooseKernels } from '@scalemix/core';
import type { KernelChoice, RowSource } from '@scalemix/core';
import { NodeServer, ThreadPool, addressText, readSecurity } from '@scalemix/worker';
import type { LoadOptions, LoadedRows, NodeOptions } from '@scalemix/worker';
import { loadRows } from '../../packages/worker/src/rows/load.ts';
import { atExit } from './atExit.ts';
import { bin, temporaryFolder } from './commandLine.ts';
import { memoryTable } from './memoryTable.ts';
import { Random } from './random.ts';

export const kernels: KernelChoice = chooseKernels({ wide: false });

const folder = temporaryFolder({ token: 'a-token-of-the-tests-0123456789\n', other: 'another-token-of-the-tests-0123\n' });
export const tokenFile = join(folder, 'token');
export const otherTokenFile = join(folder, 'other');

/** Blocks of `manyRows`: 31, so that the tree has edges on every level. */
export const MANY_ROWS = 30 * BLOCK_ROWS + 777;

const columns = (() => {
  const random = new Random(5);
  const n = MANY_ROWS;
  return {
    y: Float64Array.from({ length: n }, () => (random.chance(0.4) ? 1 : 0)),
    a: Float64Array.from({ length: n }, () => 10 + random.normal()),
    b: Float64Array.from({ length: n }, () => random.uniform()),
    c: Array.from({ length: n }, () => `v${random.integer(7)}`),
  };
})();

export function manyRows(options: Partial<LoadOptions> = {}): Promise<LoadedRows> {
  return loadRows(memoryTable(columns, 5000), { response: 'y', responseKind: 'probability', ...options });
}

export function startNode(options: Partial<NodeOptions> = {}): Promise<NodeServer> {
  return NodeServer.start({ listen: { host: '127.0.0.1', port: 0 }, security: readSecurity({ tokenFile }), threads: 1, memoryLimit: 2 ** 30, kernel: 'auto', ...options });
}

export function addressesOf(nodes: readonly NodeServer[]): string {
  return nodes.map((node) => addressText(node.address)).join(',');
}

/** A source over a cluster, closed when `use` is done. */
export async function onCluster<Result>(
  rows: LoadedRows, request: Partial<ClusterRequest> & { nodes: string }, use: (source: RowSource, cluster: Cluster, events: ClusterEvent[]) => Promise<Result>, onEvent: (event: ClusterEvent) => void = () => {}, choice = kernels,
): Promise<Result> {
  const pool = new ThreadPool({ threads: 1, kernels: choice });
  const events: ClusterEvent[] = [];
  const take = (event: ClusterEvent): void => {
    events.push(event);
    onEvent(event);
  };
  try {
    const cluster = await Cluster.open({ tokenFile, ...request }, rows, pool, { onEvent: take });
    try {
      return await use(rowSource(new ClusterStatistics(cluster, rows, pool, take)), cluster, events);
    } finally {
      await cluster.close();
    }
  } finally {
    await pool.close();
  }
}

/** A `scalemix worker` of its own; it ends with this process, however that ends. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly address: string;
  /** Standard output and error so far. */
  readonly said: () => string;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

const children = new Set<ChildProcess>();
atExit(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** @param through words of a program that becomes the worker, such as one that enters a namespace */
export async function startWorker(args: readonly string[] = [], listen = '127.0.0.1:0', through: readonly string[] = []): Promise<WorkerProcess> {
  const [file, ...words] = [...through, process.execPath];
  const child = spawn(file!, [...words, bin, 'worker', '--listen', listen, ...(args.includes('--threads') ? [] : ['--threads', '1']), '--ends-with-stdin', ...(args.includes('--token-file') ? [] : ['--token-file', tokenFile]), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  let said = '';
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit').then(([code]) => {
    children.delete(child);
    return code as number | null;
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text: string) => {
      said += text;
      const found = /^scalemix worker listening on (\S+)$/m.exec(said);
      if (found !== null) resolve(found[1]!);
    });
    ended.then((code) => reject(new Error(`The worker ended with ${code}: ${said}`)), reject);
  });
  return { child, address, said: () => said, ended };
}

export async function killWorkers(workers: readonly WorkerProcess[]): Promise<void> {
  for (const { child } of workers) child.kill('SIGKILL');
  await Promise.all(workers.map(({ ended }) => ended));
}
