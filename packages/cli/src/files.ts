/** Files are written beside their place and renamed into it: there is a whole file or none. */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { FailureError, UsageError } from '@scalemix/core';

const unfinished = new Set<string>();

/** A file that is not yet whole. */
export interface PartialFile {
  /** Where to write meanwhile. */
  readonly path: string;
  /** Puts the file in its place. */
  finish(): void;
  abandon(): void;
}

/** Begins `given`, in the folder where it shall stand. A device or pipe (/dev/null) is written as it is; a link keeps pointing where it does. */
export function beside(given: string): PartialFile {
  const found = statSync(given, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) return { path: given, finish: () => {}, abandon: () => {} };
  const path = found === undefined ? given : realpathSync(given);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.partial`);
  unfinished.add(temporary);
  return {
    path: temporary,
    finish: () => {
      try {
        renameSync(temporary, path);
      } catch (error) {
        throw cannotWrite(path, error);
      } finally {
        unfinished.delete(temporary);
      }
    },
    abandon: () => {
      rmSync(temporary, { force: true });
      unfinished.delete(temporary);
    },
  };
}

/** Removes whatever was begun and not finished: the last thing an interrupted program does. */
export function abandonAll(): void {
  for (const path of unfinished) rmSync(path, { force: true });
  unfinished.clear();
}

/** Writes a whole file. @throws FailureError CANNOT_WRITE */
export function writeWhole(path: string, text: string): void {
  const file = beside(path);
  try {
    writeFileSync(file.path, text);
  } catch (error) {
    file.abandon();
    throw cannotWrite(path, error);
  }
  file.finish();
}

/**
 * Refuses an output that cannot be written before an hour is spent on what it shall hold.
 * @throws UsageError BAD_OUTPUT
 */
export function checkOutput(path: string | undefined, flag: string, inputs: readonly string[] = []): void {
  if (path === undefined) return;
  const folder = dirname(resolve(path));
  const found = statSync(path, { throwIfNoEntry: false });
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw new UsageError('BAD_OUTPUT', `${flag} ${path}: there is no folder ${folder}.`);
  if (found?.isDirectory() === true) throw new UsageError('BAD_OUTPUT', `${flag} ${path} is a folder; give the name of a file.`);
  try {
    accessSync(found === undefined || found.isFile() ? folder : path, constants.W_OK);
  } catch (error) {
    throw new UsageError('BAD_OUTPUT', `${flag} ${path} cannot be written: ${(error as Error).message}.`, { cause: error });
  }
  const same = inputs.find((input) => resolve(input) === resolve(path));
  if (same !== undefined) throw new UsageError('BAD_OUTPUT', `${flag} ${path} would overwrite the input ${same}. Give another name.`);
}

/**
 * Refuses one file in two parts.
 * @param files by what names them
 * @throws UsageError BAD_OUTPUT
 */
export function checkSeparate(files: Readonly<Record<string, string | undefined>>): void {
  const seen = new Map<string, string>();
  for (const [name, path] of Object.entries(files)) {
    if (path === undefined || !(statSync(path, { throwIfNoEntry: false })?.isFile() ?? true)) continue;
    const before = seen.get(resolve(path));
    if (before !== undefined) throw new UsageError('BAD_OUTPUT', `${before} and ${name} both name ${path}. Give each a file of its own.`);
    seen.set(resolve(path), name);
  }
}

export function cannotWrite(path: string, error: unknown): FailureError {
  return new FailureError('CANNOT_WRITE', `${path} cannot be written: ${(error as Error).message}.`, { cause: error });
}
