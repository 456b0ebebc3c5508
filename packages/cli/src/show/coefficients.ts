/** The coefficients of one value as a person reads them. */
import type { ModelDocument } from '@scalemix/core';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { effectGroups } from './effects.ts';
import type { Effect, EffectGroup } from './effects.ts';
import { counted, significant } from './numbers.ts';
import { tableLines } from './table.ts';
import { sentences } from './text.ts';
import { effort, headline, verdict } from './verdict.ts';

/** Levels of one category that are shown, and columns. */
const LEVELS = 8;
const COLUMNS = 30;
const BAR = 12;

export function fitReport(model: ModelDocument, k: number, terminal: Terminal, all: boolean): string {
  const paint = painter(terminal);
  const ratio = model.devianceRatio[k] ?? null;
  const converged = model.converged[k] === true;
  const facts = [`lambda ${significant(model.lambda[k]!)}`, `${model.nonzero[k]} of ${model.features.length} coefficients not zero`, ...(ratio === null ? [] : [`deviance ratio ${ratio.toFixed(4)}`])];
  return `${[
    paint('bold', sentences(headline(model, 'fit'), terminal)),
    facts.join(', '),
    '',
    ...coefficientLines(model, k, terminal, all),
    '',
    paint(converged ? 'green' : 'yellow', sentences(verdict(model), terminal)),
    paint('dim', sentences(effort(model), terminal)),
  ].join('\n')}\n`;
}

export function coefficientLines(model: ModelDocument, k: number, terminal: Terminal, all: boolean): string[] {
  const paint = painter(terminal);
  const groups = effectGroups(model, k);
  const longest = groups[0]?.size ?? 0;
  const rows: string[][] = [];
  if (model.interceptFitted) rows.push(['(intercept)', significant(model.intercept[k]!), '', '']);
  const shownGroups = all ? groups : groups.slice(0, COLUMNS);
  for (const group of shownGroups) rows.push(...groupRows(group, longest, terminal.unicode, all));
  const hidden = groups.length - shownGroups.length;
  const zero = model.columns.length - groups.length;
  const lines = tableLines(
    [{ heading: 'feature', most: 36 }, { heading: 'coefficient', align: 'right' }, { heading: 'x std. dev.', align: 'right' }, { heading: '' }],
    rows,
    (line) => paint('dim', line),
  );
  if (hidden > 0) lines.push(paint('dim', `  (${counted(hidden, 'weaker column')} not shown; --all shows them)`));
  if (zero > 0) lines.push(paint('dim', `  (${zero === 1 ? '1 column has' : `${zero} columns have`} no nonzero coefficient)`));
  return lines;
}

function groupRows(group: EffectGroup, longest: number, unicode: boolean, all: boolean): string[][] {
  if (!group.categorical) return group.effects.map((effect) => effectRow(effect.feature, effect, longest, unicode));
  const shown = all ? group.effects : group.effects.slice(0, LEVELS);
  const rows = [[`${group.column}: ${group.effects.length} of ${counted(group.features, 'level')}`, '', '', '']];
  for (const effect of shown) rows.push(effectRow(`  ${effect.label}`, effect, longest, unicode));
  const hidden = group.effects.length - shown.length;
  if (hidden > 0) rows.push([`  (${hidden} weaker)`, '', '', '']);
  return rows;
}

function effectRow(name: string, effect: Effect, longest: number, unicode: boolean): string[] {
  return [name, significant(effect.coefficient), significant(effect.standardized, 3), bar(effect.standardized, longest, unicode)];
}

/** Length by size, direction by sign: negative to the left of the middle. */
function bar(value: number, longest: number, unicode: boolean): string {
  if (!(longest > 0)) return '';
  const length = Math.max(1, Math.round((BAR * Math.abs(value)) / longest));
  const full = (unicode ? '█' : '#').repeat(length);
  const middle = unicode ? '│' : '|';
  return value < 0 ? `${' '.repeat(BAR - length)}${full}${middle}` : `${' '.repeat(BAR)}${middle}${full}`;
}
