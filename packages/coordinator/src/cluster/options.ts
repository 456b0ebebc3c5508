import type { LocalTable, SecurityOptions } from '@scalemix/worker';
import type { ScannedRows } from './origin.ts';

/** Seconds: the default of `suspectAfter`. */
export const SUSPECT_AFTER = 10;

/** Nodes that a job runs on. */
export interface ClusterRequest extends SecurityOptions {
  /** `HOST:PORT,...` (with `local`: own threads are one more node), `@FILE` or `dns:NAME:PORT`. */
  readonly nodes: string;
  /** Whether nodes read the rows from their own files, are sent them, or read where they can. @default 'auto' */
  readonly data?: 'local' | 'push' | 'auto' | undefined;
  /** Seconds without a sign of life after which a node's work goes to others. @default 10 */
  readonly suspectAfter?: number | undefined;
}

export type ClusterEvent =
  | { readonly type: 'nodeJoined'; readonly node: string; readonly threads: number; readonly nodes: number }
  | { readonly type: 'nodeLost'; readonly node: string; readonly reason: string; readonly nodes: number }
  | { readonly type: 'nodeRefused'; readonly node: string; readonly code: string; readonly reason: string }
  /** Blocks have been sent to a node. */
  | { readonly type: 'rowsSent'; readonly node: string; readonly blocks: number; readonly bytes: number }
  /** A node has read blocks from its own files. */
  | { readonly type: 'rowsRead'; readonly node: string; readonly blocks: number }
  /** Chunks have gone over to a node in the background, with their rows: nodes came, or proved to be fast and slow. */
  | { readonly type: 'chunksMoved'; readonly node: string; readonly chunks: number; readonly because: 'nodes' | 'speed' }
  /** A node cannot read what it should: rows are sent to it. */
  | { readonly type: 'rowsDiffer'; readonly node: string; readonly code: string; readonly reason: string }
  /** A pass over the cluster is reduced: answers that came, and their bytes. */
  | { readonly type: 'passReduced'; readonly subtrees: number; readonly bytesReceived: number; readonly bytesSent: number; readonly nodes: number };

/** Times the seconds after which a node is suspected without any node, and the job gives up. */
export const PATIENCE = 3;

export interface ClusterOptions {
  /** What the coordinator calls itself; the same where it attaches to its nodes again. @default a new one */
  readonly coordinator?: string | undefined;
  /** Rows that nodes have looked at; null: the coordinator has loaded them. */
  readonly scanned?: ScannedRows | null | undefined;
  /** The files the rows came from, where nodes may read them. */
  readonly table?: LocalTable | null | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ClusterEvent) => void) | undefined;
}
