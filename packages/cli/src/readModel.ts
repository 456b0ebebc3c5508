import { readFileSync, statSync } from 'node:fs';
import { DataError, MODEL_MAX_BYTES, parseModel } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';

/** @throws DataError FILE_NOT_FOUND, FILE_NOT_READABLE, MODEL_CORRUPT, MODEL_VERSION */
export function readModel(path: string): ModelDocument {
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
