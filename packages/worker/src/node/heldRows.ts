/**
 * The rows a node holds: some of the blocks of a job, each at its number, in
 * segments while memory lasts and then in the spill file. A block is taken in
 * whole and checked before it is stored: kernels take codes and indices for
 * addresses.
 */
import { createHash } from 'node:crypto';
import { ARENA_RESERVED, BLOCK_ROWS, DataError, FailureError, blockOffsets } from '@scalemix/core';
import type { StoredBlock } from '@scalemix/core';
import { blockParts } from '../rows/blockParts.ts';
import { Choices } from '../rows/choices.ts';
import { rowsHandle } from '../rows/handle.ts';
import type { RowsHandle } from '../rows/handle.ts';
import { SegmentAllocator, segmentLayout } from '../rows/segments.ts';
import type { SegmentOptions } from '../rows/segments.ts';
import { SpillFile } from '../rows/spill.ts';
import { blockCount } from './protocol/shape.ts';
import type { RowsShape } from './protocol/shape.ts';

export interface HeldRowsOptions {
  readonly threads: number;
  /** Bytes of rows held in memory. */
  readonly memoryLimit: number;
  readonly spillDirectory?: string | undefined;
  /** Sizes of the memories, for tests. */
  readonly segments?: Pick<SegmentOptions, 'capacity' | 'scratchBytes'> | undefined;
}

/** What a block is announced as. */
export interface BlockHead {
  readonly block: number;
  readonly rows: number;
  readonly entries: number;
  /** SHA-256 by which the coordinator knows it: of its bytes, or of what it was scanned as. */
  readonly hash: Uint8Array;
}

export class HeldRows {
  readonly shape: RowsShape;
  readonly choices = new Choices();
  readonly #options: HeldRowsOptions;
  readonly #segments: SegmentAllocator;
  /** By number; those of other nodes are holes, which take no memory. */
  readonly #blocks: StoredBlock[] = [];
  readonly #hashes = new Map<number, Uint8Array>();
  #spill: SpillFile | null = null;
  #handle: RowsHandle | null = null;
  #closed = false;

  constructor(shape: RowsShape, options: HeldRowsOptions) {
    this.shape = shape;
    this.#options = options;
    this.#segments = new SegmentAllocator(segmentLayout({ threads: options.threads, reserved: ARENA_RESERVED, width: shape.features.count, ...options.segments }));
  }

  /** Blocks held, with the hashes they came with. */
  get hashes(): ReadonlyMap<number, Uint8Array> {
    return this.#hashes;
  }

  get bytes(): { readonly memory: number; readonly spilled: number } {
    return { memory: this.#segments.used, spilled: this.#spill?.size ?? 0 };
  }

  /** Bytes of an announced block. @throws DataError BAD_MESSAGE where no such block can be */
  blockBytes({ block, rows, entries }: BlockHead): number {
    const { shape } = this;
    const expected = Math.min(BLOCK_ROWS, shape.rows - block * BLOCK_ROWS);
    if (!(block < blockCount(shape)) || rows !== expected) throw bad(`block ${block} of ${rows} rows cannot be: there are ${shape.rows} rows`);
    if (entries > rows * shape.features.sparse.length) throw bad(`block ${block} has ${entries} sparse entries`);
    const { bytes } = blockOffsets(shape.layout, rows, entries);
    if (bytes > this.#segments.largest) throw new DataError('TOO_WIDE', `A block of ${rows} rows takes ${bytes} bytes; ${this.#segments.largest} fit into a segment of a node with ${this.#options.threads} threads. Start nodes with fewer --threads.`);
    return bytes;
  }

  /**
   * Stores a block. One that is held already stays as it is.
   * @throws DataError DATA_DIFFERS where the bytes are not those that were announced, BAD_MESSAGE where they are no block
   */
  add(head: BlockHead, bytes: Uint8Array<ArrayBuffer>): void {
    if (!createHash('sha256').update(bytes).digest().equals(head.hash)) throw new DataError('DATA_DIFFERS', `The bytes of block ${head.block} differ from those of the coordinator: they were changed on their way.`);
    this.store(head, bytes);
  }

  /** Stores a block that the caller has compared with its hash. @throws DataError BAD_MESSAGE where the bytes are no block of these rows, TOO_WIDE; FailureError ROWS_ABSENT once they are closed */
  store(head: BlockHead, bytes: Uint8Array<ArrayBuffer>): void {
    const { block, rows, entries, hash } = head;
    if (this.#closed) throw new FailureError('ROWS_ABSENT', `Block ${block} came when the rows had been let go.`);
    if (this.#hashes.has(block)) return;
    const size = this.blockBytes(head);
    if (bytes.byteLength !== size) throw bad(`block ${block} of ${rows} rows has ${bytes.byteLength} bytes, where rows of the shape agreed have ${size}`);
    this.#check(head, bytes);
    const place = this.#place(bytes.byteLength);
    if (place === null) {
      this.#spill ??= new SpillFile(this.#options.spillDirectory);
      this.#blocks[block] = { rows, entries, segment: -1, base: this.#spill.append(bytes), bytes: bytes.byteLength };
    } else {
      new Uint8Array(this.#segments.memories[place.segment]!.buffer, place.base, bytes.byteLength).set(bytes);
      this.#blocks[block] = { rows, entries, ...place, bytes: bytes.byteLength };
    }
    this.#hashes.set(block, Uint8Array.from(hash));
    this.#handle = null;
  }

  #place(bytes: number): { segment: number; base: number } | null {
    if (this.#segments.used + bytes > this.#options.memoryLimit) return null;
    return this.#segments.allocate(bytes);
  }

  #check({ block, rows, entries }: BlockHead, bytes: Uint8Array<ArrayBuffer>): void {
    const { layout, features } = this.shape;
    const parts = blockParts(bytes.buffer, bytes.byteOffset, layout, rows, entries);
    parts.codes.forEach((codes, c) => {
      const limit = features.codes[c]!.length + 1;
      for (const code of codes) if (code >= limit) throw bad(`block ${block} has code ${code} of ${limit}`);
    });
    const { indptr, indices } = parts;
    if (indptr === null || indices === null) return;
    if (indptr[0] !== 0 || indptr[rows] !== entries) throw bad(`block ${block} has row ends that are none`);
    for (let row = 0; row < rows; row++) if (indptr[row + 1]! < indptr[row]!) throw bad(`block ${block} has row ends that do not ascend`);
    for (const index of indices) if (index >= features.sparse.length) throw bad(`block ${block} has sparse index ${index} of ${features.sparse.length}`);
  }

  /** Whether all the blocks [first, end) are here. */
  holds(first: number, end: number): boolean {
    for (let block = first; block < end; block++) if (!this.#hashes.has(block)) return false;
    return true;
  }

  /** For threads; another one whenever blocks came. */
  get handle(): RowsHandle {
    const { rows, layout, features, responseCentre } = this.shape;
    const segments = this.#segments;
    // A copy: a thread that has the handle of earlier sees what was there then.
    this.#handle ??= rowsHandle({ layout, features, blocks: this.#blocks.slice(), rows, responseCentre }, segments.layout, segments.memories.slice(), this.#spill);
    return this.#handle;
  }

  /** What comes later is refused: nobody would close its spill file. */
  close(): void {
    this.#closed = true;
    this.#spill?.close();
    this.#spill = null;
  }
}

function bad(problem: string): DataError {
  return new DataError('BAD_MESSAGE', `A message says that ${problem}.`);
}
