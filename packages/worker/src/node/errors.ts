/** Errors across the wire: their kind and code travel in the trailing metadata. */
import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { ScalemixError } from '@scalemix/core';
import type { ErrorKind } from '@scalemix/core';
import { receiveError } from '../threads/tasks.ts';

const KEY = 'scalemix-error';
const KINDS: readonly ErrorKind[] = ['usage', 'data', 'failure', 'cluster'];

/** What a call that failed ends with. */
export interface CallStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** gRPC ends a connection whose headers are longer. */
const LONGEST = 4000;

export function statusOf(error: unknown, code: status = status.FAILED_PRECONDITION): CallStatus {
  const metadata = new Metadata();
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ScalemixError) metadata.set(KEY, `${error.kind} ${error.code}`);
  // Half a surrogate pair, of the other side or where the text is cut, cannot be sent: gRPC would throw beyond all reach.
  return { code: error instanceof ScalemixError ? code : status.INTERNAL, details: message.slice(0, LONGEST).toWellFormed(), metadata };
}

/** Words of the other side, fit for a terminal: without control characters, those that end a line and tabs apart. */
export function plainText(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '?');
}

/** The error that the other side named; null where it was the transport that failed. */
export function errorOf(error: unknown): Error | null {
  const { metadata, details } = error as Partial<ServiceError>;
  const [kind, code] = String(metadata?.get?.(KEY)?.[0] ?? '').split(' ');
  const known = KINDS.find((name) => name === kind);
  if (known === undefined || code === undefined || !/^[A-Z][A-Z0-9_]*$/.test(code)) return null;
  const message = plainText(details ?? '');
  return receiveError({ kind: known, code, message, stack: `${code}: ${message}` });
}
