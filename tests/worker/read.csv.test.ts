import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { CsvParser } from '../../packages/worker/src/read/csv/parser.ts';
import { openTable } from '../../packages/worker/src/read/index.ts';
import { Levels, levelRule } from '../../packages/worker/src/read/levels.ts';
import { missingMarkers } from '../../packages/worker/src/read/missing.ts';
import { RowWindow } from '../../packages/worker/src/read/rowWindow.ts';
import { errorOf, readAll, readError, readFile, testFile } from '../support/dataFiles.ts';
import type { Cell } from '../support/dataFiles.ts';

test('columns are numeric, text or boolean by what their cells hold', async (t) => {
  const table = await openTable(testFile(t, 'a.csv', 'n,s,b,e\n1,x,true,\n-2.5e3,y,FALSE,\n'));
  t.deepEqual(table.columns.map(({ name, kind }) => `${name} ${kind}`), ['n numeric', 's text', 'b boolean', 'e numeric']);
  t.deepEqual(await readAll(table), { n: [1, -2500], s: ['x', 'y'], b: [1, 0], e: [null, null] });
  t.is(table.rowCount, 2);
  await table.close();
});

test('numbers with a comma are no categories: they are refused with the query that reads them', async (t) => {
  const path = testFile(t, 'a.csv', 'n;s;i\n1,5;a,b;1\n-2,25;1,5;2\n3;x;3\n');
  const table = await openTable(path);
  t.deepEqual(table.columns.map(({ name, kind }) => `${name} ${kind}`), ['n unsupported', 's text', 'i numeric']);
  t.deepEqual(await readAll(table, ['s', 'i']), { s: ['a,b', '1,5', 'x'], i: [1, 2, 3] });
  await table.close();
  const again = await openTable(path);
  const message = await errorOf(() => readAll(again, ['n']));
  await again.close();
  t.regex(message, /^UNSUPPORTED_TYPE: .*column 'n' has the type COMMA NUMBER.*--query "select \* replace/);
  const query = /--query "(.*)"$/.exec(message)![1]!;
  t.deepEqual((await readFile(path, { query }))['n'], [1.5, -2.25, 3]);
});

test('the empty cell, NA, NaN and null are missing, quoted or not, among numbers and texts', async (t) => {
  const cells = await readFile(testFile(t, 'a.csv', 'n,s\n,\nNA,NA\nNaN,NaN\nnull,null\n"","NA"\n NA ,x\n1,y\n'));
  t.deepEqual(cells, { n: [null, null, null, null, null, null, 1], s: [null, null, null, null, null, 'x', 'y'] });
});

test('further markers are missing as texts, and as numbers where they are numbers', async (t) => {
  const path = testFile(t, 'a.csv', 'n,s\n-999,?\n-999.0,x\n1,-999\n');
  t.deepEqual(await readFile(path, { na: ['-999', '?'] }), { n: [null, null, 1], s: [null, 'x', null] });
});

test('infinities are numbers, nan in any case is missing', async (t) => {
  t.deepEqual(await readFile(testFile(t, 'a.csv', 'x\ninf\n-Infinity\n+INF\nnan\n1e400\n3\n')), { x: [Infinity, -Infinity, Infinity, null, Infinity, 3] });
});

test('quoted cells may hold delimiters, quotes and line ends', async (t) => {
  t.deepEqual(await readFile(testFile(t, 'a.csv', 's,"a ""name"", quoted"\n"x, ""y""\nz","1"\nw"w,2\n')), { s: ['x, "y"\nz', 'w"w'], 'a "name", quoted': [1, 2] });
});

test('LF, CRLF, CR and mixed line ends, with and without the last one, give the same rows', async (t) => {
  const rows = { a: [1, 2], b: ['x', 'y'] };
  for (const text of ['a,b\n1,x\n2,y\n', 'a,b\r\n1,x\r\n2,y\r\n', 'a,b\r1,x\r2,y\r', 'a,b\n1,x\r\n2,y', 'a,b\r\n1,x\r\n2,y', 'a,b\n\n1,x\n\n\n2,y\n\n']) {
    t.deepEqual(await readFile(testFile(t, 'a.csv', text)), rows, JSON.stringify(text));
  }
});

test('a blank line is a missing value in a file of one column', async (t) => {
  t.deepEqual(await readFile(testFile(t, 'a.csv', 'a\n1\n\n2\n')), { a: [1, null, 2] });
});

test('a byte order mark is no part of the first name; UTF-16 is refused', async (t) => {
  t.deepEqual(await readFile(testFile(t, 'a.csv', '\ufeffa,b\n1,2\n')), { a: [1], b: [2] });
  t.regex(await readError(testFile(t, 'a.csv', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'))), /^BAD_ENCODING: .*a\.csv is UTF-16; save it as UTF-8$/);
});

test('the delimiter is the first of comma, semicolon, tab and bar in the header line, or the one given', async (t) => {
  const rows = { a: [1], b: ['x'] };
  t.deepEqual(await readFile(testFile(t, 'a.csv', 'a;b\n1;x\n')), rows);
  t.deepEqual(await readFile(testFile(t, 'a.csv', 'a|b\n1|x\n')), rows);
  t.deepEqual(await readFile(testFile(t, 'a.tsv', 'a\tb\n1\tx\n')), rows);
  t.deepEqual(await readFile(testFile(t, 'a.csv', 'a,;b\n1;x\n'), { delimiter: ';' }), { 'a,': [1], b: ['x'] });
  t.regex(await readError(testFile(t, 'a.csv', 'a,b\n1,x\n'), { delimiter: '""' }), /^BAD_DELIMITER: /);
});

test('a row of another width than the header is an error with its row, line and counts', async (t) => {
  t.regex(await readError(testFile(t, 'a.csv', 'a,b\n1,"x\ny"\n2\n')), /^RAGGED_ROW: .*a\.csv, row 2 \(line 4\): 1 cell where the header has 2 columns/);
  t.regex(await readError(testFile(t, 'a.csv', 'a,b\n1,x\n2,y,z,w\n')), /^RAGGED_ROW: .*row 2 \(line 3\): 4 cells where the header has 2/);
  t.regex(await readError(testFile(t, 'a.csv', 'a,b\n1,x,\n')), /^RAGGED_ROW: .*row 1 \(line 2\): 3 cells/);
});

test('names that occur twice or are empty are errors, names that differ by case are not', async (t) => {
  t.regex(await readError(testFile(t, 'a.csv', 'a,b,a\n1,2,3\n')), /^DUPLICATE_COLUMN: .*columns 1 and 3 are both named 'a'/);
  t.regex(await readError(testFile(t, 'a.csv', ',b\n1,2\n')), /^EMPTY_COLUMN_NAME: .*column 1 of 2 has no name/);
  t.deepEqual(await readFile(testFile(t, 'a.csv', 'a,A\n1,2\n')), { a: [1], A: [2] });
});

test('a file without bytes, without a header or without rows is empty', async (t) => {
  t.regex(await readError(testFile(t, 'a.csv', '')), /^EMPTY_FILE: .*0 bytes/);
  t.regex(await readError(testFile(t, 'a.csv', '\n\n')), /^EMPTY_FILE: .*first line must name the columns/);
  t.regex(await readError(testFile(t, 'a.csv', 'a,b\n\n')), /^EMPTY_FILE: .*no rows/);
});

test('a text late in a column of numbers is an error with file, column, row, line, value and remedy', async (t) => {
  const path = testFile(t, 'late.csv', `n,s\n${'1,x\n'.repeat(100_000)}n.a.,x\n${'1,x\n'.repeat(1000)}`);
  t.regex(await readError(path), /^TEXT_IN_NUMERIC_COLUMN: .*late\.csv, column 'n', row 100001 \(line 100002\): 'n\.a\.' is not a number; .*--categorical 'n'.*--exclude 'n'.*--na 'n\.a\.'/);
  t.is((await readFile(path, { na: ['n.a.'] })).n![100_000], null);
  const asText = await readFile(path, {}, ['n']);
  t.deepEqual([asText.n![0], asText.n![100_000]], ['1', 'n.a.']);
  const other = await openTable(path);
  t.is((await readAll(other, ['s'])).s!.length, 101_001);
  await other.close();
});

test('a stray text early in a column of numbers does not make it a column of texts', async (t) => {
  const path = testFile(t, 'a.csv', `n\n1\n2\noops\n${'3\n'.repeat(50)}`);
  t.regex(await readError(path), /^TEXT_IN_NUMERIC_COLUMN: .*row 3 \(line 4\): 'oops'/);
});

test('digits with underscores, units or hexadecimal are no numbers', async (t) => {
  for (const cell of ['1_000', '5%', '0x10', '1d5', '1,5']) t.regex(await readError(testFile(t, 'a.csv', `n;m\n1;1\n2;1\n${cell};1\n`)), /^TEXT_IN_NUMERIC_COLUMN: /, cell);
});

test('a cell of a boolean column that is neither true nor false is an error', async (t) => {
  t.regex(await readError(testFile(t, 'a.csv', 'b\ntrue\nfalse\nmaybe\n')), /^TEXT_IN_BOOLEAN_COLUMN: .*column 'b', row 3 \(line 4\): 'maybe'/);
});

test('quotes that are not closed, or closed too early, are errors', async (t) => {
  t.regex(await readError(testFile(t, 'a.csv', 'a,b\n1,"xy\n2,y\n')), /^BAD_QUOTING: .*column 'b', row 1 \(line 2\): the quote that opens this cell is never closed/);
  t.regex(await readError(testFile(t, 'a.csv', 'a,b\n1,x\n2,"x"y\n')), /^BAD_QUOTING: .*column 'b', row 2 \(line 3\): text follows the closing quote/);
  t.regex(await readError(testFile(t, 'a.csv', 'a,"b\n1,x\n')), /^BAD_QUOTING: .*header line/);
});

test('a row that does not end is an error before it fills the memory', async (t) => {
  t.regex(await readError(testFile(t, 'a.csv', `a,b\n1,x\n2,"${'x\n'.repeat(9 << 20)}`)), /^ROW_TOO_LONG: .*row 2 \(line 3\)/);
});

test('text that is not UTF-8 is an error with its place', async (t) => {
  t.regex(await readError(testFile(t, 'a.csv', Buffer.from('a,b\n1,x\n2,\xe9t\xe9\n', 'latin1'))), /^BAD_ENCODING: .*column 'b', row 2 \(line 3\): .*not UTF-8/);
  t.regex(await readError(testFile(t, 'a.csv', Buffer.from('a,\xe9t\xe9\n1,x\n', 'latin1'))), /^BAD_ENCODING: .*header line/);
});

test('levels of text columns are coded in order of first appearance', async (t) => {
  const table = await openTable(testFile(t, 'a.csv', 's\nz\na\n\nz\n"m, m"\n'));
  for await (const batch of table.batches({ columns: ['s'] })) {
    const [column] = batch.columns;
    t.deepEqual(column?.kind === 'text' && { codes: [...column.codes], levels: column.levels }, { codes: [0, 1, -1, 0, 2], levels: ['z', 'a', 'm, m'] });
  }
  await table.close();
});

test('numbers and booleans read as text have their shortest form as level, large whole numbers all digits', async (t) => {
  const path = testFile(t, 'a.csv', 'n,b\n7,true\n7.0,TRUE\n07,false\n0.50,\n9007199254740993,true\n9007199254740992,true\n-0,true\n1e3,true\nNA,true\n');
  t.deepEqual(await readFile(path, {}, ['n', 'b']), {
    n: ['7', '7', '7', '0.5', '9007199254740993', '9007199254740992', '0', '1000', null],
    b: ['true', 'true', 'false', null, 'true', 'true', 'true', 'true', 'true'],
  });
});

test('gzip files are read by their magic, damaged ones are an error', async (t) => {
  const zipped = gzipSync(`a\n${'1\n'.repeat(200_000)}`);
  t.is((await readFile(testFile(t, 'a.csv.gz', zipped))).a!.length, 200_000);
  t.is((await readFile(testFile(t, 'a.csv', zipped))).a!.length, 200_000);
  t.regex(await readError(testFile(t, 'a.csv.gz', zipped.subarray(0, zipped.length - 20))), /^CORRUPT_FILE: .*a\.csv\.gz/);
});

test('rows of many batches keep their order and numbers', async (t) => {
  const rows = 150_000;
  const path = testFile(t, 'a.csv', `i,j\n${Array.from({ length: rows }, (_, i) => `${i},k${i % 7}\n`).join('')}`);
  const { i, j } = await readFile(path);
  t.true(i!.every((value, row) => value === row) && i!.length === rows);
  t.true(j!.every((value, row) => value === `k${row % 7}`));
});

test('columns come in the order asked for, unknown ones are an error that names the nearest', async (t) => {
  const table = await openTable(testFile(t, 'a.csv', 'alpha,beta,gamma\n1,2,3\n'));
  t.deepEqual(Object.entries(await readAll(table, ['gamma', 'alpha'])), [['gamma', [3]], ['alpha', [1]]]);
  t.regex(await errorOf(() => readAll(table, ['gama'])), /^UNKNOWN_COLUMN: .*no column 'gama'; did you mean 'gamma'\?/);
  t.regex(await errorOf(() => readAll(table, ['zzzz'])), /^UNKNOWN_COLUMN: .*its columns are "alpha", "beta", "gamma"/);
  await table.close();
});

test('reading stops when the signal says so', async (t) => {
  const table = await openTable(testFile(t, 'a.csv', `a\n${'1\n'.repeat(1 << 20)}`));
  const abort = new AbortController();
  await t.throwsAsync(
    async () => {
      for await (const batch of table.batches({ columns: ['a'], signal: abort.signal })) if (batch.rows > 0) abort.abort(new Error('enough'));
    },
    { message: 'enough' },
  );
  await table.close();
});

/** Rows parsed from bytes that arrive in pieces. */
function parseInPieces(text: string, width: number, piece: number, capacity: number): Cell[][] {
  const missing = missingMarkers();
  const names = Array.from({ length: width }, (_, column) => `c${column}`);
  const sinks = names.map(() => ({ kind: 'text' as const, codes: new Int32Array(capacity), levels: new Levels(levelRule('text', missing)) }));
  const parser = new CsvParser({ names, sinks, missing, capacity });
  parser.beginFile('pieces', 44, 1);
  const window = new RowWindow();
  const bytes = Buffer.from(text);
  const rows: Cell[][] = [];
  const drain = (): void => {
    for (let row = 0; row < parser.rows; row++) rows.push(sinks.map(({ codes, levels }) => (codes[row]! < 0 ? null : levels.names[codes[row]!]!)));
    parser.rows = 0;
  };
  for (let at = 0; at <= bytes.length; at += piece) {
    const last = at + piece > bytes.length;
    window.append(bytes.subarray(at, at + piece));
    for (;;) {
      window.start = parser.parse(window.bytes, window.start, window.end, last);
      if (parser.rows < capacity) break;
      drain();
    }
  }
  drain();
  return rows;
}

test('rows are the same wherever the bytes are cut', (t) => {
  const cell = fc.oneof(fc.constantFrom('', 'a', 'b,c', 'line\nend', 'line\r\nend', '"', '""', 'x"y', 'NA', 'é', 'twelve or more bytes'), fc.stringMatching(/^[a-z,"\n\r]{0,6}$/));
  const table = fc.integer({ min: 2, max: 4 }).chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom('\n', '\r\n', '\r'), fc.boolean(), (rows, piece, capacity, lineEnd, closed) => {
      const written = (value: string): string => (/[",\n\r]/.test(value) || value === '' ? `"${value.replaceAll('"', '""')}"` : value);
      const text = rows.map((row) => row.map(written).join(',')).join(lineEnd) + (closed ? lineEnd : '');
      const expected = rows.map((row) => row.map((value) => (value === '' || value === 'NA' ? null : value)));
      t.deepEqual(parseInPieces(text, rows[0]!.length, piece, capacity), expected);
    }),
    { numRuns: 2000, seed: 1, includeErrorInReport: true },
  );
});
