/**
 * `pnpm bench NAME [--json]`: runs bench/NAME.ts, any file of this folder that exports `run`, and prints its figures:
 * a table, or with --json one document { rows }. Remarks go to standard error. A figure that falls short is an answer,
 * no failure: exit code 0; 2 on wrong use.
 */
import { readFileSync, readdirSync } from 'node:fs';
import type { Row } from './row.ts';

const folder = new URL('.', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && /^export async function run\(/m.test(readFileSync(new URL(file, folder), 'utf8')))
  .map((file) => file.slice(0, -'.ts'.length));

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ name, value, unit, floor, holds }) =>
    [name, value.toPrecision(3), unit, holds === null ? '' : `${holds ? 'holds' : 'FALLS SHORT'} (floor ${floor})`]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells.map(([name, value, unit, verdict]) =>
    `${name!.padEnd(widths[0]!)}  ${value!.padStart(widths[1]!)} ${unit!.padEnd(widths[2]!)}  ${verdict}`.trimEnd()).join('\n');
}

const [name, ...flags] = process.argv.slice(2);
if (name === undefined || !names.includes(name) || flags.some((flag) => flag !== '--json')) {
  console.error(`Usage: pnpm bench NAME [--json]\nNAME is one of ${names.join(', ')}.`);
  process.exitCode = 2;
} else {
  const { run } = await import(new URL(`${name}.ts`, folder).href) as { run(): Promise<Row[]> };
  const rows = await run();
  console.log(flags.length > 0 ? JSON.stringify({ rows }, null, 2) : table(rows));
}
