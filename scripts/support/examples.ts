/** The examples of README.md and docs/getting-started.md: blocks of `$ scalemix ...` with what they print, run again. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bin } from '../../tests/support/commandLine.ts';

/** From the root. */
export const EXAMPLE_PAGES = ['README.md', 'docs/getting-started.md'];

const DATA = ['seattle-weather.csv', 'flights-3m.parquet'];
const BLOCKS = /(?<=^```\n)\$ [^]*?(?=^```$)/gm;
/** A command, continued on the next line after a backslash, and what it prints. */
const COMMANDS = /^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n?)*)/gm;
/** Stands for the query of the command before. */
const AS_ABOVE = '"..."';

export interface Example {
  /** As it stands on the page. */
  readonly command: string;
  readonly shown: string;
  /** What it prints now: standard output, or where it fails standard error. */
  readonly printed: string;
}

/** Runs the examples of a page in turn, in one temporary folder that has the data. */
export function runExamples(page: string): Example[] {
  const folder = mkdtempSync(join(tmpdir(), 'scalemix-examples-'));
  try {
    for (const name of DATA) symlinkSync(fileURLToPath(new URL(`../../node_modules/vega-datasets/data/${name}`, import.meta.url)), join(folder, name));
    let query = '', status: number | null = 0;
    return blocksOf(page).flatMap(commandsOf).map(({ command, shown }): Example => {
      query = /--query ("[^"]{4,}")/.exec(command)?.[1] ?? query;
      const script = `scalemix() { "$NODE" "$PROGRAM" "$@"; }\n(exit ${status})\n${command.replaceAll(AS_ABOVE, query)}`;
      const run = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE: process.execPath, PROGRAM: bin }, timeout: 120_000, killSignal: 'SIGKILL' });
      ({ status } = run);
      return { command, shown, printed: status === 0 ? run.stdout : run.stderr };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The page with what its examples print now. */
export function renderExamples(page: string, examples: readonly Example[]): string {
  let next = 0;
  return page.replace(BLOCKS, (block) => commandsOf(block).map(({ command, shown }) => {
    const { printed } = examples[next++]!;
    // A line between an output and the next command stays.
    return `$ ${command}\n${printed.trimEnd()}${printed === '' ? '' : '\n'}${shown.endsWith('\n\n') ? '\n' : ''}`;
  }).join(''));
}

/**
 * Without what may differ from machine to machine or from release to release: times, threads, kernels, how much work it
 * was, numbers below the tolerance, digits beyond it.
 */
export function comparable(text: string): string {
  return text
    .trimEnd()
    .replaceAll(/[\d.]+ sweeps over the data.*$/gm, 'SWEEPS')
    .replaceAll(/^ {2}(?:way|sweeps|memory|time) [^]*?(?=^ {2}\S|$(?![^]))/gm, 'ESTIMATE\n')
    .replaceAll(/ +(?:[\d.]+e-\d+|0)(?= *$| {2})/gm, ' SMALL')
    .replaceAll(/\d(?:\.\d+)?e-\d+/g, 'SMALL')
    .replaceAll(/(\.\d{7})\d{6,}/g, '$1');
}

function blocksOf(page: string): string[] {
  return page.match(BLOCKS) ?? [];
}

function commandsOf(block: string): Pick<Example, 'command' | 'shown'>[] {
  return [...block.matchAll(COMMANDS)].map(([, command, shown]) => ({ command: command!, shown: shown! }));
}
