import { readFileSync, readdirSync } from 'node:fs';
import test from 'ava';
import { readResults } from '../../bench/support/results.ts';
import { PAGES, readPage, renderPage } from '../../bench/support/tables.ts';

for (const page of PAGES) {
  test(`the tables of ${page} are made from bench/results`, (t) => {
    t.is(renderPage(readPage(page)), readPage(page), 'make them anew: npx -y pnpm@12 bench tables');
  });
}

test('the first page claims no larger ratio than was measured', (t) => {
  const table = /<!-- results peers brief -->\n\n([^]*?)\n\n/.exec(readPage('README.md'))![1]!.split('\n').slice(2);
  const measured = readResults('peers').filter(({ peer }) => peer !== '');
  t.is(table.length, measured.length);
  for (const [i, { name, value }] of measured.entries()) {
    const claimed = Number(table[i]!.split('|')[3]);
    t.true(claimed <= Number(value) && claimed > 0.89 * Number(value), `${name}: ${claimed} of ${value}`);
  }
});

test('every file of bench/results is in a table', (t) => {
  const folder = new URL('../../bench/results/', import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.csv'))) {
    t.true(PAGES.some((page) => readPage(page).includes(`<!-- results ${file.slice(0, -'.csv'.length)} -->`)), file);
    const [header, ...lines] = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
    for (const line of lines) t.is(line.split(',').length, header!.split(',').length, line);
  }
});
