/**
 * An arena is one linear memory with its kernels and the scratch area of the
 * thread that uses them. A store of several segments has one arena a segment;
 * the scratch area starts at the same address in all of them, so that sums can
 * move from one to the next in the middle of a leaf.
 */
import type { Kernels } from '../kernels/kernels.ts';
import { FailureError } from '../errors.ts';
import type { ChosenRows } from './choice.ts';
import type { StoredBlock } from './store.ts';

export interface Arena {
  readonly kernels: Kernels;
  readonly scratch: { readonly base: number; readonly bytes: number };
}

/** A block whose rows are in memory now. */
export interface ResolvedBlock {
  readonly block: StoredBlock;
  /** Index of the arena. */
  readonly arena: number;
  /** Byte address of its first byte there. */
  readonly base: number;
  /** The rows that a request is about, where it is not about all of them. */
  readonly chosen?: ChosenRows;
  /** Whether those are all that is here. @default false */
  readonly onlyChosen?: boolean;
}

/** Hands out consecutive pieces of a scratch area; addresses are multiples of 64. */
export class ScratchPlan {
  #at: number;
  readonly #end: number;
  readonly #base: number;

  constructor(scratch: Arena['scratch']) {
    this.#base = scratch.base;
    this.#at = Math.ceil(scratch.base / 64) * 64;
    this.#end = scratch.base + scratch.bytes;
  }

  /** @throws FailureError SCRATCH_TOO_SMALL */
  take(bytes: number): number {
    const address = this.#at;
    // 64 bytes more: kernels may read beyond a matrix.
    this.#at += Math.ceil(bytes / 64) * 64 + 64;
    if (this.#at > this.#end) {
      throw new FailureError(
        'SCRATCH_TOO_SMALL',
        `The working memory of a thread is too small: ${this.#at - this.#base} bytes are needed for this many features, ${this.#end - this.#base} are there.`,
      );
    }
    return address;
  }

  get position(): number {
    return this.#at;
  }

  get free(): number {
    return this.#end - this.#at;
  }
}

/** Typed views of an arena's memory. */
export interface ArenaViews {
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly u8: Uint8Array;
}

export function viewsOf(kernels: Kernels): ArenaViews {
  const buffer = kernels.memory.buffer;
  return { f64: new Float64Array(buffer), i32: new Int32Array(buffer), u32: new Uint32Array(buffer), u8: new Uint8Array(buffer) };
}
