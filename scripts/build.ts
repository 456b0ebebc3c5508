/**
 * Builds what is published: each package's dist, from nothing. tsc writes JavaScript and declarations; what it does not
 * carry over (kernels, generated protocol code) is copied beside them, and the licence goes into every package.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folderOf, PACKAGES, root } from './support/packages.ts';

/** Files under src that run as they are. */
const COPIED = ['**/*.wasm', '**/*.js', '**/*.d.ts', '**/*.proto'];

for (const name of PACKAGES) rmSync(join(folderOf(name), 'dist'), { recursive: true, force: true });

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const projects = PACKAGES.map((name) => join(folderOf(name), 'tsconfig.json'));
const { status } = spawnSync(process.execPath, [compiler, '-b', ...projects], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const name of PACKAGES) {
  const folder = folderOf(name);
  const source = join(folder, 'src');
  for (const file of globSync(COPIED, { cwd: source })) {
    const target = join(folder, 'dist', file);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(source, file), target);
  }
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  if (!existsSync(join(folder, 'README.md'))) throw new Error(`packages/${name} has no README.md.`);
}
