import { ARENA_RESERVED } from '../../packages/core/src/kernels/index.ts';

const GUARD_WORDS = 16;
/** Read as float64 or float32 it is NaN: what is read beyond a matrix must not reach a result. */
const GUARD = 0x7ff8dead;

/** Deterministic numbers in [-1, 1), multiples of 2^-20. */
export function noise(seed: number): (index: number) => number {
  return (index) => {
    let h = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h ^= h >>> 13;
    return (h >> 11) / 1048576;
  };
}

/** An arena that hands out arrays with guards between them. */
export class TestArena {
  readonly memory: WebAssembly.Memory;
  readonly #guards: number[] = [];
  #next: number;

  constructor(begin: number = ARENA_RESERVED, bytes: number = 4 << 20) {
    const pages = Math.ceil((begin + bytes) / 65536);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
    this.#next = begin;
  }

  f64(length: number, value: (index: number) => number = () => 0): Float64Array {
    return fill(new Float64Array(this.memory.buffer, this.#take(length * 8), length), value);
  }

  f32(length: number, value: (index: number) => number = () => 0): Float32Array {
    return fill(new Float32Array(this.memory.buffer, this.#take(length * 4), length), value);
  }

  u32(length: number, value: (index: number) => number = () => 0): Uint32Array {
    return fill(new Uint32Array(this.memory.buffer, this.#take(length * 4), length), value);
  }

  /** Whether nothing was written between the arrays. */
  intact(): boolean {
    return this.#guards.every((address) =>
      new Uint32Array(this.memory.buffer, address, GUARD_WORDS).every((word) => word === GUARD));
  }

  #take(bytes: number): number {
    const address = this.#next;
    const guard = address + Math.ceil(bytes / 8) * 8;
    new Uint32Array(this.memory.buffer, guard, GUARD_WORDS).fill(GUARD);
    this.#guards.push(guard);
    this.#next = guard + GUARD_WORDS * 4;
    return address;
  }
}

function fill<T extends Float64Array | Float32Array | Uint32Array>(array: T, value: (index: number) => number): T {
  for (let i = 0; i < array.length; i++) array[i] = value(i);
  return array;
}
