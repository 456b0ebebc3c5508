import test from 'ava';
import { LocalStatistics, codecStatistics, inlineRowSource, inlineStatistics, localRowSource, rowSource } from '@scalemix/coordinator';
import { chooseKernels } from '@scalemix/core';
import type { KernelChoice, RowSource } from '@scalemix/core';
import { ThreadPool } from '@scalemix/worker';
import type { LoadOptions, LoadedRows } from '@scalemix/worker';
import { allBits, bitsOf } from '../support/allBits.ts';
import { MIXED_ROWS, SMALL_SEGMENTS, columnRequest, mixedRows, momentsRequest, passRequest, sampleSelector } from '../support/mixedRows.ts';

const kernels: KernelChoice = chooseKernels({ wide: false });
const expected = mixedRows().then((rows) => allBits(inlineRowSource(rows, kernels)));

async function onPool(rows: LoadedRows, threads: number, use: (source: RowSource, pool: ThreadPool) => Promise<unknown>): Promise<void> {
  const pool = new ThreadPool({ threads, kernels });
  try {
    await use(localRowSource(rows, pool), pool);
  } finally {
    await pool.close();
    rows.close();
  }
}

for (const threads of [1, 2, 3, 5, 8]) {
  test(`${threads} threads give the bits of one`, async (t) => {
    await onPool(await mixedRows({ threads }), threads, async (source) => t.deepEqual(await allBits(source), await expected));
  });
}

const variants: { name: string; options: Partial<LoadOptions> }[] = [
  { name: 'a segment for every block or two', options: { segments: SMALL_SEGMENTS } },
  { name: 'all rows in the spill file', options: { memoryLimit: 0 } },
  { name: 'segments and spill file', options: { segments: SMALL_SEGMENTS, memoryLimit: 2 * 2 ** 20 } },
  { name: 'rows and scratch beyond 2 GiB', options: { segments: { capacity: 2 ** 32, scratchBytes: 1.4 * 2 ** 30 } } },
];
for (const { name, options } of variants) {
  test(`${name}: the same bits`, async (t) => {
    const rows = await mixedRows({ ...options, threads: 2 });
    if (options.segments === SMALL_SEGMENTS && options.memoryLimit === undefined) t.true(rows.handle.memories.length > 1);
    if (options.memoryLimit === 0) t.true(rows.handle.store.blocks.every(({ segment }) => segment < 0));
    if (name.includes('beyond')) t.true(rows.handle.store.blocks.every(({ base }) => base > 2 ** 31));
    t.deepEqual(await allBits(inlineRowSource(rows, kernels)), await expected);
    await onPool(rows, 2, async (source) => t.deepEqual(await allBits(source), await expected));
  });
}

test('through the encoding of the wire: the same bits', async (t) => {
  const rows = await mixedRows({ threads: 2 });
  t.deepEqual(await allBits(rowSource(codecStatistics(inlineStatistics(rows, kernels)))), await expected);
  const pool = new ThreadPool({ threads: 2, kernels });
  t.deepEqual(await allBits(rowSource(codecStatistics(new LocalStatistics(rows, pool)))), await expected);
  await pool.close();
});

test('several reads at once do not disturb each other', async (t) => {
  await onPool(await mixedRows({ threads: 3 }), 3, async (source) => {
    const all = await Promise.all([allBits(source), allBits(source), allBits(source)]);
    for (const bits of all) t.deepEqual(bits, await expected);
  });
});

test('progress ends with all rows', async (t) => {
  await onPool(await mixedRows({ threads: 2 }), 2, async (source) => {
    const features = source.describe().features.length;
    for (const read of [
      (onProgress: (rows: number) => void) => source.moments(momentsRequest, { onProgress }),
      (onProgress: (rows: number) => void) => source.evaluate(passRequest(features), { onProgress }),
      (onProgress: (rows: number) => void) => source.gather(sampleSelector(features), { onProgress }),
    ]) {
      const seen: number[] = [];
      await read((rows) => seen.push(rows));
      t.is(seen.at(-1), MIXED_ROWS);
      t.deepEqual(seen, seen.slice().sort((a, b) => a - b));
    }
  });
});

test('a signal ends a read at once, and the next one is whole', async (t) => {
  const rows = await mixedRows({ threads: 2 });
  const inline = inlineRowSource(rows, kernels);
  await onPool(rows, 2, async (local) => {
    for (const source of [inline, local]) {
      const features = source.describe().features.length;
      const controller = new AbortController();
      const reason = new Error('enough');
      let after = 0;
      const reading = source.evaluate(passRequest(features, true), {
        signal: controller.signal,
        onProgress: () => {
          if (controller.signal.aborted) after++;
          controller.abort(reason);
        },
      });
      t.is(await t.throwsAsync(reading), reason);
      t.is(after, 0, 'no progress is told after the end');
      t.is(await t.throwsAsync(source.moments(momentsRequest, { signal: controller.signal })), reason, 'an old signal');
      t.deepEqual(await allBits(source), await expected);
    }
  });
});

test('a signal does not wait for what is being computed', async (t) => {
  await onPool(await mixedRows({ threads: 1 }), 1, async (source) => {
    const features = source.describe().features.length;
    await source.moments(momentsRequest);
    const controller = new AbortController();
    // The only thread is busy with this one, and takes no word meanwhile.
    let done = false;
    const before = source.evaluate(passRequest(features, true)).finally(() => (done = true));
    const reading = source.evaluate(passRequest(features, true), { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await t.throwsAsync(reading, { name: 'AbortError' });
    t.false(done);
    await before;
  });
});

test('errors of a request arrive with their class and code', async (t) => {
  const rows = await mixedRows({ threads: 2 });
  const inline = inlineRowSource(rows, kernels);
  const wrong = { ...momentsRequest, loss: { name: 'unheard of', parameters: {} } };
  await onPool(rows, 2, async (source) => {
    const errors = [await t.throwsAsync(inline.moments(wrong)), await t.throwsAsync(source.moments(wrong))];
    for (const error of errors) t.like(error, { name: 'UsageError', code: 'UNKNOWN_LOSS', kind: 'usage' });
    t.deepEqual(await allBits(source), await expected);
  });
});

for (const precision of ['f64', 'f32'] as const) {
  test(`rows chosen in their places give the sums of the same rows gathered: ${precision}`, async (t) => {
    const source = inlineRowSource(await mixedRows({ precision }), { wide: false });
    const features = source.describe().features.length;
    const selector = sampleSelector(features, 0.2);
    const gathered = await source.gather(selector);
    const chosen = source.choose(selector);
    const near = (name: string, actual: Float64Array, expected: Float64Array): void => {
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (const [i, value] of expected.entries()) if (!(Math.abs(actual[i]! - value) <= 1e-11 * scale)) return void t.fail(`${name} ${i}: ${actual[i]} instead of ${value}`);
    };
    const moments = [await chosen.moments(momentsRequest), await gathered.moments(momentsRequest)] as const;
    t.is(moments[0].rows, moments[1].rows);
    t.is(moments[1].rows, gathered.describe().rows);
    near('mean', moments[0].mean, moments[1].mean);
    near('moments', moments[0].gram!, moments[1].gram!);
    for (const request of [passRequest(features), columnRequest(features)]) {
      const exact = { ...request, grams: request.grams.map((gram) => ({ ...gram, coarse: false })) };
      const [actual, expected] = [await chosen.evaluate(exact), await gathered.evaluate(exact)];
      near('sum', actual.sums, expected.sums);
      near('gradient', actual.gradient, expected.gradient);
      expected.grams.forEach((gram, g) => near('Gram', actual.grams[g]!.packed, gram.packed));
    }
  });
}

test('a smaller choice is the same with the larger one known, and without', async (t) => {
  const { features } = inlineRowSource(await mixedRows()).describe();
  const selector = sampleSelector(features.length);
  for (const options of [{}, { memoryLimit: 0 }]) {
    const bits: string[] = [];
    for (const known of [null, 0.2, 0.9]) {
      const statistics = inlineStatistics(await mixedRows(options), kernels);
      if (known !== null) await rowSource(statistics).choose(sampleSelector(features.length, known)).moments({ ...momentsRequest, gram: false });
      bits.push(bitsOf(await statistics.gather({ ...selector, within: known })));
    }
    t.deepEqual(bits, [bits[0]!, bits[0]!, bits[0]!]);
  }
});

test('one choice after another: each has its own rows', async (t) => {
  const loaded = await mixedRows();
  const read = async (source: RowSource, rate: number): Promise<string> => bitsOf(await source.choose(sampleSelector(source.describe().features.length, rate)).moments(momentsRequest));
  const source = inlineRowSource(loaded, kernels);
  for (const rate of [0.2, 0.1, 0.2]) t.is(await read(source, rate), await read(inlineRowSource(loaded, kernels), rate));
});

test('a closed sample answers nothing any more', async (t) => {
  await onPool(await mixedRows({ threads: 2 }), 2, async (source) => {
    const sample = await source.gather(sampleSelector(source.describe().features.length));
    await sample.moments(momentsRequest);
    sample.close();
    await t.throwsAsync(sample.moments(momentsRequest), { message: /closed/ });
    t.deepEqual(await allBits(source), await expected);
  });
});

test('a sample without a row is an error', async (t) => {
  const rows = await mixedRows();
  const source = inlineRowSource(rows, kernels);
  await t.throwsAsync(source.gather(sampleSelector(source.describe().features.length, 0)), { code: 'EMPTY_SAMPLE' });
});

test('float32 rows have a kernel id of their own and the same bits on any threads', async (t) => {
  const narrow = chooseKernels({ wide: false, precision: 'f32' });
  const rows = await mixedRows({ threads: 3, precision: 'f32' });
  const inline = inlineRowSource(rows, { wide: false });
  t.regex(inline.describe().kernel, /\/f32\//);
  const pool = new ThreadPool({ threads: 3, kernels: narrow });
  t.deepEqual(await allBits(localRowSource(rows, pool)), await allBits(inline));
  await pool.close();
});
