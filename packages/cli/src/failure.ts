/** Exit codes, and how an error is told. */
import { ScalemixError } from '@scalemix/core';
import type { Paint } from './terminal.ts';

export const EXIT = { converged: 0, failure: 1, usage: 2, data: 3, notConverged: 4, cluster: 5, interrupted: 130, terminated: 143 } as const;

/** What a signal leaves as the reason of an abort. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`Interrupted by ${signal}; no result was written.`);
    this.name = 'Interrupted';
    this.exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  }
}

export interface ToldError {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
}

/** Code, message and exit code of whatever was thrown. */
export function tell(error: unknown, signal: AbortSignal): ToldError {
  // What an abort throws on its way through the libraries is not always its reason.
  if (signal.aborted && signal.reason instanceof Interrupted) return { exitCode: signal.reason.exitCode, code: 'INTERRUPTED', message: signal.reason.message };
  // What other programs said comes in several lines, and an error is one.
  if (error instanceof ScalemixError) return { exitCode: EXIT[error.kind], code: error.code, message: error.message.replaceAll(/\s*\n\s*/g, ' | ') };
  if (error instanceof RangeError && /allocation|memory|array length/i.test(error.message)) {
    return { exitCode: EXIT.failure, code: 'OUT_OF_MEMORY', message: `There is not enough memory: ${error.message}. Give less with --columns, or --memory a smaller size.` };
  }
  const message = error instanceof Error ? error.message : String(error);
  const debug = process.env['SCALEMIX_DEBUG'] && error instanceof Error ? `\n${error.stack}` : '';
  return { exitCode: EXIT.failure, code: 'INTERNAL', message: `This should not have happened: ${message}. Set SCALEMIX_DEBUG=1 to see where, and please report it.${debug}` };
}

/** One message with its code; a JSON document where JSON was asked for. */
export function errorText(told: ToldError, json: boolean, paint: Paint): string {
  if (json) return `${JSON.stringify({ error: { code: told.code, message: told.message } })}\n`;
  return `${paint('red', `scalemix: ${told.code}`)}: ${told.message}\n`;
}
