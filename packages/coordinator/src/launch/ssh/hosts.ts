/** The hosts file of `--engine ssh`. */
import { readFileSync } from 'node:fs';
import { UsageError } from '@scalemix/core';
import type { SshHost } from '../job.ts';

/** host, user@host, host:22, [::1]:22; no dash first, which ssh would take for an option */
const HOST = /^(?:([A-Za-z0-9_][\w.-]*)@)?(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][\w.-]*))(?::(\d{1,5}))?$/;

/**
 * One host a line, as `host`, `user@host` or `user@host:port`; `address=HOST` after it where its worker is reached by
 * another name than its sshd. What follows # is a comment.
 * @throws UsageError BAD_HOSTS
 */
export function readHosts(path: string): SshHost[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError('BAD_HOSTS', `The hosts file ${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  const hosts = text.split('\n').flatMap((line, index) => readHost(line.replace(/#.*/, '').trim(), `${path}, line ${index + 1}`));
  if (hosts.length === 0) throw new UsageError('BAD_HOSTS', `The hosts file ${path} names no host. Give one a line.`);
  const twice = hosts.find(({ name }, index) => hosts.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw new UsageError('BAD_HOSTS', `The hosts file ${path} names ${twice.name} twice. One worker a host uses all of its cores.`);
  return hosts;
}

function readHost(line: string, where: string): SshHost[] {
  if (line === '') return [];
  const [name = '', ...rest] = line.split(/\s+/);
  const [, user, inner, plain, port] = HOST.exec(name) ?? [];
  const host = inner ?? plain;
  const address = rest.length === 0 ? host : /^address=([A-Za-z0-9][\w.:-]*)$/.exec(rest.join(' '))?.[1];
  if (host === undefined || address === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) {
    throw new UsageError('BAD_HOSTS', `${where} is ${JSON.stringify(line)}; write host, user@host or user@host:port, and address=HOST after it if its worker is reached elsewhere.`);
  }
  return [{ name, destination: user === undefined ? host : `${user}@${host}`, sshPort: port === undefined ? null : Number(port), address }];
}
