/** Starts a worker on every host of a job, watches them, and starts again those that end. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { FailureError } from '@scalemix/core';
import { engineMissing } from './execute.ts';
import { filesOf, replaceFile } from './jobFolder.ts';

export interface WorkerHost {
  readonly name: string;
  /** Where the coordinator reaches it, without a port. */
  readonly address: string;
  /** Starts its worker and stays until it has ended; closing its standard input ends both. */
  readonly file: string;
  readonly args: readonly string[];
  /** What it reads first. */
  readonly input: string;
}

export interface Workers {
  /** Every worker serves, or has had its time: at least one serves. Rejects with WORKERS_FAILED if none ever does. */
  readonly ready: Promise<void>;
  /** Aborted with WORKERS_FAILED when the last host has been given up. */
  readonly failed: AbortSignal;
  stop(): Promise<void>;
}

export interface WorkerTimes {
  /** Milliseconds that a worker may take until it serves. @default 60000 */
  readonly toServe?: number;
  /** Milliseconds that the others have once the first one serves. @default 15000 */
  readonly toGather?: number;
  /** Milliseconds before a worker that has served is started again; doubled with every failure, to 30 s at most. @default 250 */
  readonly again?: number;
}

/** What a worker says when it serves. */
const SERVING = /^scalemix worker listening on .*:(\d+)$/;
/** A worker that refuses its command line or its files will refuse them again. */
const REFUSALS = new Set([2, 3]);
/** How often a host may fail before it ever served. */
const ATTEMPTS = 5;
const LONGEST_PAUSE = 30_000;
/** Milliseconds that workers have to end by themselves, and then after SIGTERM. */
const PATIENCE = 8000;

/** Addresses go to the file `nodes` of the job's folder, which the coordinator reads again and again. */
export function startWorkers(folder: string, hosts: readonly WorkerHost[], note: (text: string) => void, times: WorkerTimes = {}): Workers {
  const { toServe = 60_000, toGather = 15_000, again = 250 } = times;
  const files = filesOf(folder);
  const addresses = new Map<string, string>();
  const children = new Set<ChildProcess>();
  const stopping = new AbortController();
  const failing = new AbortController();
  const allServe = Promise.withResolvers<void>();
  const firstServes = Promise.withResolvers<void>();
  let givenUp = 0;
  replaceFile(files.nodes, '');

  const serves = (host: WorkerHost, port: string): void => {
    const address = host.address.includes(':') ? `[${host.address}]:${port}` : `${host.address}:${port}`;
    if (addresses.has(host.name)) note(`The worker of ${host.name} serves again, at ${address}.\n`);
    addresses.set(host.name, address);
    replaceFile(files.nodes, [...addresses.values()].map((line) => `${line}\n`).join(''));
    firstServes.resolve();
    if (addresses.size + givenUp === hosts.length) allServe.resolve();
  };

  const giveUp = (host: WorkerHost, reason: string): void => {
    givenUp++;
    note(`The worker of ${host.name} ${reason}. Going on without it; its log is ${files.workerLog(host.name)}.\n`);
    if (addresses.size + givenUp === hosts.length) allServe.resolve();
    if (givenUp < hosts.length) return;
    const error = new FailureError('WORKERS_FAILED', `No worker could be started. The one of ${host.name} ${reason}: ${lastLine(files.workerLog(host.name))}`);
    firstServes.reject(error);
    failing.abort(error);
  };

  /** One life of a worker. */
  const live = (host: WorkerHost): Promise<{ code: number; served: boolean }> => {
    const log = openSync(files.workerLog(host.name), 'a', 0o600);
    const child = spawn(host.file, host.args, { stdio: ['pipe', 'pipe', log] });
    closeSync(log);
    children.add(child);
    child.stdin!.on('error', () => {});
    child.stdin!.write(host.input);
    let served = false;
    // Where a machine cannot be reached, what starts its worker may hang.
    const timer = setTimeout(() => child.kill('SIGKILL'), toServe);
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const port = SERVING.exec(line)?.[1];
      if (port === undefined || served) return;
      served = true;
      clearTimeout(timer);
      serves(host, port);
    });
    return new Promise((resolve, reject) => {
      const ended = (): void => {
        clearTimeout(timer);
        children.delete(child);
      };
      child.on('error', (error) => {
        ended();
        reject(engineMissing(host.file, error));
      });
      child.on('exit', (code, signal) => {
        ended();
        resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : 1), served });
      });
    });
  };

  const keep = async (host: WorkerHost): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const { code, served } = await live(host);
      if (stopping.signal.aborted) return;
      failures = served ? 0 : failures + 1;
      if (!addresses.has(host.name) && (REFUSALS.has(code) || failures >= ATTEMPTS)) return giveUp(host, `ended with ${code} before it served`);
      if (served) note(`The worker of ${host.name} ended with ${code}; starting it again.\n`);
      await delay(Math.min(LONGEST_PAUSE, again * 2 ** failures), undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  const keepers = Promise.all(hosts.map((host) => keep(host))).catch((error: unknown) => {
    firstServes.reject(error as Error);
    failing.abort(error);
  });

  return {
    ready: firstServes.promise.then(() => Promise.race([allServe.promise, delay(toGather, undefined, { ref: false })])),
    failed: failing.signal,
    stop: async () => {
      stopping.abort();
      for (const child of children) child.stdin!.end();
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const timer = setTimeout(() => children.forEach((child) => child.kill(signal)), PATIENCE);
        await Promise.race([keepers, delay(PATIENCE + 500, undefined, { ref: false })]);
        clearTimeout(timer);
        if (children.size === 0) return;
      }
    },
  };
}

function lastLine(log: string): string {
  return readFileSync(log, 'utf8').trim().split('\n').at(-1) || 'it said nothing';
}
