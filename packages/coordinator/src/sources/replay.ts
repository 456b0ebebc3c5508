import { createHash } from 'node:crypto';
import { DataError } from '@scalemix/core';
import { decodeLogged, encodeLogged, encodeRequest, replyOf } from '@scalemix/worker';
import type { RowReply, RowRequest } from '@scalemix/worker';
import type { ReplayLog } from './replayLog.ts';
import type { Statistics } from './statistics.ts';

/**
 * Statistics that are first answered from the log, then by `inner`, whose
 * answers are appended. The solver is deterministic: its requests must be those
 * that were logged, one after the other.
 *
 * @throws DataError KERNEL_MISMATCH where the log was written with another kernel
 * @throws DataError LOG_MISMATCH (later) where a request is not the one that was logged
 * @throws DataError LOG_CORRUPT (later) where a reply is none
 */
export function loggedStatistics(inner: Statistics, log: ReplayLog): Statistics {
  const { kernel } = inner.description;
  if (log.header.kernel !== kernel) {
    throw new DataError('KERNEL_MISMATCH', `The log was written with kernel ${log.header.kernel}; this machine computes with ${kernel}. Other kernels give other bits: go on where that kernel is, or start anew.`);
  }
  return logged(inner, log, { next: 0, written: Promise.resolve() });
}

/** How far a job is with its log, all sources of the job together. */
interface Position {
  /** The logged reply that answers the next request. */
  next: number;
  /** Resolves when the replies to all requests so far are in the log: they stand there in the order of the requests. */
  written: Promise<void>;
}

function logged(inner: Statistics, log: ReplayLog, position: Position): Statistics {
  const { description, layout, map } = inner;
  const ask = async <Reply extends RowReply>(hash: Uint8Array, reply: Promise<Reply>): Promise<Reply> => {
    const before = position.written;
    const written = Promise.all([reply, before]).then(([done]) => log.append(encodeLogged(hash, done)));
    position.written = written;
    await written;
    return reply;
  };
  const answer = async <Reply extends RowReply>(request: RowRequest, collect: () => Promise<Reply>): Promise<Reply> => {
    const hash = createHash('sha256').update(encodeRequest(request)).digest();
    const index = position.next;
    if (index >= log.replies) return ask(hash, collect());
    position.next++;
    const { requestHash, reply } = sound(index, () => decodeLogged(log.reply(index)));
    if (!hash.equals(requestHash)) {
      throw new DataError('LOG_MISMATCH', `Reply ${index + 1} of the log answers another request than the job makes: data, options or version differ. Start the job anew without the log.`);
    }
    return sound(index, () => replyOf(reply, { request, layout, map })) as Reply;
  };
  return {
    description,
    layout,
    map,
    collect: (request, options) => answer(request, () => inner.collect(request, options)),
    gather: (selector, options) => answer(selector, () => inner.gather(selector, options)),
    over: (rows) => logged(inner.over(rows), log, position),
    close: () => inner.close(),
  };
}

/** A reply with a good checksum that is none all the same was not written by this program. */
function sound<Result>(index: number, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    throw new DataError('LOG_CORRUPT', `Reply ${index + 1} of the log cannot be read: ${(cause as Error).message} Start the job anew without the log.`, { cause });
  }
}
