/** What a person sees: numbers, tables, plots, progress. */
import test from 'ava';
import type { JobEvent } from '@scalemix/coordinator';
import { coefficientLines, fitReport } from '../../packages/cli/src/show/coefficients.ts';
import { crossValidationReport } from '../../packages/cli/src/show/crossValidation.ts';
import { bytes, duration, short, significant, thousands } from '../../packages/cli/src/show/numbers.ts';
import { pathReport } from '../../packages/cli/src/show/path.ts';
import { plotLines } from '../../packages/cli/src/show/plot.ts';
import { Progress } from '../../packages/cli/src/show/progress.ts';
import { tableLines } from '../../packages/cli/src/show/table.ts';
import { displayWidth, fit, printable } from '../../packages/cli/src/show/text.ts';
import { foldVerdict, verdict } from '../../packages/cli/src/show/verdict.ts';
import { sampleCv, sampleModel } from '../support/sampleModel.ts';

const plain = { isTTY: false, width: 80, colour: false, unicode: false };
const terminal = { isTTY: true, width: 60, colour: true, unicode: true };

const numbers: readonly [value: number, shown: string][] = [
  [0, '0'],
  [1, '1'],
  [0.01, '0.01'],
  [0.012345678, '0.01235'],
  [-1234.5678, '-1235'],
  [1.0000001, '1.000'],
  [1.5e-9, '1.5e-9'],
  [123456789, '1.23e8'],
];

for (const [value, shown] of numbers) test(`${value} is shown as ${shown}`, (t) => t.is(significant(value), shown));

test('counts, times and sizes are shown in words of everyday', (t) => {
  t.is(thousands(1234567), '1,234,567');
  t.is(short(1234567), '1.2M');
  t.is(duration(0.4213), '0.42 s');
  t.is(duration(187), '3:07');
  t.is(duration(3727), '1:02:07');
  t.is(bytes(13.4e6), '13.4 MB');
});

test('columns of a table stand under their headings, wide letters counted as two', (t) => {
  const lines = tableLines([{ heading: 'name', most: 9 }, { heading: 'n', align: 'right' }], [['東京', '5'], ['abcdefghijkl', '10']]);
  t.deepEqual(lines, ['  name        n', '  東京        5', '  abc...jkl  10']);
  t.is(new Set(lines.map(displayWidth)).size, 1);
});

test('the tables of a path and of a cross-validation share their columns, on wide terminals and on narrow ones', (t) => {
  const headings = (report: string): string => report.split('\n').find((line) => line.includes('lambda ') && line.includes('nonzero'))!.trim();
  const gap = sampleModel().gap.map(() => 1e-9);
  for (const [shown, expected] of [[plain, 'deviance ratio  relative gap'], [{ ...terminal, colour: false, width: 97 }, 'dev. ratio  rel. gap'], [{ ...terminal, colour: false, width: 98 }, 'deviance ratio  relative gap']] as const) {
    const path = headings(pathReport(sampleModel({ gap }), shown, true));
    t.true(path.endsWith(expected), path);
    t.true(headings(crossValidationReport(sampleModel({ gap, cv: sampleCv() }), shown, true)).startsWith(`${path}  `));
  }
});

test('in a narrow terminal no line of a report is wider than it, and what is left out is said', (t) => {
  const long = 'a column whose name is as long as a sentence of this test';
  const features = [long, 'c=b', 'c=d'];
  const columns = sampleModel().columns.map((column, i) => (i === 0 ? { ...column, name: long } : column));
  const model = sampleModel({ lambda: [0.2224, 0.0002742, 5.14e-5], gap: [0, 1.2e-10, 3.4e-9], reason: [null, null, null], converged: [true, true, true], columns, features, cv: sampleCv() });
  for (const width of [40, 46, 47, 60, 80]) {
    const narrow = { ...terminal, width, colour: false };
    t.true(pathReport(sampleModel(), narrow, true).includes('NOT CONVERGED (MAX_PASSES)'));
    for (const [name, report] of [['path', pathReport(model, narrow, true)], ['cv', crossValidationReport(model, narrow, true)], ['fit', fitReport(model, 1, narrow, true)]] as const) {
      const lines = report.split('\n');
      t.deepEqual(lines.filter((line) => displayWidth(line) > width), [], `${name} of ${width} columns`);
      if (width !== 46 && width !== 47) t.is(report.includes('no room for: deviance ratio'), name === 'cv' && width === 40, `${name} of ${width} columns`);
    }
  }
});

test('values in an order of their own are drawn with lambda falling to the right', (t) => {
  const order = [1, 2, 0];
  const of = <Value>(values: readonly Value[]): Value[] => order.map((k) => values[k]!);
  const { lambda, devianceRatio, coefficients } = sampleModel();
  const drawn = (report: string): string => report.slice(report.indexOf('  deviance ratio\n'), report.indexOf('coefficients x'));
  const shuffled = pathReport(sampleModel({ lambda: of(lambda), devianceRatio: of(devianceRatio), coefficients: of(coefficients) }), plain, true);
  t.is(drawn(shuffled), drawn(pathReport(sampleModel(), plain, true)));
  t.regex(drawn(shuffled), /lambda 0\.5 +0\.02/);
});

test('control characters in names of data never reach the terminal', (t) => {
  t.is(printable('a\u001b[2Jb\n'), 'a?[2Jb?');
  t.is(fit('x\u0007y', 10), 'x?y');
  const shown = pathReport(sampleModel({ response: { ...sampleModel().response, name: 'y\u001b[31m' } }), plain, true);
  t.false(shown.includes('\u001b'));
});

for (const unicode of [true, false]) {
  test(`a plot fits its width and shows the range ${unicode ? 'in braille' : 'in letters'}`, (t) => {
    const lines = plotLines([{ y: [0, 0.5, 1], letter: '*', label: 'rising' }], { width: 50, height: 5, unicode, x: [0, 1, 2], xLabels: ['left', 'right'], title: 'title' });
    t.is(lines.length, 8);
    t.true(lines.every((line) => displayWidth(line) <= 50));
    t.regex(lines[1]!, /^ +1 .* (\* )?rising$/);
    t.regex(lines[5]!, /^ +0 /);
    t.regex(lines[7]!, /left +right$/);
    t.is(/[\u2800-\u28ff]/.test(lines.join('')), unicode);
  });
}

test('a flat curve, a single point and values that are not numbers can be drawn', (t) => {
  for (const y of [[1, 1, 1], [NaN, 1, 2], [NaN, NaN, NaN], [1e300, -1e300, 0]]) {
    t.notThrows(() => plotLines([{ y, letter: '*' }], { width: 40, height: 4, unicode: true, x: [0, 1, 2], xLabels: ['', ''], title: '' }));
  }
});

test('coefficients stand by size on the standardized scale, levels under their column', (t) => {
  const model = sampleModel({ coefficients: [[0, 0, 0], [0.1, 0, -5], [0, 0, 0]] });
  const lines = coefficientLines(model, 1, plain, false).map((line) => line.trim());
  const at = (start: string): number => lines.findIndex((line) => line.startsWith(start));
  t.true(at('(intercept)') < at('c: 1 of 2 levels') && at('c: 1 of 2 levels') < at('d ') && at('d ') < at('x '));
});

test('the verdict says what is proven, and what is not', (t) => {
  t.regex(verdict(sampleModel({ converged: [true, true, true], gap: [0, 1e-9, 2e-9] })), /All 3 values are certified.*5e-9/);
  t.regex(verdict(sampleModel({ converged: [true, true, true] })), /stationary/);
  t.regex(verdict(sampleModel({ converged: [true, true, true] })), /too large for a gap/);
  t.regex(verdict(sampleModel({ converged: [true, true, true], lambda: [0.5, 0.1, 0] })), /not penalised/);
  t.notRegex(verdict(sampleModel({ gap: [0, 0, null], stationarity: [0, 0, 0] })), /stand/, 'a residual of nothing says nothing');
  t.regex(verdict(sampleModel({ stationarity: [0, 0, 0.01], gap: [0, 0, null] })), /1 of 3 values have NOT converged to 1e-6, and stand at 0\.01/);
  t.regex(verdict(sampleModel()), /1 of 3 values have NOT converged.*MAX_PASSES/);
  t.regex(verdict(sampleModel({ reason: [null, null, 'SEPARABLE'] })), /separated/);
});

test('a value that has not converged is marked in the table', (t) => {
  t.regex(pathReport(sampleModel(), plain, true), /2 +0\.02 .*NOT CONVERGED \(MAX_PASSES\)/);
});

test('error bars stand on both sides of the curve, apart from one another, and count in the range', (t) => {
  const plot = (unicode: boolean): string[] =>
    plotLines([{ y: Array.from({ length: 40 }, () => 5), errors: Array.from({ length: 40 }, () => 2), letter: '*' }], { width: 60, height: 9, unicode, x: Array.from({ length: 40 }, (_, i) => i), xLabels: ['', ''], title: '', marks: [{ x: 0, name: '1se' }, { x: 2, name: 'best' }] });
  const lines = plot(false);
  t.regex(lines[1]!, /^ +7 \|/);
  t.regex(lines[9]!, /^ +3 \|/);
  const bars = lines[1]!.slice(lines[1]!.indexOf('|') + 1);
  t.regex(bars, /^\|( {3,}\|){5,}$/);
  t.is(lines[9]!.slice(lines[9]!.indexOf('|') + 1), bars);
  t.regex(lines[5]!, /\*{40,}/);
  t.regex(lines[10]!, /\+\^-+\^-+$/);
  t.regex(lines[11]!, /^ +1se best$/);
  t.true(plot(true).every((line) => displayWidth(line) <= 60));
});

test('a cross-validation shows its folds, its choices and what has not converged', (t) => {
  const converged = [true, true, true];
  const good = crossValidationReport(sampleModel({ converged, gap: [0, 1e-9, 1e-9], cv: sampleCv({ relativeGap: [[0, 1e-6, 3e-5], [0, 1e-6, 2e-5]] }) }), plain, false);
  t.regex(good, /2 folds by row number/);
  t.regex(good, /^ +1 +0\.1 .* 1\.1 +0\.1 +1se$/m);
  t.regex(good, /^ +2 +0\.02 .* 1 +0\.13 +best$/m);
  t.regex(good, /certified[^]*6 values fitted without one of 2 folds are certified: to within 3e-5/);
  const bad = crossValidationReport(sampleModel({ converged, cv: sampleCv({ by: 'column', column: 'ye\u001bar', values: ['1', '2'], converged: [converged, [true, true, false]], reason: [[null, null, null], [null, null, 'MAX_PASSES']] }) }), plain, false);
  t.regex(bad, /2 folds, the values of ye\?ar: 1, 2/);
  t.regex(bad, /best {2}NOT CONVERGED \(in 1 fold\)$/m);
  t.regex(bad, /1 of the 6 values fitted without one of 2 folds have NOT converged to 0\.0001 \(MAX_PASSES/);
  t.regex(crossValidationReport(sampleModel({ cv: sampleCv({ by: 'shuffle', seed: 4 }) }), plain, false), /shuffled rows, seed 4[^]*NOT CONVERGED \(MAX_PASSES\)/);
  t.regex(foldVerdict(sampleCv()), /All 6 values .* have converged to 0\.0001/, 'where some gap cannot be proven');
});

const events: JobEvent[] = [
  { type: 'reading', rows: 1000 },
  { type: 'loaded', rows: 5000, dropped: 3, columns: 2, features: 9, bytes: 4e5, spilled: 0, held: 'here', threads: 2, kernel: 'k', kernelReason: 'requested', seconds: 0.5 },
  { type: 'passBegun', pass: 1, columns: 4, grams: 0, gramFeatures: 0, rows: 5000 },
  { type: 'passProgress', pass: 1, rowsDone: 2500, rows: 5000 },
  { type: 'passDone', pass: 1, rows: 5000, seconds: 0.1 },
  ...Array.from({ length: 10 }, (_, index): JobEvent => ({ type: 'valueDone', index, values: 10, lambda: 1, nonzero: 1, devianceRatio: 0, relativeGap: 0, converged: true, reason: null })),
  { type: 'done', values: 10, converged: 10, sweeps: 1, columnPasses: 1, seconds: 9 },
];

function progressOf(options: { isTTY: boolean; quiet?: boolean; events?: readonly JobEvent[] }): string {
  let written = '';
  let clock = 0;
  const progress = new Progress({ terminal: options.isTTY ? terminal : plain, quiet: options.quiet ?? false, write: (text) => (written += text), now: () => (clock += 700) });
  for (const event of options.events ?? events) progress.onEvent(event);
  progress.clear();
  return written;
}

test('on a terminal progress is one line, rewritten, never wider than the terminal, and gone at the end', (t) => {
  const written = progressOf({ isTTY: true });
  t.false(written.includes('\n'));
  const states = written.split('\r\u001b[K');
  t.true(states.every((state) => displayWidth(state) < 60), states.join('\n'));
  t.true(states.some((state) => /sweep 1 .*50 %/.test(state)), states.join('\n'));
  t.true(states.some((state) => /5\/10 values.*left/.test(state)), states.join('\n'));
  t.is(states.at(-1), '');
});

test('elsewhere progress is a few plain lines', (t) => {
  const lines = progressOf({ isTTY: false }).trimEnd().split('\n');
  t.is(lines[0], 'Read 5,000 rows of 9 features in 0.50 s, 3 rows dropped for missing values.');
  t.true(lines.length >= 2 && lines.length <= 4, lines.join('\n'));
});

test('a node that refuses or is lost is named once', (t) => {
  const written = progressOf({ isTTY: false, events: [
    { type: 'nodeRefused', node: 'a:1', code: 'WRONG_TOKEN', reason: 'Node a:1: the token is another.' },
    { type: 'nodeLost', node: 'a:2', reason: 'Nothing was heard of node a:2 for 10 s.', nodes: 0 },
  ] });
  t.is(written, 'Node a:1 refuses: the token is another.\nLost node a:2: Nothing was heard of node a:2 for 10 s.\n');
});

test('progress of values that need no sweep of their own speaks of none', (t) => {
  const moments = events.filter(({ type }) => !type.startsWith('pass'));
  for (const isTTY of [true, false]) {
    const written = progressOf({ isTTY, events: moments });
    t.regex(written, isTTY ? /5\/10 values/ : /\d of 10 values done, \d/);
    t.notRegex(written, /sweep/);
    t.notRegex(written, /values.*Preparing/);
  }
});

test('after the path come the values of the folds', (t) => {
  const folds: JobEvent[] = [0, 3, 9, 20].map((done) => ({ type: 'foldsProgress', done, columns: 20 }));
  const all = [...events.slice(0, -1), ...folds, events.at(-1)!];
  const written = { terminal: '', plain: '' };
  for (const kind of ['terminal', 'plain'] as const) {
    let clock = 0;
    const progress = new Progress({ terminal: kind === 'terminal' ? terminal : plain, quiet: false, write: (text) => (written[kind] += text), now: () => (clock += 700) });
    for (const event of all) progress.onEvent(event);
    progress.clear();
  }
  t.regex(written.terminal, /9\/20 values of folds.*left/);
  t.regex(written.plain, /\d+ of 20 values of folds done, sweep 1/);
});

test('quiet progress is none', (t) => {
  t.is(progressOf({ isTTY: true, quiet: true }), '');
  t.is(progressOf({ isTTY: false, quiet: true }), '');
});
