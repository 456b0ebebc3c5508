/** What a job would take, said before it runs. */
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { ScalemixError, chooseKernels, enableWideVectors, kernelIdText, lossBySpec, rowWidth } from '@scalemix/core';
import { defaultMemoryLimit, loadRows } from '@scalemix/worker';
import type { LoadOptions, LoadedRows, Table } from '@scalemix/worker';
import { threadsWorth } from '../computing.ts';
import { foldCount } from '../crossValidation.ts';
import { withTable } from '../input.ts';
import { loadOptions, localTable, storedBytes } from '../job.ts';
import { readable } from '../cluster/origin.ts';
import type { ClusterRequest } from '../cluster/options.ts';
import type { JobRequest } from '../request.ts';
import { askNodes } from './askNodes.ts';
import { estimate, overChosen, rowsBrought } from './estimate.ts';
import type { Estimate } from './estimate.ts';
import { headTable } from './headTable.ts';
import type { HeadTable } from './headTable.ts';
import { onCluster, readingSeconds } from './onCluster.ts';
import type { ClusterPlan } from './onCluster.ts';
import { measureSpeeds } from './speeds.ts';

export interface Plan extends Estimate {
  readonly rows: number;
  /** Whether the rows were counted, by the file's own word or by reading it. */
  readonly rowsExact: boolean;
  readonly columns: number;
  readonly features: number;
  /** Columns of text of which more levels may come than the first rows have. */
  readonly moreLevels: readonly string[];
  /** Values of lambda. */
  readonly values: number;
  /** Of a cross-validation; 0: none. */
  readonly folds: number;
  /** Bytes of the files, as they are on disk. */
  readonly fileBytes: number | null;
  /** Rows that were read to find this out. */
  readonly rowsTried: number;
  /** Whether the response of the rows tried could be used. */
  readonly responseTried: boolean;
  readonly readSeconds: number;
  readonly memoryLimit: number;
  readonly threads: number;
  readonly kernel: string;
  /** The nodes that the job would run on; null: threads of this process. */
  readonly cluster: ClusterPlan | null;
}

export interface PlanOptions {
  readonly signal?: AbortSignal;
  /** Nodes that would answer the passes. @default the threads of this process */
  readonly cluster?: ClusterRequest;
}

/** Numbers in the rows that are tried, about, and how many rows at most and least. */
const TRIED_NUMBERS = 8e6;
const TRIED_MOST = 1e5;
const TRIED_LEAST = 8192;
const DEFAULT_VALUES = 100;

/** What the first rows may lack and the others have. */
const ONLY_OF_THE_HEAD = new Set(['ONE_CLASS_RESPONSE', 'ALL_WEIGHTS_ZERO', 'ALL_ROWS_DROPPED', 'UNKNOWN_CLASS']);

/**
 * Looks at metadata, reads the first rows, times passes over them on this
 * machine, and says what the job would take. Nothing is fitted. Nodes are asked
 * what they are; their threads are taken to be as fast as those of this machine.
 * @throws what opening the data, loading the first rows and asking the nodes throws; the signal's reason
 */
export async function planJob(request: JobRequest, { cluster, ...options }: PlanOptions = {}): Promise<Plan> {
  const machine = request.machine ?? {};
  const allowed = machine.threads ?? availableParallelism();
  const began = performance.now();
  if (machine.wideVectors === true) enableWideVectors();
  const kernels = chooseKernels({ family: machine.kernel, precision: machine.precision });
  const preparing = performance.now() - began;
  const memoryLimit = machine.memory ?? defaultMemoryLimit();
  const nodes = cluster === undefined ? null : await askNodes(cluster, { threads: allowed, memory: memoryLimit, kernels });
  const opened = performance.now();
  return withTable(request.data, machine, async (table) => {
    const opening = (preparing + performance.now() - opened) / 1000;
    const { rows: counted, exact } = await rowsOf(table);
    const { head, loaded, seconds, responseTried } = await loadHead(table, request, options);
    try {
      const { problem } = request;
      const { description } = loaded;
      const features = description.features.length;
      const rows = head.seen.whole ? head.seen.rows : counted;
      const values = problem.penalty.name === 'none' ? 1 : (problem.lambda?.length ?? problem.lambdas ?? DEFAULT_VALUES);
      const threads = nodes === null ? threadsWorth(rows * features, allowed) : allowed;
      const folds = request.folds === undefined ? 0 : foldCount(request.folds, description.folds?.values.length ?? 0);
      const sparse = problem.penalty.l1Ratio > 0;
      const speeds = await measureSpeeds(loaded, kernels, { loss: problem.loss, values, sparse }, options);
      const { bytes, spilled } = storedBytes(loaded);
      const bytesPerRow = (bytes + spilled) / description.rows;
      const found = estimate(
        {
          rows,
          features,
          bytesPerRow,
          width: rowWidth(description),
          values,
          folds,
          quadratic: lossBySpec(problem.loss).quadratic,
          provable: problem.penalty.name !== 'none' && (problem.lambda ?? [1]).every((lambda) => lambda > 0) && [...(problem.penaltyFactors?.values() ?? [])].every((factor) => factor > 0),
          penalised: problem.penalty.name !== 'none' && (problem.lambda ?? [1]).some((lambda) => lambda > 0),
          sparse,
          memoryLimit,
          threads,
          rowThreads: nodes?.reduce((sum, node) => sum + node.threads, 0) ?? threads,
        },
        speeds,
      );
      const fingerprint = (await table.fingerprint?.()) ?? null;
      const chosen = overChosen(found.way, values);
      const fromMoments = found.way.road === 'moments';
      const reads = cluster !== undefined && readable(cluster.data ?? 'auto', { table: localTable(request, loaded, { table, fingerprint }) }).table !== null;
      const planned =
        nodes === null
          ? null
          : onCluster(
              {
                rows,
                features,
                bytesPerRow,
                loss: problem.loss,
                foldsOfMoments: found.foldsWay === 'moments' ? folds : 0,
                sweeps: found.sweeps + chosen.sweeps,
                chosenSweeps: chosen.sweeps,
                columns: found.columnPasses * values + chosen.columns,
                grams: (fromMoments ? 0 : found.grams) + chosen.grams,
                gramShare: found.gramShare,
                fromMoments,
                sample: rowsBrought(found.way, rows) * bytesPerRow,
                reads,
              },
              nodes,
            );
      return {
        ...found,
        ...(planned !== null && reads && ownShare(found, planned)),
        seconds: found.seconds + (planned?.wireSeconds ?? 0),
        cluster: planned,
        rows,
        rowsExact: exact || head.seen.whole,
        columns: description.columns.length,
        features,
        moreLevels: head.seen.whole ? [] : [...head.seen.growing],
        values,
        folds,
        fileBytes: fingerprint?.files.reduce((sum, file) => sum + file.bytes, 0) ?? null,
        rowsTried: head.seen.rows,
        responseTried,
        readSeconds: opening + readingSeconds(seconds / head.seen.rows, rows, planned),
        memoryLimit,
        threads,
        kernel: kernelIdText(kernels.id),
      };
    } finally {
      loaded.close();
    }
  });
}

/** Memory here where nodes read by themselves: of the rows, only what the threads of this process get. */
function ownShare({ memory }: Estimate, { nodes }: ClusterPlan): Pick<Estimate, 'memory' | 'spilled'> {
  const own = nodes.find(({ node }) => node === 'local');
  const spilled = own?.spilled ?? 0;
  const rows = (own?.bytes ?? 0) - spilled;
  return { memory: { ...memory, rows, total: memory.total - memory.rows + rows }, spilled };
}

async function rowsOf(table: Table): Promise<{ rows: number; exact: boolean }> {
  if (table.rowCount !== null) return { rows: table.rowCount, exact: true };
  return (await table.estimateRows?.()) ?? { rows: 0, exact: false };
}

interface Head {
  readonly head: HeadTable;
  readonly loaded: LoadedRows;
  /** That loading took. */
  readonly seconds: number;
  readonly responseTried: boolean;
}

/** The first rows; where their response says nothing (sorted data), with one that is made up: sizes and speed are the same. */
async function loadHead(table: Table, request: JobRequest, options: { readonly signal?: AbortSignal }): Promise<Head> {
  const { data, machine } = request;
  const most = Math.min(TRIED_MOST, Math.max(TRIED_LEAST, Math.floor(TRIED_NUMBERS / table.columns.length)));
  const asked = loadOptions(request, 1, options, () => {});
  const first = headTable(table, most);
  try {
    return { head: first, ...(await timedLoad(first, asked)), responseTried: true };
  } catch (error) {
    if (first.seen.whole || !(error instanceof ScalemixError) || !ONLY_OF_THE_HEAD.has(error.code)) throw error;
  }
  const { positive: _positive, ...others } = asked;
  const made = new Map<string, (row: number) => number>([[data.response, (row) => row % 2]]);
  for (const name of [data.weights, data.trials]) if (name !== undefined) made.set(name, () => 1);
  const load = async (again: Table): Promise<Head> => {
    const head = headTable(again, most, made);
    return { head, ...(await timedLoad(head, { ...others, missing: data.missing === 'drop' ? 'mean' : (data.missing ?? 'error') })), responseTried: false };
  };
  // The rows of a query come once: its table is opened again.
  return data.query === undefined ? load(table) : withTable(data, machine ?? {}, load);
}

async function timedLoad(table: Table, options: LoadOptions): Promise<Pick<Head, 'loaded' | 'seconds'>> {
  const began = performance.now();
  const loaded = await loadRows(table, options);
  return { loaded, seconds: (performance.now() - began) / 1000 };
}
