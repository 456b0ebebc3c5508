/** From a table to rows in memory: read once, in order, written straight into blocks. */
import type { Table } from '../read/table.ts';
import { finishBlocks } from './finish.ts';
import { rowsHandle } from './handle.ts';
import type { RowsHandle } from './handle.ts';
import { Loader } from './loader.ts';
import type { LoadOptions } from './options.ts';
import { outlineRows } from './outline.ts';
import type { Outline } from './outline.ts';
import type { RowsPlan } from './plan.ts';

/** Rows in shared memory (and the spill file), ready to be computed on. */
export interface LoadedRows {
  /** What a thread needs to compute on them. */
  readonly handle: RowsHandle;
  readonly description: Outline['description'];
  /** With it any part of the table is stored as it is here. */
  readonly plan: RowsPlan;
  /** Closes the spill file; the memories go when nobody holds them. */
  close(): void;
}

/**
 * Reads a table to the end and stores what is asked of it. Memory beside the
 * rows themselves: one block of staging, and the levels of text columns.
 *
 * @throws UsageError for options that do not fit the table (roles.ts), UNKNOWN_CLASS
 * @throws DataError NO_ROWS, MISSING_VALUES, NON_FINITE_VALUE, BAD_WEIGHT, BAD_TRIALS, ALL_WEIGHTS_ZERO,
 *   ALL_ROWS_DROPPED, TOO_WIDE, FOLD_COLUMN, and those of the response (response.ts)
 * @throws FailureError SPILL_FILE, OUT_OF_MEMORY, ADDRESS_SPACE
 */
export async function loadRows(table: Table, options: LoadOptions): Promise<LoadedRows> {
  const loader = new Loader(table, options);
  try {
    for await (const batch of table.batches(loader.request)) {
      options.signal?.throwIfAborted();
      loader.take(batch);
      options.onProgress?.(loader.rows, loader.rows * loader.width);
    }
    options.signal?.throwIfAborted();
    loader.end();
    return finish(loader, table, options);
  } catch (error) {
    loader.builder.spill?.close();
    throw error;
  }
}

function finish(loader: Loader, table: Table, options: LoadOptions): LoadedRows {
  const { roles, places, facts, centres } = loader;
  const { description, layout, features, plan } = outlineRows({ roles, places, options, facts, centres, files: table.files });
  const { spill, segments, blocks } = loader.builder;
  finishBlocks(blocks, places.layout, loader.finishPlan(plan), segments.memories, spill);
  const store = { layout, features, blocks, rows: description.rows, responseCentre: description.responseCentre };
  return { handle: rowsHandle(store, segments.layout, segments.memories, spill), description, plan, close: () => spill?.close() };
}
