/** What the reports of a path and of a cross-validation share: rows of the table, and the x axis of the plots. */
import { relativeGap } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import type { Terminal } from '../terminal.ts';
import { significant } from './numbers.ts';
import type { PlotOptions } from './plot.ts';

/** Longest table that is shown whole, and the rows of a shortened one. */
const WHOLE = 24;
const SHORTENED = 17;

/** Rows of the table: all, or some at even distances with both ends, and those of `always`. */
export function chosenRows(count: number, all: boolean, always: readonly number[] = []): number[] {
  if (all || count <= WHOLE) return Array.from({ length: count }, (_, k) => k);
  const even = Array.from({ length: SHORTENED }, (_, i) => Math.round((i * (count - 1)) / (SHORTENED - 1)));
  return [...new Set([...even, ...always])].sort((a, b) => a - b);
}

export function certaintyHeading(model: ModelDocument): string {
  return model.gap.some((gap) => gap === null) ? 'gap or stationarity' : 'relative gap';
}

/** The relative gap of value k, or where none is proven its stationarity. */
export function certainty(model: ModelDocument, k: number): string {
  const gap = relativeGap(model, k) ?? model.stationarity[k] ?? null;
  return gap === null ? '-' : significant(gap, 2);
}

export function devianceRatioText(model: ModelDocument, k: number): string {
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
