/** Other programs: whether they are here, and what their scripts print. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Program {
  readonly name: string;
  readonly command: string;
  /** Succeeds where it can be used. */
  readonly check: readonly string[];
  /** In bench/peers. */
  readonly script: string;
  /** As far as it computes on several. */
  readonly threads: number;
}

export const GLMNET: Program = { name: 'glmnet', command: 'Rscript', check: ['-e', 'library(glmnet)'], script: 'glmnet.R', threads: 1 };
export const CV_GLMNET: Program = { ...GLMNET, name: 'cv.glmnet', script: 'cvGlmnet.R' };
/** Debian's own Python: the first in PATH may be another. */
export const SKLEARN: Program = { name: 'scikit-learn', command: '/usr/bin/python3', check: ['-c', 'import sklearn'], script: 'newtonCholesky.py', threads: 2 };

/** Seconds after which a peer is ended. */
const LIMIT = 600;

/** Why a program cannot be used; null where it can. */
export function missing({ name, command, check }: Program): string | null {
  return spawnSync(command, check, { stdio: 'ignore' }).status === 0 ? null : `${name} is not installed (sh bench/peers/install.sh)`;
}

/** Runs the program's script on a folder; the lines it prints, as words. Its standard error is ours. */
export function runPeer({ name, command, script, threads }: Program, folder: string): Promise<string[][]> {
  const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
  return new Promise((resolve, reject) => {
    // OpenBLAS shall choose the kernels for this processor itself.
    const { OPENBLAS_CORETYPE: _, ...inherited } = process.env;
    const env = { ...inherited, OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
    const child = spawn(command, [path, folder], { stdio: ['ignore', 'pipe', 'inherit'], env, timeout: LIMIT * 1000, killSignal: 'SIGKILL' });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status === 0) resolve(output.trim().split('\n').map((line) => line.trim().split(/\s+/)));
      else reject(new Error(`${name} ended with ${signal ?? `exit code ${status}`} after printing:\n${output}`));
    });
  });
}
