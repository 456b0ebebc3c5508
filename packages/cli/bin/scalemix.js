#!/usr/bin/env node
// Plain JavaScript that any Node reads, so that an old one is answered in words.
import { existsSync } from 'node:fs';
import module from 'node:module';

const needed = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < needed) {
  console.error(`scalemix needs Node ${needed} or later, and this is Node ${process.versions.node}. Install it from https://nodejs.org, or run: npx -p node@${needed} scalemix`);
  process.exit(1);
}
// Node keeps what it compiles (from a checkout also the types it strips) for the next time: a third less to do before the first row is read.
module.enableCompileCache();
// The checkout has src and runs it as it is; the published package has dist only.
const source = new URL('../src/main.ts', import.meta.url);
const { main } = await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
await main(process.argv.slice(2));
