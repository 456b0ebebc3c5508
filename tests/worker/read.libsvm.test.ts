import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { openTable } from '../../packages/worker/src/read/index.ts';
import { readAll, readError, readFile, testFile } from '../support/dataFiles.ts';

test('labels are numbers and features a sparse column as wide as the largest index', async (t) => {
  const table = await openTable(testFile(t, 'a.svm', '# by hand\n+1 1:0.5 3:2 # comment\n\n-1 qid:3 2:1e-3 10:4\r\n1\n0\t1:nan   2:-inf'));
  t.deepEqual(table.columns, [{ name: 'label', kind: 'numeric' }, { name: 'features', kind: 'sparse', width: 10 }]);
  t.is(table.rowCount, 4);
  t.deepEqual(await readAll(table), { label: [1, -1, 1, 0], features: ['0:0.5 2:2', '1:0.001 9:4', '', '0:NaN 1:-Infinity'] });
  t.deepEqual(await readAll(table, ['label'], ['label']), { label: ['1', '-1', '1', '0'] });
  await table.close();
});

test('several files, also compressed, are one table as wide as the widest', async (t) => {
  const first = testFile(t, 'a.libsvm.gz', gzipSync('1 1:1\n'.repeat(20_000)));
  const table = await openTable([first, testFile(t, 'b.svmlight', '2 5:7\n')]);
  t.is(table.columns[1]!.width, 5);
  const { label, features } = await readAll(table);
  t.is(label!.length, 20_001);
  t.deepEqual([label![20_000], features![19_999], features![20_000]], [2, '0:1', '4:7']);
  t.is(table.locate(20_000).row, 1);
  await table.close();
});

test('what a row cannot hold is an error with its line', async (t) => {
  const cases: [string, RegExp][] = [
    ['1 0:1', /^BAD_INDEX: .*a\.svm, row 2 \(line 4\): '0:1': index 0; indices count from 1, add 1 to all/],
    ['1 3:1 2:1', /^BAD_INDEX: .*index 2 after 3; the indices of a row must ascend/],
    ['1 3:1 3:1', /^BAD_INDEX: .*index 3 after 3/],
    ['1 99999999999:1', /^BAD_INDEX: .*above 2147483647/],
    ['1 a:1', /^BAD_INDEX: .*'a:1': expected index:value/],
    ['1 7', /^BAD_INDEX: .*'7': expected index:value/],
    ['1 1:', /^BAD_SPARSE_VALUE: .*'1:'/],
    ['1 1:x', /^BAD_SPARSE_VALUE: .*'1:x': the value is not a number/],
    ['1 1:2x', /^BAD_SPARSE_VALUE: /],
    ['yes 1:1', /^BAD_LABEL: .*'yes': the label is not a number/],
    ['1,2 1:1', /^BAD_LABEL: /],
  ];
  for (const [row, error] of cases) t.regex(await readError(testFile(t, 'a.svm', `1 1:1\n# comment\n\n${row}\n1 1:1\n`)), error, row);
  t.regex(await readError(testFile(t, 'a.svm', '# nothing\n')), /^EMPTY_FILE: /);
});

test('rows come back as they were written', async (t) => {
  const row = fc.record({ label: fc.integer({ min: -3, max: 3 }), entries: fc.dictionary(fc.integer({ min: 1, max: 50 }).map(String), fc.double({ noNaN: true, noDefaultInfinity: true }), { maxKeys: 8 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
      const sorted = rows.map(({ entries }) => Object.entries(entries).sort(([a], [b]) => Number(a) - Number(b)));
      const text = rows.map(({ label }, index) => `${label} ${sorted[index]!.map(([at, value]) => `${at}:${value}`).join(' ')}\n`).join('');
      const cells = await readFile(testFile(t, 'a.svm', text));
      t.deepEqual(cells.label!.map(Number), rows.map(({ label }) => label));
      t.deepEqual(cells.features, sorted.map((entries) => entries.map(([at, value]) => `${Number(at) - 1}:${value}`).join(' ')));
    }),
    { numRuns: 50, seed: 1 },
  );
});
