/**
 * Shared memory that is lent and taken back. Shared buffers are collected late
 * (V8 does not count their bytes), so what a pass needs is used again by the next.
 */
export class SharedArrays {
  readonly #free: SharedArrayBuffer[] = [];

  /** A vector of `length` numbers whose contents are not defined. */
  take(length: number): Float64Array {
    const bytes = length * 8;
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const size = this.#free[i]!.byteLength;
      if (size >= bytes && (best < 0 || size < this.#free[best]!.byteLength)) best = i;
    }
    const [buffer] = best < 0 ? [new SharedArrayBuffer(2 ** Math.ceil(Math.log2(Math.max(bytes, 4096))))] : this.#free.splice(best, 1);
    return new Float64Array(buffer!, 0, length);
  }

  /** Takes a vector back; nobody may use it any more. Others are ignored. */
  give(values: ArrayBufferView): void {
    if (values.buffer instanceof SharedArrayBuffer) this.#free.push(values.buffer);
  }
}

/** Typed arrays smaller than this are cheaper to copy with each message. */
const WORTH_SHARING = 16384;

/**
 * The same plain data with its large typed arrays in shared memory, so that
 * sending it to many threads copies nothing. `lent` collects what was taken.
 */
export function shareLarge<T>(value: T, arrays: SharedArrays, lent: ArrayBufferView[]): T {
  return share(value, arrays, lent) as T;
}

function share(value: unknown, arrays: SharedArrays, lent: ArrayBufferView[]): unknown {
  if (value instanceof Float64Array || value instanceof Int32Array) {
    if (value.byteLength < WORTH_SHARING || value.buffer instanceof SharedArrayBuffer) return value;
    const { buffer } = arrays.take(Math.ceil(value.byteLength / 8));
    const copy = value instanceof Float64Array ? new Float64Array(buffer, 0, value.length) : new Int32Array(buffer, 0, value.length);
    copy.set(value);
    lent.push(copy);
    return copy;
  }
  if (Array.isArray(value)) return value.map((item) => share(item, arrays, lent));
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, share(item, arrays, lent)]));
  }
  return value;
}
