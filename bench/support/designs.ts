/** Synthetic data of known difficulty, by seed. */
import { Random } from '../../tests/support/random.ts';

/** n x p by rows, and a response. */
export interface MatrixData {
  readonly x: Float64Array;
  readonly columns: number;
  readonly y: Float64Array;
}

export interface CorrelatedOptions {
  readonly rows: number;
  readonly columns: number;
  /** Between neighbouring columns. */
  readonly correlation: number;
  /** 'logistic': y in {0, 1} with intercept -1/2; 'squared': noise of variance 1. */
  readonly response: 'logistic' | 'squared';
  readonly seed: number;
}

/** Normal columns, each correlated with the one before it; every fifth column at random has an effect of standard deviation 0.7. */
export function correlatedData({ rows, columns, correlation, response, seed }: CorrelatedOptions): MatrixData {
  const random = new Random(seed);
  const effects = new Float64Array(columns);
  for (let chosen = 0; chosen < Math.floor(columns / 5); ) {
    const j = Math.floor(random.uniform() * columns);
    if (effects[j] !== 0) continue;
    effects[j] = 0.7 * random.normal();
    chosen++;
  }
  const own = Math.sqrt(1 - correlation ** 2);
  const x = new Float64Array(rows * columns), y = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++) {
    let before = random.normal(), psi = 0;
    for (let j = 0; j < columns; j++, at++) {
      const value = j === 0 ? before : correlation * before + own * random.normal();
      x[at] = before = value;
      psi += value * effects[j]!;
    }
    y[i] = response === 'squared' ? psi + random.normal() : draw(psi - 0.5, random);
  }
  return { x, columns, y };
}

export interface IllConditionedOptions {
  readonly rows: number;
  readonly columns: number;
  /** Largest over smallest standard deviation along the axes that a rotation hides. */
  readonly condition: number;
  /** Standard deviation of the linear predictor. */
  readonly deviation: number;
  readonly seed: number;
}

/** Reflections whose product is the rotation. */
const REFLECTIONS = 8;

/** A logistic response with effects along every axis, the flattest included: x = rotation diag(scale) z, log-spaced scales. */
export function illConditionedData({ rows, columns, condition, deviation, seed }: IllConditionedOptions): MatrixData {
  const random = new Random(seed);
  const mirrors = Array.from({ length: REFLECTIONS }, () => unit(Float64Array.from({ length: columns }, () => random.normal())));
  const scale = Float64Array.from({ length: columns }, (_, j) => condition ** (-j / (columns - 1)));
  const effects = unit(Float64Array.from({ length: columns }, () => random.normal())).map((effect) => effect * deviation);
  const x = new Float64Array(rows * columns), y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = x.subarray(i * columns, (i + 1) * columns);
    let psi = 0;
    for (let j = 0; j < columns; j++) {
      const z = random.normal();
      psi += z * effects[j]!;
      row[j] = z * scale[j]!;
    }
    for (const mirror of mirrors) {
      let along = 0;
      for (let j = 0; j < columns; j++) along += row[j]! * mirror[j]!;
      for (let j = 0; j < columns; j++) row[j] = row[j]! - 2 * along * mirror[j]!;
    }
    y[i] = draw(psi, random);
  }
  return { x, columns, y };
}

/** 1 with the probability that the linear predictor says. */
function draw(psi: number, random: Random): number {
  return random.uniform() * (1 + Math.exp(-psi)) < 1 ? 1 : 0;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}
