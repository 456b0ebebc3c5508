/**
 * Runs the tests with ava, passes every argument on to it, and closes with one plain line 'N passed, N failed'
 * (', N skipped' may follow). With SCALEMIX_CI_STRICT=1 a skipped test is a failure. Nothing that the tests start outlives them.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { countsLine, summarize } from './support/avaSummary.ts';
import { endStrays, MARK } from './support/strays.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const ava = fileURLToPath(new URL('../node_modules/ava/entrypoints/cli.js', import.meta.url));
const mark = randomUUID();
const color = process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? { FORCE_COLOR: '1' } : {};

// A group of its own, so that one signal reaches everything in it.
const child = spawn(process.execPath, [ava, ...process.argv.slice(2)], {
  cwd: root,
  detached: true,
  stdio: ['ignore', 'pipe', 'pipe'],
  env: { ...process.env, ...color, [MARK]: mark },
});

let output = '';
child.stdout.setEncoding('utf8').on('data', (text: string) => {
  output += text;
  process.stdout.write(text);
});
child.stderr.pipe(process.stderr);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    endGroup();
    endStrays(mark);
    process.exit(128 + constants.signals[signal]);
  });
}

// What the tests left behind may hold the pipe open: it is ended first, then the last of the output arrives.
const closed = new Promise((resolve) => child.once('close', resolve));
child.once('exit', async (code) => {
  endGroup();
  for (const { pid, command } of endStrays(mark)) console.error(`Left behind by the tests, ended: ${pid} ${command}`);
  await Promise.race([closed, setTimeout(10_000)]);
  const counts = summarize(output, code ?? 1);
  const wanting = process.env['SCALEMIX_CI_STRICT'] === '1' && counts.skipped > 0;
  if (wanting) console.error('Skipped tests count as failed: SCALEMIX_CI_STRICT is 1.');
  process.stdout.write(`\n${countsLine(counts)}\n`, () => process.exit(counts.failed === 0 && !wanting ? 0 : 1));
});

function endGroup(): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
