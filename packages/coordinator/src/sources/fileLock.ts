/** One writer of a file at a time, by a lock of the operating system: it goes with the process that holds it, however that ends. */
import { createRequire } from 'node:module';

interface NativeLocks {
  /** Locks the file behind a descriptor for it alone; false where another descriptor has it. */
  tryLock(descriptor: number): boolean;
  unlock(descriptor: number): void;
}

/** null: not loaded yet; undefined: there is none for this platform. */
let native: NativeLocks | null | undefined = null;

function nativeLocks(): NativeLocks | undefined {
  if (native !== null) return native;
  try {
    native = createRequire(import.meta.url)('fs-native-extensions') as NativeLocks;
  } catch {
    native = undefined;
  }
  return native;
}

/**
 * Takes the file behind a descriptor that is open for writing, until `unlock` or the end of the process. Nothing is left
 * on the disk. Between machines it holds as far as their file system carries locks; where there are none at all (Lustre
 * mounted without flock, a platform without the addon) nothing is held and the answer is yes.
 * @returns false where another descriptor, of this or another process, has the file
 */
export function tryLock(descriptor: number): boolean {
  try {
    return nativeLocks()?.tryLock(descriptor) ?? true;
  } catch {
    return true;
  }
}

/** Before the descriptor is closed: a child process that is just being started holds a copy of it a moment longer. */
export function unlock(descriptor: number): void {
  try {
    nativeLocks()?.unlock(descriptor);
  } catch {
    // There was no lock to be had.
  }
}
