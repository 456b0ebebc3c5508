import test from 'ava';
import { SEGMENT_CAPACITY, SegmentAllocator, scratchArea, scratchRule, segmentLayout } from '../../packages/worker/src/rows/segments.ts';

const MIB = 2 ** 20;

test('scratch areas are 512 MiB, more for wide data, and leave a quarter of the segment to rows', (t) => {
  t.is(scratchRule(1, SEGMENT_CAPACITY, 10), 512 * MIB);
  t.is(scratchRule(4, SEGMENT_CAPACITY, 10), 512 * MIB);
  t.true(scratchRule(1, SEGMENT_CAPACITY, 8000) >= 2 * 8 * 8000 * 8000 - 65536);
  for (const threads of [1, 2, 8, 64, 192]) {
    const layout = segmentLayout({ threads, reserved: 65536, width: 100_000 });
    t.true(layout.rowsBase <= SEGMENT_CAPACITY * 0.75 + 131072);
    t.true(layout.scratchBytes >= 12 * MIB);
  }
});

test('areas of threads, rows and what is reserved do not overlap', (t) => {
  const layout = segmentLayout({ threads: 3, reserved: 1000, width: 5, capacity: 64 * MIB, scratchBytes: 100_000 });
  let end = 1000;
  for (let thread = 0; thread < 3; thread++) {
    const { base, bytes } = scratchArea(layout, thread);
    t.true(base >= end);
    t.is(base % 64, 0);
    end = base + bytes;
  }
  t.true(layout.rowsBase >= end);
});

test('pieces follow one another, a full segment is followed by a new one, the last piece can shrink', (t) => {
  const layout = segmentLayout({ threads: 1, reserved: 65536, width: 1, capacity: 4 * 65536, scratchBytes: 65536 });
  const allocator = new SegmentAllocator(layout);
  t.is(allocator.largest, 2 * 65536);
  t.deepEqual(allocator.allocate(100), { segment: 0, base: 2 * 65536 });
  t.deepEqual(allocator.allocate(1000), { segment: 0, base: 2 * 65536 + 128 });
  allocator.shrink(64);
  t.deepEqual(allocator.allocate(65536), { segment: 0, base: 2 * 65536 + 192 });
  t.deepEqual(allocator.allocate(65536), { segment: 1, base: 2 * 65536 });
  t.is(allocator.used, 128 + 64 + 2 * 65536);
  t.is(allocator.memories.length, 2);
  t.is(allocator.memories[0]!.buffer.byteLength, 4 * 65536);
  t.true(allocator.memories[0]!.buffer instanceof SharedArrayBuffer);
});

test('segments grow as rows come; what is reserved but not touched costs no memory', (t) => {
  const allocator = new SegmentAllocator(segmentLayout({ threads: 8, reserved: 65536, width: 10 }));
  const before = process.memoryUsage.rss();
  const { segment, base } = allocator.allocate(8 * MIB);
  t.true(base > 2 ** 31, 'rows stand beyond 2 GiB');
  new Uint8Array(allocator.memories[segment]!.buffer, base, 8 * MIB).fill(1);
  t.true(process.memoryUsage.rss() - before < 512 * MIB);
  t.is(allocator.memories[0]!.buffer.byteLength, base + 8 * MIB);
});
