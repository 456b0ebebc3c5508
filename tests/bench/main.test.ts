import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

function bench(...args: string[]): { status: number | null; stderr: string; stdout: string } {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' });
}

for (const [title, args, says] of [
  ['no name', [], /NAME is one of .*kernels.*path.*peers.*tables/],
  ['an unknown name', ['nothing'], /NAME is one of/],
  ['an option that no benchmark has', ['path', '--fast'], /--fast/],
  ['an option that does not apply', ['kernels', '--only', 'gram-p20'], /kernels takes no --only/],
  ['a wire of no speed', ['scale', '--wire', '0'], /--wire takes a positive number, not '0'/],
  ['half a thread', ['scale', '--threads', '1.5'], /--threads takes a positive whole number/],
  ['a figure that is not there', ['peers', '--only', 'lasso'], /peers has no figure lasso; it has lasso-1e6-glmnet/],
] as const) {
  test(`bench refuses ${title}`, (t) => {
    const { status, stderr, stdout } = bench(...args);
    t.is(status, 2);
    t.regex(stderr, says);
    t.is(stdout, '');
  });
}

test('a figure that cannot be measured here is named with its reason', (t) => {
  const { status, stderr, stdout } = bench('path', '--only', 'mid-1e4', '--json');
  t.is(status, 0);
  t.regex(stderr, /mid-1e4 skipped: .*--mnist FILE/);
  t.deepEqual(JSON.parse(stdout), { rows: [] });
});
