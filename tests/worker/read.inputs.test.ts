import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { openTable } from '../../packages/worker/src/read/index.ts';
import { errorOf, parquetFile, readAll, readError, readFile, testFile, testFolder } from '../support/dataFiles.ts';

test('the files of a glob are read in byte order of their paths', async (t) => {
  const folder = testFolder(t);
  for (const [name, value] of [['b', 3], ['a', 2], ['B', 1], ['é', 5], ['c', 4]]) writeFileSync(join(folder, `${name}.csv`), `x\n${value}\n`);
  const table = await openTable(join(folder, '*.csv'));
  t.deepEqual(await readAll(table), { x: [1, 2, 3, 4, 5] });
  t.deepEqual(table.locate(3), { file: join(folder, 'c.csv'), row: 1 });
  await table.close();
});

test('byte order goes by whole paths, folders and all', async (t) => {
  const folder = testFolder(t);
  mkdirSync(join(folder, 'd'));
  for (const [name, value] of [['d/x', 2], ['d-1', 1], ['d0', 3]]) writeFileSync(join(folder, `${name}.csv`), `x\n${value}\n`);
  t.deepEqual(await readFile(join(folder, '**', '*.csv')), { x: [1, 2, 3] });
});

test('files named one by one are read in the order given', async (t) => {
  t.deepEqual(await readFile([testFile(t, 'b.csv', 'x\n1\n'), testFile(t, 'a.csv', 'x\n2\n')]), { x: [1, 2] });
});

test('files of a glob agree in their columns or the error names both', async (t) => {
  const folder = testFolder(t);
  writeFileSync(join(folder, '1.csv'), 'x,y\n1,2\n');
  writeFileSync(join(folder, '2.csv'), 'x,z\n1,2\n');
  t.regex(await readError(join(folder, '*.csv')), /^COLUMNS_DIFFER: column 2 is 'y' in .*1\.csv but 'z' in .*2\.csv/);
  writeFileSync(join(folder, '2.csv'), 'x\n1\n');
  t.regex(await readError(join(folder, '*.csv')), /^COLUMNS_DIFFER: .*1\.csv has 2 columns but .*2\.csv has 1/);
});

test('a column is text in all files where most of its sampled cells are', async (t) => {
  t.deepEqual(await readFile([testFile(t, 'a.csv', 'x\n1\n'), testFile(t, 'b.csv', 'x\nu\nv\n')]), { x: ['1', 'u', 'v'] });
});

test('places over several files name the file and its own row', async (t) => {
  const good = testFile(t, 'a.csv', `x\n${'1\n'.repeat(10)}`);
  const bad = testFile(t, 'b.csv', 'x;\n'.replace(';', '') + '1\noops\n');
  t.regex(await readError([good, bad]), /^TEXT_IN_NUMERIC_COLUMN: .*b\.csv, column 'x', row 2 \(line 3\): 'oops'/);
});

test('formats are not mixed', async (t) => {
  t.regex(await readError([testFile(t, 'a.csv', 'x\n1\n'), await parquetFile(t, 'SELECT 1 AS x')]), /^MIXED_FORMATS: .*a\.csv is csv but .*data\.parquet is parquet/);
});

test('what is not there, not a file or not known is an error', async (t) => {
  const folder = testFolder(t);
  mkdirSync(join(folder, 'inner.csv'));
  t.regex(await readError(join(folder, 'no.csv')), /^FILE_NOT_FOUND: .*no\.csv: no such file/);
  t.regex(await readError(join(folder, '*.parquet')), /^FILE_NOT_FOUND: .*\*\.parquet: no file matches/);
  t.regex(await readError(join(folder, 'inner.csv')), /^IS_DIRECTORY: .*inner\.csv\/\*\.parquet/);
  t.regex(await readError('https://example.org/a.csv'), /^FILE_NOT_FOUND: .*addresses are not read.*standard input \(-\)/);
  if (process.platform !== 'win32') t.regex(await readError('/dev/null', { format: 'csv' }), /^FILE_NOT_READABLE: \/dev\/null is a pipe or a device.*- < \/dev\/null/);
  t.regex(await readError(testFile(t, 'a.xlsx', 'x')), /^UNKNOWN_FORMAT: .*a\.xlsx.*\.csv \.tsv .*\.parquet, \.arrow/);
  t.regex(await readError(testFile(t, 'noextension', 'x')), /^UNKNOWN_FORMAT: /);
  t.regex(await readError([]), /^NO_INPUT: /);
  t.deepEqual(await readFile(testFile(t, 'noextension', 'x\n1\n'), { format: 'csv' }), { x: [1] });
});

test('of several inputs that are wrong the first in the order given is named, however long it takes to look', async (t) => {
  const folder = testFolder(t);
  const slow = join(folder, 'slow');
  mkdirSync(slow);
  const far = `${folder}${'/slow/..'.repeat(400)}/first.csv`;
  const last = join(folder, 'last.csv');
  for (let time = 0; time < 20; time++) t.true((await readError([far, last, last])).startsWith(`FILE_NOT_FOUND: ${far}: no such file`));
  t.true((await readError([last, join(folder, '*.csv')])).startsWith(`FILE_NOT_FOUND: ${last}`));
  t.true((await readError([join(folder, '*.csv'), last])).startsWith(`FILE_NOT_FOUND: ${join(folder, '*.csv')}`));
  t.true((await readError([slow, last])).startsWith(`IS_DIRECTORY: ${slow}`));
});

test('a file without permission to read is an error', async (t) => {
  const path = testFile(t, 'a.csv', 'x\n1\n');
  chmodSync(path, 0);
  const error = await readError(path);
  // the superuser may read everything
  t.regex(error, process.getuid?.() === 0 ? /^no error$/ : /^FILE_NOT_READABLE: .*no permission/);
});

test('a path that holds the characters of a pattern is taken as it is where the file exists', async (t) => {
  t.deepEqual(await readFile(testFile(t, 'a[1].csv', 'x\n1\n')), { x: [1] });
});

/** A folder for temporary files that no other test uses. */
function ownTemporaryFolder(t: ExecutionContext): string {
  const before = process.env['TMPDIR'];
  const folder = testFolder(t);
  process.env['TMPDIR'] = folder;
  t.teardown(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  return folder;
}

test.serial('standard input is read in every format that its first bytes tell, and leaves nothing behind', async (t) => {
  const temporary = ownTemporaryFolder(t);
  const read = async (bytes: Buffer): Promise<unknown> => readFile('-', { stdin: Readable.from([bytes]) });
  t.deepEqual(await read(Buffer.from('x,y\n1,a\n')), { x: [1], y: ['a'] });
  t.deepEqual(await read(gzipSync('x,y\n1,a\n')), { x: [1], y: ['a'] });
  t.deepEqual(await read(Buffer.from('# made by hand\n+1 1:2 3:4\n')), { label: [1], features: ['0:2 2:4'] });
  t.regex(await errorOf(() => read(Buffer.from('x,y\n1\n'))), /^RAGGED_ROW: standard input, row 1 \(line 2\)/);
  t.regex(await errorOf(() => read(Buffer.alloc(0))), /^EMPTY_FILE: standard input is empty/);
  t.regex(await errorOf(() => read(Buffer.from('PAR1 no'))), /^CORRUPT_FILE: standard input/);
  const broken = new Readable({ read: () => {} });
  broken.destroy(new Error('pulled out'));
  t.regex(await errorOf(() => readFile('-', { stdin: broken })), /^STDIN_FAILED: .*pulled out/);
  t.regex(await readError(['-', 'a.csv']), /^STDIN_WITH_FILES: /);
  t.deepEqual(readdirSync(temporary), []);
});

test.serial('a process reads Parquet from its standard input and cleans up when it exits without closing', async (t) => {
  const parquet = readFileSync(await parquetFile(t, 'SELECT * FROM (VALUES (1), (2)) v(x)'));
  const temporary = ownTemporaryFolder(t);
  const script = `
    import { openTable } from ${JSON.stringify(new URL('../../packages/worker/src/read/index.ts', import.meta.url).href)};
    const table = await openTable('-', { query: 'SELECT x * 2 AS y FROM data' });
    for await (const batch of table.batches({ columns: ['y'] })) console.log([...batch.columns[0].values].join(' '));
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(parquet);
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  t.is(output, '2 4\n');
  t.deepEqual(readdirSync(temporary), []);
});

test('a fingerprint tells contents apart, not names', async (t) => {
  const print = async (content: string, query?: string): Promise<string> => {
    const table = await openTable(testFile(t, 'a.csv', content), { query });
    const { hash } = await table.fingerprint!();
    await table.close();
    return hash;
  };
  const large = `x\n${'1\n'.repeat(400_000)}`;
  t.is(await print('x\n1\n'), await print('x\n1\n'));
  t.not(await print('x\n1\n'), await print('x\n2\n'));
  t.not(await print('x\n1\n'), await print('x\n1\n', 'FROM data'));
  t.is(await print(large), await print(large));
  t.not(await print(large), await print(`${large.slice(0, -2)}2\n`));
  t.not(await print(large), await print(`${large}1\n`));
});
