/** What the pool and its threads say to each other. */
import { DataError, FailureError, ScalemixError, UsageError } from '@scalemix/core';
import type { ErrorKind, KernelChoice, KernelRequest, SampleSelector, SolverWork, StatisticRequest, TreeNode } from '@scalemix/core';
import type { ChosenBlocks } from '../rows/choices.ts';
import type { BlockFill } from '../rows/gathered.ts';
import type { RowsHandle } from '../rows/handle.ts';

/** Rows that a thread keeps kernels on. */
export const REMEMBERED_ROWS = 4;

/** What a thread knows from the start. */
export interface ThreadData {
  readonly kernels: KernelChoice;
}

export type Task = ChunkTask | MergeTask | FillTask | WorkTask;

/** The statistic of a subtree, or the rows of it that a selector chooses. */
export interface ChunkTask {
  readonly type: 'chunk';
  /** RowsHandle.id. A thread that does not know the rows asks for them. */
  readonly rows: number;
  readonly handle: RowsHandle | null;
  readonly kernels: KernelRequest;
  readonly request: StatisticRequest | SampleSelector;
  readonly node: TreeNode;
  /** What is known of the choice that the request is about, from the first block under the node on; null: the request is about no choice. */
  readonly known: ChosenBlocks | null;
  /** RowsHandle.id of rows that nobody will ask for any more. */
  readonly closed: readonly number[];
  /** The scratch area that is the task's while it runs. */
  readonly slot: number;
  /** Number of the read that the task is of. */
  readonly read: number;
  /** Whether nothing but tasks of that read has used the scratch area since one of them did: its tables are there. */
  readonly tablesThere: boolean;
  /** Shared; not 0: give up. */
  readonly cancelled: Int32Array;
  /** Shared memory for the result; null: return it. */
  readonly out: Float64Array | null;
}

/** out = left + right; all shared. */
export interface MergeTask {
  readonly type: 'merge';
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly out: Float64Array;
}

/** Gathered rows, in shared memory, are written into a block of their own. */
export interface FillTask {
  readonly type: 'fill';
  readonly fill: BlockFill;
}

/** Some of the solver's own work. */
export interface WorkTask {
  readonly type: 'work';
  readonly work: keyof SolverWork;
  readonly kernels: KernelRequest;
  readonly shared: unknown;
  readonly items: readonly unknown[];
}

export type Reply =
  | { readonly type: 'done'; readonly value: unknown; /** As in the task, without holes; absent: it brings nothing new. */ readonly known?: ChosenBlocks }
  | { readonly type: 'rowsWanted' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly error: SentError };

/** An error as a message: structured clone would lose its class and code. */
export interface SentError {
  readonly kind: ErrorKind | null;
  readonly code: string;
  readonly message: string;
  readonly stack: string;
}

export function sendError(error: unknown): SentError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const own = error instanceof ScalemixError ? { kind: error.kind, code: error.code } : { kind: null, code: '' };
  return { ...own, message, stack: stack ?? message };
}

export function receiveError({ kind, code, message, stack }: SentError): Error {
  const error = kind === null ? new Error(message) : kind === 'usage' ? new UsageError(code, message) : kind === 'data' ? new DataError(code, message) : kind === 'failure' ? new FailureError(code, message) : new ScalemixError(kind, code, message);
  error.stack = stack;
  return error;
}
