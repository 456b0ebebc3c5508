/** What --explain says. */
import test from 'ava';
import { runJob } from '@scalemix/coordinator';
import type { JobEvent, JobRequest } from '@scalemix/coordinator';
import { Explanation } from '../../packages/cli/src/show/explanation.ts';
import { displayWidth, sentences, wrap } from '../../packages/cli/src/show/text.ts';
import { sampleCsv, scalemix, temporaryFolder } from '../support/commandLine.ts';
import { memoryTable } from '../support/memoryTable.ts';

/** 20 rows of 30 numbers. */
function wideCsv(): string {
  const rows = Array.from({ length: 20 }, (_, i) => [i % 2, ...Array.from({ length: 30 }, (_value, j) => Math.sin((i + 1) * (j + 1)).toFixed(3))].join(','));
  return `late,${Array.from({ length: 30 }, (_, j) => `x${j}`).join(',')}\n${rows.join('\n')}\n`;
}

const folder = temporaryFolder({ 'few.csv': sampleCsv(300), 'many.csv': sampleCsv(45000), 'wide.csv': wideCsv() });
const plain = { isTTY: false, width: 80, colour: false, unicode: false };
const common = ['few.csv', '--columns', 'x,z,c'];

const ways: readonly [args: string[], words: readonly RegExp[]][] = [
  [['path', ...common, '--response', 'y'], [/kernel \S+ \([a-z0-9- ]+\)\./, /from moments/, /1 read of all rows: 1 for means and moments\./, /all 100 values are, by the sweep/]],
  [['path', ...common, '--response', 'late', '--loss', 'logistic', '--lambdas', '5'], [/value by value/, /300 rows for 4 features are so few that a sample, of 10,000, would save nothing/, /up to \d of 4 features/]],
  [
    ['path', 'wide.csv', '--response', 'late', '--loss', 'logistic', '--penalty', 'ridge', '--lambdas', '5'],
    [/in the space of the rows: a ridge solution is made of the 20 rows, fewer than the 30 features; .* every value solved/, /3 reads of all rows: 1 for means and moments, 1 to bring the rows here, 1 with 5 vectors of coefficients\./, /all 5 values are/],
  ],
  [['fit', ...common, '--response', 'late', '--loss', 'logistic', '--penalty', 'none'], [/Newton steps on all rows/, /not penalised/, /the value is/]],
  [
    ['path', 'many.csv', '--columns', 'x,z,c', '--response', 'late', '--loss', 'logistic', '--lambdas', '9'],
    [/all 9 values at once, begun on a sample: 45,000 rows/, /sample +\d+,\d+ rows/, /anchors +second derivatives at 9 values .*at 8;/, /1 to draw the sample, \d+ with 9,/],
  ],
  [['cv', ...common, '--response', 'y', '--folds', '3'], [/folds +3, from moments that are kept fold by fold/, /1 read of all rows: 1 for means and moments\./]],
  [['cv', 'few.csv', '--response', 'late', '--loss', 'logistic', '--columns', 'x,z,c', '--lambdas', '4', '--folds', '3'], [/folds +3, all values of all of them at once/, /\d+ for the values, \d+ for the folds\./]],
  [
    ['cv', 'many.csv', '--columns', 'x,z,c', '--response', 'late', '--loss', 'logistic', '--lambdas', '4', '--folds', '3'],
    [/with 4,.* vectors of coefficients, \d for the folds\./, /for 4 features\. \d with \d+(, \d+)+ vectors/],
  ],
  [['path', ...common, '--response', 'late', '--loss', 'logistic', '--lambdas', '3', '--max-passes', '1'], [/\d of 3 values\. Not: .*MAX_PASSES/]],
];

for (const [args, words] of ways) {
  test(`${args.join(' ')} --explain`, async (t) => {
    const { stderr, stdout } = await scalemix([...args, '--explain', '--json'], { cwd: folder });
    const text = stderr.replace(/\s+/g, ' ');
    for (const word of words) t.regex(text, word);
    t.notThrows(() => JSON.parse(stdout));
    t.true(stderr.split('\n').every((line) => line.length <= 100));
  });
}

test('without --explain nothing is explained, and with --quiet it is refused', async (t) => {
  const silent = await scalemix(['path', ...common, '--response', 'y', '--json'], { cwd: folder });
  t.false(silent.stderr.includes('How this was fitted'));
  const both = await scalemix(['path', ...common, '--response', 'y', '--explain', '--quiet'], { cwd: folder });
  t.is(both.code, 2);
  t.regex(both.stderr, /CONTRADICTORY_OPTIONS/);
});

test('rows on disk and features that do not vary are told', async (t) => {
  const rows = 20000;
  const wave = (i: number, k: number): number => Math.sin(i * k + k);
  const table = memoryTable({ y: Array.from({ length: rows }, (_, i) => wave(i, 3)), x: Array.from({ length: rows }, (_, i) => wave(i, 1)), one: new Array<number>(rows).fill(1) });
  const request: JobRequest = { data: { inputs: table, response: 'y' }, problem: { loss: { name: 'squared', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 3 }, machine: { threads: 1, memory: 1 } };
  const explanation = new Explanation();
  const events: JobEvent[] = [];
  await runJob(request, { onEvent: (event) => (explanation.onEvent(event), events.push(event)) });
  const loaded = events.find((event) => event.type === 'loaded')!;
  t.is(loaded.bytes, 0);
  t.true(loaded.spilled >= rows * 24, String(loaded.spilled));
  const text = explanation.text(plain);
  t.regex(text, /in a file that every sweep\s+reads/);
  t.regex(text, /2, of which 1 does not vary and has the coefficient 0/);
  t.true(text.split('\n').every((line) => displayWidth(line) <= 80));
  t.false(text.includes('cluster'));
  for (const node of ['a:1', 'b:1']) explanation.onEvent({ type: 'nodeJoined', node, threads: 1, nodes: 2 });
  explanation.onEvent({ type: 'nodeLost', node: 'a:1', reason: 'hung', nodes: 1 });
  explanation.onEvent({ type: 'rowsSent', node: 'a:1', blocks: 3, bytes: 2e6 });
  explanation.onEvent({ type: 'passReduced', subtrees: 4, bytesReceived: 5000, bytesSent: 10, nodes: 2 });
  t.regex(explanation.text(plain), /cluster +2 nodes joined, 1 was lost; 2\.0 MB of rows were sent, 5\.0 kB of\s+sums came back/);
});

test('sentences are broken for a terminal, each line by itself, and left alone elsewhere', (t) => {
  const text = 'one two three\nfour';
  t.is(sentences(text, { isTTY: true, width: 7 }), 'one two\nthree\nfour');
  t.is(sentences(text, { isTTY: false, width: 7 }), text);
});

test('text is broken at spaces, a word that is too long stands alone', (t) => {
  t.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  t.deepEqual(wrap('a muchtoolong b', 4), ['a', 'muchtoolong', 'b']);
  t.deepEqual(wrap('', 4), ['']);
});
