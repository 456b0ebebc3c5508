import { constants } from 'node:fs';
import { access, glob, stat } from 'node:fs/promises';
import process from 'node:process';
import { DataError, UsageError, allInOrder } from '@scalemix/core';
import { fileHead, inflatedHead } from './bytes.ts';
import type { InputFile } from './bytes.ts';
import { formatOfBytes, formatOfPath } from './format.ts';
import type { Format } from './format.ts';
import type { ReadOptions } from './options.ts';
import { spool } from './spool.ts';

/** Files of one format in the order of their rows. */
export interface Inputs {
  readonly files: readonly InputFile[];
  readonly format: Format;
  /** Removes what was spooled. */
  release(): void;
}

const STANDARD_INPUT = '-';

/**
 * Finds the files behind paths, globs and `-`: inputs in the order given, the
 * files of one glob in byte order of their paths. Of several that are wrong
 * the first is named.
 *
 * @throws DataError FILE_NOT_FOUND, IS_DIRECTORY, FILE_NOT_READABLE, EMPTY_FILE, UNKNOWN_FORMAT, MIXED_FORMATS
 */
export async function resolveInputs(inputs: readonly string[], options: ReadOptions): Promise<Inputs> {
  if (inputs.length === 0) throw new UsageError('NO_INPUT', 'no input; name a data file, a glob, or - for standard input');
  if (inputs.includes(STANDARD_INPUT)) {
    if (inputs.length > 1) throw new UsageError('STDIN_WITH_FILES', `standard input (-) cannot be combined with files; given were ${inputs.join(', ')}`);
    return standardInput(options);
  }
  const files = (await allInOrder(inputs.map((input, index) => filesOf(input, options.names?.[index])))).flat();
  return { files, format: options.format ?? commonFormat(files), release: () => {} };
}

async function standardInput(options: ReadOptions): Promise<Inputs> {
  const spooled = await spool(options.stdin ?? process.stdin);
  try {
    const name = 'standard input';
    const { size } = await stat(spooled.path);
    if (size === 0) throw new DataError('EMPTY_FILE', `${name} is empty`);
    const format = options.format ?? formatOfBytes(inflatedHead(await fileHead(spooled.path, 65536)));
    return { files: [{ path: spooled.path, name, bytes: size }], format, release: spooled.remove };
  } catch (error) {
    spooled.remove();
    throw error;
  }
}

async function filesOf(input: string, name: string | undefined): Promise<InputFile[]> {
  const paths = name === undefined ? await expand(input) : [input];
  return allInOrder(paths.map((path) => inspect(path, name ?? path)));
}

async function expand(input: string): Promise<string[]> {
  const exists = await stat(input).then(() => true, () => false);
  if (exists || !/[*?[{]/.test(input)) return [input];
  const paths: string[] = [];
  for await (const path of glob(input)) paths.push(path);
  if (paths.length === 0) throw new DataError('FILE_NOT_FOUND', `${input}: no file matches; check the pattern and the folder it starts from (${process.cwd()})`);
  return paths.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

async function inspect(path: string, name: string): Promise<InputFile> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, error);
  });
  if (found.isDirectory()) throw new DataError('IS_DIRECTORY', `${name} is a directory; name its files, for example '${name.replace(/\/$/, '')}/*.parquet'`);
  if (!found.isFile()) throw new DataError('FILE_NOT_READABLE', `${name} is a pipe or a device, and data are read from files, or from standard input: give - and redirect it (scalemix ... - < ${name})`);
  await access(path, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, error);
  });
  if (found.size === 0) throw new DataError('EMPTY_FILE', `${name} is empty (0 bytes)`);
  return { path, name, bytes: found.size };
}

function unreadable(path: string, cause: NodeJS.ErrnoException): DataError {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
    const hint = /^[a-z][a-z0-9+.-]+:\/\//i.test(path) ? 'addresses are not read: fetch it to a file, or pipe it into standard input (-)' : `relative paths start from ${process.cwd()}`;
    return new DataError('FILE_NOT_FOUND', `${path}: no such file; ${hint}`, { cause });
  }
  const reason = cause.code === 'EACCES' || cause.code === 'EPERM' ? 'no permission to read it' : cause.message;
  return new DataError('FILE_NOT_READABLE', `${path}: ${reason}`, { cause });
}

function commonFormat(files: readonly InputFile[]): Format {
  const first = files[0]!;
  const format = formatOfPath(first.path);
  for (const file of files) {
    const other = formatOfPath(file.path);
    if (other !== format) {
      throw new DataError('MIXED_FORMATS', `${first.name} is ${format} but ${file.name} is ${other}; read files of one format at a time`);
    }
  }
  return format;
}
