import { readFileSync } from 'node:fs';

/** The library example of the README: the code after its marker, which runs as JavaScript and as TypeScript. */
export function libraryExample(): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const code = /<!-- library example -->\s*```(?:js|ts)\n(.*?)```/s.exec(readme)?.[1];
  if (code === undefined) throw new Error('README.md has no code after the marker "library example".');
  return code;
}
