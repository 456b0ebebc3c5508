/** `node scripts/examples.ts`: writes into README.md and docs/getting-started.md what their examples print now. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { EXAMPLE_PAGES, renderExamples, runExamples } from './support/examples.ts';

for (const path of EXAMPLE_PAGES) {
  const file = new URL(`../${path}`, import.meta.url), part = new URL(`${file.href}.part`);
  const page = readFileSync(file, 'utf8');
  writeFileSync(part, renderExamples(page, runExamples(page)));
  renameSync(part, file);
}
