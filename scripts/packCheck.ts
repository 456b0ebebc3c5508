/**
 * Proves what is published: builds and packs the four packages, installs them with plain npm into an empty folder and
 * runs them there, as a stranger would. Prints a line for each check and closes with 'N passed, N failed'.
 * `--keep` leaves the folder standing and prints where it is.
 */
import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraryExample } from './support/libraryExample.ts';
import { folderOf, manifestOf, PACKAGES, root } from './support/packages.ts';
import type { Manifest } from './support/packages.ts';

/** What may be in a tarball: nothing that only the checkout needs. */
const WANTED = /^package\/(package\.json|README\.md|LICENSE|bin\/[^/]+\.js|dist\/.+\.(js|d\.ts|wasm|proto))$/;
const STEP_TIMEOUT = 300_000;
/** Rows of the small CSV. */
const ROWS = 400;
/** Enough for threads to be started. */
const LARGE_ROWS = 140_000;

class CheckFailed extends Error {}

/** The environment of a stranger: nothing of the package manager that started this script. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_(lifecycle|package|command|execpath|node)|pnpm_|INIT_CWD$|NODE_PATH$|NODE_OPTIONS$)/i.test(name)),
);

const folder = mkdtempSync(join(tmpdir(), 'scalemix-pack-'));
const tarballs = join(folder, 'tarballs');
const app = join(folder, 'app');
let passed = 0;
let failed = 0;

mkdirSync(tarballs);
mkdirSync(app);
try {
  await checks();
} finally {
  if (process.argv.includes('--keep')) console.log(`Kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function checks(): Promise<void> {
  const packed = await check('the four packages build and pack', () => {
    run(process.execPath, ['scripts/build.ts'], root);
    const [program, ...first] = packageManager();
    for (const name of PACKAGES) run(program!, [...first, 'pack', '--pack-destination', tarballs], folderOf(name));
    equal(readdirSync(tarballs).length, PACKAGES.length, 'tarballs');
  });
  if (!packed) return;
  for (const file of readdirSync(tarballs)) {
    await check(`${file} holds what it needs and nothing else`, () => {
      const entries = run('tar', ['-tzf', join(tarballs, file)], folder).stdout.trim().split('\n');
      const unneeded = entries.filter((entry) => !WANTED.test(entry));
      if (unneeded.length > 0) throw new CheckFailed(`not needed: ${unneeded.join(', ')}`);
      for (const needed of ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
        if (!entries.includes(`package/${needed}`)) throw new CheckFailed(`${needed} is missing`);
      }
      const manifest = run('tar', ['-xzOf', join(tarballs, file), 'package/package.json'], folder).stdout;
      if (/workspace:|"\.\/src/.test(manifest)) throw new CheckFailed(`its package.json still speaks of the workspace:\n${manifest}`);
      const whole = Object.values((JSON.parse(manifest) as Manifest).bin ?? {}).map((path) => path.replace('./', 'package/'));
      for (const path of whole) if (!entries.includes(path)) throw new CheckFailed(`${path} is missing`);
    });
  }
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', private: true, type: 'module' }));
  const installed = await check('npm installs them into an empty folder', () => {
    const files = readdirSync(tarballs).map((file) => join(tarballs, file));
    // The types of Node are what an application in TypeScript has anyway.
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...files, `@types/node@${typesOfNode()}`], app);
    run('npm', ['ls'], app);
  });
  if (!installed) return;
  writeFileSync(join(app, 'small.csv'), smallCsv(ROWS));
  await check('npx scalemix --version', () => {
    equal(scalemix('--version').stdout.trim(), manifestOf('cli').version, 'version');
  });
  await check('npx scalemix path on a small CSV, to the end', () => {
    const { stdout } = scalemix('path', 'small.csv', '--response', 'late', '--loss', 'logistic', '--lambdas', '10', '-o', 'path.json');
    if (!stdout.includes('lambda')) throw new CheckFailed(`no table in:\n${stdout}`);
    const model = JSON.parse(readFileSync(join(app, 'path.json'), 'utf8')) as { format: string; lambda: number[]; converged: boolean[]; gap: number[] };
    equal(model.format, 'scalemix.model/1', 'format');
    equal(model.lambda.length, 10, 'values');
    if (!model.converged.every(Boolean)) throw new CheckFailed(`not converged: ${model.converged.join()}`);
  });
  await check('npx scalemix predict and evaluate with the model it wrote', () => {
    scalemix('predict', 'path.json', 'small.csv', '--at', '9', '-o', 'predicted.csv');
    equal(readFileSync(join(app, 'predicted.csv'), 'utf8').trim().split('\n').length, 1 + ROWS, 'lines of predictions');
    scalemix('evaluate', 'path.json', 'small.csv', '--at', '9', '--json');
  });
  writeFileSync(join(app, 'large.csv'), smallCsv(LARGE_ROWS));
  await check('npx scalemix fit on threads', () => {
    const { stdout } = scalemix('fit', 'large.csv', '--response', 'late', '--loss', 'logistic', '--lambda', '0.001', '--threads', '2', '--json');
    const model = JSON.parse(stdout) as { rows: number; converged: boolean[]; environment: { threads: number } };
    equal(model.rows, LARGE_ROWS, 'rows');
    equal(model.environment.threads, 2, 'threads');
    equal(model.converged.join(), 'true', 'converged');
  });
  await check('npx scalemix doctor finds its kernels', () => {
    const { stdout } = scalemix('doctor');
    if (!/wasm/.test(stdout)) throw new CheckFailed(`no WebAssembly kernels in:\n${stdout}`);
  });
  await check('npx scalemix certs, and submit --dry-run', () => {
    scalemix('certs', '--output', 'certs');
    const { stdout } = scalemix('submit', '--engine', 'kubernetes', '--image', 'scalemix', '--dry-run', '--', 'path', 'small.csv', '--response', 'late');
    if (!stdout.includes('kind: Job')) throw new CheckFailed(`no manifest in:\n${stdout}`);
  });
  const example = libraryExample();
  await check('the library example of the README runs as JavaScript', () => {
    writeFileSync(join(app, 'example.mjs'), example);
    const { stdout } = run(process.execPath, ['example.mjs'], app);
    if (stdout.trim() === '') throw new CheckFailed('it printed nothing');
  });
  await check('the library example of the README type-checks as TypeScript', () => {
    writeFileSync(join(app, 'example.ts'), example);
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const strict = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
    run(process.execPath, [compiler, ...strict, 'example.ts'], app);
  });
}

async function check(name: string, body: () => void): Promise<boolean> {
  try {
    body();
    passed++;
    console.log(`ok      ${name}`);
    return true;
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error instanceof CheckFailed ? error.message : (error as Error).stack}`);
    return false;
  }
}

function run(program: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const result = spawnSync(program, args, { cwd, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: STEP_TIMEOUT, killSignal: 'SIGKILL', maxBuffer: 64e6 });
  if (result.error) throw new CheckFailed(`${program} ${args.join(' ')}: ${result.error.message}`);
  if (result.status !== 0) throw new CheckFailed(`${program} ${args.join(' ')} ended with ${result.status ?? result.signal}:\n${result.stdout}${result.stderr}`);
  return result;
}

function scalemix(...args: string[]): SpawnSyncReturns<string> {
  return run('npx', ['--no-install', 'scalemix', ...args], app);
}

function equal(found: unknown, wanted: unknown, what: string): void {
  if (found !== wanted) throw new CheckFailed(`${what}: ${String(found)} where ${String(wanted)} was expected`);
}

/** pnpm as it was started, or from npm. */
function packageManager(): string[] {
  const started = process.env['npm_execpath'];
  if (started === undefined || !/pnpm/.test(started) || !existsSync(started)) return ['npx', '-y', 'pnpm@12'];
  return /\.[cm]?js$/.test(started) ? [process.execPath, started] : [started];
}

function typesOfNode(): string {
  return (JSON.parse(readFileSync(join(root, 'node_modules', '@types', 'node', 'package.json'), 'utf8')) as Manifest).version;
}

/** Two numbers, a category and a response of two classes that overlap. */
function smallCsv(rows: number): string {
  const carriers = ['AA', 'DL', 'UA'];
  const lines = ['hour,distance,carrier,late'];
  for (let i = 0; i < rows; i++) {
    const hour = (i * 7) % 24;
    const carrier = carriers[(i * 5) % 3]!;
    const late = (hour + (i % 11) * 3 + (carrier === 'UA' ? 8 : 0)) % 40 > 20 ? 'yes' : 'no';
    lines.push(`${hour},${200 + ((i * 37) % 1500)},${carrier},${late}`);
  }
  return `${lines.join('\n')}\n`;
}
