/** A path as a person reads it: what it is, the table of its values, a plot, how sure it is. */
import { relativeGap } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { effects } from './effects.ts';
import { significant } from './numbers.ts';
import { plotLines } from './plot.ts';
import type { Curve } from './plot.ts';
import { tableLines } from './table.ts';
import { fit } from './text.ts';
import { effort, headline, verdict } from './verdict.ts';

/** Longest table that is shown whole, and the rows of a shortened one. */
const WHOLE = 24;
const SHORTENED = 17;
/** Coefficients drawn. */
const CURVES = 6;

export function pathReport(model: ModelDocument, terminal: Terminal, all: boolean): string {
  const paint = painter(terminal);
  const count = model.lambda.length;
  const shown = chosenRows(count, all);
  const table = tableLines(
    [
      { heading: 'index', align: 'right' },
      { heading: 'lambda', align: 'right' },
      { heading: 'nonzero', align: 'right' },
      { heading: 'deviance ratio', align: 'right' },
      { heading: model.gap.some((gap) => gap === null) ? 'gap or stationarity' : 'relative gap', align: 'right' },
      { heading: '' },
    ],
    shown.map((k) => [
      String(k),
      significant(model.lambda[k]!),
      String(model.nonzero[k]!),
      model.devianceRatio[k] === null ? '-' : model.devianceRatio[k]!.toFixed(4),
      certainty(model, k),
      model.converged[k] ? '' : `NOT CONVERGED (${model.reason[k] ?? 'STALLED'})`,
    ]),
    (line) => paint('dim', line),
  ).map((line) => (line.includes('NOT CONVERGED') ? paint('yellow', line) : line));
  const left = count - shown.length;
  const lines = [paint('bold', headline(model, 'path')), '', ...table];
  if (left > 0) lines.push(paint('dim', `  (${left} values between are not shown; --all shows them)`));
  const drawn = count > 2 ? plots(model, terminal) : [];
  if (drawn.length > 0) lines.push('', ...drawn);
  lines.push('', model.converged.every(Boolean) ? paint('green', verdict(model)) : paint('yellow', verdict(model)), paint('dim', effort(model)));
  return `${lines.join('\n')}\n`;
}

function certainty(model: ModelDocument, k: number): string {
  const gap = relativeGap(model, k) ?? model.stationarity[k] ?? null;
  return gap === null ? '-' : significant(gap, 2);
}

/** Rows of the table: all, or some at even distances with both ends. */
function chosenRows(count: number, all: boolean): number[] {
  if (all || count <= WHOLE) return Array.from({ length: count }, (_, k) => k);
  return Array.from({ length: SHORTENED }, (_, i) => Math.round((i * (count - 1)) / (SHORTENED - 1)));
}

function plots(model: ModelDocument, terminal: Terminal): string[] {
  const { lambda } = model;
  const logs = lambda.every((value) => value > 0) ? lambda.map((value) => -Math.log(value)) : lambda.map((_, k) => k);
  const options = {
    width: Math.min(terminal.width, 100),
    unicode: terminal.unicode,
    x: logs,
    xLabels: [`lambda ${significant(lambda[0]!, 3)}`, significant(lambda.at(-1)!, 3)] as const,
  };
  const ratio: Curve = { y: model.devianceRatio.map((value) => value ?? NaN), letter: '*' };
  const last = lambda.length - 1;
  const largest = effects(model, last).slice(0, CURVES);
  const curves = largest.map(({ feature }, index): Curve => {
    const j = model.features.indexOf(feature);
    return { y: model.coefficients.map((vector) => vector[j]! * model.featureScales[j]!), letter: 'abcdef'[index]!, label: fit(feature, 18) };
  });
  // Nothing to be seen where nothing is explained.
  if (!ratio.y.some((value) => value > 1e-9)) return [];
  const lines = plotLines([ratio], { ...options, height: 7, title: 'deviance ratio' });
  if (curves.length > 0) lines.push('', ...plotLines(curves, { ...options, height: 9, title: `coefficients x standard deviation${curves.length === CURVES ? `, the ${CURVES} largest` : ''}` }));
  return lines;
}
