import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { sampleCsv, scalemix, temporaryFolder } from '../support/commandLine.ts';
import { fieldNames } from '../support/fieldNames.ts';

const folder = temporaryFolder({ 'few.csv': sampleCsv(500) });
const few = ['plan', 'few.csv', '--response', 'late', '--loss', 'logistic', '--columns', 'x,z,c'];

test('plan says what would be done, in words and as JSON, and does nothing', async (t) => {
  const words = await scalemix(few, { cwd: folder });
  t.is(words.code, 0, words.stderr);
  t.is(words.stderr, '');
  for (const word of [/500 rows, 3 predictors/, /value by value/, /sweeps +about \d+ reads/, /memory +about/, /time +about .* on \d+ threads?/]) t.regex(words.stdout, word);
  const { stdout } = await scalemix([...few, '--json', '--memory', '1'], { cwd: folder });
  const plan = JSON.parse(stdout) as { rows: number; way: { road: string }; spilled: number; memoryLimit: number };
  t.deepEqual([plan.rows, plan.way.road, plan.memoryLimit], [500, 'values', 1]);
  t.true(plan.spilled > 0);
});

test('plan of a run on nodes says what each would hold, and which does not answer', async (t) => {
  const { code, stdout, stderr } = await scalemix([...few, '--cluster', 'local,127.0.0.1:9', '--insecure', '--suspect-after', '0.5'], { cwd: folder });
  t.is(code, 0, stderr);
  const text = stdout.replaceAll(/\s+/g, ' ');
  t.regex(text, / nodes local: 0 rows, 0 B, 0 answers a pass; /);
  t.regex(text, / 127\.0\.0\.1:9: 500 rows, [\d.]+ kB, 1 answer a pass; .* It does not answer now and is taken to be like this machine: /);
  t.regex(text, / wire about \d+ B of answers and \d+ B of requests a pass; .* 14\.1 kB of rows are sent to them first\./);
});

test('docs/command-line.md has every field that plan --json prints', async (t) => {
  const { stdout } = await scalemix([...few, '--json', '--cluster', 'local', '--insecure'], { cwd: folder });
  const { way: _, ...plan } = JSON.parse(stdout) as Record<string, unknown>;
  const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('\n## plan\n'), page.indexOf('\n## resume\n'));
  t.true(fieldNames(plan).length > 30);
  t.deepEqual(fieldNames(plan).filter((name) => !section.includes(`\`${name}\``)), []);
});

for (const [args, code] of [
  [['-o', 'model.json'], 'INAPPLICABLE_OPTION'],
  [['--checkpoint', 'a.log'], 'INAPPLICABLE_OPTION'],
  [['--fold-tolerance', '0.1'], 'INAPPLICABLE_OPTION'],
  [['--folds', '5', '--fold-column', 'c'], 'CONTRADICTORY_OPTIONS'],
  [['--l1-ratio', '0.5'], 'INAPPLICABLE_OPTION'],
  [['--data', 'push'], 'INAPPLICABLE_OPTION'],
  [['--cluster', '10.0.0.1:7077'], 'TOKEN_REQUIRED'],
  [['--cluster', 'a', '--insecure'], 'BAD_ADDRESS'],
  [['--lambda', '0.1', '--lambdas', '5'], 'CONTRADICTORY_OPTIONS'],
] as const) {
  test(`plan with ${args.join(' ')}: ${code}`, async (t) => {
    const { code: exit, stderr } = await scalemix([...few, ...args], { cwd: folder });
    t.is(exit, 2);
    t.true(stderr.includes(code), stderr);
    t.false(existsSync(join(folder, 'a.log')));
  });
}
