/** Files that a node reads by itself: under its data root, the same as the coordinator's, read by a plan and never by SQL from outside. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { BLOCK_ROWS, DataError, FailureError, ScalemixError } from '@scalemix/core';
import { FORMATS, openTable } from '../read/index.ts';
import type { Format, Table } from '../read/index.ts';
import { readPlanned } from '../rows/load.ts';
import type { LoadOptions } from '../rows/options.ts';
import type { RowsPlan } from '../rows/plan.ts';
import type { HeldRows } from './heldRows.ts';

/** What a coordinator says of its files; plain data. */
export interface LocalTable {
  /** As the coordinator was given them: relative to the data root, or absolute. */
  readonly files: readonly string[];
  readonly format: Format | null;
  readonly na: readonly string[];
  /** Of all files (read/fingerprint.ts). */
  readonly fingerprint: string;
  readonly roles: Pick<LoadOptions, 'response' | 'responseKind' | 'positive' | 'trials' | 'weights' | 'offset' | 'columns' | 'exclude' | 'categorical' | 'drop' | 'missing' | 'precision'>;
  readonly plan: RowsPlan;
}

export interface OpenedTable {
  readonly table: Table;
  readonly local: LocalTable;
}

/**
 * @param root what may be read
 * @throws DataError BAD_MESSAGE, OUTSIDE_DATA_ROOT, DATA_DIFFERS and what opening the files throws; FailureError NO_DATA_ROOT
 */
export async function openLocal(text: string, root: string | undefined, limits: { readonly threads: number; readonly memoryLimit: number }): Promise<OpenedTable> {
  if (root === undefined) throw new FailureError('NO_DATA_ROOT', 'The node was started without --data-root and reads no files. Start it with one, or send it the rows (--data push).');
  const local = localTableOf(text);
  const folder = await realpath(root);
  const files = await Promise.all(local.files.map((path) => inside(folder, path)));
  const table = await openTable(files, { format: local.format ?? undefined, na: local.na, root: folder, threads: limits.threads, memoryLimit: Math.max(256e6, Math.floor(limits.memoryLimit / 4)) });
  try {
    if (table.range === undefined) throw new DataError('BAD_MESSAGE', 'A message asks for a part of files that are read from their start only.');
    const { hash } = await table.fingerprint!();
    if (hash !== local.fingerprint) throw differs(local.files.join(', '));
    return { table, local };
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** Reads the blocks [first, first + hashes.length) and stores them. @throws DataError DATA_DIFFERS where they are not the coordinator's */
export async function readLocal({ table, local }: OpenedTable, rows: HeldRows, first: number, hashes: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
  const end = Math.min((first + hashes.length) * BLOCK_ROWS, rows.shape.rows);
  let block = first;
  const onBlock = (planned: { rows: number; entries: number; bytes: Uint8Array<ArrayBuffer> }): void => {
    const hash = hashes[block - first];
    if (hash === undefined) throw differs(local.files.join(', '));
    rows.add({ block, rows: planned.rows, entries: planned.entries, hash }, planned.bytes);
    block++;
  };
  try {
    await readPlanned(table, { first: first * BLOCK_ROWS, end }, { ...local.roles, signal }, { plan: local.plan, onBlock });
  } catch (error) {
    // Values that loading refuses were not there when the coordinator loaded.
    if (error instanceof ScalemixError && error.kind === 'data') throw differs(local.files.join(', '), error);
    throw error;
  }
  if (block !== first + hashes.length) throw differs(local.files.join(', '));
}

async function inside(root: string, path: string): Promise<string> {
  const named = isAbsolute(path) ? path : join(root, path);
  // Resolved both before and after links, so that neither `..` nor a link leads out, and the answer says nothing of what is there.
  const real = await realpath(named).catch(() => named);
  for (const place of [join(named), real]) {
    if (place !== root && !place.startsWith(root.endsWith(sep) ? root : root + sep)) throw new DataError('OUTSIDE_DATA_ROOT', `${path} is not under the data root of the node. Start the node with another --data-root, name the data relative to it, or send the rows (--data push).`);
  }
  return real;
}

function differs(files: string, cause?: unknown): DataError {
  return new DataError('DATA_DIFFERS', `What the node finds in ${files} is not what the coordinator read. Put the same files there, or send the rows (--data push).`, { cause });
}

const ROLE_TEXTS = ['response', 'positive', 'trials', 'weights', 'offset'];
const ROLE_LISTS = ['columns', 'exclude', 'categorical'];
const ROLE_CHOICES: Readonly<Record<string, readonly string[]>> = { responseKind: ['numeric', 'probability'], drop: ['first', 'none'], missing: ['error', 'drop', 'mean', 'indicator'], precision: ['f64', 'f32'] };

/** @throws DataError BAD_MESSAGE */
function localTableOf(text: string): LocalTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError('BAD_MESSAGE', 'A message describes files in a way that is no JSON.', { cause });
  }
  const isText = (item: unknown): boolean => typeof item === 'string';
  const isTexts = (item: unknown): boolean => Array.isArray(item) && item.every(isText);
  const fields = (item: unknown): Record<string, unknown> => (typeof item === 'object' && item !== null && !Array.isArray(item) ? (item as Record<string, unknown>) : {});
  const { files, format, na, fingerprint, roles, plan } = fields(value);
  const { centres, levels, positive, weights } = fields(plan);
  const roleFits = ([name, role]: [string, unknown]): boolean => (ROLE_TEXTS.includes(name) ? isText(role) : ROLE_LISTS.includes(name) ? isTexts(role) : Object.hasOwn(ROLE_CHOICES, name) && ROLE_CHOICES[name]!.includes(role as string));
  const fits =
    isTexts(files) && (files as string[]).length > 0 && !(files as string[]).includes('-') && (format === null || FORMATS.includes(format as Format)) && isTexts(na) && isText(fingerprint) &&
    Object.entries(fields(roles)).every(roleFits) && isText(fields(roles)['response']) && isText(fields(roles)['responseKind']) &&
    Object.values(fields(centres)).every((centre) => typeof centre === 'number') && Object.values(fields(levels)).every(isTexts) && (positive === null || isText(positive)) && typeof weights === 'boolean';
  if (!fits) throw new DataError('BAD_MESSAGE', 'A message describes files in a way that is not understood.');
  return value as LocalTable;
}
