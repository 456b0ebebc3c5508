/** A node as a pass sees it, near or far. */
import type { TreeNode } from '@scalemix/core';
import type { RowReply, RowRequest } from '@scalemix/worker';

/** A request with its bytes, made once for all nodes. */
export interface SentRequest {
  readonly request: RowRequest;
  readonly bytes: Uint8Array;
}

/** The answer for a subtree, and how many bytes it took on the wire. */
export type OnAnswer = (node: TreeNode, reply: RowReply, bytes: number) => void;

export interface ComputeNode {
  readonly name: string;
  readonly threads: number;
  /** Bytes of rows that it can hold in memory. */
  readonly memory: number;
  /** Aborted when the node is lost, with the reason. */
  readonly lost: AbortSignal;
  /** Whether it takes new work. */
  readonly ready: boolean;
  /** Blocks it has, of those it was given; null: all there are, by itself. */
  readonly held: ReadonlySet<number> | null;
  /** Whether it has the rows of the blocks [first, end). */
  holds(first: number, end: number): boolean;
  /** Gives it the rows of blocks it lacks among [first, end). */
  load(ranges: readonly { readonly first: number; readonly end: number }[], signal: AbortSignal): Promise<void>;
  /** Resolves when all subtrees have been answered. */
  compute(request: SentRequest, nodes: readonly TreeNode[], onAnswer: OnAnswer, signal: AbortSignal): Promise<void>;
}

/** A node of this process: it takes work always, and cannot be lost. */
export function steadyNode(node: Omit<ComputeNode, 'lost' | 'ready'>): ComputeNode {
  return { lost: new AbortController().signal, ready: true, ...node };
}
