import { DataError } from '@scalemix/core';

export type Format = 'csv' | 'tsv' | 'parquet' | 'arrow' | 'libsvm';

export const FORMATS: readonly Format[] = ['csv', 'tsv', 'parquet', 'arrow', 'libsvm'];

const EXTENSIONS: ReadonlyMap<string, Format> = new Map([
  ['csv', 'csv'],
  ['tsv', 'tsv'],
  ['parquet', 'parquet'],
  ['arrow', 'arrow'],
  ['arrows', 'arrow'],
  ['feather', 'arrow'],
  ['libsvm', 'libsvm'],
  ['svm', 'libsvm'],
  ['svmlight', 'libsvm'],
]);

const KNOWN = '.csv .tsv .libsvm .svm .svmlight (each also .gz), .parquet, .arrow, .feather';

/** @throws DataError UNKNOWN_FORMAT */
export function formatOfPath(path: string): Format {
  const name = path.toLowerCase();
  const plain = name.endsWith('.gz') ? name.slice(0, -3) : name;
  const dot = plain.lastIndexOf('.');
  const format = dot < 0 ? undefined : EXTENSIONS.get(plain.slice(dot + 1));
  if (format === undefined || ((format === 'parquet' || format === 'arrow') && plain !== name)) {
    throw new DataError('UNKNOWN_FORMAT', `${path}: the extension says no known format; known are ${KNOWN}. Rename the file or name the format (--format)`);
  }
  return format;
}

/**
 * What a file without a name holds, by its first bytes: Parquet and Arrow by
 * their magic, libsvm by a first line `number index:value`, else CSV.
 * @param head decompressed
 */
export function formatOfBytes(head: Uint8Array): Format {
  const start = Buffer.from(head.subarray(0, 4096)).toString('latin1');
  if (start.startsWith('PAR1')) return 'parquet';
  if (start.startsWith('ARROW1') || start.startsWith('\xff\xff\xff\xff')) return 'arrow';
  if (/^(\s*#[^\n]*\n)*\s*[-+.\d][-+.\deE]*[ \t]+(qid:\d+[ \t]+)?\d+:/.test(start)) return 'libsvm';
  return 'csv';
}
