/**
 * `pnpm bench NAME [--json] [--save] ...`: runs bench/NAME.ts, any file of this folder that exports `run`
 * (support/benchmark.ts), and prints its figures: a table, or with --json one document { rows }. With --save they go
 * into bench/results and the tables of the documentation as well; `pnpm bench tables` makes those tables anew. Remarks
 * go to standard error. A figure that falls short is an answer, no failure: exit code 0; 2 on wrong use.
 */
import { loadavg } from 'node:os';
import { readFileSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Benchmark, Options } from './support/benchmark.ts';
import { saveResults } from './support/results.ts';
import type { Row } from './support/row.ts';
import { writeTables } from './support/tables.ts';

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

/** The name that only makes the tables. */
const TABLES = 'tables';

class WrongUse extends Error {}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        profile: { type: 'boolean' },
        mnist: { type: 'string' },
        wire: { type: 'string' },
        latency: { type: 'string' },
        threads: { type: 'string' },
      },
    });
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}

function number(option: string, given: string | undefined): number | null {
  if (given === undefined) return null;
  const value = Number(given);
  if (!(value > 0 && value < Infinity) || (option === 'threads' && !Number.isInteger(value))) throw new WrongUse(`--${option} takes a positive ${option === 'threads' ? 'whole ' : ''}number, not '${given}'.`);
  return value;
}

async function main(): Promise<void> {
  const { values: { json, save, ...given }, positionals: [name, ...rest] } = readArguments();
  if (name === TABLES && rest.length === 0 && !json && !save && Object.keys(given).length === 0) return writeTables();
  if (name === undefined || rest.length > 0 || !names.includes(name)) throw new WrongUse(`NAME is one of ${[...names, TABLES].join(', ')}.`);
  const benchmark = (await import(new URL(`${name}.ts`, folder).href)) as Benchmark;
  for (const option of Object.keys(given) as (keyof Options)[]) {
    if (benchmark.takes?.includes(option) !== true) throw new WrongUse(`${name} takes no --${option}.`);
  }
  const unknown = given.only?.find((figure) => benchmark.figures?.includes(figure) !== true);
  if (unknown !== undefined) throw new WrongUse(`${name} has no figure ${unknown}; it has ${benchmark.figures!.join(', ')}.`);

  const { only = null, profile = false, mnist = null } = given;
  const rows = await benchmark.run({ only, profile, mnist, wire: number('wire', given.wire), latency: number('latency', given.latency), threads: number('threads', given.threads) });
  console.error(`Load average ${loadavg().map((load) => load.toFixed(1)).join(' ')}.`);
  if (save && rows.length > 0) {
    saveResults(name, rows, loadavg()[0]!, benchmark.figures);
    writeTables();
  }
  if (json) console.log(JSON.stringify({ rows: rows.map(({ name, value, unit, floor, holds }) => ({ name, value, unit, floor, holds })) }, null, 2));
  else if (rows.length > 0) console.log(table(rows));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof WrongUse)) throw error;
  console.error(`${error.message}\nUsage: pnpm bench NAME [--json] [--save] [--only FIGURE] [--profile] [--mnist FILE] [--wire GB/S] [--latency MICROSECONDS] [--threads NUMBER]`);
  process.exitCode = 2;
}
