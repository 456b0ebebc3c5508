import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('every export of scalemix is in docs/library.md', (t) => {
  const names = [...read('packages/cli/src/index.ts').matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) => list!.split(',').map((name) => name.trim()));
  t.true(names.length > 15);
  const page = read('docs/library.md');
  t.deepEqual(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(page)), []);
});

test('every option of fitPath is in docs/library.md', (t) => {
  const source = read('packages/coordinator/src/library/request.ts');
  const names = [...source.matchAll(/const (?:PROBLEM|ROLES|MACHINE|RUNNING) = \[([^\]]*)\]/g)].flatMap(([, list]) => [...list!.matchAll(/'(\w+)'/g)].map(([, name]) => name!));
  t.true(names.length > 12);
  t.deepEqual(names.filter((name) => !read('docs/library.md').includes(`\`${name}\``)), []);
});

test('every option of crossValidate is in docs/library.md', (t) => {
  const names = /checkOptions\('crossValidate', options, \[([^\]]*)\]/.exec(read('packages/coordinator/src/library/crossValidate.ts'))![1]!.match(/\w+/g)!;
  t.true(names.length > 3);
  t.deepEqual(names.filter((name) => !read('docs/library.md').includes(`\`${name}\``)), []);
});

const [fitExample = '', crossValidateExample = ''] = [...read('docs/library.md').matchAll(/<!-- example -->\s*```ts\n(.*?)```/gs)].map(([, text]) => text!);
const examples: Readonly<Record<string, string>> = {
  'docs/library.md': fitExample,
  'docs/library.md, of crossValidate': crossValidateExample,
  'README.md': /<!-- library example -->\s*```js\n(.*?)```/s.exec(read('README.md'))?.[1] ?? '',
  'packages/cli/README.md': /```js\n(.*?)```/s.exec(read('packages/cli/README.md'))?.[1] ?? '',
};

for (const [page, example] of Object.entries(examples)) {
  test(`the example in ${page} runs`, (t) => {
    t.not(example, '');
    const folder = mkdtempSync(join(tmpdir(), 'scalemix-docs-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'example.mts'), example);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['example.mts'], { cwd: folder, encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' });
    t.is(status, 0, stderr);
    t.regex(stdout, /^true /);
  });
}

test('links between the pages lead somewhere', (t) => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...['architecture', 'benchmarks', 'certificates', 'cluster', 'command-line', 'conventions', 'data-formats', 'errors', 'getting-started', 'library', 'scale', 'soak', 'submit'].map((name) => `docs/${name}.md`)];
  const anchor = (heading: string): string => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-');
  for (const page of pages) {
    for (const [, target] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [path, part] = target!.split('#');
      const file = path === '' ? page : join(page, '..', path!);
      t.notThrows(() => read(file), `${page}: ${target}`);
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading!));
      if (part !== undefined) t.true(headings.includes(part), `${page}: ${target}`);
    }
  }
});
