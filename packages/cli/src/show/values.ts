/** What the reports of a path and of a cross-validation share: rows of the table, and the x axis of the plots. */
import { relativeGap } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { significant } from './numbers.ts';
import type { PlotOptions } from './plot.ts';
import { tableLines } from './table.ts';

/** Longest table that is shown whole, and the rows of a shortened one. */
const WHOLE = 24;
const SHORTENED = 17;

/** A column of numbers that only one of the reports has. */
export interface FurtherColumn {
  readonly heading: string;
  /** Of a narrow terminal. @default heading */
  readonly short?: string;
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
    { heading: 'index', cell: String },
    { heading: 'lambda', cell: (k) => significant(model.lambda[k]!) },
    { heading: 'nonzero', cell: (k) => String(model.nonzero[k]!) },
    { heading: 'deviance ratio', short: 'dev. ratio', cell: (k) => devianceRatioText(model, k) },
    { heading: proven ? 'relative gap' : 'gap or stationarity', ...(proven && { short: 'rel. gap' }), cell: (k) => certainty(model, k) },
    ...further,
  ];
  const headings = columns.map(({ heading, short }) => ({ heading: narrow ? (short ?? heading) : heading, align: 'right' as const }));
  const lines = tableLines([...headings, { heading: '' }], shown.map((k) => [...columns.map(({ cell }) => cell(k)), remark(k)]), (line) => paint('dim', line));
  const left = model.lambda.length - shown.length;
  return [
    ...lines.map((line) => (line.includes('NOT CONVERGED') ? paint('yellow', line) : line)),
    ...(left > 0 ? [paint('dim', `  (${left} values between are not shown; --all shows them)`)] : []),
  ];
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

/** Lambda falls to the right, in logarithms where all are above zero. */
export function lambdaAxis({ lambda }: ModelDocument, terminal: Terminal): Pick<PlotOptions, 'width' | 'unicode' | 'x' | 'xLabels'> {
  return {
    width: Math.min(terminal.width, 100),
    unicode: terminal.unicode,
    x: lambda.every((value) => value > 0) ? lambda.map((value) => -Math.log(value)) : lambda.map((_, k) => k),
    xLabels: [`lambda ${significant(lambda[0]!, 3)}`, significant(lambda.at(-1)!, 3)],
  };
}
