import { readFileSync } from 'node:fs';
import test from 'ava';
import { commands } from '../../packages/cli/src/commands/index.ts';

const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
const shared = section('Flags of every command');

/** Text under a heading of the second level. */
function section(heading: string): string {
  const start = page.indexOf(`\n## ${heading}\n`);
  const end = page.indexOf('\n## ', start + 1);
  return start < 0 ? '' : page.slice(start, end < 0 ? undefined : end);
}

function sectionOf(command: string): string {
  if (command === 'cv') return section('path and fit') + section('cv');
  if (command === 'plan') return section('path and fit') + section('cv') + section('plan');
  return ['path', 'fit'].includes(command) ? section('path and fit') : section(command);
}

for (const command of commands) {
  test(`docs/command-line.md has every flag of ${command.name}`, (t) => {
    const text = sectionOf(command.name) + shared;
    t.not(sectionOf(command.name), '');
    const absent = Object.keys(command.options).filter((name) => !new RegExp(`\`(-o\`, \`)?--(\\[no-\\])?${name}[\` ]`).test(text));
    t.deepEqual(absent, []);
  });

  test(`docs/command-line.md names the choices of ${command.name}`, (t) => {
    const rows = sectionOf(command.name).split('\n').filter((line) => line.startsWith('| `'));
    for (const [name, { choices = [] }] of Object.entries(command.options)) {
      const row = rows.find((line) => line.includes(`\`--${name} `));
      if (row !== undefined) t.deepEqual(choices.filter((choice) => !new RegExp(`\\b${choice}\\b`).test(row)), [], `--${name}`);
    }
    t.pass();
  });
}

test('docs/command-line.md has no flag that no command has', (t) => {
  const known = new Set(commands.flatMap(({ options }) => Object.keys(options)));
  const named = [...page.matchAll(/^\| (?:`-o`, )?`--(?:\[no-\])?([a-z0-9-]+)/gm)].map(([, name]) => name!);
  t.deepEqual(named.filter((name) => !known.has(name) && name !== 'help'), []);
  t.true(named.length > 30);
});

for (const [name, least] of [['ModelDocument', 20], ['CrossValidation', 10]] as const) {
  test(`docs/command-line.md has every field of ${name}`, (t) => {
    const source = readFileSync(new URL('../../packages/core/src/model/document.ts', import.meta.url), 'utf8');
    const document = new RegExp(`interface ${name} \\{(.*?)\\n\\}`, 's').exec(source)![1]!;
    const fields = [...document.matchAll(/^ {2}readonly (\w+)/gm)].map(([, field]) => field!);
    t.true(fields.length > least);
    t.deepEqual(fields.filter((field) => !section('The model document').includes(`\`${field}\``)), []);
  });
}

for (const [name, file] of [['JobEvent', 'coordinator/src/events.ts'], ['ClusterEvent', 'coordinator/src/cluster/options.ts'], ['FitEvent', 'core/src/fit/problem.ts']] as const) {
  test(`docs/command-line.md has every ${name} with its fields`, (t) => {
    const source = readFileSync(new URL(`../../packages/${file}`, import.meta.url), 'utf8').replaceAll(/\/\*\*[^]*?\*\//g, '');
    const [, ...events] = new RegExp(`export type ${name} =\\n(.*?);\\n(?=\\n|$)`, 's').exec(source)![1]!.split('readonly type: ');
    t.true(events.length > 3);
    for (const event of events) {
      const type = /^'(\w+)'/.exec(event)![1]!;
      const line = page.split('\n').find((text) => text.startsWith(`| \`${type}\` |`)) ?? '';
      t.not(line, '', type);
      t.deepEqual([...event.matchAll(/readonly (\w+)\??:/g)].map(([, field]) => field!).filter((field) => !line.includes(`\`${field}\``)), [], type);
    }
  });
}
