import test from 'ava';
import { foldNumbering } from '@scalemix/core';
import type { FoldSpec } from '@scalemix/core';

const spec = (changes: Partial<FoldSpec>): FoldSpec => ({ count: 5, by: 'shuffle', seed: 1, ...changes });
const folds = (of: FoldSpec, rows: number): number[] => Array.from({ length: rows }, (_, row) => foldNumbering(of, rows)(row));

test('folds go round with the row numbers', (t) => {
  t.deepEqual(folds(spec({ by: 'modulo', count: 3 }), 8), [0, 1, 2, 0, 1, 2, 0, 1]);
});

test('with as many folds as rows a shuffle is a permutation of the rows', (t) => {
  for (const rows of [2, 7, 100, 3000]) t.is(new Set(folds(spec({ count: rows }), rows)).size, rows);
});

test('folds of a shuffle have no regard to the order of rows', (t) => {
  const rows = 20_000;
  const fold = foldNumbering(spec({ count: 4 }), rows);
  // Pairs of rows at a distance: each of the 16 combinations as often as chance would have it, within 5 standard deviations.
  for (const distance of [1, 2, 4, 8192]) {
    const pairs = new Array<number>(16).fill(0);
    for (let row = 0; row + distance < rows; row++) pairs[fold(row) * 4 + fold(row + distance)]!++;
    const expected = (rows - distance) / 16;
    for (const count of pairs) t.true(Math.abs(count - expected) < 5 * Math.sqrt(expected), `distance ${distance}: ${pairs.join(' ')}`);
  }
});

test('every version and machine shuffles the same', (t) => {
  t.deepEqual(folds(spec({ seed: 7 }), 12), [0, 3, 4, 2, 2, 1, 4, 1, 0, 0, 1, 3]);
});

test('folds of row numbers beyond 32 bits', (t) => {
  const rows = 2 ** 40;
  const fold = foldNumbering(spec({}), rows);
  const seen = new Set<number>();
  for (let row = rows - 100; row < rows; row++) {
    t.true(Number.isInteger(fold(row)) && fold(row) >= 0 && fold(row) < 5);
    seen.add(fold(row));
  }
  t.is(seen.size, 5);
});
