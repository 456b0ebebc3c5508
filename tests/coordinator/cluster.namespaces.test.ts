/** Nodes that are reached over a network of their own, not over loopback: mutual TLS is required there, and links go down. */
import { join } from 'node:path';
import test from 'ava';
import { inlineRowSource } from '@scalemix/coordinator';
import type { ClusterEvent } from '@scalemix/coordinator';
import { writeCertificates } from '@scalemix/coordinator/launch';
import { allBits, bitsOf } from '../support/allBits.ts';
import { temporaryFolder } from '../support/commandLine.ts';
import { momentsRequest, passRequest } from '../support/mixedRows.ts';
import { NAMESPACE_NEEDS, makeNamespace, refusal } from '../support/namespaces.ts';
import type { Namespace } from '../support/namespaces.ts';
import { missing, needs } from '../support/needs.ts';
import { kernels, killWorkers, manyRows, onCluster, startWorker } from '../support/nodes.ts';
import type { WorkerProcess } from '../support/nodes.ts';
import { until } from '../support/processes.ts';

const folder = temporaryFolder();
const certificates = join(folder, 'certs');
const tls = (part: 'node' | 'coordinator') => ({ tlsCa: join(certificates, 'ca.crt'), tlsCert: join(certificates, `${part}.crt`), tlsKey: join(certificates, `${part}.key`) });
const tokenFile = join(certificates, 'token');
const nodeFlags = (() => {
  const { tlsCa, tlsCert, tlsKey } = tls('node');
  return ['--tls-ca', tlsCa, '--tls-cert', tlsCert, '--tls-key', tlsKey, '--token-file', tokenFile];
})();

/** Two nodes, each in a namespace of its own. */
async function inNamespaces(use: (nodes: string, namespaces: readonly Namespace[], workers: readonly WorkerProcess[]) => Promise<void>): Promise<void> {
  const namespaces: Namespace[] = [];
  const workers: WorkerProcess[] = [];
  try {
    for (let i = 0; i < 2; i++) {
      const namespace = makeNamespace();
      namespaces.push(namespace);
      workers.push(await startWorker(nodeFlags, `${namespace.address}:0`, namespace.enter));
    }
    await use(workers.map(({ address }) => address).join(','), namespaces, workers);
  } finally {
    await killWorkers(workers);
    for (const namespace of namespaces) namespace.remove();
  }
}

/** Of this machine; no package helps, so that these tests are left out even where others may not be skipped. */
const refused = missing(NAMESPACE_NEEDS).length > 0 ? null : refusal();
const declared = needs(NAMESPACE_NEEDS, test.serial);
const namespaceTest: typeof declared = refused === null ? declared : () => {};
if (refused !== null) {
  console.log(`Skipped: network namespaces cannot be made here: ${refused}`);
  test('network namespaces cannot be made here', (t) => t.pass());
}

namespaceTest('nodes in network namespaces of their own give the bits of one process, and serve over mutual TLS only', async (t) => {
  t.timeout(300_000);
  await writeCertificates({ folder: certificates, nodes: ['node'], days: 1 });
  const rows = await manyRows();
  await inNamespaces(async (nodes) => {
    await t.throwsAsync(onCluster(rows, { nodes, tokenFile }, async () => {}), { code: 'TLS_REQUIRED' });
    const bits = await onCluster(rows, { nodes, tokenFile, ...tls('coordinator') }, async (source, cluster) => {
      t.is(cluster.nodes.length, 2);
      return allBits(source);
    });
    t.deepEqual(bits, await allBits(inlineRowSource(rows, kernels)));
  });
});

namespaceTest('a link that goes down in the middle of a pass: the other node takes the chunks over, and the bits are the same', async (t) => {
  t.timeout(300_000);
  const rows = await manyRows();
  const request = passRequest(8, true);
  const single = inlineRowSource(rows, kernels);
  await inNamespaces(async (nodes, namespaces, workers) => {
    const [, cutOff] = nodes.split(',');
    const bits = await onCluster(rows, { nodes, tokenFile, ...tls('coordinator'), suspectAfter: 5 }, async (source, cluster, events) => {
      await source.moments(momentsRequest);
      t.is(cluster.nodes.length, 2);
      // It has the request when its link goes down, and computes what nobody will hear.
      workers[1]!.child.kill('SIGSTOP');
      const answered = Promise.withResolvers<void>();
      const pass = source.evaluate(request, { onProgress: () => answered.resolve() });
      await answered.promise;
      namespaces[1]!.cut();
      workers[1]!.child.kill('SIGCONT');
      const found = bitsOf(await pass);
      await until('the node that was cut off is lost', () => events.some((event: ClusterEvent) => event.type === 'nodeLost' && event.node === cutOff));
      t.is(cluster.nodes.length, 1);
      t.is(bitsOf(await source.evaluate(request)), found);
      return found;
    });
    t.is(bits, bitsOf(await single.evaluate(request)));
  });
});
