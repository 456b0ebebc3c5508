/** Where nodes are: a list, a file that may grow, or a name that resolves to all of them. */
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { UsageError } from '@scalemix/core';
import { addressText, readAddress } from '@scalemix/worker';

export interface NodeAddresses {
  /** Whether this process' threads are one more node. */
  readonly local: boolean;
  /** Whether another look may find others. */
  readonly changing: boolean;
  /** The addresses of now, HOST:PORT. What cannot be looked up now is an empty list. @throws UsageError BAD_ADDRESS, BAD_CLUSTER */
  look(): Promise<readonly string[]>;
}

/** The word that means the threads of this process. */
export const LOCAL = 'local';

/**
 * `HOST:PORT,...` with `local` among them if wanted; `@FILE` with one a line; `dns:NAME:PORT`.
 * @throws UsageError BAD_CLUSTER, BAD_ADDRESS
 */
export function readNodeAddresses(text: string): NodeAddresses {
  if (text.startsWith('dns:')) {
    const { host, port } = readAddress(text.slice(4));
    return { local: false, changing: true, look: () => resolveName(host, port) };
  }
  if (text.startsWith('@')) {
    const path = text.slice(1);
    const { local } = splitWords(readLines(path));
    return { local, changing: true, look: async () => splitWords(readLines(path)).addresses };
  }
  const { local, addresses } = splitWords(text.split(','));
  if (!local && addresses.length === 0) throw new UsageError('BAD_CLUSTER', `--cluster ${JSON.stringify(text)} names no node. Give HOST:PORT,HOST:PORT, @FILE or dns:NAME:PORT.`);
  return { local, changing: false, look: async () => addresses };
}

function splitWords(words: readonly string[]): { local: boolean; addresses: readonly string[] } {
  const named = words.map((word) => word.trim()).filter((word) => word !== '');
  const addresses = named.filter((word) => word !== LOCAL).map((word) => addressText(readAddress(word)));
  return { local: named.includes(LOCAL), addresses: [...new Set(addresses)] };
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').map((line) => line.replace(/#.*/, ''));
  } catch (cause) {
    throw new UsageError('BAD_CLUSTER', `The file of nodes ${path} (--cluster @FILE) cannot be read: ${(cause as Error).message}.`, { cause });
  }
}

/** As other programs look names up: the short name of a Kubernetes service means something only through the search domains of the system. */
async function resolveName(host: string, port: number): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => addressText({ host: address, port })).sort();
}
