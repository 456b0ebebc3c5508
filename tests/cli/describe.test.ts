/** The table that describe prints. */
import test from 'ava';
import type { TableSummary } from '@scalemix/worker';
import { tableReport } from '../../packages/cli/src/show/columns.ts';
import { displayWidth } from '../../packages/cli/src/show/text.ts';

const summary: TableSummary = {
  rows: 1000,
  columns: [
    { name: 'airport of origin', kind: 'text', type: null, missing: 12, levels: 40, mostFrequent: ['Hartsfield-Jackson', "O'Hare", 'Dallas/Fort Worth', 'Denver'].map((level, i) => ({ level, count: 90 - i })) },
    { name: 'delay', kind: 'numeric', type: null, missing: 0, infinite: 0, min: -1116, max: 1688, mean: 6.66812, standardDeviation: 32.3812 },
    { name: 'when', kind: 'unsupported', type: 'TIMESTAMP WITH TIME ZONE' },
  ],
};

for (const width of [70, 80, 160]) {
  test(`at ${width} columns no line is wider, and no level is cut`, (t) => {
    const lines = tableReport(summary, { isTTY: true, width, colour: false, unicode: true }).split('\n');
    for (const line of lines) t.true(displayWidth(line) <= width, line);
    const levels = lines.find((line) => line.includes('airport'))!;
    t.regex(levels, /40 levels(: Hartsfield-Jackson 9\.1 %(, [^,]+ \d\.\d %)* \.\.\.)?$/);
    t.is(levels.includes('Denver'), width === 160);
  });
}
