import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { openTable } from '../../packages/worker/src/read/index.ts';
import { errorOf, parquetFile, readAll, readError, readFile, testFile, testFolder } from '../support/dataFiles.ts';

const CSV = 'a,b\n1,x\n2,y\n3,\n';

test('a query sees the input as the table data and its rows come as it returns them', async (t) => {
  const path = testFile(t, 'a.csv', CSV);
  t.deepEqual(await readFile(path, { query: 'SELECT a * 2 AS c, b FROM data ORDER BY a DESC' }), { c: [6, 4, 2], b: [null, 'y', 'x'] });
  t.deepEqual(await readFile(path, { query: 'FROM data; -- all of it' }), { a: [1, 2, 3], b: ['x', 'y', null] });
  t.deepEqual(await readFile(path, { query: 'WITH big AS (SELECT * FROM data WHERE a > 1) SELECT a > 2 AS late FROM big' }), { late: [0, 1] });
});

test('the order of a query is kept over many rows and threads', async (t) => {
  const path = await parquetFile(t, 'SELECT i FROM range(600000) r(i)', 'data.parquet', ', ROW_GROUP_SIZE 10000');
  const down = await readFile(path, { threads: 4, query: 'SELECT i FROM data ORDER BY i DESC' });
  t.true(down.i!.length === 600_000 && down.i!.every((value, row) => value === 599_999 - row));
  const odd = await readFile(path, { threads: 4, query: 'SELECT i FROM data WHERE i % 2 = 1' });
  t.true(odd.i!.length === 300_000 && odd.i!.every((value, row) => value === 2 * row + 1));
});

test('what groups, joins, sorts or ranks gives the same bits in the same order in every run, on however many threads', async (t) => {
  const path = await parquetFile(t, "SELECT i, i % 1009 AS g, i / 3.7 AS x, CASE WHEN i % 40000 = 39999 THEN 'oops' || i ELSE i::VARCHAR END AS text FROM range(400000) r(i)", 'data.parquet', ', ROW_GROUP_SIZE 5000');
  for (const query of [
    'SELECT g, sum(x) AS s, avg(x) AS m FROM data GROUP BY g',
    'SELECT g, stddev(x) AS s FROM data GROUP BY g ORDER BY g',
    'SELECT DISTINCT g FROM data',
    'SELECT i FROM data ORDER BY g',
    'SELECT i, sum(x) OVER (PARTITION BY g) AS s FROM data WHERE g < 100',
    'SELECT i, (SELECT sum(x) FROM data) AS s FROM data WHERE i < 1000',
    'SELECT a.i AS i, b.i AS j FROM data a JOIN data b ON a.g = b.g WHERE a.i < 3000 AND b.i < 3000',
    'SELECT g, sum(text::INTEGER) AS s FROM data GROUP BY g',
    'SELECT i, row_number() OVER () AS n, lag(x) OVER () AS before FROM data WHERE g % 2 = 1',
    'SELECT i FROM data WHERE g < 500 UNION ALL SELECT -i FROM data LIMIT 300000',
    'SELECT i FROM data WHERE g < 5 UNION SELECT -i FROM data WHERE g < 5',
  ]) {
    const results = [];
    for (const threads of [4, 4, 4, 1]) results.push(await readFile(path, { threads, query }).catch((error: Error) => error.message));
    for (const result of results) t.deepEqual(result, results[0], query);
  }
});

test('only one statement of type SELECT is run', async (t) => {
  const path = testFile(t, 'a.csv', CSV);
  const target = join(testFolder(t), 'stolen.csv');
  t.regex(await readError(path, { query: `COPY data TO '${target}'` }), /^BAD_QUERY: .*type COPY; only a SELECT is run$/);
  t.regex(await readError(path, { query: `SELECT 1; COPY data TO '${target}'` }), /^BAD_QUERY: the query holds 2 statements/);
  t.regex(await readError(path, { query: 'SET memory_limit = 0' }), /^BAD_QUERY: .*type SET/);
  t.regex(await readError(path, { query: 'CREATE TABLE x AS FROM data' }), /^BAD_QUERY: .*type CREATE/);
  t.regex(await readError(path, { query: ' ' }), /^BAD_QUERY: the query is empty/);
  t.regex(await readError(path, { query: '-- nothing' }), /^BAD_QUERY: /);
  t.false(existsSync(target));
});

test("a query that cannot be run is an error with DuckDB's message", async (t) => {
  const path = testFile(t, 'a.csv', CSV);
  t.regex(await readError(path, { query: 'SELECT nosuch FROM data' }), /^BAD_QUERY: [^]*nosuch[^]*Candidate bindings/);
  t.regex(await readError(path, { query: 'SELEC a' }), /^BAD_QUERY: [^]*syntax error/);
  t.regex(await readError(path, { query: 'SELECT ? FROM data' }), /^BAD_QUERY: .*parameters/);
  t.regex(await readError(path, { query: 'SELECT a FROM data WHERE a > 5' }), /^EMPTY_QUERY: /);
  t.regex(await readError(path, { query: 'SELECT a, b AS A FROM data' }), /^DUPLICATE_COLUMN: .*'a' and 'A'.*AS/);
});

test('a query that fails after many rows is an error and not the end of the rows', async (t) => {
  const path = await parquetFile(t, 'SELECT i FROM range(300000) r(i)');
  t.regex(await readError(path, { query: "SELECT CASE WHEN i = 299999 THEN error('boom') ELSE i END AS x FROM data" }), /^BAD_QUERY: the query failed: .*boom/);
});

test('a bad cell or row of a CSV file under a query is found with its place', async (t) => {
  const path = testFile(t, 'late.csv', `n,s\r\n${'1,x\r\n'.repeat(100_000)}oops,x\r\n`);
  t.regex(await readError(path, { query: 'SELECT n + 1 AS m FROM data' }), /^TEXT_IN_NUMERIC_COLUMN: .*late\.csv, column 'n', row 100001 \(line 100002\): 'oops'/);
  t.is((await readFile(path, { query: 'SELECT s FROM data' })).s!.length, 100_001);
  const ragged = testFile(t, 'ragged.csv', `n,s\n${'1,x\n'.repeat(100_000)}2\n`);
  t.regex(await readError(ragged, { query: 'SELECT * FROM data' }), /^RAGGED_ROW: .*ragged\.csv, row 100001/);
});

test('a CSV file has the same columns and cells with a query as without', async (t) => {
  const path = testFile(t, 'a.csv', 'n,"a, b",s,t\r\n1,true,"x, ""y""",-9\r\nNA,false,NA,1e3\r\n"3",,null,\r\n');
  const options = { na: ['-9'] };
  t.deepEqual(await readFile(path, { ...options, query: 'FROM data' }), await readFile(path, options));
});

test('the rows of a query are read once', async (t) => {
  const table = await openTable(testFile(t, 'a.csv', CSV), { query: 'SELECT random() AS x FROM data' });
  t.is(table.rowCount, null);
  await readAll(table);
  t.is(table.rowCount, 3);
  t.deepEqual(table.locate(2), { file: 'the query', row: 3 });
  t.regex(await errorOf(() => readAll(table)), /^QUERY_READ_TWICE: /);
  await table.close();
});

test('a query over Arrow or libsvm is an error', async (t) => {
  t.regex(await readError(testFile(t, 'a.svm', '1 1:1\n'), { query: 'FROM data' }), /^QUERY_FORMAT: .*a\.svm is libsvm/);
});
