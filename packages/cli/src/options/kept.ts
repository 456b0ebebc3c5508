import type { Options } from './option.ts';

/**
 * Of a command line that has been checked, the options that another command has too, as they were written.
 * @param words what follows the command's name
 * @param own the options of the command
 * @param other those of the other one
 */
export function keptOptions(words: readonly string[], own: Options, other: Options): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length && words[at] !== '--'; at++) {
    const word = words[at]!;
    const [, given, inside] = /^--?([A-Za-z][a-z0-9-]*)(=.*)?$/.exec(word) ?? [];
    if (given === undefined) continue;
    const [name, option] = Object.entries(own).find(([key, { letter }]) => key === given || letter === given || `no-${key}` === given) ?? [];
    const next = words[at + 1];
    const value = inside === undefined && option !== undefined && (option.isSwitch !== true || next === 'true' || next === 'false') ? [words[++at]!] : [];
    if (name !== undefined && Object.hasOwn(other, name)) kept.push(word, ...value);
  }
  return kept;
}
