/** The columns of a table as a person reads them. */
import type { ColumnSummary, TableSummary } from '@scalemix/worker';
import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { counted, significant, thousands } from './numbers.ts';
import { tableLines } from './table.ts';
import { fit, printable } from './text.ts';

/** Widest name and widest description of the values. */
const NAME = 30;
const VALUES = 64;

export function tableReport(summary: TableSummary, terminal: Terminal): string {
  const paint = painter(terminal);
  const lines = [
    paint('bold', `${counted(summary.rows, 'row')}, ${counted(summary.columns.length, 'column')}`),
    '',
    ...tableLines(
      [{ heading: 'column', most: NAME }, { heading: 'type' }, { heading: 'missing', align: 'right' }, { heading: 'values', most: Math.max(VALUES, terminal.width - NAME - 24) }],
      summary.columns.map((column) => [column.name, kindOf(column), missingOf(column, summary.rows), valuesOf(column, summary.rows)]),
      (line) => paint('dim', line),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function kindOf(column: ColumnSummary): string {
  return { numeric: 'number', boolean: 'boolean', text: 'text', sparse: 'sparse', unsupported: `not read (${column.type ?? '?'})` }[column.kind];
}

function missingOf(column: ColumnSummary, rows: number): string {
  if (column.kind === 'unsupported' || column.missing === 0) return '';
  const share = (100 * column.missing) / rows;
  return `${thousands(column.missing)} (${share < 0.1 ? '<0.1' : share.toFixed(1)} %)`;
}

function valuesOf(column: ColumnSummary, rows: number): string {
  switch (column.kind) {
    case 'numeric': {
      if (column.min === null) return 'none';
      const range = `${significant(column.min)} to ${significant(column.max!)}, mean ${significant(column.mean!)}, std. dev. ${significant(column.standardDeviation!)}`;
      return column.infinite > 0 ? `${range}, ${thousands(column.infinite)} infinite` : range;
    }
    case 'boolean': {
      const present = column.true + column.false;
      return present === 0 ? 'none' : `true ${((100 * column.true) / present).toFixed(1)} %, false ${((100 * column.false) / present).toFixed(1)} %`;
    }
    case 'text': {
      const present = rows - column.missing;
      const shown = column.mostFrequent.slice(0, 3).map(({ level, count }) => `${fit(printable(level), 20)} ${((100 * count) / present).toFixed(1)} %`);
      return `${counted(column.levels, 'level')}${shown.length > 0 ? `: ${shown.join(', ')}${column.levels > shown.length ? ' ...' : ''}` : ''}`;
    }
    case 'sparse':
      return `${counted(column.width, 'feature')}, ${thousands(column.stored)} values stored${column.min === null ? '' : `, ${significant(column.min)} to ${significant(column.max!)}`}`;
    case 'unsupported':
      return 'make a number or text of it with --query';
  }
}
