/** What the reports of a path and of a cross-validation share: rows of the table, and the x axis of the plots. */
import { relativeGap } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { significant } from './numbers.ts';
import type { PlotOptions } from './plot.ts';
import { tableLines } from './table.ts';
import { displayWidth, sentences } from './text.ts';

/** Longest table that is shown whole, and the rows of a shortened one. */
const WHOLE = 24;
const SHORTENED = 17;

/** A column of numbers that only one of the reports has. */
export interface FurtherColumn {
  readonly heading: string;
  /** Of a narrow terminal. @default heading */
  readonly short?: string;
  /** Of a very narrow one. @default short */
  readonly tiny?: string;
  /** What the column is called where even that is too wide and it is left out; the first of such columns goes first. @default never left out */
  readonly dispensable?: string;
  readonly cell: (k: number) => string;
}

/** Columns of a terminal from which headings are written out. */
const WIDE = 98;

/**
 * The table of a path's values, as lines.
 * @param shown which of them
 * @param remark at the end of a line; one that says NOT CONVERGED is coloured
 */
export function valueTable(model: ModelDocument, terminal: Terminal, shown: readonly number[], remark: (k: number) => string, further: readonly FurtherColumn[] = []): string[] {
  const paint = painter(terminal);
  const narrow = terminal.isTTY && terminal.width < WIDE;
  const proven = !model.gap.includes(null);
  const columns: readonly FurtherColumn[] = [
    { heading: 'index', tiny: '#', cell: String },
    { heading: 'lambda', cell: (k) => significant(model.lambda[k]!) },
    { heading: 'nonzero', tiny: 'nz', cell: (k) => String(model.nonzero[k]!) },
    { heading: 'deviance ratio', short: 'dev. ratio', tiny: 'ratio', dispensable: 'deviance ratio', cell: (k) => devianceRatioText(model, k) },
    { heading: proven ? 'relative gap' : 'gap or stationarity', short: proven ? 'rel. gap' : 'gap or stat.', tiny: 'gap', dispensable: 'gap', cell: (k) => certainty(model, k) },
    ...further,
  ];
  const made = (kept: readonly FurtherColumn[], headingOf: (column: FurtherColumn) => string): string[] =>
    tableLines(kept.map((column) => ({ heading: headingOf(column), align: 'right' as const })), shown.map((k) => kept.map(({ cell }) => cell(k))), (line) => paint('dim', line));
  const short = (column: FurtherColumn): string => column.short ?? column.heading;
  let kept = columns;
  let lines = made(kept, narrow ? short : ({ heading }) => heading);
  const tooWide = (): boolean => terminal.isTTY && lines.some((line) => displayWidth(line) > terminal.width);
  if (tooWide()) lines = made(kept, (column) => column.tiny ?? short(column));
  const without: string[] = [];
  while (tooWide()) {
    const next = kept.find(({ dispensable }) => dispensable !== undefined);
    if (next === undefined) break;
    without.push(next.dispensable!);
    kept = kept.filter((column) => column !== next);
    lines = made(kept, (column) => column.tiny ?? short(column));
  }
  const left = model.lambda.length - shown.length;
  const [heading, ...rows] = lines;
  return [
    heading!,
    ...rows.flatMap((row, i) => remarked(row, remark(shown[i]!), terminal)),
    ...(without.length > 0 ? [paint('dim', sentences(`  (no room for: ${without.join(', ')})`, terminal))] : []),
    ...(left > 0 ? [paint('dim', sentences(`  (${left} values between are not shown; --all shows them)`, terminal))] : []),
  ];
}

/** A row with its remark at the end, or where there is no room below it. */
function remarked(row: string, remark: string, terminal: Terminal): string[] {
  if (remark === '') return [row];
  const line = `${row}  ${remark}`;
  const lines = terminal.isTTY && displayWidth(line) > terminal.width ? [row, `    ${remark}`] : [line];
  return remark.includes('NOT CONVERGED') ? lines.map((text) => painter(terminal)('yellow', text)) : lines;
}

/** Rows of the table: all, or some at even distances with both ends, and those of `always`. */
export function chosenRows(count: number, all: boolean, always: readonly number[] = []): number[] {
  if (all || count <= WHOLE) return Array.from({ length: count }, (_, k) => k);
  const even = Array.from({ length: SHORTENED }, (_, i) => Math.round((i * (count - 1)) / (SHORTENED - 1)));
  return [...new Set([...even, ...always])].sort((a, b) => a - b);
}

/** The relative gap of value k, or where none is proven its stationarity. */
function certainty(model: ModelDocument, k: number): string {
  const gap = relativeGap(model, k) ?? model.stationarity[k] ?? null;
  return gap === null ? '-' : significant(gap, 2);
}

function devianceRatioText(model: ModelDocument, k: number): string {
  const ratio = model.devianceRatio[k] ?? null;
  return ratio === null ? '-' : ratio.toFixed(4);
}

/** Lambda falls to the right, in logarithms where all are above zero; `order` has the values so. */
export function lambdaAxis({ lambda }: ModelDocument, terminal: Terminal): Pick<PlotOptions, 'width' | 'unicode' | 'x' | 'xLabels'> & { readonly order: readonly number[] } {
  const order = lambda.map((_, k) => k).toSorted((a, b) => lambda[b]! - lambda[a]!);
  const falling = order.map((k) => lambda[k]!);
  return {
    width: Math.min(terminal.width, 100),
    unicode: terminal.unicode,
    order,
    x: falling.every((value) => value > 0) ? falling.map((value) => -Math.log(value)) : order.map((_, place) => place),
    xLabels: [`lambda ${significant(falling[0]!, 3)}`, significant(falling.at(-1)!, 3)],
  };
}
