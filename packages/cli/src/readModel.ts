import { readFileSync, statSync } from 'node:fs';
import { DataError, MODEL_MAX_BYTES, parseModel } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';

/** Files that hold no model, by their names. */
const DATA = /\.(csv|tsv|parquet|arrow|feather|libsvm|svm)(\.gz)?$/i;

/** @throws DataError FILE_NOT_FOUND, FILE_NOT_READABLE, MODEL_CORRUPT, MODEL_VERSION */
export function readModel(path: string): ModelDocument {
  if (DATA.test(path)) throw new DataError('MODEL_CORRUPT', `${path} holds data and no model. The model comes first: scalemix predict MODEL DATA.`);
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > MODEL_MAX_BYTES) throw new DataError('MODEL_CORRUPT', `${path} has ${size} bytes, more than any model. Give the file that fit or path wrote.`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof DataError) throw error;
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new DataError(absent ? 'FILE_NOT_FOUND' : 'FILE_NOT_READABLE', `The model ${path} cannot be read: ${absent ? 'there is no such file' : (error as Error).message}.`, { cause: error });
  }
  return parseModel(text, path);
}
