/** The coefficients of one value as a person reads them. */
import type { ModelDocument } from '@scalemix/core';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { effectGroups } from './effects.ts';
import type { Effect, EffectGroup } from './effects.ts';
import { counted, significant } from './numbers.ts';
import { tableLines } from './table.ts';
import { displayWidth, fit, sentences } from './text.ts';
import { effort, headline, verdict } from './verdict.ts';

/** Levels of one category that are shown, and columns. */
const LEVELS = 8;
const COLUMNS = 30;
/** Widest name, and the narrowest that a narrow terminal gets. */
const NAME = 36;
const LEAST_NAME = 10;
/** Letters that the other columns take. */
const NUMBERS = 27;
/** Longest bar to each side, and the shortest that says something. */
const BAR = 12;
const LEAST_BAR = 4;

interface Row {
  readonly cells: readonly string[];
  /** What its bar shows. */
  readonly effect?: Effect;
}

export function fitReport(model: ModelDocument, k: number, terminal: Terminal, all: boolean): string {
  const paint = painter(terminal);
  const ratio = model.devianceRatio[k] ?? null;
  const converged = model.converged[k] === true;
  const facts = [`lambda ${significant(model.lambda[k]!)}`, `${model.nonzero[k]} of ${model.features.length} coefficients not zero`, ...(ratio === null ? [] : [`deviance ratio ${ratio.toFixed(4)}`])];
  return `${[
    paint('bold', sentences(headline(model, 'fit'), terminal)),
    sentences(facts.join(', '), terminal),
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
  const rows: Row[] = [];
  if (model.interceptFitted) rows.push({ cells: ['(intercept)', significant(model.intercept[k]!)] });
  const shownGroups = all ? groups : groups.slice(0, COLUMNS);
  for (const group of shownGroups) rows.push(...groupRows(group, all));
  const hidden = groups.length - shownGroups.length;
  const zero = model.columns.length - groups.length;
  const most = terminal.isTTY ? Math.min(NAME, Math.max(LEAST_NAME, terminal.width - NUMBERS - 1)) : NAME;
  const names = Math.max(...['feature', ...rows.map(({ cells }) => fit(cells[0]!, most))].map(displayWidth));
  const length = terminal.isTTY ? Math.min(BAR, Math.floor((terminal.width - NUMBERS - names - 4) / 2)) : BAR;
  const drawn = (effect: Effect | undefined): string => (effect === undefined || length < LEAST_BAR ? '' : bar(effect.standardized / (groups[0]!.size || 1), length, terminal.unicode));
  const lines = tableLines(
    [{ heading: 'feature', most }, { heading: 'coefficient', align: 'right' }, { heading: 'x std. dev.', align: 'right' }, { heading: '' }],
    rows.map(({ cells: [name = '', coefficient = '', standardized = ''], effect }) => [name, coefficient, standardized, drawn(effect)]),
    (line) => paint('dim', line),
  );
  if (hidden > 0) lines.push(paint('dim', sentences(`  (${counted(hidden, 'weaker column')} not shown; --all shows them)`, terminal)));
  if (zero > 0) lines.push(paint('dim', sentences(`  (${zero === 1 ? '1 column has' : `${zero} columns have`} no nonzero coefficient)`, terminal)));
  return lines;
}

function groupRows(group: EffectGroup, all: boolean): Row[] {
  if (!group.categorical) return group.effects.map((effect) => effectRow(effect.feature, effect));
  const shown = all ? group.effects : group.effects.slice(0, LEVELS);
  const rows: Row[] = [{ cells: [`${group.column}: ${group.effects.length} of ${counted(group.features, 'level')}`] }];
  for (const effect of shown) rows.push(effectRow(`  ${effect.label}`, effect));
  const hidden = group.effects.length - shown.length;
  if (hidden > 0) rows.push({ cells: [`  (${hidden} weaker)`] });
  return rows;
}

function effectRow(name: string, effect: Effect): Row {
  return { cells: [name, significant(effect.coefficient), significant(effect.standardized, 3)], effect };
}

/** Length by size, at most 1 in absolute value, direction by sign: negative to the left of the middle. */
function bar(share: number, longest: number, unicode: boolean): string {
  const length = Math.max(1, Math.round(longest * Math.abs(share)));
  const full = (unicode ? '█' : '#').repeat(length);
  const middle = unicode ? '│' : '|';
  return share < 0 ? `${' '.repeat(longest - length)}${full}${middle}` : `${' '.repeat(longest)}${middle}${full}`;
}
