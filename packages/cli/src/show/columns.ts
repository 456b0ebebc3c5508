/** The columns of a table as a person reads them. */
import type { ColumnSummary, TableSummary } from '@scalemix/worker';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { counted, significant, thousands } from './numbers.ts';
import { tableLines } from './table.ts';
import { displayWidth, fit, printable } from './text.ts';

/** Widest name, and the least room for the description of the values. */
const NAME = 30;
const VALUES = 24;
/** The same of a narrow terminal: its share for names, and the least room. */
const NAME_SHARE = 0.3;
const LEAST_VALUES = 8;
/** Levels that are named. */
const LEVELS = 5;

export function tableReport(summary: TableSummary, terminal: Terminal): string {
  const paint = painter(terminal);
  const name = terminal.isTTY ? Math.min(NAME, Math.floor(NAME_SHARE * terminal.width)) : NAME;
  const rows = summary.columns.map((column) => [fit(column.name, name), kindOf(column), missingOf(column, summary.rows)]);
  const headings = ['column', 'type', 'missing'];
  const taken = headings.reduce((sum, heading, at) => sum + 2 + Math.max(heading.length, ...rows.map((row) => displayWidth(row[at]!))), 0);
  const room = Math.max(terminal.isTTY ? LEAST_VALUES : VALUES, terminal.width - taken - 2);
  const lines = [
    paint('bold', `${counted(summary.rows, 'row')}, ${counted(summary.columns.length, 'column')}`),
    '',
    ...tableLines(
      [{ heading: 'column' }, { heading: 'type' }, { heading: 'missing', align: 'right' }, { heading: 'values' }],
      rows.map((row, at) => [...row, valuesOf(summary.columns[at]!, summary.rows, room)]),
      (line) => paint('dim', line),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function kindOf(column: ColumnSummary): string {
  return { numeric: 'number', boolean: 'boolean', text: 'text', sparse: 'sparse', unsupported: fit((column.type ?? 'unknown').toLowerCase(), 12) }[column.kind];
}

function missingOf(column: ColumnSummary, rows: number): string {
  if (column.kind === 'unsupported' || column.missing === 0) return '';
  const share = (100 * column.missing) / rows;
  return `${thousands(column.missing)} (${share < 0.1 ? '<0.1' : share.toFixed(1)} %)`;
}

function valuesOf(column: ColumnSummary, rows: number, room: number): string {
  switch (column.kind) {
    case 'numeric': {
      if (column.min === null) return 'none';
      const range = `${significant(column.min)} to ${significant(column.max!)}${column.infinite > 0 ? `, ${thousands(column.infinite)} infinite` : ''}`;
      return longestOf([`, mean ${significant(column.mean!)}, std. dev. ${significant(column.standardDeviation!)}`, `, mean ${significant(column.mean!)}`], range, room);
    }
    case 'boolean': {
      const present = column.true + column.false;
      return present === 0 ? 'none' : `true ${((100 * column.true) / present).toFixed(1)} %, false ${((100 * column.false) / present).toFixed(1)} %`;
    }
    case 'text': {
      const present = rows - column.missing;
      const shown = column.mostFrequent.slice(0, LEVELS).map(({ level, count }) => `${fit(printable(level), 20)} ${((100 * count) / present).toFixed(1)} %`);
      return levelsText(counted(column.levels, 'level'), shown, column.levels, room);
    }
    case 'sparse':
      return `${counted(column.width, 'feature')}, ${thousands(column.stored)} values stored${column.min === null ? '' : `, ${significant(column.min)} to ${significant(column.max!)}`}`;
    case 'unsupported':
      return 'not read (see --query)';
  }
}

/** As many whole items as there is room for. */
function levelsText(heading: string, items: readonly string[], levels: number, room: number): string {
  const lists = items.map((_, less) => items.slice(0, items.length - less));
  return longestOf(lists.map((list) => `: ${list.join(', ')}${levels > list.length ? ' ...' : ''}`), heading, room);
}

/** The beginning with the first of the endings for which there is room, or with none. */
function longestOf(endings: readonly string[], beginning: string, room: number): string {
  return beginning + (endings.find((ending) => displayWidth(beginning + ending) <= room) ?? '');
}
