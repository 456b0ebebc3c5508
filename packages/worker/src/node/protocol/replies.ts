/** Replies as messages and back. */
import { DataError, statisticSize } from '@scalemix/core';
import type { FeatureMap, GatheredRows, RowLayout } from '@scalemix/core';
import { scalemix } from './pass.js';
import { NOTHING, decoded } from './requests.ts';
import type { RowRequest } from './requests.ts';
import { bytesOf, vectorOf } from './vectors.ts';

/** What a reply must fit: the request, and how rows are stored. */
export interface ReplyShape {
  readonly request: RowRequest;
  readonly layout: RowLayout;
  readonly map: FeatureMap;
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
export function replyOf(message: scalemix.Reply.$Properties, { request, layout, map }: ReplyShape): RowReply {
  if (request.kind !== 'sample') return vectorOf(Float64Array, message.statistic ?? NOTHING, statisticSize(request, map.count), 'a statistic');
  if (!message.rows) throw new DataError('BAD_MESSAGE', 'A message holds no rows where rows were asked for.');
  return rowsOf(message.rows, layout, map);
}

/** Kernels take codes and indices for addresses: each is checked. */
function rowsOf(gathered: scalemix.GatheredRows.$Properties, layout: RowLayout, map: FeatureMap): GatheredRows {
  const rows = gathered.rows ?? 0;
  const columns = gathered.codes ?? [];
  if (columns.length !== layout.codes) throw new DataError('BAD_MESSAGE', `A message has ${columns.length} code columns; ${layout.codes} are expected.`);
  const codes = columns.map((column) => vectorOf(Uint32Array, column, rows, 'codes'));
  codes.forEach((column, c) => checkBelow(column, map.codes[c]!.length + 1, 'codes'));
  const indptr = vectorOf(Uint32Array, gathered.indptr ?? NOTHING, layout.sparse ? rows + 1 : 0, 'row ends');
  const entries = layout.sparse ? indptr[rows]! : 0;
  const indices = vectorOf(Uint32Array, gathered.indices ?? NOTHING, entries, 'sparse indices');
  checkBelow(indices, map.sparse.length, 'sparse indices');
  checkRows(indptr, indices);
  const type = layout.denseType === 'f64' ? Float64Array : Float32Array;
  return {
    rows,
    dense: vectorOf<Float64Array | Float32Array>(type, gathered.dense ?? NOTHING, rows * layout.dense, 'dense rows'),
    codes,
    indptr,
    indices,
    values: vectorOf(Float64Array, gathered.values ?? NOTHING, entries, 'sparse values'),
    response: vectorOf(Float64Array, gathered.response ?? NOTHING, rows, 'responses'),
    weights: vectorOf(Float64Array, gathered.weights ?? NOTHING, rows, 'weights'),
    offset: layout.offset ? vectorOf(Float64Array, gathered.offset ?? NOTHING, rows, 'offsets') : null,
  };
}

function checkBelow(values: Uint32Array, limit: number, what: string): void {
  for (const value of values) if (value >= limit) throw new DataError('BAD_MESSAGE', `A message's ${what} hold ${value}; they must be below ${limit}.`);
}

/** Row ends ascend from 0, indices within a row too. */
function checkRows(indptr: Uint32Array, indices: Uint32Array): void {
  if (indptr.length > 0 && indptr[0] !== 0) throw new DataError('BAD_MESSAGE', "A message's row ends do not begin with 0.");
  for (let row = 1; row < indptr.length; row++) {
    const first = indptr[row - 1]!;
    const end = indptr[row]!;
    if (end < first || end > indices.length) throw new DataError('BAD_MESSAGE', "A message's row ends do not ascend.");
    for (let e = first + 1; e < end; e++) if (indices[e]! <= indices[e - 1]!) throw new DataError('BAD_MESSAGE', "A message's sparse indices do not ascend within a row.");
  }
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
