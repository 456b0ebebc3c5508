/**
 * A store of rows in blocks of any size over several memories, small enough to
 * write every sum out as dense matrices, and the design matrix it stands for.
 */
import { Matrix } from 'ml-matrix';
import { blockOffsets } from '@scalemix/core';
import type { Arena, BlockStore, FeatureMap, Kernels, ResolvedBlock, RowLayout, StoredBlock } from '@scalemix/core';
import { Random } from './random.ts';

export interface SmallShape {
  readonly dense: number;
  /** Levels with a feature of each code column; code 0 has none. 0: a column without features. */
  readonly codes: readonly number[];
  /** Features of the sparse part; null: none. */
  readonly sparse: number | null;
  readonly weights: boolean;
  readonly offset: boolean;
  readonly denseType: 'f64' | 'f32';
  /** Rows of each block, and the memory it lies in. */
  readonly blocks: readonly (readonly [rows: number, segment: number])[];
  /** Features in another order than dense, codes, sparse. */
  readonly shuffled: boolean;
  /** Responses in [0, 1] instead of any numbers. */
  readonly probabilities: boolean;
}

export interface SmallStore {
  readonly store: BlockStore;
  readonly arenas: readonly Arena[];
  readonly blocks: readonly ResolvedBlock[];
  /** n x p, as stored. */
  readonly x: Matrix;
  readonly y: Float64Array;
  readonly w: Float64Array;
  readonly offset: Float64Array;
}

const SCRATCH = { base: 65536, bytes: 2 ** 20 };

export function smallStore(shape: SmallShape, seed: number, makeKernels: (memory: WebAssembly.Memory) => Kernels): SmallStore {
  const random = new Random(seed);
  const n = shape.blocks.reduce((total, [rows]) => total + rows, 0);
  const p = shape.dense + shape.codes.reduce((total, levels) => total + levels, 0) + (shape.sparse ?? 0);
  const order = Array.from({ length: p }, (_, j) => j);
  const feature = shape.shuffled ? random.shuffled(order) : order;
  let next = 0;
  const take = (count: number): Int32Array => Int32Array.from({ length: count }, () => feature[next++]!);
  const features: FeatureMap = { count: p, dense: take(shape.dense), codes: shape.codes.map(take), sparse: take(shape.sparse ?? 0) };
  const layout: RowLayout = {
    dense: shape.dense,
    denseType: shape.denseType,
    codes: shape.codes.length,
    sparse: shape.sparse !== null,
    folds: false,
    weights: shape.weights,
    offset: shape.offset,
  };

  const x = Matrix.zeros(n, Math.max(1, p));
  const y = Float64Array.from({ length: n }, (_, i) => (shape.probabilities ? [0, 1, 0.25][i % 3]! : random.normal()));
  const w = Float64Array.from({ length: n }, (_, i) => (!shape.weights ? 1 : i % 4 === 1 ? 0 : 0.2 + random.uniform()));
  const offset = Float64Array.from({ length: n }, () => (shape.offset ? random.normal() : 0));
  const codes = shape.codes.map((levels) => Int32Array.from({ length: n }, () => random.integer(levels + 1)));
  const sparse = Array.from({ length: n }, (_, i) =>
    Array.from({ length: shape.sparse ?? 0 }, (__, index) => [index, random.normal()] as const).filter(() => i % 5 !== 0 && random.chance(0.3)));
  for (let i = 0; i < n; i++) {
    for (const j of features.dense) x.set(i, j, shape.denseType === 'f32' ? Math.fround(random.normal()) : random.normal());
    features.codes.forEach((levels, c) => {
      const code = codes[c]![i]!;
      if (code > 0) x.set(i, levels[code - 1]!, 1);
    });
    for (const [index, value] of sparse[i]!) x.set(i, features.sparse[index]!, value);
  }

  const segments = 1 + Math.max(...shape.blocks.map(([, segment]) => segment));
  const ends = new Array<number>(segments).fill(SCRATCH.base + SCRATCH.bytes);
  const memories = ends.map(() => new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true }));
  const stored: StoredBlock[] = [];
  const resolved: ResolvedBlock[] = [];
  let first = 0;
  for (const [rows, segment] of shape.blocks) {
    const entries = sparse.slice(first, first + rows).reduce((total, row) => total + row.length, 0);
    const offsets = blockOffsets(layout, rows, entries);
    const base = ends[segment]!;
    ends[segment] = base + Math.ceil(offsets.bytes / 16) * 16;
    const { buffer } = memories[segment]!;
    const f64 = new Float64Array(buffer), f32 = new Float32Array(buffer), u32 = new Uint32Array(buffer);
    let entry = 0;
    for (let i = 0; i < rows; i++) {
      const row = first + i;
      features.dense.forEach((j, column) => {
        if (shape.denseType === 'f64') f64[(base + offsets.dense) / 8 + i * shape.dense + column] = x.get(row, j);
        else f32[(base + offsets.dense) / 4 + i * shape.dense + column] = x.get(row, j);
      });
      codes.forEach((column, c) => (u32[(base + offsets.codes + c * offsets.codeStride) / 4 + i] = column[row]!));
      for (const [index, value] of sparse[row]!) {
        u32[(base + offsets.indices) / 4 + entry] = index;
        f64[(base + offsets.values) / 8 + entry++] = value;
      }
      if (layout.sparse) u32[(base + offsets.indptr) / 4 + i + 1] = entry;
      f64[(base + offsets.response) / 8 + i] = y[row]!;
      if (layout.weights) f64[(base + offsets.weights) / 8 + i] = w[row]!;
      if (layout.offset) f64[(base + offsets.offset) / 8 + i] = offset[row]!;
    }
    const block: StoredBlock = { rows, entries, segment, base, bytes: offsets.bytes };
    stored.push(block);
    resolved.push({ block, arena: segment, base });
    first += rows;
  }
  return {
    store: { layout, features, blocks: stored, rows: n, responseCentre: shape.probabilities ? 0 : 0.25 },
    arenas: memories.map((memory) => ({ kernels: makeKernels(memory), scratch: SCRATCH })),
    blocks: resolved,
    x: p === 0 ? new Matrix(n, 0) : x,
    y,
    w,
    offset,
  };
}
