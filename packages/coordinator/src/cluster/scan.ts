/**
 * The first look at all rows, by the nodes: each reads ranges of its own files and says what only
 * all rows tell. Nothing of the rows comes to the coordinator.
 */
import { BLOCK_ROWS, ScalemixError, TreeReducer, chunkLevel, chunks, leavesUnder, rootLevel } from '@scalemix/core';
import { mergeFacts } from '@scalemix/worker';
import type { Centres, RowFacts, RowRange, Scan } from '@scalemix/worker';
import { isOfRequest } from './sweep.ts';

/** Who looks at rows. */
export interface Scanner {
  readonly name: string;
  readonly ready: boolean;
  /** What the rows tell, or what is wrong with them. @throws what is wrong with the scanner, or with its files */
  scan(range: RowRange, centres: Centres | null, signal: AbortSignal): Promise<Scan | ScalemixError>;
  lose(reason: Error): void;
}

export interface ScanWork {
  readonly rows: number;
  /** Those of now: they may come and go. */
  readonly scanners: () => readonly Scanner[];
  /** Whether waiting may bring one. */
  readonly hopeful: () => boolean;
  /** The error where there is none any more. */
  readonly lost: () => ScalemixError;
  /** Milliseconds without any after which the work gives up. */
  readonly patience: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (rows: number) => void;
}

export interface ScannedAll {
  readonly facts: RowFacts;
  readonly centres: Centres;
  /** Of each block. */
  readonly digests: readonly Uint8Array[];
}

/** Levels of the tree over blocks on which ranges lie: from 65,536 rows, so that a range begins with a batch, to 524,288. */
const LEVELS = [3, 6] as const;
/** Ranges a scanner, where there are so many. */
const RANGES = 4;
/** Milliseconds between looks at who is there. */
const LOOK = 50;

/**
 * All rows once. What is wrong with them is said as one process would say it: that of the first range in which anything is.
 * @throws what is wrong with the rows or the files; CLUSTER_LOST; the signal's reason
 */
export async function scanAll({ rows, scanners, hopeful, lost, patience, signal, onProgress }: ScanWork): Promise<ScannedAll> {
  const blocks = Math.ceil(rows / BLOCK_ROWS);
  const level = Math.min(rootLevel(blocks), Math.max(LEVELS[0], Math.min(LEVELS[1], chunkLevel(blocks, RANGES * Math.max(1, scanners().length)))));
  const ranges = chunks(blocks, level).map((node): RowRange => {
    const { first, last } = leavesUnder(node, blocks);
    return { first: first * BLOCK_ROWS, end: Math.min(last * BLOCK_ROWS, rows) };
  });
  const reducer = new TreeReducer<RowFacts>(blocks, mergeFacts);
  const digests: Uint8Array[] = [];
  const pending = ranges.map((_, index) => index);
  const atWork = new Map<Scanner, number>();
  const over = new AbortController();
  let centres: Centres | null = null;
  /** The first range in which something is wrong; those after it need not be looked at. */
  let wrong: { readonly index: number; readonly error: ScalemixError } | null = null;
  let failure: unknown = null;
  let done = 0;
  let wake = Promise.withResolvers<void>();

  const take = (index: number, answer: Scan | ScalemixError): void => {
    if (answer instanceof ScalemixError) {
      if (wrong === null || index < wrong.index) wrong = { index, error: answer };
      return;
    }
    if (index === 0) centres = answer.centres;
    answer.digests.forEach((digest, block) => (digests[index * 2 ** level + block] = digest));
    reducer.add({ level, index }, answer.facts);
    done += answer.facts.rows;
    onProgress(done);
  };
  const work = async (scanner: Scanner, index: number): Promise<void> => {
    atWork.set(scanner, index);
    try {
      take(index, await scanner.scan(ranges[index]!, centres, over.signal));
    } catch (error) {
      if (over.signal.aborted) return;
      pending.push(index);
      pending.sort((a, b) => a - b);
      if (!isOfRequest(error) && error instanceof Error) scanner.lose(error);
      // Who is not lost by it would fail again.
      if (scanner.ready) failure ??= error;
    } finally {
      atWork.delete(scanner);
      wake.resolve();
    }
  };
  /** Ranges that are still to be looked at; until the first one has told the centres, only that. */
  const next = (): number | undefined => {
    const index = pending[0];
    if (index === undefined || (wrong !== null && index > wrong.index) || (centres === null && index > 0)) return undefined;
    return pending.shift();
  };

  const onAbort = (): void => wake.resolve();
  signal?.addEventListener('abort', onAbort);
  let loneSince = performance.now();
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (failure !== null) throw failure;
      const ready = scanners().filter((scanner) => scanner.ready);
      if (ready.length > 0 || atWork.size > 0) loneSince = performance.now();
      else if (performance.now() - loneSince > patience || !hopeful()) throw lost();
      for (const scanner of ready) {
        const index = atWork.has(scanner) ? undefined : next();
        if (index !== undefined) void work(scanner, index);
      }
      if (atWork.size === 0 && wrong !== null && !pending.some((index) => index < wrong!.index)) throw (wrong as { error: ScalemixError }).error;
      if (atWork.size === 0 && pending.length === 0) break;
      const timer = setTimeout(() => wake.resolve(), LOOK);
      await wake.promise;
      clearTimeout(timer);
      wake = Promise.withResolvers<void>();
    }
    return { facts: await reducer.root, centres: centres!, digests };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    over.abort(new Error('The look at the rows has ended.'));
  }
}
