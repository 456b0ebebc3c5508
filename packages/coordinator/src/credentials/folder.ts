/** A cluster's certificates and token as files. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, FailureError, UsageError } from '@scalemix/core';
import { issue, makeAuthority } from './certificates.ts';
import type { KeyPair, Part } from './certificates.ts';
import { makeToken } from './token.ts';

export const AUTHORITY = 'ca';
export const TOKEN_FILE = 'token';

export interface CertificateRequest {
  readonly folder: string;
  /** Names of the certificates that nodes get, one each. */
  readonly nodes: readonly string[];
  /** How long they hold. */
  readonly days: number;
}

/**
 * Writes ca.crt, ca.key, coordinator.crt, coordinator.key, token and NAME.crt, NAME.key for each node. An authority
 * that is there already signs, and what it signed before stays: nodes can be added later.
 * @returns the files written
 * @throws UsageError CERTIFICATE_EXISTS, BAD_NODE_NAME @throws DataError BAD_AUTHORITY @throws FailureError CANNOT_WRITE
 */
export async function writeCertificates({ folder, nodes, days }: CertificateRequest): Promise<string[]> {
  nodes.forEach(checkName);
  const there = nodes.find((name) => [`${name}.crt`, `${name}.key`].some((file) => existsSync(join(folder, file))));
  if (there !== undefined) throw new UsageError('CERTIFICATE_EXISTS', `${join(folder, there)}.crt is there already and is not replaced. Give other --nodes, or another --output.`);
  const known = readAuthority(folder);
  const authority = known ?? (await makeAuthority(days));
  const files: Record<string, string> = {};
  const add = (name: string, pair: KeyPair): void => void Object.assign(files, { [`${name}.crt`]: pair.certificate, [`${name}.key`]: pair.key });
  const signed = async (name: string, part: Part): Promise<void> => add(name, await sign(folder, authority, part, name, days));
  if (known === null) add(AUTHORITY, authority);
  if (!existsSync(join(folder, 'coordinator.crt'))) await signed('coordinator', 'coordinator');
  for (const name of nodes) await signed(name, 'node');
  if (!existsSync(join(folder, TOKEN_FILE))) files[TOKEN_FILE] = `${makeToken()}\n`;
  return writeSecrets(folder, files);
}

/** Readable by their owner alone, each whole or absent. @returns their paths @throws FailureError CANNOT_WRITE */
export function writeSecrets(folder: string, files: Readonly<Record<string, string>>): string[] {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return Object.entries(files).map(([name, text]) => {
      const path = join(folder, name);
      writeFileSync(`${path}.partial`, text, { mode: 0o600 });
      renameSync(`${path}.partial`, path);
      return path;
    });
  } catch (error) {
    throw new FailureError('CANNOT_WRITE', `${folder} cannot be written: ${(error as Error).message}.`, { cause: error });
  }
}

function readAuthority(folder: string): KeyPair | null {
  const [certificate, key] = [join(folder, `${AUTHORITY}.crt`), join(folder, `${AUTHORITY}.key`)];
  if (!existsSync(certificate) && !existsSync(key)) return null;
  try {
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
  } catch (error) {
    throw badAuthority(folder, error);
  }
}

async function sign(folder: string, authority: KeyPair, part: Part, label: string, days: number): Promise<KeyPair> {
  try {
    return await issue(authority, part, label, days);
  } catch (error) {
    throw badAuthority(folder, error);
  }
}

function badAuthority(folder: string, cause: unknown): DataError {
  return new DataError('BAD_AUTHORITY', `${folder} holds ca.crt or ca.key, and they cannot sign: ${(cause as Error).message}. Both belong to one authority of scalemix certs; restore them, or give another --output.`, { cause });
}

/** Letters that a file name bears everywhere; the names of our own files are taken. */
function checkName(name: string, index: number, names: readonly string[]): void {
  const taken = name === AUTHORITY || name === 'coordinator' || names.indexOf(name) !== index;
  if (taken || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) {
    throw new UsageError('BAD_NODE_NAME', `${JSON.stringify(name)} cannot name a node's certificate: give different names of letters, digits, dots and dashes, other than ca and coordinator.`);
  }
}
