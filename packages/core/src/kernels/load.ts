import { readFileSync } from 'node:fs';

/**
 * The first bytes of every arena belong to the kernels: their constants are
 * written there when they are instantiated (the same bytes by every thread).
 * Data begin at this address.
 */
export const ARENA_RESERVED = 65536;

/** Most pages of an arena: 4 GiB. */
export const ARENA_MAXIMUM_PAGES = 65536;

let compiled: WebAssembly.Module | undefined;

/**
 * The compiled kernels, once a thread. The only place where this package reads
 * a file. V8 shares the machine code of a module between threads; passing the
 * module itself saves a thread the reading.
 */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernels.wasm', import.meta.url)));
  return compiled;
}
