import { displayWidth, fit } from './text.ts';

export interface TableColumnSpec {
  readonly heading: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /** Longest cell that is shown whole. */
  readonly most?: number;
}

/**
 * Lines of a table in plain text: headings, then rows; columns as wide as
 * their widest cell, two spaces apart. A cell that is too long is cut in its middle.
 */
export function tableLines(columns: readonly TableColumnSpec[], rows: readonly (readonly string[])[], paintHeading: (line: string) => string = (line) => line): string[] {
  const cut = rows.map((row) => row.map((cell, index) => fit(cell, columns[index]?.most ?? Infinity)));
  const widths = columns.map((column, index) => Math.max(displayWidth(column.heading), ...cut.map((row) => displayWidth(row[index] ?? ''))));
  const line = (cells: readonly string[]): string => {
    const padded = columns.map((column, index) => {
      const cell = cells[index] ?? '';
      const space = ' '.repeat(Math.max(0, widths[index]! - displayWidth(cell)));
      return column.align === 'right' ? space + cell : cell + space;
    });
    return `  ${padded.join('  ')}`.trimEnd();
  };
  return [paintHeading(line(columns.map(({ heading }) => heading))), ...cut.map(line)];
}
