/** /metrics for Prometheus and /healthz, over plain HTTP: what they say is no secret, and who asks shows no certificate. */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FailureError } from '@scalemix/core';
import { Counter, Gauge, Registry } from 'prom-client';
import { addressText } from './address.ts';
import type { Address } from './address.ts';
import type { NodeServer } from './server.ts';

export interface MetricsServer {
  readonly address: Address;
  close(): Promise<void>;
}

/** @throws FailureError CANNOT_LISTEN */
export async function serveMetrics(node: NodeServer, listen: Address): Promise<MetricsServer> {
  const registry = metricsOf(node);
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'text/plain', 'only GET\n');
    if (request.url === '/healthz') return node.state.leaving ? answer(response, 503, 'text/plain', 'leaving\n') : answer(response, 200, 'text/plain', 'ok\n');
    if (request.url !== '/metrics') return answer(response, 404, 'text/plain', '/metrics and /healthz are here\n');
    registry.metrics().then((text) => answer(response, 200, registry.contentType, text), () => answer(response, 500, 'text/plain', 'failed\n'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new FailureError('CANNOT_LISTEN', `Metrics cannot be served on ${addressText(listen)}: ${cause.message}. Give another --metrics.`, { cause })));
    server.listen(listen.port, listen.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: listen.host, port },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type }).end(text);
}

function metricsOf(node: NodeServer): Registry {
  const registry = new Registry();
  const { counters } = node;
  const gauge = (name: string, help: string, value: () => number): void => {
    registry.registerMetric(new Gauge({ name: `scalemix_${name}`, help, registers: [], collect() { this.set(value()); } }));
  };
  const counter = (name: string, help: string, value: () => number): void => {
    registry.registerMetric(new Counter({
      name: `scalemix_${name}_total`,
      help,
      registers: [],
      collect() {
        this.reset();
        this.inc(value());
      },
    }));
  };
  gauge('leased', 'Whether a coordinator holds the node', () => Number(node.state.leased));
  gauge('blocks', 'Blocks of rows held', () => node.state.blocks);
  gauge('memory_bytes', 'Bytes of rows in memory', () => node.state.memory);
  gauge('spilled_bytes', 'Bytes of rows in the spill file', () => node.state.spilled);
  counter('passes', 'Passes asked for', () => counters.passes);
  counter('subtrees', 'Answers sent', () => counters.subtrees);
  counter('compute_seconds', 'Seconds in passes', () => counters.computeSeconds);
  counter('sent_bytes', 'Bytes of answers', () => counters.bytesSent);
  counter('received_blocks', 'Blocks taken in', () => counters.blocksReceived);
  counter('received_bytes', 'Bytes of blocks taken in', () => counters.bytesReceived);
  counter('refused', 'Calls refused or failed', () => counters.refused);
  gauge('uptime_seconds', 'Seconds since the node started', () => (Date.now() - counters.started) / 1000);
  return registry;
}
