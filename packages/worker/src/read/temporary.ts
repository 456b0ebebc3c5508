import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** A folder that goes with `remove`, and when the process exits. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/** Those not yet removed; one exit listener serves them all. */
const folders = new Set<string>();

export function temporaryFolder(prefix: string): TemporaryFolder {
  if (folders.size === 0) process.on('exit', removeAll);
  const path = mkdtempSync(join(tmpdir(), prefix));
  folders.add(path);
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
      folders.delete(path);
      if (folders.size === 0) process.removeListener('exit', removeAll);
    },
  };
}

function removeAll(): void {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
}
