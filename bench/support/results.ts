/** bench/results: a CSV of each benchmark, a line a figure with what it was measured on. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import type { Figure } from './row.ts';

/** A line of a results file, by column. */
export type Result = Readonly<Record<string, string>>;

function fileOf(benchmark: string): URL {
  return new URL(`../results/${benchmark}.csv`, import.meta.url);
}

/** The machine in words. */
export function machine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? 'unknown processor'}; ${cores.length} cores; ${Math.round(totalmem() / 2 ** 30)} GiB; ${platform()} ${arch()}; Node ${process.versions.node}`;
}

/** The lines of a benchmark; none where nothing was saved yet. */
export function readResults(benchmark: string): Result[] {
  const file = fileOf(benchmark);
  if (!existsSync(file)) return [];
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => line.split(','));
  return lines.map((cells) => Object.fromEntries(header!.map((column, c) => [column, cells[c] ?? ''])));
}

/**
 * Replaces the lines of these figures (of the same name and detail `against`) and keeps the others.
 * @param load average, of figures whose detail has none
 * @param order what names begin with, in the order of the lines
 */
export function saveResults(benchmark: string, figures: readonly Figure[], load: number, order: readonly string[] = []): void {
  const measured = figures.map(({ name, value, unit, floor, holds, detail }): Result => {
    const cells = { name, value, unit, floor: floor ?? '', holds: holds ?? '', load, ...detail, date: new Date().toISOString().slice(0, 10), machine: machine() };
    return Object.fromEntries(Object.entries(cells).map(([column, cell]) => [column, text(cell)]));
  });
  const byName = new Map([...readResults(benchmark), ...measured].map((result) => [`${result['name']} ${result['against'] ?? ''}`, result]));
  const place = ({ name }: Result): number => order.findIndex((begin) => name === begin || name!.startsWith(`${begin}-`));
  const results = [...byName.values()].toSorted((a, b) => place(a) - place(b));
  const last = ['load', 'date', 'machine'];
  const columns = [...new Set(results.flatMap((result) => Object.keys(result)).filter((column) => !last.includes(column))), ...last];
  const lines = [columns, ...results.map((result) => columns.map((column) => result[column] ?? ''))].map((cells) => `${cells.join(',')}\n`);
  const file = fileOf(benchmark), part = new URL(`${file.href}.part`);
  writeFileSync(part, lines.join(''));
  renameSync(part, file);
}

/** Numbers with six digits; no cell needs quoting. */
function text(cell: string | number | boolean): string {
  return (typeof cell === 'number' ? String(Number(cell.toPrecision(6))) : String(cell)).replaceAll(',', ';').replaceAll('\n', ' ');
}
