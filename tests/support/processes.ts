/** Processes that tests start and end. */
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { atExit } from './atExit.ts';

/** Ends when the test process does, at the latest. */
export function startProcess(file: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(file, args, { stdio: 'ignore', ...options });
  const forget = atExit(() => child.kill('SIGKILL'));
  child.on('exit', forget);
  return child;
}

export async function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Waits until `holds`; what it waits for is named in the error. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 120): Promise<void> {
  const last = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > last) throw new Error(`Waited ${seconds} seconds in vain: ${what}`);
    await delay(20);
  }
}

/** Empty for a process that has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Numbers of the living processes whose command line holds all of `parts`. */
export function processesWith(...parts: readonly string[]): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      const command = Number.isInteger(pid) && pid !== process.pid ? commandOf(pid) : '';
      return command !== '' && parts.every((part) => command.includes(part));
    });
}
