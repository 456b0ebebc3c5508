import test from 'ava';
import { loadRows } from '@scalemix/worker';
import { openComputing } from '../../packages/coordinator/src/computing.ts';
import { memoryTable } from '../support/memoryTable.ts';

test('threads start while rows are read, once there are more numbers than a pass without threads is quicker on', async (t) => {
  const rows = await loadRows(memoryTable({ y: Float64Array.of(1, 2), x: Float64Array.of(3, 5) }), { response: 'y', responseKind: 'numeric' });
  const computing = openComputing({ kernel: 'scalar' }, 2);
  try {
    computing.expect(2 ** 19);
    t.is(computing.threadsFor(rows), 1);
    computing.expect(2 ** 19 + 1);
    t.is(computing.threadsFor(rows), 2);
  } finally {
    await computing.close();
    rows.close();
  }
});
