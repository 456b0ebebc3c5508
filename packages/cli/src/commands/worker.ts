import process from 'node:process';
import { availableParallelism } from 'node:os';
import { UsageError, enableWideVectors } from '@scalemix/core';
import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { capacityOptions, commonOptions, machineOptions, workerOptions } from '../options/tables.ts';

const { kernel } = machineOptions;
const { quiet, config } = commonOptions;
const options = { ...workerOptions, ...capacityOptions, kernel, quiet, config };

export const workerCommand = defineCommand({
  name: 'worker',
  positionals: [],
  describe: 'Serve as a node that holds rows and answers passes, for jobs with --cluster',
  options,
  patience: 12_000,
  examples: [
    ['worker --listen 127.0.0.1:7077 --token-file token', 'a node on this machine'],
    ['worker --listen 10.0.0.7:7077 --token-file token --tls-ca ca.crt --tls-cert node.crt --tls-key node.key', 'a node for other machines'],
    ['path flights.parquet --response late --cluster 127.0.0.1:7077,127.0.0.1:7078 --token-file token', 'a fit on two nodes'],
  ],
  epilogue: 'Says on standard output where it listens, and serves until SIGTERM or SIGINT: it then finishes what it computes and ends with exit code 0.',
  run,
});

async function run({ settings, output, signal }: Call<typeof options>): Promise<number> {
  const { listen } = settings;
  if (listen === undefined) throw new UsageError('MISSING_OPTION', 'worker needs --listen HOST:PORT: where it serves. Port 0 picks one.');
  enableWideVectors();
  const { NodeServer, addressText, defaultMemoryLimit, readAddress, readSecurity, serveMetrics } = await import('@scalemix/worker');
  const { 'token-file': tokenFile, 'tls-ca': tlsCa, 'tls-cert': tlsCert, 'tls-key': tlsKey, insecure } = settings;
  const node = await NodeServer.start({
    listen: readAddress(listen, 0),
    security: readSecurity({ tokenFile, tlsCa, tlsCert, tlsKey, insecure }),
    threads: settings.threads ?? availableParallelism(),
    memoryLimit: settings.memory ?? defaultMemoryLimit(),
    kernel: settings.kernel ?? 'auto',
    dataRoot: settings['data-root'],
    ...(settings.quiet !== true && { onNote: (note: string) => output.note(`${new Date().toISOString()} ${note}\n`) }),
  });
  try {
    await output.result(`scalemix worker listening on ${addressText(node.address)}\n`);
    const metrics = settings.metrics === undefined ? null : await serveMetrics(node, readAddress(settings.metrics, 0));
    if (metrics !== null) await output.result(`scalemix worker metrics on ${addressText(metrics.address)}\n`);
    await ended(signal, settings['ends-with-stdin'] === true);
    await node.stop();
    await metrics?.close();
  } finally {
    await node.stop(0);
  }
  return EXIT.converged;
}

/** Resolves on the first signal, or when standard input closes. */
async function ended(signal: AbortSignal, withInput: boolean): Promise<void> {
  const over = Promise.withResolvers<void>();
  if (signal.aborted) return;
  signal.addEventListener('abort', () => over.resolve(), { once: true });
  if (withInput) process.stdin.on('end', () => over.resolve()).on('error', () => over.resolve()).resume();
  // Something must keep the process alive that is no timer of the server.
  const alive = setInterval(() => {}, 2 ** 30);
  await over.promise;
  clearInterval(alive);
}
