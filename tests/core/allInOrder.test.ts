import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { allInOrder } from '@scalemix/core';

test('results come in the order given; of several errors the first in that order, once nothing runs', async (t) => {
  const slow = Promise.withResolvers<number>();
  const quick = Promise.resolve(2);
  const both = allInOrder([slow.promise, quick]);
  slow.resolve(1);
  t.deepEqual(await both, [1, 2]);

  const late = Promise.withResolvers<number>();
  const last = Promise.withResolvers<number>();
  let thrown = false;
  const failing = allInOrder([Promise.resolve(0), late.promise, Promise.reject(new Error('the quick one')), last.promise]);
  failing.catch(() => (thrown = true));
  late.reject(new Error('the slow one'));
  await setTimeout();
  t.false(thrown);
  last.resolve(3);
  await t.throwsAsync(failing, { message: 'the slow one' });
});
