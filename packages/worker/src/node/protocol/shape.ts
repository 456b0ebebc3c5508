/** How rows are stored, as a message and back. What is decoded has been checked: a node allocates by it. */
import { BLOCK_ROWS, DataError } from '@scalemix/core';
import type { FeatureMap, RowLayout } from '@scalemix/core';
import { scalemix } from './node.js';
import { NOTHING } from './requests.ts';
import { bytesOf, vectorOf } from './vectors.ts';

export interface RowsShape {
  readonly rows: number;
  readonly layout: RowLayout;
  readonly features: FeatureMap;
  readonly responseCentre: number;
}

/** Blocks that a node keeps a list of: 2^27 are 10^12 rows. */
const MOST_BLOCKS = 2 ** 27;
/** Rows that a job may have. */
export const MOST_ROWS = MOST_BLOCKS * BLOCK_ROWS;
/** Columns of any kind: more do not fit into a block. */
const MOST_COLUMNS = 2 ** 26;

export function blockCount({ rows }: Pick<RowsShape, 'rows'>): number {
  return Math.ceil(rows / BLOCK_ROWS);
}

export function shapeMessage({ rows, layout, features, responseCentre }: RowsShape): scalemix.RowsShape.$Properties {
  return {
    rows,
    dense: layout.dense,
    narrow: layout.denseType === 'f32',
    codes: layout.codes,
    sparse: layout.sparse,
    folds: layout.folds,
    weights: layout.weights,
    offset: layout.offset,
    features: features.count,
    denseFeatures: bytesOf(features.dense),
    codeFeatures: features.codes.map(bytesOf),
    sparseFeatures: bytesOf(features.sparse),
    responseCentre,
  };
}

/** @throws DataError BAD_MESSAGE */
export function shapeOf(message: scalemix.RowsShape.$Properties | null | undefined): RowsShape {
  if (!message) throw bad('holds no shape of rows');
  const rows = message.rows ?? 0;
  const count = message.features ?? 0;
  const dense = message.dense ?? 0;
  const codes = message.codes ?? 0;
  if (!(Number.isSafeInteger(rows) && rows >= 1 && rows <= MOST_ROWS)) throw bad(`speaks of ${rows} rows`);
  if (dense > MOST_COLUMNS || codes > MOST_COLUMNS || count > 2 ** 31) throw bad(`speaks of ${dense} dense columns, ${codes} code columns and ${count} features`);
  const maps = message.codeFeatures ?? [];
  if (maps.length !== codes) throw bad(`has ${maps.length} maps of ${codes} code columns`);
  const sparse = vectorOf(Int32Array, message.sparseFeatures ?? NOTHING, null, 'sparse features');
  if (message.sparse !== true && sparse.length > 0) throw bad('has features of a sparse part that is not there');
  const features: FeatureMap = {
    count,
    dense: vectorOf(Int32Array, message.denseFeatures ?? NOTHING, dense, 'dense features'),
    codes: maps.map((map) => vectorOf(Int32Array, map, null, 'features of codes')),
    sparse,
  };
  for (const map of [features.dense, ...features.codes, features.sparse]) for (const feature of map) if (!(feature >= 0 && feature < count)) throw bad(`names feature ${feature} of ${count}`);
  return {
    rows,
    layout: {
      dense,
      denseType: message.narrow === true ? 'f32' : 'f64',
      codes,
      sparse: message.sparse ?? false,
      folds: message.folds ?? false,
      weights: message.weights ?? false,
      offset: message.offset ?? false,
    },
    features,
    responseCentre: message.responseCentre ?? 0,
  };
}

function bad(problem: string): DataError {
  return new DataError('BAD_MESSAGE', `A message ${problem}.`);
}
