/** Who may talk to a node: the shared token of the cluster, and mutual TLS off this machine. */
import { X509Certificate, createHash, createPrivateKey, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { ChannelCredentials, Metadata, ServerCredentials } from '@grpc/grpc-js';
import { UsageError } from '@scalemix/core';

export interface SecurityOptions {
  /** File of the cluster's token. */
  readonly tokenFile?: string | undefined;
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  /** Go without token, and without TLS off this machine. */
  readonly insecure?: boolean | undefined;
}

/** Both sides' credentials, read. */
export interface Security {
  /** null: none is asked for. */
  readonly token: string | null;
  readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer } | null;
  readonly insecure: boolean;
}

/** The name that certificates of nodes carry, whatever their address. */
export const NODE_NAME = 'scalemix-node';

const SHORTEST_TOKEN = 16;
const LONGEST_TOKEN = 4096;

/** @throws UsageError TOKEN_REQUIRED, BAD_TOKEN, BAD_TLS */
export function readSecurity(options: SecurityOptions): Security {
  const insecure = options.insecure === true;
  if (options.tokenFile === undefined && !insecure) {
    throw new UsageError('TOKEN_REQUIRED', 'A cluster needs a token that all its programs share: put 16 random characters or more into a file (openssl rand -hex 32 > token) and name it with --token-file. To go without, say --insecure.');
  }
  return { token: options.tokenFile === undefined ? null : readToken(options.tokenFile), tls: readTls(options), insecure };
}

function readToken(path: string): string {
  const token = read(path, '--token-file', 'BAD_TOKEN').toString('utf8').trim();
  if (token.length < SHORTEST_TOKEN || token.length > LONGEST_TOKEN || !/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError('BAD_TOKEN', `The token in ${path} (--token-file) must be one word of ${SHORTEST_TOKEN} to ${LONGEST_TOKEN} printable characters. Make one with openssl rand -hex 32.`);
  }
  return token;
}

function readTls({ tlsCa, tlsCert, tlsKey }: SecurityOptions): Security['tls'] {
  if (tlsCa === undefined && tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCa === undefined || tlsCert === undefined || tlsKey === undefined) throw new UsageError('BAD_TLS', 'TLS needs --tls-ca, --tls-cert and --tls-key, all three: both sides show a certificate.');
  const tls = { ca: read(tlsCa, '--tls-ca', 'BAD_TLS'), cert: read(tlsCert, '--tls-cert', 'BAD_TLS'), key: read(tlsKey, '--tls-key', 'BAD_TLS') };
  parsed(tlsCa, '--tls-ca', 'certificate', () => new X509Certificate(tls.ca));
  const certificate = parsed(tlsCert, '--tls-cert', 'certificate', () => new X509Certificate(tls.cert));
  const key = parsed(tlsKey, '--tls-key', 'private key', () => createPrivateKey(tls.key));
  if (!certificate.checkPrivateKey(key)) throw new UsageError('BAD_TLS', `The key in ${tlsKey} (--tls-key) is not that of the certificate in ${tlsCert} (--tls-cert).`);
  return tls;
}

function parsed<Result>(path: string, flag: string, what: string, parse: () => Result): Result {
  try {
    return parse();
  } catch (cause) {
    throw new UsageError('BAD_TLS', `The file ${path} (${flag}) holds no ${what} in PEM that can be used: ${(cause as Error).message}.`, { cause });
  }
}

function read(path: string, flag: string, code: 'BAD_TOKEN' | 'BAD_TLS'): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UsageError(code, `The file ${path} (${flag}) cannot be read: ${(cause as Error).message}.`, { cause });
  }
}

/** Whether a host is this machine and nobody else's. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** @throws UsageError TLS_REQUIRED */
export function checkReach(host: string, { tls, insecure }: Security): void {
  if (tls !== null || insecure || isLoopback(host)) return;
  throw new UsageError('TLS_REQUIRED', `${host} is not this machine: rows and token would cross the network in the clear. Give --tls-ca, --tls-cert and --tls-key (scalemix certs makes them), or say --insecure where the network is closed to others.`);
}

/** @throws UsageError BAD_TLS */
export function serverCredentials({ tls }: Security): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  return sound(() => ServerCredentials.createSsl(tls.ca, [{ cert_chain: tls.cert, private_key: tls.key }], true));
}

/** @throws UsageError BAD_TLS */
export function channelCredentials({ tls }: Security): ChannelCredentials {
  if (tls === null) return ChannelCredentials.createInsecure();
  return sound(() => ChannelCredentials.createSsl(tls.ca, tls.key, tls.cert));
}

function sound<Credentials>(make: () => Credentials): Credentials {
  try {
    return make();
  } catch (cause) {
    throw new UsageError('BAD_TLS', `Certificate and key (--tls-ca, --tls-cert, --tls-key) cannot be used: ${(cause as Error).message}. They must be PEM files that belong together.`, { cause });
  }
}

const HEADER = 'authorization';

/** What every call carries. */
export function tokenMetadata({ token }: Security): Metadata {
  const metadata = new Metadata();
  if (token !== null) metadata.set(HEADER, `Bearer ${token}`);
  return metadata;
}

/** A test of a call's metadata that takes the same time for every wrong token. */
export function tokenTest({ token }: Security): (metadata: Metadata) => boolean {
  if (token === null) return () => true;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return (metadata) => timingSafeEqual(digest(String(metadata.get(HEADER)[0] ?? '')), expected);
}
