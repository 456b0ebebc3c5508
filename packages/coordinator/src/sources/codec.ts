import { decodeReply, decodeRequest, encodeReply, encodeRequest } from '@scalemix/worker';
import type { RowReply, RowRequest } from '@scalemix/worker';
import type { Statistics } from './statistics.ts';

/**
 * Statistics behind the wire's encoding: every request and every reply goes
 * through its bytes, as if a network lay between, at all alignments in turn. For tests: what works
 * through it needs nothing that a message does not carry.
 */
export function codecStatistics(inner: Statistics): Statistics {
  const { description, layout, map } = inner;
  let alignment = 0;
  const sendBytes = (bytes: Uint8Array): Uint8Array => {
    alignment = (alignment + 1) % 8;
    const arrived = new Uint8Array(alignment + bytes.byteLength).subarray(alignment);
    arrived.set(bytes);
    return arrived;
  };
  const sent = <Request extends RowRequest>(request: Request): Request => decodeRequest(sendBytes(encodeRequest(request)), map.count) as Request;
  const received = <Reply extends RowReply>(request: RowRequest, reply: Reply): Reply => decodeReply(sendBytes(encodeReply(reply)), { request, layout, map }) as Reply;
  return {
    description,
    layout,
    map,
    collect: async (request, options) => received(request, await inner.collect(sent(request), options)),
    gather: async (selector, options) => received(selector, await inner.gather(sent(selector), options)),
    over: (rows) => codecStatistics(inner.over(rows)),
    close: () => inner.close(),
  };
}
