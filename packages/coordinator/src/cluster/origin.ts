/** Where the rows of nodes come from: the coordinator has them, or knows only what they must be. */
import { createHash } from 'node:crypto';
import { BLOCK_ROWS, UsageError, blockOffsets } from '@scalemix/core';
import { blockCount, readStoredBlock } from '@scalemix/worker';
import type { Fingerprint, LoadedRows, LocalTable, RowsShape, Table } from '@scalemix/worker';
import type { SentBlock } from './client.ts';
import type { ClusterOptions, ClusterRequest } from './options.ts';

export interface RowsOrigin {
  readonly shape: RowsShape;
  /** What tells the rows apart from others before any is looked at; blocks are compared by their own hashes. */
  readonly data: string;
  /** Bytes of all rows. */
  readonly bytes: number;
  /** What nodes read by themselves, null: nothing. */
  readonly table: LocalTable | null;
  /** Whether a node that cannot read is refused. */
  readonly mustRead: boolean;
  /** Whether hashes are those of a scan, not of blocks as they are stored. */
  readonly scanned: boolean;
  hash(block: number): Promise<Uint8Array>;
  /** A block to be sent; null where the coordinator has no rows. */
  readonly block: ((block: number) => SentBlock) | null;
}

/** Rows that nodes have looked at, and read again as they are needed. */
export interface ScannedRows {
  /** Without any block. */
  readonly rows: LoadedRows;
  readonly table: LocalTable;
  readonly fingerprint: Fingerprint;
  /** SHA-256 of each block as it was scanned. */
  readonly digests: readonly Uint8Array[];
  /** The files as the coordinator reads them; null where it does not have them. */
  readonly here: Table | null;
  /** Bytes of rows that its own threads may hold in memory. */
  readonly memory: number;
  /** Lets go of the nodes that looked, which stay leased: whoever computes attaches to them again. */
  detach(): void;
  /** Frees them, where nobody has detached from them. */
  release(): Promise<void>;
}

/** @throws UsageError INAPPLICABLE_OPTION where nodes must read and cannot */
export function loadedOrigin(rows: LoadedRows, data: ClusterRequest['data'], options: ClusterOptions): RowsOrigin {
  const { store } = rows.handle;
  const block = (number: number): SentBlock => {
    const bytes = readStoredBlock(rows.handle, number);
    const { rows: count, entries } = store.blocks[number]!;
    return { block: number, rows: count, entries, hash: createHash('sha256').update(bytes).digest(), bytes };
  };
  return {
    shape: shapeOf(rows),
    data: dataDigest(rows),
    bytes: store.blocks.reduce((sum, { bytes }) => sum + bytes, 0),
    ...readable(data ?? 'auto', options),
    scanned: false,
    // The event loop gets a turn: heartbeats must not wait for many hashes.
    hash: async (number) => {
      await new Promise((resolve) => setImmediate(resolve));
      return block(number).hash;
    },
    block,
  };
}

export function scannedOrigin({ rows, table, digests }: ScannedRows): RowsOrigin {
  return { shape: shapeOf(rows), data: dataDigest(rows), bytes: scannedBytes(rows), table, mustRead: true, scanned: true, hash: async (block) => digests[block]!, block: null };
}

/** Bytes that rows without blocks take where they are stored. */
export function scannedBytes({ handle: { store } }: LoadedRows): number {
  const whole = Math.floor(store.rows / BLOCK_ROWS);
  return whole * blockOffsets(store.layout, BLOCK_ROWS, 0).bytes + blockOffsets(store.layout, store.rows - whole * BLOCK_ROWS, 0).bytes;
}

/** What nodes read by themselves. @throws UsageError INAPPLICABLE_OPTION where they must and cannot */
export function readable(data: 'local' | 'push' | 'auto', { table }: ClusterOptions): Pick<RowsOrigin, 'table' | 'mustRead'> {
  if (data === 'local' && !table) throw notLocal();
  return { table: data === 'push' ? null : (table ?? null), mustRead: data === 'local' };
}

/** The error where nodes must read and the data cannot be read in parts. */
export function notLocal(): UsageError {
  return new UsageError('INAPPLICABLE_OPTION', '--data local does not apply: nodes read parts of Parquet and Arrow files, without --query; CSV, libsvm and standard input can be read from the start only. Send the rows with --data push, or write them as Parquet.');
}

function shapeOf({ handle: { store } }: LoadedRows): RowsShape {
  return { rows: store.rows, layout: store.layout, features: store.features, responseCentre: store.responseCentre };
}

function dataDigest({ description, handle, plan }: LoadedRows): string {
  const { centres, ...rest } = description;
  const { layout } = handle.store;
  return createHash('sha256').update(JSON.stringify([rest, [...centres], layout, blockCount(description), plan])).digest('hex');
}
