/** A certificate authority of a cluster's own, and what it signs: ECDSA over P-256 with SHA-256. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 asks for it, before itself
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { COORDINATOR_NAME, NODE_NAME } from './names.ts';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY = 24 * 3600 * 1000;
/** Clocks of a cluster's machines differ: a certificate holds from an hour ago. */
const CLOCK_DIFFERENCE = 3600 * 1000;

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Who a certificate is for. A node only serves and a coordinator only calls: a stolen key of a node drives no other node. */
export type Part = 'node' | 'coordinator';

const PARTS = {
  node: { name: NODE_NAME, usage: x509.ExtendedKeyUsage.serverAuth },
  coordinator: { name: COORDINATOR_NAME, usage: x509.ExtendedKeyUsage.clientAuth },
} as const;

/** @param days how long it holds */
export async function makeAuthority(days: number): Promise<KeyPair> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=scalemix cluster authority',
    keys,
    signingAlgorithm: SIGNING,
    ...validity(days),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemText(certificate.toString('pem')), key: await keyText(keys.privateKey) };
}

/**
 * @param label tells certificates of one part apart; it names nothing that is checked
 * @throws Error if the authority's texts are no certificate and its key
 */
export async function issue(authority: KeyPair, part: Part, label: string, days: number): Promise<KeyPair> {
  if (!new X509Certificate(authority.certificate).checkPrivateKey(createPrivateKey(authority.key))) throw new Error('the key is not that of the certificate');
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = await crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(authority.key), KEY, false, ['sign']);
  const keys = await newKeys();
  const { name, usage } = PARTS[part];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: new x509.Name([{ CN: [label] }]).toString(),
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: SIGNING,
    ...validity(days),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemText(certificate.toString('pem')), key: await keyText(keys.privateKey) };
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - CLOCK_DIFFERENCE), notAfter: new Date(now + days * DAY) };
}

async function keyText(key: CryptoKey): Promise<string> {
  return pemText(x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'));
}

function pemText(pem: string): string {
  return `${pem.trim()}\n`;
}
