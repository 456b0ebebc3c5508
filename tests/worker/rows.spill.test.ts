import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { SpillFile, readSpilled } from '../../packages/worker/src/rows/spill.ts';
import { loadRows } from '../../packages/worker/src/rows/load.ts';
import { memoryTable } from '../support/memoryTable.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'scalemix-test-'));

test('a spill file has no name once it is open', (t) => {
  const directory = folder();
  const spill = new SpillFile(directory);
  t.deepEqual(readdirSync(directory), []);
  t.is(spill.append(new Uint8Array([1, 2, 3])), 0);
  t.is(spill.append(new Uint8Array([4, 5])), 3);
  spill.write(new Uint8Array([9]), 1);
  const back = new Uint8Array(5);
  readSpilled(spill.descriptor, back, 0);
  t.deepEqual([...back], [1, 9, 3, 4, 5]);
  t.throws(() => readSpilled(spill.descriptor, new Uint8Array(2), 4), { code: 'SPILL_FILE', message: /2 bytes at 4/ });
  spill.close();
  rmSync(directory, { recursive: true });
});

test('rows are read back into shared memory', (t) => {
  const spill = new SpillFile();
  spill.append(new Uint8Array([7, 8]));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const bytes = new Uint8Array(memory.buffer, 64, 2);
  readSpilled(spill.descriptor, bytes, 0);
  t.deepEqual([...bytes], [7, 8]);
  spill.close();
});

test('a file system without room is an error that names the directory and the remedy', (t) => {
  const spill = new SpillFile();
  spill.close();
  t.throws(() => spill.append(new Uint8Array(1)), { code: 'SPILL_FILE', message: /cannot take 1 bytes more.*--memory/ });
});

test('spilled blocks that a thread could not read back are refused', async (t) => {
  const columns = Object.fromEntries(['y', ...Array.from({ length: 20 }, (_, j) => `x${j}`)].map((name) => [name, new Float64Array(20_000)]));
  await t.throwsAsync(
    loadRows(memoryTable(columns), { response: 'y', responseKind: 'numeric', memoryLimit: 0, threads: 4, segments: { capacity: 4 * 2 ** 20, scratchBytes: 2 ** 16 } }),
    { code: 'TOO_WIDE', message: /4 threads need .* bytes to read blocks of the spill file into.*--threads/ },
  );
});

/** Peak resident bytes of a process that loads so many MiB of rows and reads them once. */
async function peak(mebibytes: number, memoryLimit: number): Promise<number> {
  const probe = new URL('../support/memoryProbe.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [probe, String(mebibytes), String(memoryLimit)]);
  return Number(stdout);
}

test('loading holds the rows once, and no more than the memory limit with a spill file', async (t) => {
  const base = await peak(1, Infinity);
  const held = await peak(200, Infinity);
  t.true(held - base < 1.3 * 200 * 2 ** 20, `${(held - base) / 2 ** 20} MiB for 200 MiB of rows`);
  const spilled = await peak(200, 20 * 2 ** 20);
  t.true(spilled - base < 80 * 2 ** 20, `${(spilled - base) / 2 ** 20} MiB with a limit of 20 MiB`);
});
