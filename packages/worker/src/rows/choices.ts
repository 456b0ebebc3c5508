/** Which rows the latest choice fell on: what anyone can find out again from the rows, kept so that the next read need not. */
import { blockOffsets, choiceOf } from '@scalemix/core';
import type { ChosenRows, GatheredRows, RowLayout, SampleSelector, StatisticRequest } from '@scalemix/core';
import { fillBlock } from './gathered.ts';

/** The chosen rows of a block. All arrays are in shared memory. */
export interface ChosenBlock extends ChosenRows {
  /** The rows themselves, as a block of their own, where the block lies in the spill file; null: in their place. */
  readonly copy: { readonly bytes: Uint8Array; readonly rows: number; readonly entries: number } | null;
}

/** By the number of the block; a hole: not known. */
export type ChosenBlocks = (ChosenBlock | undefined)[];

export class Choices {
  #selector: SampleSelector | null = null;
  #blocks: ChosenBlocks = [];

  /**
   * What is known of the choice that a request is about, to be added to. One choice is known at a time; it is
   * forgotten when a statistic of all rows is asked for: samples are read before that.
   */
  of(request: StatisticRequest | SampleSelector): ChosenBlocks | null {
    const selector = choiceOf(request);
    if (selector === null) {
      if (request.kind !== 'sample') this.forget();
      return null;
    }
    if (this.#selector === null || !isSame(this.#selector, selector)) {
      this.#selector = selector;
      this.#blocks = [];
    }
    return this.#blocks;
  }

  forget(): void {
    this.#selector = null;
    this.#blocks = [];
  }
}

function isSame(a: SampleSelector, b: SampleSelector): boolean {
  const same = (x: ArrayLike<number>, y: ArrayLike<number>): boolean => x.length === y.length && Array.prototype.every.call(x, (value, i) => Object.is(value, y[i]));
  return a.seed === b.seed && a.rate === b.rate && a.working === b.working && same(a.classRate, b.classRate) && same(a.reference, b.reference) && same(a.inverseSquare, b.inverseSquare);
}

/** The choice in shared memory; with the rows it fell on, where those are not to be read again. */
export function sharedChoice({ rows, worth }: ChosenRows, gathered: GatheredRows | null, layout: RowLayout): ChosenBlock {
  const buffer = new SharedArrayBuffer(12 * rows.length);
  const shared = { worth: new Float64Array(buffer, 0, rows.length), rows: new Uint32Array(buffer, 8 * rows.length, rows.length) };
  shared.worth.set(worth);
  shared.rows.set(rows);
  if (gathered === null) return { ...shared, copy: null };
  const entries = gathered.indices.length;
  const bytes = new Uint8Array(new SharedArrayBuffer(blockOffsets(layout, gathered.rows, entries).bytes));
  fillBlock(bytes.buffer, 0, layout, [{ from: gathered, first: 0, rows: gathered.rows }]);
  return { ...shared, copy: { bytes, rows: gathered.rows, entries } };
}
