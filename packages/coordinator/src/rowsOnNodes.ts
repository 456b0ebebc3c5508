/**
 * Rows that only nodes read: the coordinator finds out what all rows tell without any of them, so
 * that data may be larger than its memory and disk, and may be where it cannot read.
 */
import { DataError, ScalemixError, UsageError } from '@scalemix/core';
import { assignRoles, defaultMemoryLimit, outlinedRows, scanRows } from '@scalemix/worker';
import type { Fingerprint, FoundFiles, LoadOptions, LocalTable, RowRoles, Table } from '@scalemix/worker';
import { readReach } from './cluster/reach.ts';
import { Membership, isFinal } from './cluster/membership.ts';
import { PATIENCE, SUSPECT_AFTER } from './cluster/options.ts';
import type { ClusterEvent, ClusterRequest } from './cluster/options.ts';
import { notLocal } from './cluster/origin.ts';
import type { ScannedRows } from './cluster/origin.ts';
import { scanAll } from './cluster/scan.ts';
import type { Scanner } from './cluster/scan.ts';
import type { WantedFiles } from './cluster/remoteNode.ts';
import type { DataRequest } from './request.ts';

export interface ScanRequest {
  readonly cluster: ClusterRequest;
  readonly coordinator: string;
  readonly kernel: string;
  readonly data: DataRequest;
  readonly roles: RowRoles;
  readonly options: LoadOptions;
  /** Told before the first row is read. */
  readonly onFound: (fingerprint: Fingerprint) => void;
  readonly onEvent?: ((event: ClusterEvent) => void) | undefined;
}

/** The files as the coordinator reads them, or why it cannot. */
export type Here = { readonly table: Table; readonly fingerprint: Fingerprint | null } | { readonly absent: DataError };

/** Whether nodes may read the data: files, without a query, that are not to be sent. @throws UsageError INAPPLICABLE_OPTION where they must and cannot */
export function nodesMayRead({ inputs, query }: DataRequest, cluster: ClusterRequest | undefined): cluster is ClusterRequest {
  if (cluster === undefined || cluster.data === 'push') return false;
  const may = Array.isArray(inputs) && !inputs.includes('-') && query === undefined;
  if (!may && cluster.data === 'local') throw notLocal();
  return may;
}

/**
 * Has nodes look at the rows; null where the coordinator is to read them itself and send them to nodes that lack them.
 * @throws as loading does; what a node that must read refuses with; CLUSTER_LOST
 */
export async function scanOnNodes(request: ScanRequest, here: Here): Promise<ScannedRows | null> {
  const { cluster, coordinator, kernel, data, roles, options } = request;
  const mustRead = cluster.data === 'local';
  const table = 'table' in here ? here.table : null;
  if (table !== null && (table.range === undefined || !('fingerprint' in here) || here.fingerprint === null)) {
    if (mustRead) throw notLocal();
    return null;
  }
  const { security, addresses, known } = await readReach(cluster);
  if (addresses.local && 'absent' in here) throw here.absent;
  // Own threads alone have all rows anyway.
  if (known.length === 0 && !addresses.changing && !mustRead) return null;
  const suspectAfter = (cluster.suspectAfter ?? SUSPECT_AFTER) * 1000;
  const patience = PATIENCE * suspectAfter;
  const files: WantedFiles = { request: { inputs: table?.files ?? (data.inputs as readonly string[]), format: data.format ?? null, na: data.na ?? [] }, fingerprint: 'fingerprint' in here ? (here.fingerprint?.hash ?? null) : null };
  const membership = new Membership({
    addresses,
    security,
    job: { coordinator, kernel, precision: options.precision ?? 'f64', files, rows: null },
    suspectAfter,
    // Who joins is told when there are rows to compute on.
    onEvent: (event) => (event.type === 'nodeLost' ? request.onEvent?.(event) : undefined),
    onChange: () => {},
  });
  const refusals = (): ScalemixError[] => membership.reasons.filter(isFinal);
  try {
    await membership.start();
    const others = addresses.local ? 1 : 0;
    try {
      await membership.gather({ others, needsAll: false, patience, signal: options.signal });
    } catch (error) {
      if (!isFinal(error) || !ofFiles(error)) throw error;
    }
    const refusal = refusals().find((error) => !ofFiles(error)) ?? refusals()[0];
    if (refusal !== undefined && (mustRead || !ofFiles(refusal))) throw refusal;
    // Who lacks the files is sent the rows, where there are any to send.
    if (refusal !== undefined && table !== null) {
      membership.detach();
      return null;
    }
    if (refusal !== undefined && membership.nodes.length === 0) throw nowhere((here as { absent: DataError }).absent, refusal);
    const found = table === null ? sameFiles(membership) : foundHere(table, (here as { fingerprint: Fingerprint }).fingerprint);
    files.fingerprint = found.fingerprint.hash;
    // Columns that are not there are said before anything is read.
    const columnRoles = assignRoles(found, options);
    request.onFound(found.fingerprint);
    const described: LocalTable = { files: found.files, format: files.request.format, na: files.request.na, fingerprint: found.fingerprint.hash, roles, plan: null };
    const own = addresses.local ? [ownScanner(table!, options)] : [];
    const scanners = new WeakMap<object, Scanner>();
    const scanned = await scanAll({
      rows: found.rows,
      scanners: () => [
        ...own,
        ...membership.nodes.map((node) => {
          const scanner = scanners.get(node) ?? { name: node.name, get ready() { return node.ready; }, scan: (range, centres, signal) => node.scan(described, columnRoles, range, centres, signal), lose: (reason) => node.lose(reason) } satisfies Scanner;
          scanners.set(node, scanner);
          return scanner;
        }),
      ],
      hopeful: () => membership.hopeful,
      lost: () => membership.lostError(),
      patience,
      signal: options.signal,
      onProgress: (rows) => options.onProgress?.(rows, rows * found.columns.length),
    });
    const rows = outlinedRows(found, options, scanned.facts, scanned.centres);
    const weighted = scanned.facts.unit ? undefined : rows.description.columns.find(({ missing }) => typeof missing.fill === 'string');
    if (weighted !== undefined) {
      if (table !== null && !mustRead) {
        membership.detach();
        return null;
      }
      throw new UsageError('INAPPLICABLE_OPTION', `--missing ${options.missing} does not apply to column ${JSON.stringify(weighted.name)} where only nodes read the rows and rows have weights: its most frequent level is known to who reads all of them. Leave such rows out with --missing drop, or send the rows with --data push.`);
    }
    return { rows, table: { ...described, plan: rows.plan }, digests: scanned.digests, fingerprint: found.fingerprint, here: table, memory: options.memoryLimit ?? defaultMemoryLimit(), detach: () => membership.detach(), release: () => membership.close() };
  } catch (error) {
    await membership.close();
    throw error;
  }
}

function foundHere({ files, columns, rowCount }: Table, fingerprint: Fingerprint): FoundFiles {
  return { files, columns, rows: rowCount!, fingerprint };
}

/** What all nodes find. @throws DataError DATA_DIFFERS */
function sameFiles({ nodes }: Membership): FoundFiles {
  const [first, ...others] = nodes;
  const found = first!.found!;
  for (const other of others) {
    if (other.found!.fingerprint.hash === found.fingerprint.hash) continue;
    throw new DataError('DATA_DIFFERS', `Node ${other.name} finds other data in ${found.files.join(', ')} than node ${first!.name}. Put the same files on all nodes.`);
  }
  return found;
}

/** Whether a node refuses for the sake of its files. */
function ofFiles(error: ScalemixError): boolean {
  return error.code === 'NO_DATA_ROOT' || (error.kind === 'data' && !['KERNEL_MISMATCH', 'PROTOCOL_MISMATCH', 'BAD_MESSAGE'].includes(error.code));
}

function nowhere(absent: DataError, refusal: ScalemixError): DataError {
  return new DataError(absent.code, `${absent.message}. Nor does a node have it. ${refusal.message}`, { cause: refusal });
}

/** The threads of this process look at rows as nodes do. */
function ownScanner(table: Table, options: LoadOptions): Scanner {
  return {
    name: 'local',
    ready: true,
    scan: async (range, centres, signal) => {
      try {
        return await scanRows(table, range, { ...options, signal }, centres);
      } catch (error) {
        if (error instanceof ScalemixError && (error.kind === 'data' || error.kind === 'usage')) return error;
        throw error;
      }
    },
    lose: () => {},
  };
}
