/** Seeded random numbers for benchmark data (sfc32). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  /** The second of a pair of normal deviates. */
  #spare = NaN;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = 0x9e3779b9;
    this.#c = 0x243f6a88;
    for (let i = 0; i < 20; i++) this.#bits();
  }

  /** Between 0 and 1, neither included. */
  uniform(): number {
    return ((this.#bits() >>> 0) + 0.5) / 2 ** 32;
  }

  /** Mean 0, variance 1. */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const value = this.#spare;
      this.#spare = NaN;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  #bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }
}
