#!/usr/bin/env node
// Plain JavaScript that any Node reads, so that an old one is answered in words.
import { existsSync } from 'node:fs';

const needed = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < needed) {
  console.error(`scalemix needs Node ${needed} or later, and this is Node ${process.versions.node}. Install it from https://nodejs.org, or run: npx -p node@${needed} scalemix`);
  process.exit(1);
}
// The checkout has src and runs it as it is; the published package has dist only.
const source = new URL('../src/main.ts', import.meta.url);
const { main } = await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
await main(process.argv.slice(2));
