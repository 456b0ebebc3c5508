import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of chunks after which those no longer in use are given back. */
const RELEASE_BYTES = 16 << 20;

type Collect = (options: { type: 'minor' }) => void;

let collect: Collect | undefined;

/**
 * Gives the memory of past chunks back. It belongs to DuckDB and goes with small
 * objects, of which V8 lets hundreds of megabytes' worth gather since it does not
 * know what stands behind them; a scavenge (about a millisecond) frees them.
 */
export class ChunkRelease {
  private bytes = 0;

  /** @param bytes of a chunk that is no longer used */
  used(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes < RELEASE_BYTES) return;
    this.bytes = 0;
    collect ??= exposedCollector();
    collect({ type: 'minor' });
  }
}

function exposedCollector(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect;
}
