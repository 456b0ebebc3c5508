/** Who computes on the rows of a job: a pool of threads, for few rows the calling thread, or the nodes of a cluster. The bits are the same. */
import { randomUUID } from 'node:crypto';
import { chooseKernels, enableWideVectors, executorWith, kernelIdText } from '@scalemix/core';
import type { Executor, KernelChoice } from '@scalemix/core';
import { ThreadPool } from '@scalemix/worker';
import type { LoadedRows } from '@scalemix/worker';
import { Cluster } from './cluster/cluster.ts';
import type { ClusterOptions, ClusterRequest } from './cluster/options.ts';
import { ClusterStatistics, LocalStatistics, inlineStatistics } from './sources/index.ts';
import type { Statistics } from './sources/index.ts';
import type { MachineRequest } from './request.ts';

/** Stored numbers up to which starting threads takes longer than a pass without them. */
const FEW = 2 ** 19;

/** Threads worth starting for so many stored numbers: one, the calling thread, for few. */
export function threadsWorth(numbers: number, threads: number): number {
  return numbers <= FEW ? 1 : threads;
}

export interface Computing {
  /** What nodes know the job by. */
  readonly coordinator: string;
  readonly kernel: string;
  /** Why these kernels, in a phrase. */
  readonly kernelReason: string;
  /** To be called while rows are read, with the numbers read so far: starts the threads as soon as it is clear that they will be needed. */
  expect(numbers: number): void;
  /** Threads of this process that will compute on the rows: one for few rows, the calling thread. */
  threadsFor(rows: LoadedRows): number;
  /** Statistics of the rows, with whom to solve. */
  on(rows: LoadedRows, options?: ClusterOptions): Promise<{ readonly statistics: Statistics; readonly executor: Executor }>;
  close(): Promise<void>;
}

/** @param threads as the rows are loaded for */
export function openComputing(machine: MachineRequest, threads: number, request?: ClusterRequest): Computing {
  if (machine.wideVectors === true) enableWideVectors();
  const kernels: KernelChoice = chooseKernels({ family: machine.kernel, precision: machine.precision });
  let pool: ThreadPool | null = null;
  let cluster: Cluster | null = null;
  const start = (): ThreadPool => (pool ??= new ThreadPool({ threads, kernels }));
  const inline = ({ description }: LoadedRows): boolean => request === undefined && pool === null && threadsWorth(description.rows * description.features.length, threads) === 1;
  const coordinator = randomUUID();
  return {
    coordinator,
    kernel: kernelIdText(kernels.id),
    kernelReason: kernels.reason,
    expect: (numbers) => {
      if (threadsWorth(numbers, threads) > 1) start();
    },
    threadsFor: (rows) => (inline(rows) ? 1 : threads),
    on: async (rows, options = {}) => {
      if (request !== undefined) {
        cluster = await Cluster.open(request, rows, start(), { ...options, coordinator });
        return { statistics: new ClusterStatistics(cluster, rows, start(), options.onEvent), executor: start() };
      }
      if (inline(rows)) return { statistics: inlineStatistics(rows, kernels), executor: executorWith(kernels) };
      return { statistics: new LocalStatistics(rows, start()), executor: start() };
    },
    close: async () => {
      await cluster?.close();
      await pool?.close();
    },
  };
}
