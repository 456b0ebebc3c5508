/** Generates the static protocol code from proto/*.proto; with --check compares it with what is checked in. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const worker = join(import.meta.dirname, '..');
const bin = join(dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json')), 'bin');
const folder = mkdtempSync(join(tmpdir(), 'scalemix-protocol-'));

/** The code and the types of one proto file. */
function build(name: string): { path: string; text: string }[] {
  const proto = join(worker, 'proto', `${name}.proto`);
  const generate = (out: string, ...more: string[]): void => {
    // A root of its own each: files share the package.
    execFileSync(process.execPath, [join(bin, 'pbjs'), '-t', 'static-module', '-w', 'es6', '-r', name, '--dependency', 'protobufjs/minimal.js', '--no-create', '--no-convert', '--no-delimited', '--no-verify', '--no-typeurl', '--no-service', '--force-number', ...more, '-o', out, proto], { stdio: 'inherit' });
  };
  const code = join(folder, `${name}.js`);
  generate(code, '--no-comments');
  // With comments for the types only.
  const commented = join(folder, `${name}.commented.js`);
  generate(commented);
  const types = join(folder, `${name}.d.ts`);
  execFileSync(process.execPath, [join(bin, 'pbts'), '--no-comments', '-o', types, commented], { stdio: 'inherit' });
  return [
    { path: join(worker, `src/node/protocol/${name}.js`), text: readFileSync(code, 'utf8') },
    { path: join(worker, `src/node/protocol/${name}.d.ts`), text: readFileSync(types, 'utf8').replace(/^import Long.*\n/m, '') },
  ];
}

try {
  const outputs = ['pass', 'node'].flatMap(build);
  if (process.argv.includes('--check')) {
    const stale = outputs.filter(({ path, text }) => readFileSync(path, 'utf8') !== text);
    for (const { path } of stale) console.error(`${path} is not what its proto file generates; run packages/worker/scripts/buildProtocol.ts.`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else for (const { path, text } of outputs) writeFileSync(path, text);
} finally {
  rmSync(folder, { recursive: true });
}
