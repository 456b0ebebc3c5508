/** The tables of the documentation, made from bench/results. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readResults } from './results.ts';
import type { Result } from './results.ts';

const ROOT = new URL('../../', import.meta.url);

/** Pages with tables, from the root. */
export const PAGES = ['docs/benchmarks.md', 'docs/scale.md', 'README.md'];

/** `<!-- results BENCHMARK -->`, or with a second word the table of that name (TABLES). */
const MARKERS = /(<!-- results (\S+)(?: (\S+))? -->\n)([^]*?)(<!-- end -->)/g;

/** Columns of a table: heading and cell. */
type Columns = readonly (readonly [heading: string, cell: (result: Result) => string])[];

const digits = (value: string | undefined, count = 3): string => (value === undefined || value === '' ? '' : String(Number(Number(value).toPrecision(count))));
/** Of two digits at most the value. */
const atLeast = (value: string): string => {
  const unit = 10 ** (Math.floor(Math.log10(Number(value))) - 1);
  return String(Number((Math.floor(Number((Number(value) / unit).toPrecision(12))) * unit).toPrecision(2)));
};
const tiny = (value: string | undefined): string => (value === undefined || value === '' ? '' : Number(value) <= 0 ? 'none' : Number(value).toExponential(0));
const verdict = ({ holds, value }: Result): string => (holds === 'false' ? `**${digits(value)}**` : digits(value));

/** Of a benchmark without a shape of its own. */
const FIGURES: Columns = [
  ['figure', ({ name }) => name!],
  ['value', verdict],
  ['unit', ({ unit }) => unit!],
  ['floor', ({ floor }) => floor!],
];

const PEERS: Columns = [
  ['figure', ({ name }) => name!],
  ['ratio', verdict],
  ['floor', ({ floor }) => floor!],
  ['against', ({ peer, unit }) => (peer === '' ? unit! : peer!)],
  ['our s', (result) => digits(result['seconds'])],
  ['on 1 thread', (result) => digits(result['seconds 1 thread'])],
  ['processor s', (result) => digits(result['cpu'])],
  ['their s', (result) => digits(result['peer seconds'])],
  ['processor s', (result) => digits(result['peer cpu'])],
  ['their tolerance', (result) => result['peer tolerance'] ?? ''],
  ['their objective above ours', (result) => tiny(result['peer above ours'])],
  ['our certified gap', (result) => tiny(result['certified gap'])],
  ['sweeps', (result) => result['sweeps'] ?? ''],
];

const KERNELS: Columns = [...FIGURES.slice(0, 3), ['OpenBLAS kernels', ({ against }) => against!], ...FIGURES.slice(3)];

/** What a reader of the first page wants of it: never more than was measured. */
const BRIEF: Columns = [
  ['fit', ({ what }) => what!],
  ['against', ({ peer }) => peer!],
  ['times less', ({ value }) => atLeast(value!)],
  ['our s', (result) => digits(result['seconds'])],
  ['their s', (result) => digits(result['peer seconds'])],
];

const PATH: Columns = [
  ['fit', ({ what }) => what!],
  ['s', (result) => digits(result['seconds'])],
  ['processor s', (result) => digits(result['cpu'])],
  ['sweeps', ({ sweeps }) => sweeps!],
  ['column passes', (result) => digits(result['column passes'])],
  ['largest certified gap', (result) => tiny(result['certified gap'])],
];

const HARD: Columns = [
  ['data', ({ about }) => about!],
  ['rows', ({ rows }) => rows!],
  ['columns', ({ columns }) => columns!],
  ['penalty', ({ penalty }) => penalty!],
  ['certified', (result) => (result['holds'] === 'false' ? `**${percent(result['value'])}**` : percent(result['value']))],
  ['largest certified gap', (result) => tiny(result['certified gap'])],
  ['sweeps', ({ sweeps }) => sweeps!],
  ['column passes', (result) => digits(result['column passes'])],
  ['Grams', ({ grams }) => grams!],
  ['processor s', (result) => digits(result['cpu'], 2)],
];

const SCALE: Columns = [
  ['rows', ({ rows }) => power(rows!)],
  ['nodes', ({ nodes }) => nodes!],
  ['GB of rows a node', (result) => digits(result['GB a node'])],
  ['depth', ({ depth }) => depth!],
  ['subtrees a node', (result) => digits(result['subtrees a node'])],
  ['MB of answers', (result) => digits(result['MB of answers'])],
  ['sweep s', (result) => digits(result['sweep'])],
  ['computing', (result) => percent(result['computing share'])],
  ['with two levels s', (result) => digits(result['two levels'])],
  ['path s', ({ value }) => digits(value)],
  ['reduction', (result) => percent(result['reduction share'])],
  ['larger sample s', (result) => digits(result['larger'], 2)],
  ['sample s', (result) => digits(result['sample'], 2)],
];

const power = (value: string): string => Number(value).toExponential(0).replace('+', '');
const percent = (share: string | undefined): string => `${(100 * Number(share)).toFixed(0)} %`;

/** A table that shows some of a benchmark's figures. */
interface Table {
  readonly columns: Columns;
  readonly shows?: (result: Result) => boolean;
}

const simulated = (features: string): Table => ({ columns: SCALE, shows: (result) => result['features'] === features && result['nodes'] !== '' });

const TABLES: Readonly<Record<string, Table>> = {
  kernels: { columns: KERNELS },
  peers: { columns: PEERS },
  'peers brief': { columns: BRIEF, shows: ({ peer }) => peer !== '' },
  path: { columns: PATH, shows: ({ what }) => what !== '' },
  'path floors': { columns: FIGURES, shows: ({ floor }) => floor !== '' },
  hard: { columns: HARD, shows: ({ about }) => about !== '' },
  'scale p100': simulated('100'),
  'scale p1000': simulated('1000'),
  scale: { columns: FIGURES.slice(0, 3), shows: ({ nodes }) => nodes === '' },
};

/** The load average while figures were measured: the least and the largest. */
function loadsOf(results: readonly Result[]): string {
  const loads = results.map(({ load }) => Number(load));
  const [least, most] = [digits(String(Math.min(...loads)), 2), digits(String(Math.max(...loads)), 2)];
  return `Load average ${least === most ? least : `${least} to ${most}`}`;
}

/** A benchmark's table, and on what it was measured. */
function tableOf(benchmark: string, shape: string | undefined): string {
  const { columns, shows = () => true } = TABLES[shape === undefined ? benchmark : `${benchmark} ${shape}`] ?? { columns: FIGURES };
  const results = readResults(benchmark).filter(shows);
  if (results.length === 0) return 'Not measured yet.\n';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const grounds = Map.groupBy(results, ({ machine, date }) => `${machine}, ${date}`);
  const said = [...grounds].map(([ground, measured]) => `${ground}. ${loadsOf(measured)}.\n`);
  return [line(columns.map(([heading]) => heading)), line(columns.map(() => '---')), ...results.map((result) => line(columns.map(([, cell]) => cell(result)))), '\n', ...said].join('');
}

/** The page with every table made anew; commas come back where the CSV had to do without. */
export function renderPage(page: string): string {
  return page.replace(MARKERS, (_, begin: string, benchmark: string, shape: string | undefined, _old: string, end: string) => `${begin}\n${tableOf(benchmark, shape).replaceAll(';', ',')}\n${end}`);
}

export function readPage(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

export function writeTables(): void {
  for (const path of PAGES) {
    const page = new URL(path, ROOT), part = new URL(`${page.href}.part`);
    writeFileSync(part, renderPage(readPage(path)));
    renameSync(part, page);
  }
}
