import { setFlagsFromString } from 'node:v8';

let enabled = false;

/**
 * Lets V8 join neighbouring 128-bit vectors of WebAssembly into 256-bit ones:
 * the dense kernels then run nearly twice as fast, with the same bits. It is a
 * flag of the whole process and still experimental in V8, so a program sets it
 * (the command line and the node do) and a library only when asked. It takes
 * effect for modules compiled afterwards: call it before the first kernels are
 * made. Where the processor or V8 has no use for it nothing changes, and
 * calibration keeps the narrow tiles.
 */
export function enableWideVectors(): void {
  if (enabled) return;
  setFlagsFromString('--experimental-wasm-revectorize');
  enabled = true;
}

/** Whether this thread has called enableWideVectors. */
export function wideVectorsRequested(): boolean {
  return enabled;
}
