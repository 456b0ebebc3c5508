/** Ranges of a table, one block in memory at a time: looked at for what all rows must be known for, or stored as the plan of all rows says. */
import { DataError } from '@scalemix/core';
import type { Table } from '../read/table.ts';
import { blockDigest } from './blockDigest.ts';
import type { RowFacts } from './facts.ts';
import { finishBlocks } from './finish.ts';
import { Loader } from './loader.ts';
import type { LoadOptions } from './options.ts';
import type { Centres, RowsPlan } from './plan.ts';
import { blockBytes } from './storedBlock.ts';

/** Rows [first, end) of a table, `first` that of a block. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** What a range of rows has told. */
export interface Scan {
  readonly facts: RowFacts;
  readonly centres: Centres;
  /** SHA-256 of each block as it was read (blockDigest.ts). */
  readonly digests: readonly Uint8Array[];
}

/**
 * Reads a range without keeping it.
 * @param centres what the range that begins with row 0 has told; null for that range
 * @throws as loadRows, with the message that it has, where the range begins with a batch of the whole table (a multiple of 65,536 rows)
 */
export async function scanRows(table: Table, range: RowRange, options: LoadOptions, centres: Centres | null): Promise<Scan> {
  const digests: Uint8Array[] = [];
  const loader = await readRange(table, range, options, centres, (each) => digests.push(blockDigest(latestBytes(each), each)));
  return { facts: loader.facts, centres: loader.centres, digests };
}

/** A block of a part, stored as it is when all rows are loaded. */
export interface PlannedBlock {
  readonly rows: number;
  readonly entries: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a range and hands its blocks out one by one. Rows that are not those the plan was made of make other blocks, or an error.
 *
 * @param onBlock `digest` is that of scanRows, made when asked for
 * @throws as loadRows
 */
export async function readPlanned(table: Table, range: RowRange, options: LoadOptions, plan: RowsPlan, onBlock: (block: PlannedBlock, digest: () => Uint8Array) => void): Promise<void> {
  await readRange(table, range, options, { columns: plan.centres, response: 0 }, (loader) => {
    const { blocks, segments, layout } = loader.builder;
    const block = blocks.at(-1)!;
    const read = latestBytes(loader);
    finishBlocks([block], layout, loader.finishPlan(plan), segments.memories, null);
    const bytes = blockBytes(segments.memories[block.segment]!.buffer, block.base, { ...layout, weights: plan.weights }, block);
    onBlock({ rows: block.rows, entries: block.entries, bytes }, () => blockDigest(read, loader));
  });
}

/** Each block is shown once, and its memory used for the next. */
async function readRange(table: Table, { first, end }: RowRange, options: LoadOptions, centres: Centres | null, onBlock: (loader: Loader) => void): Promise<Loader> {
  const loader = new Loader(table, { ...options, memoryLimit: Infinity }, centres);
  const { blocks, segments } = loader.builder;
  const show = (): void => {
    onBlock(loader);
    blocks.pop();
    segments.shrink(0);
  };
  for await (const batch of table.range!(loader.request, first, end)) {
    options.signal?.throwIfAborted();
    loader.take(batch, show);
  }
  options.signal?.throwIfAborted();
  loader.end(show);
  if (loader.rows !== end - first) throw new DataError('DATA_DIFFERS', `${loader.rows} rows came where ${end - first} were asked for, from row ${first + 1} of ${table.files.join(', ')} on: the files were changed while they were read. Start again with files that stay as they are.`);
  return loader;
}

function latestBytes({ builder }: Loader): Uint8Array<ArrayBuffer> {
  const block = builder.blocks.at(-1)!;
  return blockBytes(builder.segments.memories[block.segment]!.buffer, block.base, builder.layout, block);
}
