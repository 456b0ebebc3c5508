import { readFileSync } from 'node:fs';
import test from 'ava';
import { errorCodes, sourceTexts } from '../../scripts/support/errorCodes.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
/** Codes in the first cell of a row, and those that text names. */
const documented = new Set(
  page.split('\n').flatMap((line) => [...(line.startsWith('| `') ? line.slice(0, line.indexOf(' | ')) : line.startsWith('`') ? line : '').matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, code]) => code!)),
);

test('every error code of the sources is in docs/errors.md', (t) => {
  t.deepEqual([...errorCodes()].filter((code) => !documented.has(code)).sort(), []);
});

test('every code in docs/errors.md is in the sources', (t) => {
  const text = sourceTexts().join('\n');
  t.deepEqual([...documented].filter((code) => !text.includes(`'${code}'`)).sort(), []);
});
