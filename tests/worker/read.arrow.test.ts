import { readFileSync } from 'node:fs';
import test from 'ava';
import { decodeLz4Frame } from '../../packages/worker/src/read/arrow/lz4.ts';
import { openTable } from '../../packages/worker/src/read/index.ts';
import { arrowWriter, errorOf, readAll, readError, readFile, testFile } from '../support/dataFiles.ts';

const { dateDay, dictionary, float32, int64, tableFromArrays, tableToIPC, utf8 } = arrowWriter;
const fixture = (name: string): string => new URL(`../fixtures/read/${name}`, import.meta.url).pathname;

const TABLE = tableFromArrays(
  { a: [1, 2, null, 4], s: ['x', 'a text of more than twelve bytes', '', null], b: [true, false, null, true], f: [0.1, 0.5, null, 7], i: [9007199254740993n, 2n, 3n, null] },
  { types: { s: utf8(), f: float32(), i: int64() } },
);
const CELLS = { a: [1, 2, null, 4], s: ['x', 'a text of more than twelve bytes', null, null], b: [1, 0, null, 1], f: [Math.fround(0.1), 0.5, null, 7], i: [2 ** 53, 2, 3, null] };

test('files and streams give numbers, texts and booleans with what is missing', async (t) => {
  for (const format of ['file', 'stream'] as const) {
    const table = await openTable(testFile(t, 'a.arrow', tableToIPC(TABLE, { format })));
    t.is(table.rowCount, 4);
    t.deepEqual(table.columns.map(({ kind }) => kind), ['numeric', 'text', 'boolean', 'numeric', 'numeric']);
    t.deepEqual(await readAll(table), CELLS, format);
    await table.close();
  }
});

test('numbers read as text have their shortest form, whole numbers beyond 2^53 all digits', async (t) => {
  const cells = await readFile(testFile(t, 'a.feather', tableToIPC(TABLE, { format: 'file' })), {}, ['a', 'b', 'f', 'i']);
  t.deepEqual({ a: cells.a, b: cells.b, f: cells.f, i: cells.i }, { a: ['1', '2', null, '4'], b: ['true', 'false', null, 'true'], f: ['0.1', '0.5', null, '7'], i: ['9007199254740993', '2', '3', null] });
});

test('codes of a dictionary column are in order of first appearance among the rows', async (t) => {
  const path = testFile(t, 'a.arrow', tableToIPC(tableFromArrays({ d: ['z', 'y', null, 'z', 'NA', 'x'] }, { types: { d: dictionary(utf8()) } }), { format: 'stream' }));
  t.deepEqual(await readFile(path), { d: ['z', 'y', null, 'z', null, 'x'] });
});

test('files of pyarrow, compressed with LZ4 and zstd, are read batch by batch', async (t) => {
  for (const name of ['pyarrow-lz4.feather', 'pyarrow-zstd.feather']) {
    const { x, s, d, b, dec, v } = await readFile(fixture(name));
    const texts = ['a', 'bb', 'a longer level than twelve', null];
    for (let row = 0; row < 3000; row++) {
      t.is(x![row], row % 7 === 0 ? null : row / 8);
      t.is(s![row], texts[row % 4]);
      t.is(d![row], ['u', 'v', 'w'][row % 3]);
      t.is(b![row], row % 2 === 0 ? 1 : 0);
      t.is(dec![row], row / 100);
      t.is(v![row], texts[row % 3]);
    }
  }
});

test('a file whose dictionaries stand behind the rows is read', async (t) => {
  t.deepEqual(await readFile(fixture('polars.arrow')), { x: [1.5, 2, null], s: ['a', 'a longer level than twelve', null], c: ['p', 'q', 'p'] });
});

test('several files are one table; names and kinds must agree', async (t) => {
  const path = testFile(t, 'a.arrow', tableToIPC(TABLE, { format: 'file' }));
  const { a } = await readFile([path, path]);
  t.deepEqual(a, [...CELLS.a, ...CELLS.a]);
  const other = testFile(t, 'b.arrow', tableToIPC(tableFromArrays({ a: ['x'] }, { types: { a: utf8() } }), { format: 'file' }));
  t.regex(await readError([other, testFile(t, 'c.arrow', tableToIPC(tableFromArrays({ a: [1] }), { format: 'file' }))]), /^COLUMNS_DIFFER: column 1 is 'a' \(text\) in .* but 'a' \(numeric\) in/);
});

test('dates are an error only when asked for', async (t) => {
  const table = await openTable(testFile(t, 'a.arrow', tableToIPC(tableFromArrays({ d: [new Date(0)], x: [1] }, { types: { d: dateDay() } }), { format: 'file' })));
  t.deepEqual(await readAll(table, ['x']), { x: [1] });
  t.regex(await errorOf(() => readAll(table, ['d'])), /^UNSUPPORTED_TYPE: .*column 'd' has the type Date/);
  await table.close();
});

test('cut-off and damaged files are errors, wherever they are cut', async (t) => {
  for (const format of ['file', 'stream'] as const) {
    const whole = tableToIPC(TABLE, { format });
    // without its last 8 bytes, the end marker, a stream is still whole
    for (let length = 1; length < whole.length - (format === 'stream' ? 8 : 0); length += 13) {
      t.regex(await readError(testFile(t, 'a.arrow', whole.subarray(0, length))), /^(CORRUPT_FILE|EMPTY_FILE): /, `${format} of ${length} bytes`);
    }
    for (let at = 0; at < whole.length; at += 7) {
      const damaged = Uint8Array.from(whole);
      damaged.fill(0xff, at, at + 4);
      t.regex(await readError(testFile(t, 'a.arrow', damaged)), /^(no error|CORRUPT_FILE|BAD_ENCODING|EMPTY_FILE|DUPLICATE_COLUMN|UNKNOWN_COLUMN)/, `${format} damaged at ${at}`);
    }
  }
  t.regex(await readError(testFile(t, 'a.arrow', 'a,b\n1,2\n3,4\n')), /^CORRUPT_FILE: /);
});

const LZ4_TEXT = `${'the quick brown fox '.repeat(20)}jumps over ${'x'.repeat(300)}${' lazy dogs, '.repeat(7)}`;
// made by the lz4 command, without and with content size, block and content checksums
const LZ4_FRAMES = [
  'BCJNGGBAgkEAAAD/BXRoZSBxdWljayBicm93biBmb3ggFAD/as9qdW1wcyBvdmVyIHgBAP8ZzyBsYXp5IGRvZ3MsIAwAMFBvZ3MsIAAAAAA=',
  'BCJNGHxAGwMAAAAAAAC1QQAAAP8FdGhlIHF1aWNrIGJyb3duIGZveCAUAP9qz2p1bXBzIG92ZXIgeAEA/xnPIGxhenkgZG9ncywgDAAwUG9ncywg4UJN1wAAAABQMeQp',
];

test('LZ4 frames give back their text; damaged ones throw and never write beyond it', (t) => {
  for (const frame of LZ4_FRAMES) {
    const bytes = Buffer.from(frame, 'base64');
    t.is(Buffer.from(decodeLz4Frame(bytes, LZ4_TEXT.length)).toString(), LZ4_TEXT);
    for (let at = 0; at < bytes.length - 16; at++) t.throws(() => decodeLz4Frame(bytes.subarray(0, at), LZ4_TEXT.length), undefined, `cut at ${at}`);
    t.throws(() => decodeLz4Frame(bytes, LZ4_TEXT.length - 1));
    t.throws(() => decodeLz4Frame(bytes, LZ4_TEXT.length + 1));
  }
});

test('a file of another format under this name says so', async (t) => {
  t.regex(await readError(testFile(t, 'a.arrow', readFileSync(fixture('README.md')))), /^CORRUPT_FILE: /);
});
