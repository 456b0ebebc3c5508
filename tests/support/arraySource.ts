/**
 * A row source over arrays, for tests of the solver: one memory, leaves in
 * order, nothing of the worker's.
 */
import {
  BLOCK_ROWS, RowChooser, RowGatherer, SubtreeReducer, blockOffsets, concatenateRows, createAccumulator, finishStatistic, leafRows, mergeStatistics, statisticSize,
} from '@scalemix/core';
import type {
  Arena, BlockStore, ChosenRows, Description, FeatureMap, GatheredRows, Kernels, MomentsRequest, PassRequest, ResolvedBlock, RowLayout, RowSource, SampleSelector, StoredBlock,
} from '@scalemix/core';

export interface ArrayData {
  readonly y: ArrayLike<number>;
  /** Dense columns. */
  readonly dense?: readonly ArrayLike<number>[];
  /** Code columns: code 0 has no feature; `levels` counts codes. */
  readonly codes?: readonly { readonly values: ArrayLike<number>; readonly levels: number }[];
  /** CSR of `width` features. */
  readonly sparse?: { readonly width: number; readonly indptr: ArrayLike<number>; readonly indices: ArrayLike<number>; readonly values: ArrayLike<number> };
  readonly weights?: ArrayLike<number>;
  readonly offset?: ArrayLike<number>;
  /** The fold of each row. */
  readonly folds?: ArrayLike<number>;
  readonly responseCentre?: number;
  readonly denseType?: 'f64' | 'f32';
  /** Subtract the mean of the first rows, as loading does. @default true */
  readonly centre?: boolean;
}

/** @param makeKernels kernels over the memory they are given */
export function arraySource(data: ArrayData, makeKernels: (memory: WebAssembly.Memory) => Kernels, reserved = 65536, givenCentres: Float64Array | null = null): RowSource & { readonly store: BlockStore } {
  const n = data.y.length;
  const dense = data.dense ?? [];
  const codes = data.codes ?? [];
  const layout: RowLayout = {
    dense: dense.length,
    denseType: data.denseType ?? 'f64',
    codes: codes.length,
    sparse: data.sparse !== undefined,
    folds: data.folds !== undefined,
    weights: data.weights !== undefined,
    offset: data.offset !== undefined,
  };
  let next = 0;
  const take = (count: number): Int32Array => Int32Array.from({ length: count }, () => next++);
  const features: FeatureMap = {
    dense: take(dense.length),
    codes: codes.map((code) => take(code.levels - 1)),
    sparse: take(data.sparse?.width ?? 0),
    get count() {
      return next;
    },
  };
  const p = next;
  const centres = givenCentres ?? new Float64Array(p);
  if (givenCentres === null && (data.centre ?? true)) {
    // As the loader does: of the first rows that count, about the first of them.
    const counted = Array.from({ length: Math.min(n, BLOCK_ROWS) }, (_, i) => i).filter((i) => data.weights === undefined || data.weights[i] !== 0);
    dense.forEach((column, j) => {
      const first = column[counted[0] ?? 0]!;
      centres[j] = first + counted.reduce((sum, i) => sum + (column[i]! - first), 0) / Math.max(1, counted.length);
    });
  }

  const scratch = { base: reserved, bytes: 64 * 2 ** 20 };
  const blocks: StoredBlock[] = [];
  let at = scratch.base + scratch.bytes;
  for (let first = 0; first < n; first += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, n - first);
    const entries = data.sparse === undefined ? 0 : data.sparse.indptr[first + rows]! - data.sparse.indptr[first]!;
    const bytes = blockOffsets(layout, rows, entries).bytes;
    blocks.push({ rows, entries, segment: 0, base: at, bytes });
    at += Math.ceil(bytes / 16) * 16;
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil((at + 65536) / 65536), maximum: 65536, shared: true });
  const f64 = new Float64Array(memory.buffer);
  const f32 = new Float32Array(memory.buffer);
  const u32 = new Uint32Array(memory.buffer);
  blocks.forEach((block, b) => {
    const offsets = blockOffsets(layout, block.rows, block.entries);
    const first = b * BLOCK_ROWS;
    const start = data.sparse?.indptr[first] ?? 0;
    for (let i = 0; i < block.rows; i++) {
      const row = first + i;
      dense.forEach((column, j) => {
        const value = data.weights !== undefined && data.weights[row] === 0 ? 0 : givenCentres === null ? column[row]! - centres[j]! : column[row]!;
        if (layout.denseType === 'f64') f64[(block.base + offsets.dense) / 8 + i * dense.length + j] = value;
        else f32[(block.base + offsets.dense) / 4 + i * dense.length + j] = value;
      });
      codes.forEach((code, c) => (u32[(block.base + offsets.codes + c * offsets.codeStride) / 4 + i] = code.values[row]!));
      if (data.sparse !== undefined) u32[(block.base + offsets.indptr) / 4 + i + 1] = data.sparse.indptr[row + 1]! - start;
      f64[(block.base + offsets.response) / 8 + i] = data.y[row]!;
      if (data.weights !== undefined) f64[(block.base + offsets.weights) / 8 + i] = data.weights[row]!;
      if (data.offset !== undefined) f64[(block.base + offsets.offset) / 8 + i] = data.offset[row]!;
      if (data.folds !== undefined) u32[(block.base + offsets.folds) / 4 + i] = data.folds[row]!;
    }
    for (let e = 0; e < block.entries; e++) {
      u32[(block.base + offsets.indices) / 4 + e] = data.sparse!.indices[start + e]!;
      f64[(block.base + offsets.values) / 8 + e] = data.sparse!.values[start + e]!;
    }
  });

  const store: BlockStore = { layout, features, blocks, rows: n, responseCentre: data.responseCentre ?? 0 };
  const arenas: Arena[] = [{ kernels: makeKernels(memory), scratch }];
  const leaf = leafRows(n) / BLOCK_ROWS;
  const allBlocks: ResolvedBlock[] = blocks.map((block) => ({ block, arena: 0, base: block.base }));
  const chosenBlocks = (selector: SampleSelector): (ResolvedBlock & { readonly chosen: ChosenRows })[] => {
    const chooser = new RowChooser(arenas, store, selector);
    return allBlocks.map((block, b) => ({ ...block, chosen: chooser.choose(block, b * BLOCK_ROWS) }));
  };
  const collect = (request: MomentsRequest | PassRequest): Float64Array => {
    const about = request.among === undefined ? allBlocks : chosenBlocks(request.among);
    const accumulator = createAccumulator(arenas, store, request);
    const reducer = new SubtreeReducer<Float64Array>((left, right) => mergeStatistics(left, right, left));
    for (let b = 0; b < blocks.length; b += leaf) {
      reducer.add(accumulator.leaf(about.slice(b, b + leaf), b * BLOCK_ROWS));
    }
    const values = reducer.finish();
    if (values.length !== statisticSize(request, p)) throw new Error('The accumulator made a statistic of another size than it says.');
    return values;
  };
  const description: Description = {
    rows: n,
    leafRows: leafRows(n),
    columns: [],
    features: Array.from({ length: p }, (_, j) => `x${j}`),
    centres,
    response: { name: 'y', kind: 'numeric', positive: null, negative: null, trials: null },
    responseCentre: data.responseCentre ?? 0,
    hasOffset: data.offset !== undefined,
    folds: data.folds === undefined ? null : { column: 'fold', values: Array.from(new Set(Array.from(data.folds)), String).sort() },
    dropped: 0,
    kernel: 'test',
  };
  const gathered = (selector: SampleSelector): GatheredRows => {
    const gatherer = new RowGatherer(arenas, store, selector.rate);
    const parts = chosenBlocks(selector).map((block) => gatherer.block(block, block.chosen, block.chosen.rows, (bytes) => new ArrayBuffer(bytes)));
    return concatenateRows(parts, layout);
  };
  return {
    store,
    describe: () => description,
    moments: async (request) => finishStatistic(request, p, collect(request)),
    evaluate: async (request) => finishStatistic(request, p, collect(request)),
    choose: (selector) => ({
      describe: () => description,
      moments: async (request) => finishStatistic(request, p, collect({ ...request, among: selector })),
      evaluate: async (request) => finishStatistic(request, p, collect({ ...request, among: selector })),
    }),
    close: () => {},
    take: async (selector) => ({ rows: gathered(selector), map: features }),
    gather: async (selector) => {
      const rows = gathered(selector);
      const sample: ArrayData = {
        y: rows.response,
        dense: dense.map((_, j) => Float64Array.from({ length: rows.rows }, (_value, i) => rows.dense[i * dense.length + j]!)),
        codes: codes.map((code, c) => ({ values: rows.codes[c]!, levels: code.levels })),
        ...(data.sparse === undefined ? {} : { sparse: { width: data.sparse.width, indptr: rows.indptr, indices: rows.indices, values: rows.values } }),
        weights: rows.weights,
        ...(rows.offset === null ? {} : { offset: rows.offset }),
        responseCentre: data.responseCentre ?? 0,
        denseType: layout.denseType,
      };
      return arraySource(sample, makeKernels, reserved, centres);
    },
  };
}
