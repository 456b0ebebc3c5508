/** A Float64Array that grows by doubling. */
export class GrowingArray {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** What has been pushed, as a view. */
  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
