/**
 * yargs loses a lone `-` among positional arguments: it goes through as a word
 * that nobody can type, and comes back as `-`.
 */
const STAND_IN = '\u0001-';

export function hideDash(word: string): string {
  return word === '-' ? STAND_IN : word;
}

export function restoreDash(word: string): string {
  return word === STAND_IN ? '-' : word;
}
