import { readFileSync } from 'node:fs';
import test from 'ava';
import { comparable, EXAMPLE_PAGES, renderExamples, runExamples } from '../../scripts/support/examples.ts';

for (const path of EXAMPLE_PAGES) {
  test(`the examples in ${path} print what the page says`, (t) => {
    t.timeout(300_000);
    const page = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const examples = runExamples(page);
    t.true(examples.length > 2);
    for (const { command, shown, printed } of examples) t.is(comparable(shown), comparable(printed), `${command}\n(node scripts/examples.ts writes them anew)`);
  });
}

test('an output is replaced in its place, and what differs from run to run is not compared', (t) => {
  const page = 'Text.\n```\n$ scalemix a \\\n    b\nold\n\n$ echo $?\n0\n```\n\n```\nno example\n```\n';
  const examples = [{ command: '', shown: '', printed: 'new\nlines\n' }, { command: '', shown: '', printed: '3\n' }];
  t.is(renderExamples(page, examples), 'Text.\n```\n$ scalemix a \\\n    b\nnew\nlines\n\n$ echo $?\n3\n```\n\n```\nno example\n```\n');
  t.is(comparable('  0  0.1782  0.0000  3.2e-17\n9 sweeps over the data (3 column passes)'), comparable('  0  0.1782  0.0000       0\n8 sweeps over the data (2 column passes)\n'));
  t.not(comparable('  0  0.1782  0.0000  3.2e-17'), comparable('  0  0.1783  0.0000  3.2e-17'));
});
