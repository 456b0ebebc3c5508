/** Sums of consecutive blocks, merged as the fixed tree merges leaves (core/statistics/tree.ts): the same bits however the blocks were split into aligned ranges. */
export class BlockSums {
  /** Of finished subtrees, from the left; each has more levels than the next. */
  readonly #parts: { readonly level: number; readonly sums: Float64Array }[] = [];
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  /** Takes the sums of the next block; they are not changed later by the caller. */
  add(sums: Float64Array): void {
    let level = 0;
    let merged = sums;
    while (this.#parts.at(-1)?.level === level) {
      merged = added(this.#parts.pop()!.sums, merged);
      level++;
    }
    this.#parts.push({ level, sums: merged });
  }

  /** Of all blocks so far: where the tree has no right child the left one passes up unchanged. */
  get total(): Float64Array {
    const last = this.#parts.at(-1);
    if (last === undefined) return new Float64Array(this.#length);
    return this.#parts.slice(0, -1).reduceRight((right, { sums }) => added(sums, right), last.sums);
  }
}

function added(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, i) => value + right[i]!);
}
