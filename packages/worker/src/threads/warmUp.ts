/**
 * What a thread does while it waits for its first task, as the rows are still being read: one of each task on a few rows
 * of its own, several times, so that the code for them is compiled by then. First tasks take a multiple of later ones
 * otherwise.
 */
import { ARENA_RESERVED, blockOffsets } from '@scalemix/core';
import type { BlockStore, KernelChoice, PassRequest, RowLayout, SampleSelector, StatisticRequest } from '@scalemix/core';
import { blockParts } from '../rows/blockParts.ts';
import { rowsHandle } from '../rows/handle.ts';
import { SegmentAllocator, segmentLayout } from '../rows/segments.ts';
import { SubtreeComputer } from './computer.ts';

/** Few rows and columns, yet several tiles and panels. */
const ROWS = 400, COLUMNS = 12, VALUES = 20;
const ROUNDS = 32;
const SCRATCH = 2 ** 22, CAPACITY = 2 ** 23;

const LOSS = { name: 'logistic', parameters: {} } as const;
const FOLDS = { count: 5, by: 'modulo', seed: 0 } as const;
const ROOT = { level: 0, index: 0 } as const;

/**
 * Two sets of rows, as a fit has them: its own and a sample, which weighs. What comes with tasks is cloned here as there:
 * compiled code holds for objects of one make only, and for one instance of the kernels.
 * Some 75 ms, of which a round is a few. @yields the sum of all statistics of a round: to be compared by tests
 */
export function* warmUp(kernels: KernelChoice): Generator<number> {
  const [all, sample] = someRows(kernels);
  const never = (): void => {};
  let read = 0;
  const statistics = (computer: SubtreeComputer, requests: readonly StatisticRequest[]): Float64Array[] =>
    structuredClone(requests).map((request) => computer.statistic(request, structuredClone(ROOT), 0, never, null, structuredClone({ read: read++, tablesThere: false })));
  for (let round = 0; round < ROUNDS; round++) {
    const results = [...statistics(all, REQUESTS), ...statistics(sample, SAMPLE_REQUESTS)];
    const rows = all.gather(structuredClone(SAMPLE), structuredClone(ROOT), 0, never).reduce((sum, part) => sum + part.rows, 0);
    yield results.reduce((sum, values) => values.reduce((total, value) => total + value, sum), rows);
  }
}

/** Rows that weigh nothing and rows that weigh, in one memory: each takes 8 GiB of addresses. */
function someRows(kernels: KernelChoice): [SubtreeComputer, SubtreeComputer] {
  const segments = segmentLayout({ threads: 1, reserved: ARENA_RESERVED, width: COLUMNS, scratchBytes: SCRATCH, capacity: CAPACITY });
  const allocator = new SegmentAllocator(segments);
  const rowsOf = (weights: boolean): SubtreeComputer => {
    const layout: RowLayout = { dense: COLUMNS, denseType: kernels.precision, codes: 0, sparse: false, folds: false, weights, offset: false };
    const { bytes } = blockOffsets(layout, ROWS, 0);
    const { segment, base } = allocator.allocate(bytes);
    const parts = blockParts(allocator.memories[segment]!.buffer, base, layout, ROWS, 0);
    parts.dense!.forEach((_, at) => (parts.dense![at] = (at % 17) / 8 - 1));
    parts.response.forEach((_, i) => (parts.response[i] = i % 3 === 0 ? 1 : 0));
    parts.weights?.forEach((_, i) => (parts.weights![i] = 1 + (i % 5) / 4));
    const features = { count: COLUMNS, dense: Int32Array.from({ length: COLUMNS }, (_, j) => j), codes: [], sparse: new Int32Array(0) };
    const store: BlockStore = { layout, features, blocks: [{ rows: ROWS, entries: 0, segment, base, bytes }], rows: ROWS, responseCentre: 0 };
    return new SubtreeComputer(structuredClone(rowsHandle(store, segments, allocator.memories, null)), kernels);
  };
  return [rowsOf(false), rowsOf(true)];
}

function pass(columns: number, more: Partial<PassRequest>): PassRequest {
  const coefficients = Float64Array.from({ length: columns * COLUMNS }, (_, at) => (at % 3) / 10);
  return { kind: 'pass', loss: LOSS, columns, coefficients, intercepts: new Float64Array(columns), features: null, grams: [], ...more };
}

const REQUESTS: readonly StatisticRequest[] = [
  { kind: 'moments', loss: LOSS, gram: false, folds: FOLDS },
  pass(1, { grams: [{ column: 0, features: Int32Array.of(1, 3, 4) }] }),
  pass(VALUES, { grams: [{ column: 0, features: null }] }),
  pass(VALUES, { folds: { by: FOLDS, heldOut: null } }),
  pass(VALUES, { folds: { by: FOLDS, heldOut: Int32Array.from({ length: VALUES }, (_, k) => k % FOLDS.count) } }),
];

const SAMPLE_REQUESTS: readonly StatisticRequest[] = [
  { kind: 'moments', loss: LOSS, gram: false },
  pass(1, { grams: [{ column: 0, features: Int32Array.of(0, 2, 3, 5) }] }),
  pass(VALUES, { grams: [{ column: 1, features: Int32Array.from({ length: COLUMNS }, (_, j) => j) }] }),
  pass(VALUES, {}),
];

const SAMPLE: SampleSelector = {
  kind: 'sample', classRate: [1, 1], reference: new Float64Array(COLUMNS), inverseSquare: new Float64Array(COLUMNS).fill(1), working: COLUMNS, seed: 0, rate: 0.2, within: null,
};
