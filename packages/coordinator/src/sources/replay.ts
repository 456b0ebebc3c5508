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
 */
export function loggedStatistics(inner: Statistics, log: ReplayLog): Statistics {
  const { kernel } = inner.description;
  if (log.header.kernel !== kernel) {
    throw new DataError('KERNEL_MISMATCH', `The log was written with kernel ${log.header.kernel}; this machine computes with ${kernel}. Other kernels give other bits: go on where that kernel is, or start anew.`);
  }
  return logged(inner, log, { next: 0 });
}

function logged(inner: Statistics, log: ReplayLog, position: { next: number }): Statistics {
  const { description, layout } = inner;
  const features = description.features.length;
  const answer = async <Reply extends RowReply>(request: RowRequest, ask: () => Promise<Reply>): Promise<Reply> => {
    const hash = createHash('sha256').update(encodeRequest(request)).digest();
    const known = log.replies[position.next];
    if (known === undefined) {
      const reply = await ask();
      log.append(encodeLogged(hash, reply));
      return reply;
    }
    const { requestHash, reply } = decodeLogged(known);
    if (!hash.equals(requestHash)) {
      throw new DataError('LOG_MISMATCH', `Reply ${position.next + 1} of the log answers another request than the job makes: data, options or version differ. Start the job anew without the log.`);
    }
    position.next++;
    return replyOf(reply, { request, features, layout }) as Reply;
  };
  return {
    description,
    layout,
    collect: (request, options) => answer(request, () => inner.collect(request, options)),
    gather: (selector, options) => answer(selector, () => inner.gather(selector, options)),
    over: (rows) => logged(inner.over(rows), log, position),
  };
}
