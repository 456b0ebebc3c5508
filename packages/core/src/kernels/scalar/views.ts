/** Typed views of an arena. Addresses count bytes: element `address / 8` of f64, `address / 4` of f32 and u32. */
export interface Views {
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  readonly u32: Uint32Array;
}

/** The current views of a memory: renewed when it has grown (by this thread or another). */
export function viewsOf(memory: WebAssembly.Memory): () => Views {
  let buffer: ArrayBufferLike | undefined;
  let views: Views;
  return () => {
    if (memory.buffer !== buffer) {
      buffer = memory.buffer;
      views = { f64: new Float64Array(buffer), f32: new Float32Array(buffer), u32: new Uint32Array(buffer) };
    }
    return views;
  };
}

/** Index of the float64 at an address, which may have arrived as a negative 32-bit number. */
export function at8(address: number): number {
  return address >>> 3;
}

/** Index of the float32 or uint32 at an address. */
export function at4(address: number): number {
  return address >>> 2;
}
