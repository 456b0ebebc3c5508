import { readFileSync, readdirSync } from 'node:fs';
import test from 'ava';
import { PAGES, readPage, renderPage } from '../../bench/support/tables.ts';

for (const page of PAGES) {
  test(`the tables of ${page} are made from bench/results`, (t) => {
    t.is(renderPage(readPage(page)), readPage(page), 'make them anew: npx -y pnpm@12 bench tables');
  });
}

test('every file of bench/results is in a table', (t) => {
  const folder = new URL('../../bench/results/', import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.csv'))) {
    t.true(PAGES.some((page) => readPage(page).includes(`<!-- results ${file.slice(0, -'.csv'.length)} -->`)), file);
    const [header, ...lines] = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
    for (const line of lines) t.is(line.split(',').length, header!.split(',').length, line);
  }
});
