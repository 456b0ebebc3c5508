import { DataError } from '@scalemix/core';
import type { Missing } from './missing.ts';

/** The code of a missing value. */
export const MISSING = -1;

const INITIAL_SLOTS = 256;
const INITIAL_BYTES = 4096;

/**
 * The dictionary of one text column: values to codes 0, 1, 2, ... in order of
 * first appearance. A value known already costs a hash and a comparison of its
 * bytes, no string.
 *
 * Invariants: each slot holds 0 or 1 + an entry; entry e has the bytes
 * [starts[e], starts[e] + lengths[e]) of the arena; several entries may share a
 * code (`7` and `7.0`) or be missing.
 */
export class Levels {
  /** Grows; code k is names[k]. */
  readonly names: string[] = [];

  private readonly levelOf: (text: string) => string | null;
  private readonly codeOfName = new Map<string, number>();
  private readonly codeOfTextSeen = new Map<string, number>();
  private readonly codeOfNumber = new Map<number, number>();
  private slots = new Int32Array(INITIAL_SLOTS);
  private entries = 0;
  private hashes = new Int32Array(INITIAL_SLOTS / 2);
  private starts = new Float64Array(INITIAL_SLOTS / 2);
  private lengths = new Int32Array(INITIAL_SLOTS / 2);
  private codes = new Int32Array(INITIAL_SLOTS / 2);
  private arena = new Uint8Array(INITIAL_BYTES);
  private arenaUsed = 0;

  /** @param levelOf the level a text stands for, null where it means missing; asked once per distinct text */
  constructor(levelOf: (text: string) => string | null) {
    this.levelOf = levelOf;
  }

  /**
   * The code of the UTF-8 text in bytes [start, end).
   * @throws DataError BAD_ENCODING where a new text is no UTF-8; the caller adds where it stands
   */
  codeOfBytes(bytes: Uint8Array, start: number, end: number): number {
    let hash = end - start;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot]! - 1;
      if (entry < 0) return this.add(bytes, start, end, hash, slot);
      if (this.hashes[entry] === hash && this.holds(entry, bytes, start, end)) return this.codes[entry]!;
    }
  }

  /** The code of a text that is a string already; use this or `codeOfBytes` for a text, both give the same code. */
  codeOfString(text: string): number {
    const known = this.codeOfTextSeen.get(text);
    if (known !== undefined) return known;
    const code = this.codeOfLevel(this.levelOf(text));
    this.codeOfTextSeen.set(text, code);
    return code;
  }

  /** The code of a number (its level is the shortest decimal form); NaN is missing. */
  codeOfValue(value: number): number {
    if (value !== value) return MISSING;
    const known = this.codeOfNumber.get(value);
    if (known !== undefined) return known;
    const code = this.codeOfLevel(this.levelOf(shortest(value)));
    this.codeOfNumber.set(value, code);
    return code;
  }

  private codeOfLevel(level: string | null): number {
    if (level === null) return MISSING;
    let code = this.codeOfName.get(level);
    if (code === undefined) {
      code = this.names.length;
      this.names.push(level);
      this.codeOfName.set(level, code);
    }
    return code;
  }

  private holds(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (this.lengths[entry] !== length) return false;
    const from = this.starts[entry]!;
    for (let offset = 0; offset < length; offset++) {
      if (this.arena[from + offset] !== bytes[start + offset]) return false;
    }
    return true;
  }

  private add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const code = this.codeOfLevel(this.levelOf(decodeText(bytes, start, end)));
    const length = end - start;
    while (this.arenaUsed + length > this.arena.length) this.arena = grown(this.arena, new Uint8Array(2 * this.arena.length));
    this.arena.set(bytes.subarray(start, end), this.arenaUsed);
    const entry = this.entries++;
    this.hashes[entry] = hash;
    this.starts[entry] = this.arenaUsed;
    this.lengths[entry] = length;
    this.codes[entry] = code;
    this.arenaUsed += length;
    this.slots[slot] = entry + 1;
    if (this.entries === this.hashes.length) this.growTable();
    return code;
  }

  private growTable(): void {
    const capacity = this.hashes.length * 2;
    this.hashes = grown(this.hashes, new Int32Array(capacity));
    this.starts = grown(this.starts, new Float64Array(capacity));
    this.lengths = grown(this.lengths, new Int32Array(capacity));
    this.codes = grown(this.codes, new Int32Array(capacity));
    this.slots = new Int32Array(2 * capacity);
    const mask = this.slots.length - 1;
    for (let entry = 0; entry < this.entries; entry++) {
      let slot = this.hashes[entry]! & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = entry + 1;
    }
  }
}

/** The level of a number: its shortest decimal form, `7` and `0.5`; zero has no sign. */
function shortest(value: number): string {
  return String(value === 0 ? 0 : value);
}

/**
 * The level a number given as text stands for: the shortest decimal form,
 * whole numbers beyond 2^53 digit by digit (identifiers must not fall
 * together); text that is no number stands for itself.
 */
function canonicalNumber(text: string): string {
  const trimmed = text.trim();
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) return text;
  const value = Number(trimmed);
  if (Number.isSafeInteger(value) || !/^[-+]?\d+$/.test(trimmed)) return shortest(value);
  return trimmed.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1');
}

/**
 * What a text of a column stands for as a level; null where it is missing.
 * @param kind the kind of the column, which may be read as text all the same
 */
export function levelRule(kind: 'numeric' | 'text' | 'boolean', missing: Missing): (text: string) => string | null {
  const { texts, numbers } = missing;
  if (kind === 'text') return (text) => (texts.has(text) ? null : text);
  return (text) => {
    const trimmed = text.trim();
    if (texts.has(text) || texts.has(trimmed)) return null;
    if (kind === 'boolean') return /^(true|false)$/i.test(trimmed) ? trimmed.toLowerCase() : text;
    return /^[-+]?nan$/i.test(trimmed) || numbers.includes(Number(trimmed)) ? null : canonicalNumber(text);
  };
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws DataError BAD_ENCODING */
function decodeText(bytes: Uint8Array, start: number, end: number): string {
  try {
    return strictUtf8.decode(bytes.subarray(start, end));
  } catch {
    const shown = Buffer.from(bytes.subarray(start, Math.min(end, start + 40))).toString('utf8');
    throw new DataError('BAD_ENCODING', `text '${shown}' is not UTF-8; save the file as UTF-8`);
  }
}

function grown<T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
