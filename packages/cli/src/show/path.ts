/** A path as a person reads it: what it is, the table of its values, a plot, how sure it is. */
import type { ModelDocument } from '@scalemix/core';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { effects } from './effects.ts';
import { plotLines } from './plot.ts';
import type { Curve } from './plot.ts';
import { fit, sentences } from './text.ts';
import { chosenRows, lambdaAxis, valueTable } from './values.ts';
import { effort, headline, verdict } from './verdict.ts';

/** Coefficients drawn. */
const CURVES = 6;
/** Widest name of one, where there is room. */
const LABEL = 18;

export function pathReport(model: ModelDocument, terminal: Terminal, all: boolean): string {
  const paint = painter(terminal);
  const count = model.lambda.length;
  const table = valueTable(model, terminal, chosenRows(count, all), (k) => (model.converged[k] ? '' : `NOT CONVERGED (${model.reason[k] ?? 'STALLED'})`));
  const lines = [paint('bold', sentences(headline(model, 'path'), terminal)), '', ...table];
  const drawn = count > 2 ? plots(model, terminal) : [];
  if (drawn.length > 0) lines.push('', ...drawn);
  lines.push('', paint(model.converged.every(Boolean) ? 'green' : 'yellow', sentences(verdict(model), terminal)), paint('dim', sentences(effort(model), terminal)));
  return `${lines.join('\n')}\n`;
}

function plots(model: ModelDocument, terminal: Terminal): string[] {
  const { order, ...options } = lambdaAxis(model, terminal);
  const ratio: Curve = { y: order.map((k) => model.devianceRatio[k] ?? NaN), letter: '*' };
  const last = order.at(-1)!;
  const largest = effects(model, last).slice(0, CURVES);
  const curves = largest.map(({ feature }, index): Curve => {
    const j = model.features.indexOf(feature);
    return { y: order.map((k) => model.coefficients[k]![j]! * model.featureScales[j]!), letter: 'abcdef'[index]!, label: fit(feature, Math.min(LABEL, Math.floor(options.width / 4))) };
  });
  // Nothing to be seen where nothing is explained.
  if (!ratio.y.some((value) => value > 1e-9)) return [];
  const lines = plotLines([ratio], { ...options, height: 7, title: 'deviance ratio' });
  if (curves.length > 0) lines.push('', ...plotLines(curves, { ...options, height: 9, title: `coefficients x standard deviation${curves.length === CURVES ? `, the ${CURVES} largest` : ''}` }));
  return lines;
}
