/** Rows that a node reads from its own files: by a plan, and never by SQL from outside. */
import { BLOCK_ROWS, DataError, ScalemixError } from '@scalemix/core';
import { readPlanned, scanRows } from '../rows/part.ts';
import type { RowRange, Scan } from '../rows/part.ts';
import type { HeldRows } from './heldRows.ts';
import { differs } from './localFiles.ts';
import type { OpenedTable } from './localFiles.ts';
import { centresOf } from './localMessages.ts';
import type { scalemix } from './protocol/node.js';

/** Blocks from `first` on, one for each hash. */
export interface WantedBlocks {
  readonly first: number;
  readonly hashes: readonly Uint8Array[];
  /** Whether the hashes are those of a scan (rows/blockDigest.ts), not of blocks as they are stored. */
  readonly scanned: boolean;
}

/** Reads blocks and stores them. @throws DataError DATA_DIFFERS where they are not those that were announced */
export async function readLocal({ table, local }: OpenedTable, rows: HeldRows, { first, hashes, scanned }: WantedBlocks, signal: AbortSignal): Promise<void> {
  if (local.plan === null) throw new DataError('BAD_MESSAGE', 'A message asks for rows and does not say how they are stored.');
  const end = Math.min((first + hashes.length) * BLOCK_ROWS, rows.shape.rows);
  let block = first;
  try {
    await readPlanned(table, { first: first * BLOCK_ROWS, end }, { ...local.roles, signal }, local.plan, (planned, digest) => {
      const hash = hashes[block - first];
      if (hash === undefined || (scanned && !Buffer.from(hash).equals(digest()))) throw differs(local.files);
      const head = { block, rows: planned.rows, entries: planned.entries, hash };
      if (scanned) rows.store(head, planned.bytes);
      else rows.add(head, planned.bytes);
      block++;
    });
  } catch (error) {
    // Values that loading refuses were not there when the rows were first looked at; what storing refuses has other reasons.
    if (error instanceof ScalemixError && error.kind === 'data' && error.code !== 'BAD_MESSAGE' && error.code !== 'TOO_WIDE') throw differs(local.files, error);
    throw error;
  }
  if (block !== first + hashes.length) throw differs(local.files);
}

/** Codes of errors that say something about the files of this node, not about the rows: the coordinator says which node it is. */
const OF_THE_FILES = new Set(['CORRUPT_FILE', 'DATA_DIFFERS', 'FILE_NOT_FOUND', 'FILE_NOT_READABLE']);

/** Reads rows without keeping them. What is wrong with them is an answer like another: the coordinator says it as one process would. */
export async function scanLocal({ table, local }: OpenedTable, range: RowRange, centres: string, signal: AbortSignal): Promise<scalemix.ScanReply.$Properties> {
  const { first, end } = range;
  if (!(Number.isSafeInteger(first) && first >= 0 && first % BLOCK_ROWS === 0 && Number.isSafeInteger(end) && first < end && end <= table.rowCount!)) throw new DataError('BAD_MESSAGE', `A message asks for rows ${first} to ${end}; there are ${table.rowCount}.`);
  if ((centres === '') !== (first === 0)) throw new DataError('BAD_MESSAGE', `A message asks for rows from ${first} on, ${centres === '' ? 'without' : 'with'} centres.`);
  const known = centres === '' ? null : centresOf(centres);
  try {
    return scanMessage(await scanRows(table, range, { ...local.roles, signal }, known));
  } catch (error) {
    if (!(error instanceof ScalemixError) || error.kind === 'failure' || error.kind === 'cluster' || OF_THE_FILES.has(error.code)) throw error;
    const { kind, code, message } = error;
    return { error: { kind, code, message } };
  }
}

function scanMessage({ facts, centres, digests }: Scan): scalemix.ScanReply.$Properties {
  return { scan: JSON.stringify({ facts, centres }), digests: Buffer.concat(digests) };
}
