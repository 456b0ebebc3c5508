import { UsageError } from '@scalemix/core';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * HOST:PORT, an IPv6 host in brackets.
 * @throws UsageError BAD_ADDRESS
 */
export function readAddress(text: string, leastPort = 1): Address {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/i.exec(text.trim()) ?? [];
  const port = Number(digits);
  const host = bracketed ?? plain;
  if (host === undefined || !(port >= leastPort && port <= 65535)) throw new UsageError('BAD_ADDRESS', `${JSON.stringify(text)} is no address; it is HOST:PORT with a port from ${leastPort} to 65535, and an IPv6 host in brackets.`);
  return { host, port };
}

export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
