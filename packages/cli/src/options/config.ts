import { readFileSync } from 'node:fs';
import { UsageError } from '@scalemix/core';

/**
 * A config file: one JSON object whose keys are the long names of options,
 * with or without dashes (`lambdaMinRatio` is `lambda-min-ratio`) and whose
 * values are texts, numbers, true or false, lists of them, or for
 * penalty-factors an object.
 * @throws UsageError BAD_CONFIG
 */
export function readConfig(path: string): Map<string, readonly string[]> {
  const given = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(parse(path))) {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (given.has(name)) throw new UsageError('BAD_CONFIG', `${path} gives ${name} twice.`);
    given.set(name, texts(path, key, value));
  }
  return given;
}

function parse(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new UsageError('BAD_CONFIG', `The config file ${path} cannot be read: ${reason}.`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError('BAD_CONFIG', `The config file ${path} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError('BAD_CONFIG', `The config file ${path} must hold one JSON object of options.`);
  return value as Record<string, unknown>;
}

function texts(path: string, key: string, value: unknown): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' || typeof item === 'number')) return [value.map(quoted).join(',')];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [Object.entries(value).map(([name, factor]) => quoted(`${name}=${String(factor)}`)).join(',')];
  throw new UsageError('BAD_CONFIG', `${key} in ${path} is ${JSON.stringify(value)}; give text, a number, true, false or a list of texts or numbers.`);
}

/** An item of a list as splitList reads it back. */
function quoted(item: string | number): string {
  const text = String(item);
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
