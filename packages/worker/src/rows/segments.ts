/**
 * Segments: the shared linear memories that rows lie in. A segment is at most
 * 4 GiB of address space, of which only what has been touched is memory:
 *
 *   0                  reserved for the kernels
 *   reserved           one scratch area a thread, at the same addresses in every segment
 *   rowsBase           blocks of rows, one after the other
 *
 * Every thread instantiates the kernels on every segment and so can take any
 * block; a thread that dies takes no rows with it.
 */
import { FailureError, UsageError } from '@scalemix/core';

const PAGE = 65536;
const MIB = 2 ** 20;

/** All the address space that a 32-bit memory can have. */
export const SEGMENT_CAPACITY = 2 ** 32;

export interface SegmentOptions {
  /** Threads that will compute: the number of scratch areas. */
  readonly threads: number;
  /** Bytes reserved for the kernels at the start of a segment. */
  readonly reserved: number;
  /** Dense predictor columns and sparse features, known before reading: the least that p will be. */
  readonly width: number;
  /** Address space of a segment in bytes. @default SEGMENT_CAPACITY */
  readonly capacity?: number;
  /** Bytes of a scratch area. @default scratchRule */
  readonly scratchBytes?: number;
}

/** Where things stand in each segment of a store. Plain data, so that it can be sent to a thread. */
export interface SegmentLayout {
  readonly capacity: number;
  readonly reserved: number;
  readonly threads: number;
  readonly scratchBytes: number;
  /** Address of the first block. */
  readonly rowsBase: number;
}

/**
 * Bytes of a thread's scratch area: 512 MiB, or, if that is more, what two
 * square matrices of `width` features take; but all threads together at most
 * three quarters of the segment. The widest thing a thread needs is the Gram of p
 * features, and p is only known when all levels have been read; what is not
 * touched costs no memory, so the area is as large as the address space allows.
 */
export function scratchRule(threads: number, capacity: number, width: number): number {
  const wanted = Math.max(512 * MIB, 2 * 8 * width * width);
  const allowed = Math.floor((capacity * 3) / 4 / threads);
  return Math.floor(Math.min(wanted, allowed) / PAGE) * PAGE;
}

/** @throws UsageError SEGMENT_LAYOUT where no room is left for rows */
export function segmentLayout(options: SegmentOptions): SegmentLayout {
  const capacity = Math.floor((options.capacity ?? SEGMENT_CAPACITY) / PAGE) * PAGE;
  const reserved = Math.ceil(options.reserved / PAGE) * PAGE;
  const scratchBytes = Math.floor((options.scratchBytes ?? scratchRule(options.threads, capacity - reserved, options.width)) / 64) * 64;
  const rowsBase = Math.ceil((reserved + scratchBytes * options.threads) / PAGE) * PAGE;
  if (capacity > SEGMENT_CAPACITY || scratchBytes <= 0 || rowsBase >= capacity) {
    throw new UsageError(
      'SEGMENT_LAYOUT',
      `A segment of ${capacity} bytes has no room for rows beside ${options.threads} scratch areas of ${scratchBytes} bytes. Use fewer threads, or segments of up to ${SEGMENT_CAPACITY} bytes.`,
    );
  }
  return { capacity, reserved, threads: options.threads, scratchBytes, rowsBase };
}

/** The scratch area of thread `thread`, the same in every segment. */
export function scratchArea(layout: SegmentLayout, thread: number): { base: number; bytes: number } {
  return { base: layout.reserved + thread * layout.scratchBytes, bytes: layout.scratchBytes };
}

/** A shared memory with room for `bytes` from address 0, that can grow to the segment's capacity. */
export function openSegment(layout: SegmentLayout, bytes: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: layout.capacity / PAGE, shared: true });
  } catch (cause) {
    throw new FailureError(
      'ADDRESS_SPACE',
      `The system refuses a memory of ${layout.capacity} bytes of address space. Raise the limit on virtual memory (ulimit -v).`,
      { cause },
    );
  }
}

/** Hands out room for blocks, opening segments as they fill up. Only the latest piece can be given back in part. */
export class SegmentAllocator {
  readonly layout: SegmentLayout;
  readonly memories: WebAssembly.Memory[] = [];
  /** Bytes handed out. */
  used = 0;
  #at = 0;
  #last = 0;

  constructor(layout: SegmentLayout) {
    this.layout = layout;
  }

  /** Largest piece that can be handed out. */
  get largest(): number {
    return this.layout.capacity - this.layout.rowsBase;
  }

  /** A piece of zeros, at a multiple of 64. The caller checks `largest`. */
  allocate(bytes: number): { segment: number; base: number } {
    const size = Math.ceil(bytes / 64) * 64;
    let memory = this.memories.at(-1);
    if (memory === undefined || this.#at + size > this.layout.capacity) {
      memory = openSegment(this.layout, this.layout.rowsBase);
      this.memories.push(memory);
      this.#at = this.layout.rowsBase;
    }
    const missing = this.#at + size - memory.buffer.byteLength;
    if (missing > 0) grow(memory, Math.ceil(missing / PAGE));
    const base = this.#at;
    this.#at += size;
    this.#last = size;
    this.used += size;
    return { segment: this.memories.length - 1, base };
  }

  /** Gives back the end of the piece allocated last, which keeps `bytes`. */
  shrink(bytes: number): void {
    const size = Math.ceil(bytes / 64) * 64;
    this.#at -= this.#last - size;
    this.used -= this.#last - size;
    this.#last = size;
  }
}

function grow(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages);
  } catch (cause) {
    throw new FailureError('OUT_OF_MEMORY', `The system refuses ${pages * PAGE} more bytes for rows. Set a lower --memory, so that rows go to a spill file.`, { cause });
  }
}
