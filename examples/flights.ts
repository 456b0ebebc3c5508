/**
 * What delays a flight? 3,000,000 US flights of 2001 (US DOT, shipped by the
 * npm package vega-datasets), the probability of being more than 15 minutes
 * late explained by distance, hour, day of the week, origin and destination:
 * about 490 coefficients, 40 strengths of a lasso, each certified.
 *
 *     npx -y pnpm@12 start
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseModel } from 'scalemix';
import type { ModelDocument } from 'scalemix';

const root = fileURLToPath(new URL('..', import.meta.url));
const data = 'node_modules/vega-datasets/data/flights-3m.parquet';
const query = 'select delay > 15 as late, distance, hour(date) as hour, dayname(date) as day, origin, destination from data';
const file = 'flights.model.json';

const fit = ['path', data, '--query', query, '--response', 'late', '--categorical', 'hour', '--loss', 'logistic', '--penalty', 'lasso', '--lambdas', '40', '-o', file];
console.log(`$ scalemix ${fit.map((word) => (/[ >]/.test(word) ? `"${word}"` : word)).join(' ')}\n`);
const { INIT_CWD: _, ...env } = process.env;
const { status } = spawnSync(process.execPath, ['packages/cli/bin/scalemix.js', ...fit], { cwd: root, env, stdio: 'inherit' });
if (status !== 0 && status !== 4) process.exit(status ?? 1);

const model = parseModel(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'), file);
const at = simplest(model, 0.99);
console.log(`\n${findings(model, at).join('\n')}`);
console.log(`\nThe model is in ${file}. To predict with it, here the same flights again:

  npx -y pnpm@12 --silent scalemix predict ${file} ${data} --at ${at} --query "${query}" -o flights.predictions.csv`);
process.exitCode = status;

/** The value with the strongest penalty that explains such a share of what the best value does. */
function simplest({ devianceRatio }: ModelDocument, share: number): number {
  const ratios = devianceRatio.map((ratio) => ratio ?? 0);
  return ratios.findIndex((ratio) => ratio >= share * Math.max(...ratios));
}

interface Level {
  readonly name: string;
  /** Share of all flights. */
  readonly share: number;
  readonly coefficient: number;
}

/** The levels of a category, the base level included. */
function levels({ columns, features, featureMeans, coefficients }: ModelDocument, at: number, column: string): Level[] {
  const { levels: names, features: [first, count] } = columns.find(({ name }) => name === column)!;
  const own = features.slice(first, first + count).map((feature, offset): Level => ({
    name: feature.slice(column.length + 1),
    share: featureMeans[first + offset]!,
    coefficient: coefficients[at]![first + offset]!,
  }));
  return [{ name: names![0]!, share: 1 - own.reduce((sum, { share }) => sum + share, 0), coefficient: 0 }, ...own];
}

function findings(model: ModelDocument, at: number): string[] {
  const b = model.coefficients[at]!;
  const average = model.intercept[at]! + b.reduce((sum, coefficient, j) => sum + coefficient * model.featureMeans[j]!, 0);
  const percent = (psi: number): string => `${(100 / (1 + Math.exp(-psi))).toFixed(1)} %`;
  const distance = b[model.features.indexOf('distance')]!;

  /** The most and least late of the levels that hold at least such a share of flights, all else average. */
  const extremes = (column: string, least: number, show: number, name = (level: string): string => level): string => {
    const all = levels(model, at, column);
    const mean = all.reduce((sum, { share, coefficient }) => sum + share * coefficient, 0);
    const ranked = all.filter(({ share }) => share >= least).sort((x, y) => y.coefficient - x.coefficient);
    const said = (some: Level[]): string => some.map((level) => `${name(level.name)} ${percent(average + level.coefficient - mean)}`).join(', ');
    return `most often late ${said(ranked.slice(0, show))}; least often ${said(ranked.slice(-show).toReversed())}`;
  };
  const oclock = (hour: string): string => `${hour.padStart(2, '0')}:00`;
  return [
    'What it found',
    '',
    `A flight that is average in everything is more than 15 minutes late in ${percent(average)} of cases.`,
    `Other things equal (value ${at}: ${model.nonzero[at]} coefficients, 99 % of what the best value explains):`,
    '',
    `  hour          ${extremes('hour', 0.005, 3, oclock)}`,
    `  day           ${extremes('day', 0, 2)}`,
    `  leaving from  ${extremes('origin', 0.005, 5)}`,
    `  flying to     ${extremes('destination', 0.005, 5)}`,
    `  distance      ${distance === 0 ? 'makes no difference' : `1000 miles more make it ${percent(average + 1000 * distance)}`}`,
    '',
    '(Airports with at least 0.5 % of the flights; hours of departure.)',
  ];
}
