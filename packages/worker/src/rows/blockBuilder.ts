/**
 * Fills blocks one after the other: in place in the segments while memory
 * lasts, then in the spill file. A block with a sparse part has no place before
 * its entries are counted and is put together in a staging area, as is one
 * that goes to the spill file.
 */
import { BLOCK_ROWS, DataError, blockOffsets } from '@scalemix/core';
import type { RowLayout, StoredBlock } from '@scalemix/core';
import { blockParts, copyParts } from './blockParts.ts';
import type { BlockParts } from './blockParts.ts';
import type { SparseEntries } from './encoding.ts';
import type { SegmentAllocator } from './segments.ts';
import { SpillFile } from './spill.ts';

export interface BuilderOptions {
  /** Bytes of rows held in memory. */
  readonly memoryLimit: number;
  readonly spillDirectory?: string | undefined;
}

export class BlockBuilder {
  readonly layout: RowLayout;
  readonly segments: SegmentAllocator;
  readonly blocks: StoredBlock[] = [];
  spill: SpillFile | null = null;
  readonly #options: BuilderOptions;
  /** The layout less its sparse part: what a block looks like while it is filled. */
  readonly #filling: RowLayout;
  #staging: ArrayBuffer | null = null;
  /** Where the block being filled stands; null: in the staging area. */
  #place: { segment: number; base: number } | null = null;
  #parts: BlockParts | null = null;

  constructor(layout: RowLayout, segments: SegmentAllocator, options: BuilderOptions) {
    this.layout = layout;
    this.segments = segments;
    this.#filling = { ...layout, sparse: false };
    this.#options = options;
  }

  /** The block being filled, BLOCK_ROWS rows without a sparse part. Its contents are not defined. */
  get parts(): BlockParts {
    this.#parts ??= this.#begin();
    return this.#parts;
  }

  #begin(): BlockParts {
    const { bytes } = blockOffsets(this.#filling, BLOCK_ROWS, 0);
    this.#checkWidth(bytes);
    if (!this.layout.sparse && this.#fits(bytes)) {
      this.#place = this.segments.allocate(bytes);
      return blockParts(this.segments.memories[this.#place.segment]!.buffer, this.#place.base, this.#filling, BLOCK_ROWS, 0);
    }
    this.#place = null;
    this.#staging ??= new ArrayBuffer(bytes);
    return blockParts(this.#staging, 0, this.#filling, BLOCK_ROWS, 0);
  }

  /** Closes the block being filled at `rows` rows. */
  finish(rows: number, sparse: SparseEntries | null): void {
    const parts = this.parts;
    const entries = sparse?.count ?? 0;
    const { bytes } = blockOffsets(this.layout, rows, entries);
    const place = this.#place;
    this.#parts = null;
    if (place !== null) {
      if (rows < BLOCK_ROWS) {
        const { buffer } = this.segments.memories[place.segment]!;
        copyParts(parts, blockParts(buffer, place.base, this.layout, rows, 0), this.layout.dense);
        this.segments.shrink(bytes);
      }
      this.blocks.push({ rows, entries, ...place, bytes });
      return;
    }
    this.#checkWidth(bytes);
    if (this.#fits(bytes)) {
      const { segment, base } = this.segments.allocate(bytes);
      this.#assemble(parts, this.segments.memories[segment]!.buffer, base, rows, sparse);
      this.blocks.push({ rows, entries, segment, base, bytes });
      return;
    }
    this.spill ??= new SpillFile(this.#options.spillDirectory);
    let whole = this.#staging!;
    if (sparse !== null || rows < BLOCK_ROWS) {
      whole = new ArrayBuffer(bytes);
      this.#assemble(parts, whole, 0, rows, sparse);
    }
    this.blocks.push({ rows, entries, segment: -1, base: this.spill.append(new Uint8Array(whole)), bytes });
  }

  #assemble(parts: BlockParts, buffer: ArrayBufferLike, base: number, rows: number, sparse: SparseEntries | null): void {
    const out = blockParts(buffer, base, this.layout, rows, sparse?.count ?? 0);
    copyParts(parts, out, this.layout.dense);
    if (sparse === null || out.indptr === null) return;
    out.indptr.set(sparse.indptr.subarray(0, rows + 1));
    out.indices!.set(sparse.indices.subarray(0, sparse.count));
    out.values!.set(sparse.values.subarray(0, sparse.count));
  }

  /** Once a block has gone to the spill file, all further ones do. */
  #fits(bytes: number): boolean {
    return this.spill === null && this.segments.used + bytes <= this.#options.memoryLimit;
  }

  #checkWidth(bytes: number): void {
    if (bytes <= this.segments.largest) return;
    throw new DataError(
      'TOO_WIDE',
      `A block of ${BLOCK_ROWS} rows takes ${bytes} bytes with this many columns; ${this.segments.largest} fit into a segment. Leave columns out with --exclude, use fewer --threads, or --precision f32.`,
    );
  }
}
