import { badValue } from './option.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/**
 * Bytes of a size such as `4GB`, `512MiB`, `1.5g` or `100000000`.
 * @throws UsageError BAD_OPTION_VALUE
 */
export function readMemory(texts: readonly string[], flag: string): number {
  const [, digits, unit] = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*$/i.exec(texts[0]!) ?? [];
  const scale = UNITS[unit?.toLowerCase() ?? ''];
  const bytes = Math.floor(Number(digits) * (scale ?? NaN));
  if (!(bytes > 0) || !Number.isSafeInteger(bytes)) throw badValue(flag, texts[0]!, 'a size such as 4GB or 512MiB');
  return bytes;
}
