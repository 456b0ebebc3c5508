import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, PACKAGES } from './packages.ts';

/** Names in capitals that are no codes: of the environment, of formats and of protocols. */
const OTHER_NAMES = new Set(['LC_ALL', 'LC_CTYPE', 'NO_COLOR', 'SCALEMIX_DEBUG', 'INIT_CWD', 'NOT_SERVING', 'GRPC_VERBOSITY']);

const ANY_CODE = /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g;
/** A code of one word is told by its place. */
const CODE_OF_ONE_WORD = /(?:Error\(\s*(?:'[a-z]+',\s*)?|code: |reason: |end\()'([A-Z]+)'/g;

/** Every stable code in the sources of the packages: of errors, and of values that have not converged. */
export function errorCodes(): Set<string> {
  const codes = new Set<string>();
  const text = sourceTexts().join('\n');
  for (const [, code] of text.matchAll(ANY_CODE)) if (!OTHER_NAMES.has(code!)) codes.add(code!);
  for (const [, code] of text.matchAll(CODE_OF_ONE_WORD)) codes.add(code!);
  return codes;
}

/** Every source of the packages. */
export function sourceTexts(): string[] {
  return PACKAGES.flatMap((name) => {
    const source = join(folderOf(name), 'src');
    const files = globSync('**/*.ts', { cwd: source }).filter((file) => !file.startsWith(join('kernels', 'assembly')));
    return files.map((file) => readFileSync(join(source, file), 'utf8'));
  });
}
