import { stripVTControlCharacters } from 'node:util';

/** Terminal columns a text takes: East Asian wide letters take two, combining marks none, colours none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    const code = character.codePointAt(0)!;
    if (code < 0x300) width++;
    else if (!/\p{Mark}|\u200d|\ufe0f/u.test(character)) width += isWide(code) ? 2 : 1;
  }
  return width;
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) || (code >= 0x1f300 && code <= 0x1faff)
  );
}

/** A name from data as it may be printed: control characters, which could move the cursor, are shown as `?`. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

/** The text, or where it is wider than `most` its two ends with `...` between. */
export function fit(text: string, most: number): string {
  const clean = printable(text);
  if (displayWidth(clean) <= most) return clean;
  const characters = [...clean];
  const kept = Math.max(2, most - 3);
  return `${characters.slice(0, Math.ceil(kept / 2)).join('')}...${characters.slice(characters.length - Math.floor(kept / 2)).join('')}`;
}

/** The text in lines of at most `width` columns, broken at spaces; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Sentences for a terminal, each line by itself, which would break it in the middle of words; elsewhere one line, for programs that read it. */
export function sentences(text: string, { isTTY, width }: { readonly isTTY: boolean; readonly width: number }): string {
  return isTTY ? text.split('\n').flatMap((line) => wrap(line, width)).join('\n') : text;
}
