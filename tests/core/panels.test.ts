import test from 'ava';
import { placeColumns } from '../../packages/core/src/statistics/panels.ts';

test('columns without folds stand one after the other', (t) => {
  t.deepEqual(placeColumns(10, 0, null), { place: Int32Array.from({ length: 10 }, (_, k) => k), panels: 2, leaving: [] });
});

test('columns that leave out the same fold share panels', (t) => {
  const heldOut = Int32Array.from({ length: 15 }, (_, k) => (k % 2 === 0 ? 1 : 0));
  const { place, panels, leaving } = placeColumns(15, 2, heldOut);
  t.is(panels, 2);
  t.deepEqual([...place], [8, 0, 9, 1, 10, 2, 11, 3, 12, 4, 13, 5, 14, 6, 15]);
  t.deepEqual(leaving.map(({ all }) => all), [[0, 1], [1, 2]]);
  t.true(leaving.every(({ some: [from, to] }) => from === to));
});

test('what does not fill a panel of its own is put together, where that takes fewer', (t) => {
  // Of three folds 10, 9 and 1 columns, and 2 that leave out none: 2 + 1 + 1 + 2 are left.
  const heldOut = Int32Array.from([...Array<number>(10).fill(0), ...Array<number>(9).fill(1), 2, -1, -1]);
  const { place, panels, leaving } = placeColumns(22, 3, heldOut);
  t.is(panels, 3);
  t.is(new Set(place).size, 22);
  heldOut.forEach((left, k) => {
    const panel = place[k]! >>> 3;
    leaving.forEach(({ all: [from, to], some }, fold) => {
      const inAll = panel >= from && panel < to;
      const inSome = panel >= some[0] && panel < some[1];
      if (left === fold) t.true(inAll || inSome, `column ${k}`);
      else t.false(inAll, `column ${k}, fold ${fold}`);
    });
  });
  t.deepEqual(leaving.map(({ all }) => all), [[0, 1], [1, 2], [2, 2]]);
  t.deepEqual(leaving.map(({ some }) => some), [[2, 3], [2, 3], [2, 3]]);
});
