/** From texts to settings: lists, sizes, factors, rules. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { UsageError, nearNames } from '@scalemix/core';
import { checkModelSettings } from '../../packages/cli/src/options/applies.ts';
import { readConfig } from '../../packages/cli/src/options/config.ts';
import { splitList } from '../../packages/cli/src/options/list.ts';
import { readMemory } from '../../packages/cli/src/options/memory.ts';
import { readPenaltyFactors } from '../../packages/cli/src/options/penaltyFactors.ts';
import { temporaryFolder } from '../support/commandLine.ts';

test('a list is split at commas, save those inside quotes', (t) => {
  t.deepEqual(splitList('a, b ,"c,d","e""f",g"h'), ['a', 'b', 'c,d', 'e"f', 'g"h']);
  t.deepEqual(splitList(''), ['']);
});

test('a list in a config file reads back as it was', (t) => {
  const folder = temporaryFolder();
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (items) => {
      const path = join(folder, 'config.json');
      writeFileSync(path, JSON.stringify({ columns: items }));
      t.deepEqual(splitList(readConfig(path).get('columns')![0]!), items);
    }),
    { seed: 1 },
  );
});

const sizes: readonly [text: string, bytes: number][] = [
  ['100000000', 1e8],
  ['4GB', 4e9],
  ['1.5 GiB', 1.5 * 2 ** 30],
  ['512mib', 512 * 2 ** 20],
  ['2g', 2 * 2 ** 30],
];

for (const [text, bytes] of sizes) test(`${text} is ${bytes} bytes`, (t) => t.is(readMemory([text], '--memory'), bytes));

for (const text of ['', '0', '-1GB', '4 parsecs', '1e400', 'GB', '0.1']) {
  test(`${JSON.stringify(text)} is no size`, (t) => {
    t.throws(() => readMemory([text], '--memory'), { code: 'BAD_OPTION_VALUE' });
  });
}

test('penalty factors are read inline, from JSON and from CSV', (t) => {
  const folder = temporaryFolder({ 'f.json': '{"x": 0, "c=b": 2.5}', 'f.csv': 'name,factor\nx,0\n"c=b",2.5\n', 'plain.csv': 'x,0\nc=b,2.5\n' });
  const expected = new Map([['x', 0], ['c=b', 2.5]]);
  t.deepEqual(readPenaltyFactors(['x=0, c=b=2.5'], '--penalty-factors'), expected);
  for (const name of ['f.json', 'f.csv', 'plain.csv']) t.deepEqual(readPenaltyFactors([join(folder, name)], '--penalty-factors'), expected, name);
});

for (const text of ['x', 'x=', '=1', 'x=-1', 'x=NaN', 'x=1,x=2', 'x=1,']) {
  test(`penalty factors ${JSON.stringify(text)} are refused`, (t) => {
    t.throws(() => readPenaltyFactors([text], '--penalty-factors'), { code: 'BAD_OPTION_VALUE' });
  });
}

test('a slip of the finger is recognised, another word is not', (t) => {
  t.deepEqual(nearNames('respnse', ['response', 'lambda']), ['response']);
  t.deepEqual(nearNames('colour', ['response', 'lambda']), []);
});

test('what applies passes', (t) => {
  t.notThrows(() => checkModelSettings('fit', { response: 'y', lambda: [0.1] }));
  t.notThrows(() => checkModelSettings('fit', { response: 'y', penalty: 'none' }));
  t.notThrows(() => checkModelSettings('path', { response: 'y', penalty: 'elastic-net', 'l1-ratio': 0.2, lambdas: 5, 'lambda-min-ratio': 0.1 }));
  t.notThrows(() => checkModelSettings('path', { response: 'y', loss: 'logistic', trials: 'n', lambda: [1, 0] }));
});

test('each rule names both parties', (t) => {
  const error = t.throws(() => checkModelSettings('path', { response: 'y', penalty: 'ridge', 'l1-ratio': 0.5 }), { instanceOf: UsageError });
  t.regex(error.message, /--l1-ratio.*elastic-net.*ridge/);
});
