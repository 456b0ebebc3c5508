/** The model document as text, and back. */
import { DataError, FailureError } from '../errors.ts';
import { MODEL_FORMAT } from './document.ts';
import type { ModelDocument } from './document.ts';
import { readDocument } from './validate.ts';

/** Longest text that is read as a model: V8's longest string is a little more. */
export const MODEL_MAX_BYTES = 500_000_000;

/**
 * The document as JSON, one line a key and one line a vector of coefficients.
 * Every double is written in its shortest form that reads back as the same bits.
 * @throws FailureError MODEL_TOO_LARGE where the text would be longer than a string can be.
 */
export function saveModel(model: ModelDocument): string {
  try {
    const lines = Object.entries(model).map(([key, value]) => `  ${JSON.stringify(key)}: ${valueText(key, value)}`);
    return `{\n${lines.join(',\n')}\n}\n`;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FailureError(
      'MODEL_TOO_LARGE',
      `The model is too large for one file: ${model.lambda.length} values of ${model.features.length} coefficients. Fit fewer values of lambda.`,
      { cause: error },
    );
  }
}

function valueText(key: string, value: unknown): string {
  if ((key === 'coefficients' || key === 'columns') && Array.isArray(value) && value.length > 0) {
    return `[\n${value.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  }
  return JSON.stringify(value);
}

/**
 * The document in `text`, every part and size of it checked.
 * @param source the file's name, for messages
 * @throws DataError MODEL_CORRUPT where it is not a whole model; MODEL_VERSION where another release wrote it.
 */
export function parseModel(text: string, source = 'The model'): ModelDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const cut = text.trim() === '' ? 'it is empty' : 'it is not valid JSON (cut off, or not a model at all)';
    throw new DataError('MODEL_CORRUPT', `${source} is not a scalemix model: ${cut}. Fit it again, or give the file that fit or path wrote.`, { cause: error });
  }
  const format = typeof value === 'object' && value !== null ? (value as { format?: unknown }).format : undefined;
  if (typeof format === 'string' && format.startsWith('scalemix.model/') && format !== MODEL_FORMAT) {
    throw new DataError('MODEL_VERSION', `${source} has format ${JSON.stringify(format.slice(0, 60))}; this release reads ${MODEL_FORMAT}. Read it with the release that wrote it, or fit it again.`);
  }
  if (format !== MODEL_FORMAT) {
    throw new DataError('MODEL_CORRUPT', `${source} is not a scalemix model: it has no "format": "${MODEL_FORMAT}". Give the file that fit or path wrote.`);
  }
  return readDocument(value as Record<string, unknown>, source);
}
