import { readdirSync, readFileSync } from 'node:fs';

/** Processes started under a mark carry it in their environment, and so do their descendants, even those that left the process group. */
export const MARK = 'SCALEMIX_RUN_MARK';

export interface Stray {
  readonly pid: number;
  readonly command: string;
}

/** The living processes that carry this mark (Linux; none elsewhere), but for the one that asks. */
export function strays(mark: string): Stray[] {
  const found: Stray[] = [];
  for (const pid of processIds()) {
    if (pid === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK}=${mark}`)) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      // A zombie has no command line and is gone already.
      if (command !== '') found.push({ pid, command });
    } catch {
      // Ended between the listing and the reading, or somebody else's.
    }
  }
  return found;
}

/** Ends what still carries the mark, and tells what that was. */
export function endStrays(mark: string): Stray[] {
  const ended = strays(mark);
  for (const { pid } of ended) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
  }
  return ended;
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}
