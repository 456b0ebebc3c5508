/** Runs the programs of an engine. */
import { spawn } from 'node:child_process';
import { FailureError } from '@scalemix/core';

export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecuteOptions {
  readonly input?: string;
  /** @default 60 seconds */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
}

/** What a program of an engine may print before it is given up. */
const MAX_OUTPUT = 64 * 2 ** 20;

/** Runs a program to its end; a code other than 0 is for the caller to judge. @throws FailureError ENGINE_MISSING, ENGINE_TIMEOUT; the signal's reason */
export function execute(file: string, args: readonly string[], { input = '', seconds = 60, signal }: ExecuteOptions = {}): Promise<Executed> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'pipe', ...(signal !== undefined && { signal }) });
    const texts = { stdout: '', stderr: '' };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new FailureError('ENGINE_TIMEOUT', `${file} ${args[0] ?? ''} did not answer within ${seconds} seconds. Is its service running?`));
    }, seconds * 1000);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (texts[name].length < MAX_OUTPUT) texts[name] += text;
      });
    }
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(signal?.aborted === true ? signal.reason : engineMissing(file, error));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, ...texts });
    });
  });
}

/** @throws FailureError ENGINE_MISSING, ENGINE_TIMEOUT, ENGINE_REFUSED */
export async function executed(file: string, args: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await execute(file, args, options);
  if (code !== 0) throw new FailureError('ENGINE_REFUSED', `${file} ${args[0] ?? ''} ended with ${code}: ${stderr.trim() || stdout.trim() || 'without a word'}.`);
  return stdout;
}

export function engineMissing(file: string, error: NodeJS.ErrnoException): FailureError {
  const reason = error.code === 'ENOENT' ? 'it is not on the PATH' : error.message;
  return new FailureError('ENGINE_MISSING', `${file} cannot be started: ${reason}. Run this where the engine's own commands work.`, { cause: error });
}
