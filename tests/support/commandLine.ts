/** The command line as a child process, as a user starts it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { atExit } from './atExit.ts';

export const bin = fileURLToPath(new URL('../../packages/cli/bin/scalemix.js', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Gets the running process, to signal it or to close its pipes. */
  readonly meanwhile?: (child: ChildProcess) => void;
}

/** Children at once: the machine's other tests want to go on too. */
const AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

/** Runs `scalemix ARGS` to its end. */
export async function scalemix(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await start(args, options);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

function start(args: readonly string[], { cwd, input, env, meanwhile }: RunOptions): Promise<Run> {
  // As from a shell, not from a package script.
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NO_COLOR$|FORCE_COLOR$)/.test(name)));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...inherited, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    meanwhile?.(child);
  });
}

/** A folder that goes when the process does. */
export function temporaryFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-test-'));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** A CSV file of `rows` rows: y (numbers), late (yes, no), x, z (numbers), c (a, b, d), w (weights), n (trials) and k (successes). */
export function sampleCsv(rows: number, seed = 1): string {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const lines = ['y,late,x,z,c,w,n,k'];
  for (let row = 0; row < rows; row++) {
    const x = random() * 4 - 2;
    const z = random() * 10 + 100;
    const c = 'abd'[Math.floor(random() * 3)]!;
    const psi = 1.5 * x - 0.3 * (z - 105) + (c === 'd' ? 1 : 0);
    const late = random() < 1 / (1 + Math.exp(-psi)) ? 'yes' : 'no';
    const n = 1 + Math.floor(random() * 5);
    const k = Math.floor(random() * (n + 1));
    lines.push([psi + random(), late, x, z, c, random() + 0.1, n, k].join(','));
  }
  return `${lines.join('\n')}\n`;
}
