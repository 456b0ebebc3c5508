import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { openTable } from '../../packages/worker/src/read/index.ts';
import { errorOf, parquetFile, readAll, readError, readFile, testFile } from '../support/dataFiles.ts';

test('numbers of every type come as doubles, nulls as missing', async (t) => {
  const types = ['TINYINT', 'USMALLINT', 'INTEGER', 'BIGINT', 'UBIGINT', 'HUGEINT', 'FLOAT', 'DOUBLE', 'DECIMAL(9,2)', 'DECIMAL(30,2)'];
  const values = (value: string): string => types.map((type, index) => `${value}::${type} AS c${index}`).join(', ');
  const path = await parquetFile(t, `SELECT ${values('7')} UNION ALL SELECT ${values('NULL')}`);
  const cells = await readFile(path);
  for (const [index, type] of types.entries()) t.deepEqual(cells[`c${index}`], [7, null], type);
});

test('decimals and whole numbers that a double does not hold come as the nearest one', async (t) => {
  const digits = Array.from({ length: 300 }, (_, row) => `${(7n ** 44n * BigInt(row + 1)) % 10n ** 37n}`.padStart(37, '1'));
  const rows = digits.map((text) => `('${text.slice(0, 12)}.${text.slice(12)}', '${text}')`).join(', ');
  const { d, h } = await readFile(await parquetFile(t, `SELECT d::DECIMAL(38, 25) AS d, h::HUGEINT AS h FROM (VALUES ${rows}) v(d, h)`));
  t.deepEqual(d, digits.map((text) => Number(`${text.slice(0, 12)}.${text.slice(12)}`)));
  // Parquet has no whole numbers of 128 bits: DuckDB writes them as doubles
  t.is(h!.length, digits.length);
});

test('texts, enums and booleans are coded; empty texts and markers are missing', async (t) => {
  const path = await parquetFile(t, `FROM (VALUES ('x', 'p'::ENUM('q', 'p'), true), ('', 'q', false), ('NA', NULL, NULL), (NULL, 'p', true)) v(s, e, b)`);
  const table = await openTable(path);
  t.deepEqual(table.columns.map(({ kind }) => kind), ['text', 'text', 'boolean']);
  t.is(table.rowCount, 4);
  t.deepEqual(await readAll(table), { s: ['x', null, null, null], e: ['p', 'q', null, 'p'], b: [1, 0, null, 1] });
  t.deepEqual(await readAll(table, ['b'], ['b']), { b: ['true', 'false', null, 'true'] });
  await table.close();
});

test('texts longer than what DuckDB holds in place are told apart, also where they share their beginning', async (t) => {
  const path = await parquetFile(t, `SELECT 'a common beginning ' || (i % 5) AS s, CASE WHEN i % 3 = 0 THEN 'not available at all' ELSE 'short' END AS m FROM range(5000) r(i)`);
  const { s, m } = await readFile(path, { na: ['not available at all'] });
  t.true(s!.every((value, row) => value === `a common beginning ${row % 5}`));
  t.true(m!.every((value, row) => value === (row % 3 === 0 ? null : 'short')));
});

test('long texts that are all different are told apart over many chunks', async (t) => {
  const { s } = await readFile(await parquetFile(t, `SELECT 'a common beginning ' || (i * 7919 % 100003) AS s FROM range(40000) r(i)`));
  t.true(s!.every((value, row) => value === `a common beginning ${(row * 7919) % 100_003}`));
});

test('numbers read as text have their shortest form, whole numbers beyond 2^53 all digits', async (t) => {
  const path = await parquetFile(t, `FROM (VALUES (7::TINYINT, 0.1::FLOAT, 0.50::DECIMAL(5,2), 9007199254740993::BIGINT, 1e21::DOUBLE), (NULL, NULL, NULL, 9007199254740992, NULL)) v(i, f, d, b, x)`);
  t.deepEqual(await readFile(path, {}, ['i', 'f', 'd', 'b', 'x']), { i: ['7', null], f: ['0.1', null], d: ['0.5', null], b: ['9007199254740993', '9007199254740992'], x: ['1e+21', null] });
});

test('markers that are numbers are missing in columns of numbers', async (t) => {
  t.deepEqual(await readFile(await parquetFile(t, 'FROM (VALUES (-999), (1)) v(x)'), { na: ['-999'] }), { x: [null, 1] });
});

test('dates and lists are an error that names the column and the remedy, only when asked for', async (t) => {
  const path = await parquetFile(t, `SELECT 1 AS x, TIMESTAMP '2001-01-01 12:00' AS "when", [1, 2] AS l`);
  const table = await openTable(path);
  t.deepEqual(table.columns.map(({ kind, type }) => `${kind} ${type}`), ['numeric INTEGER', 'unsupported TIMESTAMP', 'unsupported INTEGER[]']);
  t.deepEqual(await readAll(table, ['x']), { x: [1] });
  t.regex(await errorOf(() => readAll(table, ['when'])), /^UNSUPPORTED_TYPE: .*column 'when' has the type TIMESTAMP.*--exclude 'when'.*--query/);
  await table.close();
  t.deepEqual(await readFile(path, { query: 'SELECT hour("when") AS h FROM data' }), { h: [12] });
});

test('several files are read one after the other, number types may differ, names and kinds may not', async (t) => {
  const first = await parquetFile(t, 'SELECT i::INTEGER AS a FROM range(3000) r(i)', 'b.parquet');
  const second = await parquetFile(t, 'SELECT i + 0.5 AS a FROM range(3000, 5000) r(i)', 'a.parquet');
  const table = await openTable([first, second]);
  t.is(table.rowCount, 5000);
  const { a } = await readAll(table);
  t.true(a!.every((value, row) => value === (row < 3000 ? row : row + 0.5)));
  t.deepEqual([table.locate(2999), table.locate(3000)], [{ file: first, row: 3000 }, { file: second, row: 1 }]);
  await table.close();
  t.deepEqual(await readFile([first, second], { query: 'SELECT count(*) AS n, sum(a) AS s FROM data' }), { n: [5000], s: [(4999 * 5000) / 2 + 1000] });

  const other = await parquetFile(t, "SELECT 'x' AS a", 'c.parquet');
  t.regex(await readError([first, other]), /^COLUMNS_DIFFER: column 1 is 'a' \(numeric\) in .*b\.parquet but 'a' \(text\) in .*c\.parquet/);
  t.regex(await readError([first, await parquetFile(t, 'SELECT 1 AS z', 'd.parquet')]), /^COLUMNS_DIFFER: column 1 is 'a' in .* but 'z' in/);
  t.regex(await readError([first, await parquetFile(t, 'SELECT 1 AS a, 2 AS b', 'd.parquet')]), /^COLUMNS_DIFFER: .* has 1 columns but .* has 2/);
});

test('names that differ by case alone stay apart', async (t) => {
  // DuckDB does not write such a file: one name is patched
  const bytes = readFileSync(await parquetFile(t, 'SELECT 1 AS name, 2 AS Mame')).toString('latin1').replaceAll('Mame', 'Name');
  t.deepEqual(await readFile(testFile(t, 'a.parquet', Buffer.from(bytes, 'latin1'))), { name: [1], Name: [2] });
});

test('paths with the characters of patterns and quotes are taken as they are', async (t) => {
  const path = await parquetFile(t, 'SELECT 1 AS a', 'it[1]?.parquet');
  writeFileSync(join(dirname(path), 'it12.parquet'), readFileSync(await parquetFile(t, 'SELECT 2 AS a')));
  t.deepEqual(await readFile(path), { a: [1] });
  t.deepEqual(await readFile(testFile(t, "o'clock.csv", 'a\n1\n'), { query: 'FROM data' }), { a: [1] });
});

test('a damaged or cut-off file and one of another format are errors', async (t) => {
  const whole = readFileSync(await parquetFile(t, 'SELECT * FROM range(100000) r(i)'));
  t.regex(await readError(testFile(t, 'a.parquet', whole.subarray(0, 5000))), /^CORRUPT_FILE: .*a\.parquet: the file is damaged/);
  t.regex(await readError(testFile(t, 'a.parquet', 'a,b\n1,2\n')), /^CORRUPT_FILE: /);
});

test('a damaged page is an error and not the end of the rows', async (t) => {
  const bytes = readFileSync(await parquetFile(t, 'SELECT i, hash(i)::VARCHAR AS s FROM range(400000) r(i)', 'data.parquet', ', COMPRESSION zstd, ROW_GROUP_SIZE 20000'));
  bytes.fill(0xaa, bytes.length >> 1, (bytes.length >> 1) + 2000);
  t.regex(await readError(testFile(t, 'a.parquet', bytes)), /^CORRUPT_FILE: /);
});

test('a file without rows is empty', async (t) => {
  t.regex(await readError(await parquetFile(t, 'SELECT 1 AS a WHERE false')), /^EMPTY_FILE: /);
});

test('rows keep their order with several threads', async (t) => {
  const path = await parquetFile(t, 'SELECT i FROM range(1000000) r(i)', 'data.parquet', ', ROW_GROUP_SIZE 10000');
  const { i } = await readFile(path, { threads: 4 });
  t.true(i!.length === 1_000_000 && i!.every((value, row) => value === row));
});

test('all flights are read with their airports', async (t) => {
  const table = await openTable(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url).pathname);
  t.is(table.rowCount, 3_000_000);
  const levels = new Map<string, number>();
  let rows = 0;
  for await (const batch of table.batches({ columns: ['origin', 'destination', 'delay'] })) {
    rows += batch.rows;
    batch.columns.forEach((column, index) => column.kind === 'text' && levels.set(String(index), column.levels.length));
  }
  t.is(rows, 3_000_000);
  t.deepEqual([...levels.values()], [229, 228]);
  await table.close();
});
