/**
 * Curves in a terminal. A canvas of dots, two across and four down a letter in
 * braille; one by one in ASCII. The x axis is even in the number of the value,
 * which for a log-spaced grid is the logarithm of lambda.
 */
import { significant } from './numbers.ts';
import { wrap } from './text.ts';

export interface Curve {
  readonly y: readonly number[];
  /** Half the length of a bar through each point; drawn through some, so that they stand apart. */
  readonly errors?: readonly number[];
  /** Letter that marks it in ASCII. */
  readonly letter: string;
  /** Stands at its right end. */
  readonly label?: string;
}

export interface PlotOptions {
  /** Letters across, labels included. */
  readonly width: number;
  /** Lines of the drawing, without the axis. */
  readonly height: number;
  readonly unicode: boolean;
  readonly x: readonly number[];
  readonly xLabels: readonly [left: string, right: string];
  readonly title: string;
  /** Places on the x axis with names, from left to right. */
  readonly marks?: readonly { readonly x: number; readonly name: string }[];
}

/** Lines of a plot of one or more curves over common x, with the range of y at the left. */
export function plotLines(curves: readonly Curve[], options: PlotOptions): string[] {
  const finite = curves.flatMap(({ y, errors }) => [...y, ...(errors ?? []).flatMap((error, i) => [y[i]! - error, y[i]! + error])]).filter(Number.isFinite);
  let low = Math.min(...finite);
  let high = Math.max(...finite);
  if (finite.length === 0) [low, high] = [0, 1];
  if (high - low <= 1e-12 * Math.max(Math.abs(high), Math.abs(low))) [low, high] = [low - 0.5, high + 0.5];
  const label = (value: number): string => (Math.abs(value) < 1e-9 * (high - low) ? '0' : significant(value, 3));
  const labels = [label(high), label(low)];
  const margin = Math.max(...labels.map((label) => label.length)) + 2;
  const named = Math.max(0, ...curves.map(({ label, letter }) => (label === undefined ? 0 : nameOf(label, letter, options.unicode).length + 1)));
  const across = Math.max(16, options.width - margin - 3 - named);
  const canvas = options.unicode ? new BrailleCanvas(across, options.height) : new LetterCanvas(across, options.height);
  const left = options.x[0]!;
  const span = options.x.at(-1)! - left || 1;
  const place = (x: number, y: number): [number, number] => [((x - left) / span) * (canvas.dotsAcross - 1), ((high - y) / (high - low)) * (canvas.dotsDown - 1)];
  for (const { y, errors } of curves) {
    if (errors === undefined) continue;
    let last = -Infinity;
    for (let i = 0; i < y.length; i++) {
      const top = place(options.x[i]!, y[i]! + errors[i]!);
      if (top[0] - last < BAR_DISTANCE * (canvas.dotsAcross / across)) continue;
      last = top[0];
      canvas.line(top, place(options.x[i]!, y[i]! - errors[i]!), options.unicode ? '' : '|');
    }
  }
  for (const { y, letter } of curves) {
    for (let i = 0; i < y.length; i++) {
      const to = place(options.x[i]!, y[i]!);
      const from = i === 0 ? to : place(options.x[i - 1]!, y[i - 1]!);
      canvas.line(from, to, letter);
    }
  }
  const bar = options.unicode ? '│' : '|';
  const names = endNames(curves, options, (y) => Math.round(((high - y) / (high - low)) * (options.height - 1)));
  const body = canvas.lines().map((line, row) => {
    const range = row === 0 ? labels[0]! : row === options.height - 1 ? labels[1]! : '';
    return `${range.padStart(margin)} ${bar}${names[row] === undefined ? line.trimEnd() : `${line} ${names[row]}`}`;
  });
  const letterOf = (x: number): number => Math.round(((x - left) / span) * (across - 1));
  const marks = (options.marks ?? []).map(({ x, name }) => ({ at: letterOf(x), name }));
  const axis = `${' '.repeat(margin + 1)}${options.unicode ? '└' : '+'}${axisLine(across, marks.map(({ at }) => at), options.unicode)}`;
  const [start, end] = options.xLabels;
  const feet = `${' '.repeat(margin + 2)}${start}${end.padStart(Math.max(end.length + 1, across - start.length))}`;
  return [...wrap(options.title, options.width - 2).map((line) => `  ${line}`), ...body, axis, ...(marks.length > 0 ? [`${' '.repeat(margin + 2)}${markNames(across, marks)}`] : []), feet];
}

/** Letters between two error bars. */
const BAR_DISTANCE = 4;

function axisLine(across: number, marks: readonly number[], unicode: boolean): string {
  return Array.from({ length: across }, (_, at) => (marks.includes(at) ? (unicode ? '┴' : '^') : unicode ? '─' : '-')).join('');
}

/** Names under their marks, moved to the right where they would run into one another. */
function markNames(across: number, marks: readonly { readonly at: number; readonly name: string }[]): string {
  let line = '';
  for (const { at, name } of marks) {
    const wanted = Math.min(at - Math.floor(name.length / 2), across - name.length);
    line = `${line.padEnd(Math.max(wanted, line === '' ? 0 : line.length + 1))}${name}`;
  }
  return line;
}

function nameOf(label: string, letter: string, unicode: boolean): string {
  return unicode ? label : `${letter} ${label}`;
}

/** Each curve's name on the line where it ends, or the nearest free one. */
function endNames(curves: readonly Curve[], options: PlotOptions, lineOf: (y: number) => number): (string | undefined)[] {
  const names: (string | undefined)[] = Array.from({ length: options.height }, () => undefined);
  for (const { y, letter, label } of curves) {
    if (label === undefined) continue;
    const wanted = lineOf(y.at(-1)!);
    const free = names.flatMap((name, line) => (name === undefined ? [line] : []));
    const line = free.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0];
    if (line !== undefined) names[line] = nameOf(label, letter, options.unicode);
  }
  return names;
}

interface Canvas {
  readonly dotsAcross: number;
  readonly dotsDown: number;
  line(from: readonly [number, number], to: readonly [number, number], letter: string): void;
  lines(): string[];
}

/** Calls `dot` for every dot from one point to another. */
function walk(from: readonly [number, number], to: readonly [number, number], dot: (x: number, y: number) => void): void {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]))));
  if (!Number.isFinite(steps)) return;
  for (let step = 0; step <= steps; step++) {
    const share = step / steps;
    dot(Math.round(from[0] + (to[0] - from[0]) * share), Math.round(from[1] + (to[1] - from[1]) * share));
  }
}

/** Bits of a braille letter's dots, by row and column. */
const BRAILLE = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

class BrailleCanvas implements Canvas {
  readonly dotsAcross: number;
  readonly dotsDown: number;
  readonly #width: number;
  readonly #cells: Uint8Array;

  constructor(width: number, height: number) {
    this.dotsAcross = width * 2;
    this.dotsDown = height * 4;
    this.#width = width;
    this.#cells = new Uint8Array(width * height);
  }

  line(from: readonly [number, number], to: readonly [number, number]): void {
    walk(from, to, (x, y) => {
      const cell = (y >> 2) * this.#width + (x >> 1);
      this.#cells[cell] = (this.#cells[cell] ?? 0) | BRAILLE[y & 3]![x & 1]!;
    });
  }

  lines(): string[] {
    const letters = Array.from(this.#cells, (bits) => (bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits)));
    return Array.from({ length: letters.length / this.#width }, (_, row) => letters.slice(row * this.#width, (row + 1) * this.#width).join(''));
  }
}

class LetterCanvas implements Canvas {
  readonly dotsAcross: number;
  readonly dotsDown: number;
  readonly #rows: string[][];

  constructor(width: number, height: number) {
    this.dotsAcross = width;
    this.dotsDown = height;
    this.#rows = Array.from({ length: height }, () => Array.from({ length: width }, () => ' '));
  }

  line(from: readonly [number, number], to: readonly [number, number], letter: string): void {
    walk(from, to, (x, y) => {
      this.#rows[y]![x] = letter;
    });
  }

  lines(): string[] {
    return this.#rows.map((row) => row.join(''));
  }
}
