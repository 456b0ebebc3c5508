/** What certs makes, judged by Node's own TLS: who is let in, and who is not. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { issue, makeAuthority, NODE_NAME, writeCertificates } from '../../../packages/coordinator/src/credentials/index.ts';
import type { KeyPair } from '../../../packages/coordinator/src/credentials/index.ts';

const authority = await makeAuthority(1);
const other = await makeAuthority(1);
const node = await issue(authority, 'node', 'a', 1);
const coordinator = await issue(authority, 'coordinator', 'coordinator', 1);

interface Handshake {
  readonly server?: KeyPair;
  readonly client?: KeyPair | null;
  /** Whom the client trusts. */
  readonly trusted?: KeyPair;
  readonly name?: string;
}

/** Mutual TLS on loopback, as between coordinator and node. @returns 'welcome', or why there was none */
function handshake({ server: own = node, client = coordinator, trusted = authority, name = NODE_NAME }: Handshake): Promise<string> {
  const server = createServer({ ca: authority.certificate, cert: own.certificate, key: own.key, requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.on('error', () => {});
    socket.end(socket.authorized ? 'welcome' : String(socket.authorizationError));
  });
  return new Promise<string>((resolve, reject) => {
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const socket = connect({ host: '127.0.0.1', port, ca: trusted.certificate, ...(client !== null && { cert: client.certificate, key: client.key }), servername: name });
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => (text += part));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.on('end', () => resolve(text));
      socket.setTimeout(10_000, () => reject(new Error('nothing came')));
    });
  }).finally(() => server.close());
}

interface Refusal extends Handshake {
  readonly says: RegExp;
}

const refused: Readonly<Record<string, Refusal>> = {
  'a coordinator without a certificate': { client: null, says: /UNABLE_TO_GET_ISSUER_CERT|not return a certificate/ },
  'a coordinator of another authority': { client: await issue(other, 'coordinator', 'coordinator', 1), says: /UNABLE_TO_VERIFY|SIGNATURE_FAILURE/ },
  'a node of another authority': { server: await issue(other, 'node', 'a', 1), says: /UNABLE_TO_VERIFY|SIGNATURE_FAILURE/ },
  'a node whose certificate has expired': { server: await issue(authority, 'node', 'a', -0.01), says: /CERT_HAS_EXPIRED/ },
  'a coordinator whose certificate has expired': { client: await issue(authority, 'coordinator', 'coordinator', -0.01), says: /CERT_HAS_EXPIRED/ },
  'a node that passes itself off as the coordinator': { client: node, says: /INVALID_PURPOSE/ },
  'a coordinator that passes itself off as a node': { server: coordinator, says: /INVALID_PURPOSE/ },
  'a node by another name': { name: 'localhost', says: /ALTNAME_INVALID/ },
};

test('coordinator and node of one authority meet', async (t) => {
  t.is(await handshake({}), 'welcome');
});

for (const [who, { says, ...attempt }] of Object.entries(refused)) {
  test(`${who} is refused`, async (t) => {
    t.regex(await handshake(attempt), says);
  });
}

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-certs-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'certs');
}

test('files are readable by their owner alone, and the token is long', async (t) => {
  const folder = folderOf(t);
  const files = await writeCertificates({ folder, nodes: ['a'], days: 1 });
  t.deepEqual(files.map((file) => file.slice(folder.length + 1)).sort(), ['a.crt', 'a.key', 'ca.crt', 'ca.key', 'coordinator.crt', 'coordinator.key', 'token']);
  for (const file of files) t.is(statSync(file).mode & 0o777, 0o600, file);
  t.true(readFileSync(join(folder, 'token'), 'utf8').trim().length >= 40);
});

test('a node added later is signed by the same authority, and nothing is replaced', async (t) => {
  const folder = folderOf(t);
  await writeCertificates({ folder, nodes: ['a'], days: 1 });
  const files = await writeCertificates({ folder, nodes: ['b'], days: 1 });
  t.deepEqual(files.map((file) => file.slice(folder.length + 1)).sort(), ['b.crt', 'b.key']);
  const read = (name: string): X509Certificate => new X509Certificate(readFileSync(join(folder, name)));
  for (const name of ['a.crt', 'b.crt', 'coordinator.crt']) t.true(read(name).checkIssued(read('ca.crt')) && read(name).verify(read('ca.crt').publicKey), name);
  await t.throwsAsync(writeCertificates({ folder, nodes: ['c', 'a'], days: 1 }), { code: 'CERTIFICATE_EXISTS' });
  t.throws(() => read('c.crt'), { code: 'ENOENT' });
});

for (const [what, key] of Object.entries({ damaged: 'no key', 'of another authority': other.key })) {
  test(`an authority whose key is ${what} is named, and signs nothing`, async (t) => {
    const folder = folderOf(t);
    await writeCertificates({ folder, nodes: ['a'], days: 1 });
    writeFileSync(join(folder, 'ca.key'), key);
    await t.throwsAsync(writeCertificates({ folder, nodes: ['b'], days: 1 }), { code: 'BAD_AUTHORITY' });
  });
}

for (const name of ['../a', 'ca', 'coordinator', '', 'a b']) {
  test(`${JSON.stringify(name)} cannot name a node`, async (t) => {
    await t.throwsAsync(writeCertificates({ folder: folderOf(t), nodes: [name], days: 1 }), { code: 'BAD_NODE_NAME' });
  });
}
