/** What the streams can show: width, colour, Unicode. */
import process from 'node:process';

export interface Terminal {
  readonly isTTY: boolean;
  /** Columns. */
  readonly width: number;
  readonly colour: boolean;
  readonly unicode: boolean;
}

/** @param stream the one that shall be written to */
export function terminalOf(stream: NodeJS.WriteStream): Terminal {
  const isTTY = stream.isTTY === true;
  const dumb = process.env['TERM'] === 'dumb';
  const locale = process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || '';
  return {
    isTTY: isTTY && !dumb,
    width: isTTY && stream.columns > 0 ? stream.columns : 80,
    colour: isTTY && !dumb && (process.env['NO_COLOR'] ?? '') === '',
    unicode: isTTY && !dumb && (process.platform === 'win32' || /utf-?8/i.test(locale)),
  };
}

const CODES = { bold: [1, 22], dim: [2, 22], green: [32, 39], yellow: [33, 39], red: [31, 39], blue: [34, 39], cyan: [36, 39] } as const;

export type Colour = keyof typeof CODES;

export type Paint = (colour: Colour, text: string) => string;

/** Colours where the terminal shows them; else leaves text alone. */
export function painter(terminal: Terminal): Paint {
  if (!terminal.colour) return (_colour, text) => text;
  return (colour, text) => `\u001b[${CODES[colour][0]}m${text}\u001b[${CODES[colour][1]}m`;
}
