/** Where --cluster says that nodes are. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readNodeAddresses } from '../../packages/coordinator/src/cluster/addresses.ts';
import { temporaryFolder } from '../support/commandLine.ts';

test('a name stands for all addresses that the system knows for it', async (t) => {
  const addresses = readNodeAddresses('dns:localhost:7077');
  t.true(addresses.changing);
  t.true((await addresses.look()).some((address) => address === '127.0.0.1:7077' || address === '[::1]:7077'));
});

test('a name that cannot be looked up now is no address yet', async (t) => {
  t.deepEqual(await readNodeAddresses('dns:nobody.invalid:7077').look(), []);
});

test('a file is read again at every look', async (t) => {
  const path = join(temporaryFolder(), 'nodes');
  writeFileSync(path, 'a:1\n# b:2\n');
  const addresses = readNodeAddresses(`@${path}`);
  t.deepEqual(await addresses.look(), ['a:1']);
  writeFileSync(path, 'a:1\nb:2 # added\na:1\n');
  t.deepEqual(await addresses.look(), ['a:1', 'b:2']);
});

test('a list may have the threads of this process in it', async (t) => {
  const { local, changing, look } = readNodeAddresses('a:1, local,b:2');
  t.deepEqual([local, changing, await look()], [true, false, ['a:1', 'b:2']]);
});

for (const text of ['', ',', '@/nowhere/at/all']) {
  test(`${JSON.stringify(text)} names no nodes`, (t) => {
    t.throws(() => readNodeAddresses(text), { code: 'BAD_CLUSTER' });
  });
}
