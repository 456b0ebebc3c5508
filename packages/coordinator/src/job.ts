/** From a request to a model: the one function that the command line and the library share. */
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { buildModel, fitPath, lossBySpec } from '@scalemix/core';
import type { ModelDocument, PathProblem } from '@scalemix/core';
import { loadRows } from '@scalemix/worker';
import type { Fingerprint, LoadOptions, LoadedRows, LocalTable, RowRoles, Table } from '@scalemix/worker';
import { newJobLog } from './checkpoint/jobLog.ts';
import type { CheckpointTarget, JobLog } from './checkpoint/jobLog.ts';
import type { ClusterRequest } from './cluster/options.ts';
import { scannedBytes } from './cluster/origin.ts';
import type { ScannedRows } from './cluster/origin.ts';
import { readReach } from './cluster/reach.ts';
import { openComputing } from './computing.ts';
import type { Computing } from './computing.ts';
import { checkFoldsRequest, crossValidatedPath } from './crossValidation.ts';
import type { JobEvent } from './events.ts';
import { keepMoments } from './featureMoments.ts';
import { withTable } from './input.ts';
import { resolvePenaltyFactors } from './penaltyFactors.ts';
import type { DataRequest, JobRequest, ProblemRequest } from './request.ts';
import { nodesMayRead, scanOnNodes } from './rowsOnNodes.ts';
import type { Here } from './rowsOnNodes.ts';
import { loggedStatistics } from './sources/replay.ts';
import { rowSource } from './sources/statistics.ts';
import { version } from './version.ts';

export interface JobOptions {
  /** Ends the job with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: JobEvent) => void;
  /** Writes a log from which `resumeJob` can go on. */
  readonly checkpoint?: CheckpointTarget;
  /** Nodes that answer the passes. @default the threads of this process */
  readonly cluster?: ClusterRequest;
}

/**
 * Reads the data, fits the values of lambda (with folds, also without each fold) and returns the model. A value
 * that has not converged is in it and says so; nothing is written anywhere.
 * @throws UsageError, DataError, FailureError, of kind 'cluster' CLUSTER_LOST; the signal's reason
 */
export async function runJob(request: JobRequest, { checkpoint, ...options }: JobOptions = {}): Promise<ModelDocument> {
  if (request.folds !== undefined) checkFoldsRequest(request.folds);
  const log = checkpoint === undefined ? null : newJobLog(checkpoint, request);
  try {
    return await carryOut(request, options, log);
  } finally {
    log?.close();
  }
}

/** The job, with its statistics logged where there is a log. The caller closes it. */
export async function carryOut(request: JobRequest, options: Omit<JobOptions, 'checkpoint'>, log: JobLog | null): Promise<ModelDocument> {
  const began = performance.now();
  const machine = request.machine ?? {};
  const threads = machine.threads ?? availableParallelism();
  // Before an hour is spent on reading.
  if (options.cluster !== undefined) await readReach(options.cluster);
  const computing = openComputing(machine, threads, options.cluster);
  try {
    const loading = loadOptions(request, threads, options, computing.expect);
    const fitting = { ...options, began, computing, log };
    const scan = (cluster: ClusterRequest, here: Here): Promise<ScannedRows | null> =>
      scanOnNodes(
        {
          cluster,
          coordinator: computing.coordinator,
          kernel: computing.kernel,
          data: request.data,
          roles: rowRoles(request),
          options: loading,
          onFound: (fingerprint) => log?.begin(fingerprint, 'absent' in here),
          onEvent: options.onEvent,
        },
        here,
      );
    const fitScanned = async (scanned: ScannedRows): Promise<ModelDocument> => {
      try {
        return await fit(request, scanned.rows, { ...fitting, fingerprint: scanned.fingerprint, scanned, table: scanned.table });
      } finally {
        await scanned.release();
      }
    };
    const { cluster } = options;
    const read = nodesMayRead(request.data, cluster);
    return await withTable(
      request.data,
      machine,
      async (table) => {
        const fingerprint = (await table.fingerprint?.()) ?? null;
        const scanned = read ? await scan(cluster, { table, fingerprint }) : null;
        if (scanned !== null) return fitScanned(scanned);
        log?.begin(fingerprint, false);
        const rows = await loadRows(table, loading);
        try {
          return await fit(request, rows, { ...fitting, fingerprint, scanned: null, table: localTable(request, rows, { table, fingerprint }) });
        } finally {
          rows.close();
        }
      },
      read ? async (absent) => fitScanned((await scan(cluster, { absent }))!) : undefined,
    );
  } finally {
    await computing.close();
  }
}

/** The files as nodes may read them; null where they cannot. */
export function localTable(request: JobRequest, { plan }: Pick<LoadedRows, 'plan'>, { table, fingerprint }: { readonly table: Table; readonly fingerprint: Fingerprint | null }): LocalTable | null {
  if (table.range === undefined || fingerprint === null) return null;
  const { format, na } = request.data;
  return { files: table.files, format: format ?? null, na: na ?? [], fingerprint: fingerprint.hash, roles: rowRoles(request), plan };
}

interface Fitting extends JobOptions {
  /** Milliseconds. */
  readonly began: number;
  readonly computing: Computing;
  readonly log: JobLog | null;
  readonly fingerprint: Fingerprint | null;
  /** What nodes may read by themselves. */
  readonly table: LocalTable | null;
  /** null: all rows are here. */
  readonly scanned: ScannedRows | null;
}

async function fit(request: JobRequest, rows: LoadedRows, fitting: Fitting): Promise<ModelDocument> {
  const { signal, onEvent, began, computing, log, fingerprint, scanned, table } = fitting;
  const { description } = rows;
  const loadedAt = performance.now();
  const threads = computing.threadsFor(rows);
  onEvent?.({
    type: 'loaded',
    rows: description.rows,
    dropped: description.dropped,
    columns: description.columns.length,
    features: description.features.length,
    ...(scanned === null ? { ...storedBytes(rows), held: 'here' } : { bytes: scannedBytes(rows), spilled: 0, held: 'nodes' }),
    threads,
    kernel: computing.kernel,
    kernelReason: computing.kernelReason,
    seconds: (loadedAt - began) / 1000,
  });
  const problem = pathProblem(request.problem, rows.description);
  const { statistics, executor } = await computing.on(rows, { signal, onEvent, table, scanned });
  const logged = log === null ? statistics : loggedStatistics(statistics, await log.open(statistics, { ...(signal && { signal }) }));
  const { source, moments } = keepMoments(rowSource(logged));
  const fitOptions = { ...(signal && { signal }), ...(onEvent && { onEvent }) };
  const { path, ...found } = request.folds === undefined
    ? { path: await fitPath(source, problem, executor, fitOptions) }
    : await crossValidatedPath(request.folds, source, problem, executor, fitOptions);
  signal?.throwIfAborted();
  const fittedAt = performance.now();
  const { means, scales } = moments();
  const model = buildModel(problem, source.describe(), path, {
    ...dataContext(request.data),
    ...found,
    featureMeans: means,
    featureScales: scales,
    fingerprint,
    timing: { read: (loadedAt - began) / 1000, fit: (fittedAt - loadedAt) / 1000, total: (fittedAt - began) / 1000 },
    environment: { node: process.versions.node, kernel: computing.kernel, precision: request.machine?.precision ?? 'f64', threads, version },
  });
  onEvent?.({
    type: 'done',
    values: path.lambda.length,
    converged: path.converged.filter(Boolean).length,
    sweeps: path.sweeps,
    columnPasses: path.columnPasses,
    seconds: (fittedAt - began) / 1000,
  });
  return model;
}

/** Bytes of rows in memory, and in the spill file. */
export function storedBytes({ handle }: LoadedRows): { bytes: number; spilled: number } {
  let bytes = 0;
  let spilled = 0;
  for (const block of handle.store.blocks) {
    if (block.segment < 0) spilled += block.bytes;
    else bytes += block.bytes;
  }
  return { bytes, spilled };
}

export function loadOptions(request: JobRequest, threads: number, { signal, onEvent }: JobOptions, expect: (numbers: number) => void): LoadOptions {
  const { memory } = request.machine ?? {};
  return {
    ...rowRoles(request),
    threads,
    ...(memory !== undefined && { memoryLimit: memory }),
    ...(signal && { signal }),
    onProgress: (rows, numbers) => {
      expect(numbers);
      onEvent?.({ type: 'reading', rows });
    },
  };
}

/** How columns become rows, on any machine. */
function rowRoles({ data, problem, folds, machine }: JobRequest): RowRoles {
  const { inputs: _inputs, query: _query, format: _format, delimiter: _delimiter, na: _na, ...roles } = data;
  return {
    ...roles,
    ...(folds?.by === 'column' && { foldColumn: folds.column }),
    responseKind: lossBySpec(problem.loss).response,
    ...(machine?.precision && { precision: machine.precision }),
  };
}

function pathProblem({ penaltyFactors, ...problem }: ProblemRequest, description: LoadedRows['description']): PathProblem {
  return { ...problem, ...(penaltyFactors && { penaltyFactors: resolvePenaltyFactors(penaltyFactors, description) }) };
}

function dataContext({ weights, offset, missing, na, query }: DataRequest): Pick<ModelDocument, 'weights' | 'offset' | 'missing' | 'na' | 'query'> {
  return { weights: weights ?? null, offset: offset ?? null, missing: missing ?? 'error', na: na ?? [], query: query ?? null };
}
