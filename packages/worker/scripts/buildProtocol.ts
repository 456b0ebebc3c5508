/** Generates the static protocol code from proto/pass.proto; with --check compares it with what is checked in. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const worker = join(import.meta.dirname, '..');
const bin = join(dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json')), 'bin');
const folder = mkdtempSync(join(tmpdir(), 'scalemix-protocol-'));
try {
  const code = join(folder, 'pass.js');
  execFileSync(process.execPath, [join(bin, 'pbjs'), '-t', 'static-module', '-w', 'es6', '--dependency', 'protobufjs/minimal.js', '--no-create', '--no-convert', '--no-delimited', '--no-verify', '--no-typeurl', '--force-number', '--no-comments', '-o', code, join(worker, 'proto/pass.proto')], { stdio: 'inherit' });
  // With comments for the types only.
  const commented = join(folder, 'commented.js');
  const types = join(folder, 'pass.d.ts');
  execFileSync(process.execPath, [join(bin, 'pbjs'), '-t', 'static-module', '-w', 'es6', '--dependency', 'protobufjs/minimal.js', '--no-create', '--no-convert', '--no-delimited', '--no-verify', '--no-typeurl', '--force-number', '-o', commented, join(worker, 'proto/pass.proto')], { stdio: 'inherit' });
  execFileSync(process.execPath, [join(bin, 'pbts'), '--no-comments', '-o', types, commented], { stdio: 'inherit' });
  const outputs = [
    { path: join(worker, 'src/node/protocol/pass.js'), text: readFileSync(code, 'utf8') },
    { path: join(worker, 'src/node/protocol/pass.d.ts'), text: readFileSync(types, 'utf8').replace(/^import Long.*\n/m, '') },
  ];
  if (process.argv.includes('--check')) {
    const stale = outputs.filter(({ path, text }) => readFileSync(path, 'utf8') !== text);
    for (const { path } of stale) console.error(`${path} is not what proto/pass.proto generates; run packages/worker/scripts/buildProtocol.ts.`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else for (const { path, text } of outputs) writeFileSync(path, text);
} finally {
  rmSync(folder, { recursive: true });
}
