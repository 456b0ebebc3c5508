/** Rows that are somewhere else: all that is known of them, and none of them. */
import { ARENA_RESERVED } from '@scalemix/core';
import type { Table } from '../read/table.ts';
import type { RowFacts } from './facts.ts';
import { rowsHandle } from './handle.ts';
import type { LoadedRows } from './load.ts';
import type { LoadOptions } from './options.ts';
import { outlineRows } from './outline.ts';
import { placesOf } from './places.ts';
import type { Centres } from './plan.ts';
import { assignRoles } from './roles.ts';
import { segmentLayout } from './segments.ts';

/**
 * What loadRows would make of a table whose rows have been scanned in ranges, with a store that has no blocks.
 * @throws as loadRows
 */
export function outlinedRows(table: Pick<Table, 'columns' | 'files'>, options: LoadOptions, facts: RowFacts, centres: Centres): LoadedRows {
  const roles = assignRoles(table, options);
  const places = placesOf(roles, options);
  const { description, layout, features, plan } = outlineRows({ roles, places, options, facts, centres, files: table.files });
  const segments = segmentLayout({ threads: options.threads ?? 1, reserved: ARENA_RESERVED, width: layout.dense, ...options.segments });
  const store = { layout, features, blocks: [], rows: description.rows, responseCentre: description.responseCentre };
  return { handle: rowsHandle(store, segments, [], null), description, plan, close: () => {} };
}
