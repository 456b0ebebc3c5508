/** Files under the data root of a node: found, opened once, and told apart from others by their fingerprint. */
import { glob, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { DataError, FailureError, allInOrder } from '@scalemix/core';
import { openTable } from '../read/index.ts';
import type { Fingerprint, Format, Table } from '../read/index.ts';
import { filesRequestOf, localTableOf } from './localMessages.ts';
import type { FoundFiles, LocalTable } from './localMessages.ts';

export interface OpenedTable {
  readonly table: Table;
  readonly local: LocalTable;
}

interface Opened {
  readonly table: Table;
  readonly fingerprint: Fingerprint;
}

export class LocalFiles {
  readonly #root: string | undefined;
  readonly #limits: { readonly threads: number; readonly memoryLimit: number };
  #opened: { readonly key: string; readonly opened: Promise<Opened> } | null = null;
  /** The last description, which reads of many parts repeat. */
  #described: { readonly text: string; readonly local: LocalTable } | null = null;

  /** @param root what may be read */
  constructor(root: string | undefined, limits: { readonly threads: number; readonly memoryLimit: number }) {
    this.#root = root;
    this.#limits = limits;
  }

  /**
   * Paths and globs, as a coordinator was given them.
   * @throws DataError BAD_MESSAGE, FILE_NOT_FOUND, OUTSIDE_DATA_ROOT, NOT_IN_PARTS and what opening the files throws; FailureError NO_DATA_ROOT
   */
  async inspect(text: string): Promise<FoundFiles> {
    const { inputs, format, na } = filesRequestOf(text);
    const root = await this.#folder();
    const files: string[] = [];
    for (const input of inputs) files.push(...(await expand(root, input)));
    const { table, fingerprint } = await this.#open(files, format, na);
    return { files, columns: table.columns, rows: table.rowCount!, fingerprint };
  }

  /**
   * The files that `text` describes.
   * @throws as `inspect`, and DataError DATA_DIFFERS where they are not the coordinator's
   */
  async table(text: string): Promise<OpenedTable> {
    if (this.#described?.text !== text) this.#described = { text, local: localTableOf(text) };
    const { local } = this.#described;
    const { table, fingerprint } = await this.#open(local.files, local.format, local.na);
    if (fingerprint.hash !== local.fingerprint) throw differs(local.files);
    return { table, local };
  }

  /** Whether any are open. */
  get open(): boolean {
    return this.#opened !== null;
  }

  async close(): Promise<void> {
    const before = this.#opened;
    this.#opened = null;
    this.#described = null;
    await (await before?.opened.catch(() => null))?.table.close();
  }

  #open(files: readonly string[], format: Format | null, na: readonly string[]): Promise<Opened> {
    const key = JSON.stringify([files, format, na]);
    if (this.#opened?.key !== key) {
      const before = this.#opened;
      void before?.opened.then(({ table }) => table.close()).catch(() => {});
      const opened = this.#openAnew(files, format, na);
      const entry = { key, opened };
      this.#opened = entry;
      // What failed may be tried again.
      opened.catch(() => {
        if (this.#opened === entry) this.#opened = null;
      });
    }
    return this.#opened!.opened;
  }

  async #openAnew(names: readonly string[], format: Format | null, na: readonly string[]): Promise<Opened> {
    const root = await this.#folder();
    const files = await allInOrder(names.map((path) => inside(root, path)));
    // The reader would say where the node was started.
    for (const [at, file] of files.entries()) if (!(await exists(file))) throw absent(names[at]!);
    const { threads, memoryLimit } = this.#limits;
    const table = await openTable(files, { format: format ?? undefined, na, root, names, threads, memoryLimit: Math.max(256e6, Math.floor(memoryLimit / 4)) });
    try {
      if (table.range === undefined) throw new DataError('NOT_IN_PARTS', `${names.join(', ')} can be read from the start only; nodes read parts of Parquet and Arrow files. Send the rows (--data push), or write them as Parquet.`);
      return { table, fingerprint: await table.fingerprint!() };
    } catch (error) {
      await table.close();
      throw error;
    }
  }

  /** @throws FailureError NO_DATA_ROOT */
  async #folder(): Promise<string> {
    if (this.#root === undefined) throw new FailureError('NO_DATA_ROOT', 'The node was started without --data-root and reads no files. Start it with one, or send it the rows (--data push).');
    return realpath(this.#root);
  }
}

/** What a node finds is not what was there before. */
export function differs(files: readonly string[], cause?: unknown): DataError {
  return new DataError('DATA_DIFFERS', `What the node finds in ${files.join(', ')} is not what the coordinator read, or another node. Put the same files there, or send the rows (--data push).`, { cause });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

function absent(name: string): DataError {
  return new DataError('FILE_NOT_FOUND', `${name}: no such file under the data root of the node. Name the data relative to it, put the file there, or send the rows (--data push).`);
}

/** The files of a glob in byte order, as everywhere; a path stands for itself. What lies outside of the root is not found. */
async function expand(root: string, input: string): Promise<string[]> {
  if ((await exists(resolve(root, input))) || !MAGIC.test(input)) return [input];
  const parts = input.split(sep);
  const fixed = parts.findIndex((part) => MAGIC.test(part));
  // Names begin as the pattern does, which other nodes understand too.
  const folder = parts.slice(0, fixed).join(sep) + (fixed === 0 ? '' : sep);
  const paths: string[] = [];
  const place = parts.includes('..') ? null : await inside(root, folder === '' ? root : folder).catch(() => null);
  if (place !== null) for await (const path of glob(parts.slice(fixed).join(sep), { cwd: place })) if (await inside(root, join(place, path)).then(() => true, () => false)) paths.push(join(folder, path));
  if (paths.length === 0) throw absent(input);
  return paths.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const MAGIC = /[*?[{]/;

/**
 * Where a path leads once all links and `..` are resolved, as those of the root are: so that nothing leads out.
 * Of what is outside, the answer does not say whether it is there.
 * @throws DataError OUTSIDE_DATA_ROOT
 */
async function inside(root: string, path: string): Promise<string> {
  const place = await realPlace(resolve(root, path));
  if (place !== root && !place.startsWith(root.endsWith(sep) ? root : root + sep)) throw new DataError('OUTSIDE_DATA_ROOT', `${path} is not under the data root of the node. Start the node with another --data-root, name the data relative to it, or send the rows (--data push).`);
  return place;
}

/** The real path; of what is not there, that of the folder that is, and the rest. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(await realPlace(folder), basename(path));
  }
}
