/**
 * Two-class data of the kinds on which fits are slow or go wrong: rare levels, rare positives, heavy tails, strong
 * correlation, bad condition, separated classes, more columns than rows. The same numbers for the same size, everywhere.
 */
import { Random } from './random.ts';

export interface HardData {
  readonly y: Float64Array;
  readonly dense: readonly Float64Array[];
  /** A category's code, one a row, 0 the base level; null where there is none. */
  readonly codes: Uint32Array | null;
  readonly levels: number;
}

export interface HardCase {
  readonly name: string;
  /** What makes it hard. */
  readonly about: string;
  /** Rows and columns at full size. */
  readonly rows: number;
  readonly columns: number;
  /** @param rareRows rows of a rare level, or positives of a rare class */
  make(rows: number, columns: number, rareRows?: number): HardData;
}

/** Rows of each rare level at full size. */
const LEVEL_ROWS = 50;
/** Positives at full size. */
const POSITIVES = 950;
/** Rare levels. */
const RARE_LEVELS = 20;

/** Where psi is drawn from: every fifth column has an effect. */
function effects(random: Random, columns: number, size: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, j) => (j % 5 === 0 ? size * random.normal() : 0));
}

/** Neighbouring columns with correlation rho; row by row. */
function correlated(random: Random, rows: number, columns: number, rho: number): Float64Array[] {
  const dense = Array.from({ length: columns }, () => new Float64Array(rows));
  const rest = Math.sqrt(1 - rho * rho);
  for (let i = 0; i < rows; i++) {
    let before = 0;
    dense.forEach((column, j) => (column[i] = before = j === 0 ? random.normal() : rho * before + rest * random.normal()));
  }
  return dense;
}

function linear(dense: readonly Float64Array[], b: Float64Array, intercept: number): Float64Array {
  const psi = new Float64Array(dense[0]!.length).fill(intercept);
  dense.forEach((column, j) => {
    if (b[j] !== 0) for (let i = 0; i < psi.length; i++) psi[i] = psi[i]! + b[j]! * column[i]!;
  });
  return psi;
}

function classes(random: Random, psi: Float64Array): Float64Array {
  return psi.map((value) => (random.chance(1 / (1 + Math.exp(-value))) ? 1 : 0));
}

const plain = (y: Float64Array, dense: readonly Float64Array[]): HardData => ({ y, dense, codes: null, levels: 1 });

export const hardCases: readonly HardCase[] = [
  {
    name: 'rare-levels',
    about: `${RARE_LEVELS} levels of ${LEVEL_ROWS} rows each`,
    rows: 1_000_000,
    columns: 40,
    make(rows, columns, rareRows = LEVEL_ROWS) {
      const random = new Random(1);
      const dense = correlated(random, rows, columns, 0.5);
      const psi = linear(dense, effects(random, columns, 0.5), -0.5);
      const levels = 4 + RARE_LEVELS;
      const shift = Float64Array.from({ length: levels }, () => random.normal());
      const codes = Uint32Array.from({ length: rows }, () => random.integer(4));
      for (let level = 4; level < levels; level++) for (let r = 0; r < rareRows; r++) codes[random.integer(rows)] = level;
      return { y: classes(random, psi.map((value, i) => value + shift[codes[i]!]!)), dense, codes, levels };
    },
  },
  {
    name: 'rare-positives',
    about: `${POSITIVES} positives`,
    rows: 300_000,
    columns: 50,
    make(rows, columns, rareRows = POSITIVES) {
      const random = new Random(2);
      const dense = correlated(random, rows, columns, 0.5);
      const psi = linear(dense, effects(random, columns, 0.5), 0);
      // The positives: those of largest psi plus logistic noise.
      const score = psi.map((value) => {
        const u = random.uniform();
        return value + Math.log(u / (1 - u));
      });
      const bar = score.toSorted()[rows - rareRows]!;
      return plain(score.map((value) => (value >= bar ? 1 : 0)), dense);
    },
  },
  {
    name: 'heavy-tails',
    about: 'columns with the t distribution of 2.2 degrees of freedom',
    rows: 300_000,
    columns: 50,
    make(rows, columns) {
      const random = new Random(3);
      // Bailey's polar method (1994).
      const t = (degrees: number): number => Math.sqrt(degrees * (random.uniform() ** (-2 / degrees) - 1)) * Math.cos(2 * Math.PI * random.uniform());
      const dense = Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => t(2.2)));
      return plain(classes(random, linear(dense, effects(random, columns, 0.5), -0.5)), dense);
    },
  },
  {
    name: 'correlated',
    about: 'neighbouring columns with correlation .95',
    rows: 300_000,
    columns: 50,
    make(rows, columns) {
      const random = new Random(4);
      const dense = correlated(random, rows, columns, 0.95);
      return plain(classes(random, linear(dense, effects(random, columns, 0.7), -0.5)), dense);
    },
  },
  {
    name: 'condition-1e6',
    about: 'columns standardized have condition number 1e6, the effects lie in the directions of little variance',
    rows: 300_000,
    columns: 50,
    make(rows, columns) {
      const random = new Random(5);
      // x = sum over k of 10^(-6 k / (p-1)) z_k q_k with Q orthogonal: products of reflections.
      const mirrors = Array.from({ length: 3 }, () => {
        const v = random.normals(columns);
        const size = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
        return v.map((value) => value / size);
      });
      const rotate = (x: Float64Array): Float64Array => {
        for (const v of mirrors) {
          const along = 2 * v.reduce((sum, value, j) => sum + value * x[j]!, 0);
          v.forEach((value, j) => (x[j] = x[j]! - along * value));
        }
        return x;
      };
      const spread = Float64Array.from({ length: columns }, (_, k) => 10 ** ((-6 * k) / Math.max(1, columns - 1)));
      const dense = Array.from({ length: columns }, () => new Float64Array(rows));
      const psi = new Float64Array(rows);
      for (let i = 0; i < rows; i++) {
        const z = random.normals(columns);
        for (let k = 0; k < columns; k++) psi[i] = psi[i]! + (2 / Math.sqrt(columns)) * z[k]!;
        rotate(z.map((value, k) => value * spread[k]!)).forEach((value, j) => (dense[j]![i] = value));
      }
      return plain(classes(random, psi), dense);
    },
  },
  {
    name: 'separable',
    about: 'a hyperplane separates the classes',
    rows: 300_000,
    columns: 50,
    make(rows, columns) {
      const random = new Random(6);
      const dense = correlated(random, rows, columns, 0.5);
      return plain(linear(dense, effects(random, columns, 1), 0.3).map((value) => (value > 0 ? 1 : 0)), dense);
    },
  },
  {
    name: 'wide',
    about: 'four times as many columns as rows',
    rows: 500,
    columns: 2000,
    make(rows, columns) {
      const random = new Random(7);
      const dense = correlated(random, rows, columns, 0.5);
      const b = effects(random, columns, 1).map((value, j) => (j < 100 ? value : 0));
      return plain(classes(random, linear(dense, b, 0.3)), dense);
    },
  },
];
