import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import test from 'ava';
import { chooseKernels } from '@scalemix/core';
import type { FoldSpec, GatheredRows } from '@scalemix/core';
import { inlineStatistics } from '@scalemix/coordinator';
import { decodeLogged, decodeReply, decodeRequest, encodeLogged, encodeReply, encodeRequest } from '@scalemix/worker';
import type { ReplyShape, RowRequest } from '@scalemix/worker';
import { bitsOf } from '../support/allBits.ts';
import { mixedRows, momentsRequest, passRequest, sampleSelector } from '../support/mixedRows.ts';

const source = mixedRows().then((rows) => inlineStatistics(rows, chooseKernels({ wide: false })));
const sample = source.then((statistics) => statistics.gather(sampleSelector(statistics.map.count, 0.002)));

const shuffle: FoldSpec = { count: 3, by: 'shuffle', seed: 4_000_000_000 };

async function requests(): Promise<RowRequest[]> {
  const { map } = await source;
  const pass = passRequest(map.count);
  return [
    momentsRequest, { ...momentsRequest, folds: shuffle }, pass, passRequest(map.count, true), { ...pass, folds: { by: shuffle, heldOut: null } },
    { ...pass, folds: { by: { ...shuffle, by: 'column' }, heldOut: Int32Array.from({ length: pass.columns }, (_, k) => (k % 4) - 1) } }, sampleSelector(map.count), { ...sampleSelector(map.count), within: 0.25 }, { ...momentsRequest, among: sampleSelector(map.count) }, { ...pass, among: { ...sampleSelector(map.count), within: 1 } },
  ];
}

async function shapeOf(request: RowRequest): Promise<ReplyShape> {
  const { layout, map } = await source;
  return { request, layout, map };
}

/** `bytes` at an address that is `offset` beyond a multiple of 8. */
function at(offset: number, bytes: Uint8Array): Uint8Array {
  const moved = new Uint8Array(bytes.byteLength + 16).subarray(offset, offset + bytes.byteLength);
  moved.set(bytes);
  return moved;
}

test('requests come back as they were, however the bytes are aligned', async (t) => {
  for (const request of await requests()) {
    const bytes = encodeRequest(request);
    for (let offset = 0; offset < 8; offset++) {
      t.is(bitsOf(decodeRequest(at(offset, bytes), (await source).map.count)), bitsOf(request));
      t.is(bitsOf(decodeRequest(Buffer.from(at(offset, bytes)), (await source).map.count)), bitsOf(request), 'as a Buffer of the pool');
    }
  }
});

test('replies and log records come back as they were, however the bytes are aligned', async (t) => {
  const selector = sampleSelector((await source).map.count);
  const statistic = await (await source).collect(momentsRequest);
  const replies = [[momentsRequest, statistic], [selector, await sample]] as const;
  for (const [request, reply] of replies) {
    const bytes = encodeReply(reply);
    for (let offset = 0; offset < 8; offset++) t.is(bitsOf(decodeReply(at(offset, bytes), await shapeOf(request))), bitsOf(reply));
    const hash = new Uint8Array(32).fill(7);
    t.deepEqual([...decodeLogged(encodeLogged(hash, reply)).requestHash], [...hash]);
  }
});

test('a message that does not fit is refused before anything is made of it', async (t) => {
  const { map } = await source;
  const p = map.count;
  const pass = passRequest(p);
  const bad: RowRequest[] = [
    { ...pass, columns: 0 },
    { ...pass, folds: { by: { ...shuffle, count: 1 }, heldOut: null } },
    { ...pass, folds: { by: shuffle, heldOut: new Int32Array(pass.columns).fill(3) } },
    { ...pass, folds: { by: shuffle, heldOut: new Int32Array(pass.columns + 1) } },
    { ...pass, columns: 2 ** 31 },
    { ...pass, coefficients: pass.coefficients.subarray(1) },
    { ...pass, intercepts: new Float64Array(2) },
    { ...pass, features: Int32Array.of(0, 0) },
    { ...pass, features: Int32Array.of(3, 2) },
    { ...pass, features: Int32Array.of(-1) },
    { ...pass, features: Int32Array.of(p) },
    { ...pass, grams: [{ column: 9, features: null }] },
    { ...pass, grams: Array.from({ length: 5000 }, () => ({ column: 0, features: null })) },
    { ...pass, loss: { name: '', parameters: {} } },
    { ...sampleSelector(p), reference: new Float64Array(p + 1) },
    { ...momentsRequest, among: { ...sampleSelector(p), inverseSquare: new Float64Array(p - 1) } },
    { ...momentsRequest, folds: shuffle, among: sampleSelector(p) },
    { ...pass, folds: { by: shuffle, heldOut: null }, among: sampleSelector(p) },
  ];
  for (const request of bad) t.throws(() => decodeRequest(encodeRequest(request), p), { name: 'DataError', code: 'BAD_MESSAGE' });
  t.throws(() => decodeRequest(new Uint8Array(0), p), { code: 'BAD_MESSAGE', message: /holds no request/ });

  const selector = sampleSelector(p);
  const rows = await sample;
  const codes = (code: number): GatheredRows => ({ ...rows, codes: rows.codes.map((column, c) => (c === 0 ? column.with(0, code) : column)) });
  const badRows: GatheredRows[] = [
    codes(map.codes[0]!.length + 1),
    codes(2 ** 32 - 1),
    { ...rows, codes: rows.codes.slice(1) },
    { ...rows, rows: rows.rows + 1 },
    { ...rows, rows: 2 ** 32 - 1 },
    { ...rows, indices: rows.indices.with(0, map.sparse.length) },
    { ...rows, indptr: rows.indptr.with(0, 1) },
    { ...rows, indptr: rows.indptr.with(1, 2 ** 31) },
    { ...rows, indptr: rows.indptr.with(rows.rows, 2 ** 32 - 1) },
    { ...rows, indptr: rows.indptr.map((end) => (end > 0 ? end + 2 ** 31 : end)) },
    { ...rows, indices: new Uint32Array(rows.indices.length) },
    { ...rows, dense: rows.dense.subarray(1) },
    { ...rows, offset: null },
  ];
  const shape = await shapeOf(selector);
  for (const reply of badRows) t.throws(() => decodeReply(encodeReply(reply), shape), { name: 'DataError', code: 'BAD_MESSAGE' });
  t.throws(() => decodeReply(encodeReply(new Float64Array(3)), shape), { code: 'BAD_MESSAGE', message: /no rows/ });
  const forMoments = await shapeOf(momentsRequest);
  t.throws(() => decodeReply(encodeReply(rows), forMoments), { code: 'BAD_MESSAGE', message: /0 bytes of a statistic/ });
});

test('mutated bytes are a message or a DataError, never anything else', async (t) => {
  const selector = sampleSelector((await source).map.count);
  const { map } = await source;
  const shape = await shapeOf(selector);
  const messages: { bytes: Uint8Array; decode: (bytes: Uint8Array) => unknown }[] = [
    ...(await requests()).map((request) => ({ bytes: encodeRequest(request), decode: (bytes: Uint8Array) => decodeRequest(bytes, map.count) })),
    { bytes: encodeReply(await sample), decode: (bytes) => decodeReply(bytes, shape) },
    { bytes: encodeLogged(new Uint8Array(32), await sample), decode: decodeLogged },
  ];
  let refused = 0;
  for (const { bytes, decode } of messages) {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(fc.nat(63), fc.nat(bytes.byteLength - 1)), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.oneof(fc.constant(bytes.byteLength), fc.nat(bytes.byteLength)), (changes, length) => {
        const mutated = Uint8Array.from(bytes);
        for (const [place, value] of changes) mutated[place] = value;
        try {
          decode(mutated.subarray(0, length));
        } catch (error) {
          refused++;
          return (error as { code?: string }).code === 'BAD_MESSAGE';
        }
        return true;
      }),
      { numRuns: 300 },
    );
  }
  t.true(refused > 500);
});

test('the code checked in is what the protocol generates', async (t) => {
  const script = new URL('../../packages/worker/scripts/buildProtocol.ts', import.meta.url).pathname;
  await t.notThrowsAsync(promisify(execFile)(process.execPath, [script, '--check']));
});
