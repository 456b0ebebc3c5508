import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import {
  chooseKernels, createKernels, describeKernels, kernelIdText
} from '../../packages/core/src/kernels/index.ts';
import type { KernelChoice, KernelId } from '../../packages/core/src/kernels/index.ts';

test('auto chooses WebAssembly kernels that passed their self-test', (t) => {
  const choice = chooseKernels();
  t.is(choice.family, 'wasm');
  t.regex(kernelIdText(choice.id), /^wasm-(fma|separate)\/f64\/k208r208\/[0-9a-f]{16}$/);
});

test('the width of the tiles is not part of the kernel id, the precision and the family are', (t) => {
  const text = (request: Parameters<typeof chooseKernels>[0]): string => kernelIdText(chooseKernels(request).id);
  t.is(text({ family: 'wasm', wide: true }), text({ family: 'wasm', wide: false }));
  t.not(text({ family: 'wasm', wide: true }), text({ family: 'wasm', wide: true, precision: 'f32' }));
  t.regex(text({ family: 'scalar' }), /^scalar\//);
});

test('another thread makes the same kernels from a choice, without measuring', async (t) => {
  const choice = chooseKernels({ family: 'wasm', wide: true });
  const index = new URL('../../packages/core/src/kernels/index.ts', import.meta.url).href;
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { createKernels } = await import(${JSON.stringify(index)});
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    parentPort.postMessage(createKernels(memory, workerData).id);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData: choice satisfies KernelChoice });
  const id = await new Promise<KernelId>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  t.deepEqual(id, choice.id);
});

test('kernels are bound to the memory they were made for', (t) => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  t.is(createKernels(memory, { family: 'wasm', wide: false }).memory, memory);
});

test('the description tells the choice, the tests and the speed of both widths', (t) => {
  const description = describeKernels();
  t.true(description.selfTests.narrow.passed);
  t.true(description.selfTests.wide.passed);
  t.is(description.selfTests.narrow.hash, description.selfTests.wide.hash);
  t.true(description.calibration.narrow > 0 && description.calibration.wide > 0);
  t.is(description.choice.wide, description.calibration.useWide);
});

test('the checked-in kernels.wasm is what its source builds', (t) => {
  const script = fileURLToPath(new URL('../../packages/core/scripts/buildKernels.ts', import.meta.url));
  t.notThrows(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' }));
});
