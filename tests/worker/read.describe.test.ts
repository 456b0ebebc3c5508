import test from 'ava';
import { describeTable, openTable } from '../../packages/worker/src/read/index.ts';
import { parquetFile, testFile } from '../support/dataFiles.ts';

test('a description has missing, ranges and means of numbers, and the most frequent levels of texts', async (t) => {
  const table = await openTable(testFile(t, 'a.csv', 'n,s,b,e\n1,x,true,\n2,y,false,\n,x,,\n6,z,true,\ninf,NA,true,\n'));
  t.deepEqual(await describeTable(table), {
    rows: 5,
    columns: [
      { name: 'n', type: null, kind: 'numeric', missing: 1, infinite: 1, min: 1, max: 6, mean: 3, standardDeviation: Math.sqrt(14 / 3) },
      { name: 's', type: null, kind: 'text', missing: 1, levels: 3, mostFrequent: [{ level: 'x', count: 2 }, { level: 'y', count: 1 }, { level: 'z', count: 1 }] },
      { name: 'b', type: null, kind: 'boolean', missing: 1, true: 3, false: 1 },
      { name: 'e', type: null, kind: 'numeric', missing: 5, infinite: 0, min: null, max: null, mean: null, standardDeviation: null },
    ],
  });
  await table.close();
});

test('a description names columns that cannot be read with their type', async (t) => {
  const table = await openTable(await parquetFile(t, "SELECT DATE '2001-01-01' AS d, 1::SMALLINT AS x"));
  t.deepEqual((await describeTable(table)).columns.map(({ name, kind, type }) => `${name} ${kind} ${type}`), ['d unsupported DATE', 'x numeric SMALLINT']);
  await table.close();
});

test('a description of sparse rows has their width, stored values and range', async (t) => {
  const table = await openTable(testFile(t, 'a.svm', '1 1:2 4:-3\n0 2:1\n'));
  t.deepEqual((await describeTable(table)).columns[1], { name: 'features', type: null, kind: 'sparse', width: 4, stored: 3, missing: 0, min: -3, max: 2 });
  await table.close();
});
