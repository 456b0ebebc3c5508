/** Replies as messages and back. */
import { DataError, statisticSize } from '@scalemix/core';
import type { GatheredRows, RowLayout } from '@scalemix/core';
import { scalemix } from './pass.js';
import { NOTHING, decoded } from './requests.ts';
import type { RowRequest } from './requests.ts';
import { bytesOf, vectorOf } from './vectors.ts';

/** What a reply must fit: the request's kind, p, and how rows are stored. */
export interface ReplyShape {
  readonly request: RowRequest;
  readonly features: number;
  readonly layout: RowLayout;
}

export type RowReply = Float64Array | GatheredRows;

export function replyMessage(reply: RowReply): scalemix.Reply.$Properties {
  if (reply instanceof Float64Array) return { statistic: bytesOf(reply) };
  return {
    rows: {
      rows: reply.rows,
      dense: bytesOf(reply.dense),
      codes: reply.codes.map(bytesOf),
      indptr: bytesOf(reply.indptr),
      indices: bytesOf(reply.indices),
      values: bytesOf(reply.values),
      response: bytesOf(reply.response),
      weights: bytesOf(reply.weights),
      offset: reply.offset === null ? null : bytesOf(reply.offset),
    },
  };
}

export function encodeReply(reply: RowReply): Uint8Array {
  return scalemix.Reply.encode(replyMessage(reply)).finish();
}

/** @throws DataError BAD_MESSAGE */
export function decodeReply(bytes: Uint8Array, shape: ReplyShape): RowReply {
  return replyOf(decoded(() => scalemix.Reply.decode(bytes)), shape);
}

/** @throws DataError BAD_MESSAGE */
export function replyOf(message: scalemix.Reply.$Properties, { request, features, layout }: ReplyShape): RowReply {
  if (request.kind !== 'sample') return vectorOf(Float64Array, message.statistic ?? NOTHING, statisticSize(request, features), 'a statistic');
  const gathered = message.rows;
  if (!gathered) throw new DataError('BAD_MESSAGE', 'A message holds no rows where rows were asked for.');
  const rows = gathered.rows ?? 0;
  const codes = gathered.codes ?? [];
  if (codes.length !== layout.codes) throw new DataError('BAD_MESSAGE', `A message has ${codes.length} code columns; ${layout.codes} are expected.`);
  const type = layout.denseType === 'f64' ? Float64Array : Float32Array;
  const indptr = vectorOf(Uint32Array, gathered.indptr ?? NOTHING, layout.sparse ? rows + 1 : 0, 'row ends');
  const entries = layout.sparse ? indptr[rows]! : 0;
  for (let i = 1; i < indptr.length; i++) {
    if (indptr[i]! < indptr[i - 1]!) throw new DataError('BAD_MESSAGE', "A message's row ends do not ascend.");
  }
  return {
    rows,
    dense: vectorOf<Float64Array | Float32Array>(type, gathered.dense ?? NOTHING, rows * layout.dense, 'dense rows'),
    codes: codes.map((column) => vectorOf(Uint32Array, column, rows, 'codes')),
    indptr,
    indices: vectorOf(Uint32Array, gathered.indices ?? NOTHING, entries, 'sparse indices'),
    values: vectorOf(Float64Array, gathered.values ?? NOTHING, entries, 'sparse values'),
    response: vectorOf(Float64Array, gathered.response ?? NOTHING, rows, 'responses'),
    weights: vectorOf(Float64Array, gathered.weights ?? NOTHING, rows, 'weights'),
    offset: layout.offset ? vectorOf(Float64Array, gathered.offset ?? NOTHING, rows, 'offsets') : null,
  };
}

/** A record of the replay log. */
export function encodeLogged(requestHash: Uint8Array, reply: RowReply): Uint8Array {
  return scalemix.LoggedReply.encode({ requestHash, reply: replyMessage(reply) }).finish();
}

/** @throws DataError BAD_MESSAGE */
export function decodeLogged(bytes: Uint8Array): { requestHash: Uint8Array; reply: scalemix.Reply.$Properties } {
  const { requestHash, reply } = decoded(() => scalemix.LoggedReply.decode(bytes));
  return { requestHash: requestHash ?? NOTHING, reply: reply ?? {} };
}
