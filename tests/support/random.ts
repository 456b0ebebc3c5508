/** Seeded random numbers, the same on every machine (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In (0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  }

  /** 0 to count - 1. */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  normals(count: number): Float64Array {
    return Float64Array.from({ length: count }, () => this.normal());
  }

  pick<T>(from: readonly T[]): T {
    return from[this.integer(from.length)]!;
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  shuffled<T>(from: readonly T[]): T[] {
    const out = from.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}

/** Classes 0 and 1 by their log odds. */
export function classes(random: Random, odds: ArrayLike<number>): Float64Array {
  return Float64Array.from(odds, (value) => (random.chance(1 / (1 + Math.exp(-value))) ? 1 : 0));
}
