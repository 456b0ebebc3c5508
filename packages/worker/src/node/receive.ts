/** Blocks on their way in: pieces are put together before the block is stored. */
import { DataError } from '@scalemix/core';
import type { BlockHead, HeldRows } from './heldRows.ts';
import type { scalemix } from './protocol/node.js';

export class BlockReceiver {
  /** Blocks stored. */
  blocks = 0;
  readonly #rows: HeldRows;
  #head: BlockHead | null = null;
  #bytes = new Uint8Array(0);
  #filled = 0;

  constructor(rows: HeldRows) {
    this.#rows = rows;
  }

  /** Whether a block has begun and not ended. */
  get within(): boolean {
    return this.#head !== null;
  }

  /**
   * Takes the next piece; whether it ended a block.
   * @throws DataError BAD_MESSAGE, DATA_DIFFERS, TOO_WIDE
   */
  take(piece: scalemix.BlockPiece): boolean {
    const { block, bytes } = piece;
    if (this.#head === null) {
      const { hash } = piece;
      if (hash.byteLength !== 32) throw new DataError('BAD_MESSAGE', `Block ${block} comes with a hash of ${hash.byteLength} bytes.`);
      const head = { block, rows: piece.rows, entries: piece.entries, hash: Uint8Array.from(hash) };
      // Checked before anything is allocated.
      const size = this.#rows.blockBytes(head);
      if (this.#bytes.byteLength !== size) this.#bytes = new Uint8Array(size);
      this.#head = head;
      this.#filled = 0;
    }
    if (block !== this.#head.block || bytes.byteLength === 0 || this.#filled + bytes.byteLength > this.#bytes.byteLength) {
      throw new DataError('BAD_MESSAGE', `${bytes.byteLength} bytes of block ${block} came where ${this.#bytes.byteLength - this.#filled} of block ${this.#head.block} are missing.`);
    }
    this.#bytes.set(bytes, this.#filled);
    this.#filled += bytes.byteLength;
    if (this.#filled < this.#bytes.byteLength) return false;
    this.#rows.add(this.#head, this.#bytes);
    this.#head = null;
    this.blocks++;
    return true;
  }
}
