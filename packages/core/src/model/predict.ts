import { DataError } from '../errors.ts';
import type { ColumnDescription } from '../rowSource.ts';
import type { ModelDocument } from './document.ts';
import { rowNumber } from './rows.ts';
import type { CodedColumn, Locate, Rows, RowsColumn, SparseColumn } from './rows.ts';

export interface PredictorOptions {
  /**
   * What a level that the fit never met becomes: an error, or the column's base (no feature).
   * @default 'error'
   */
  readonly unseen?: 'error' | 'base';
  /** @default the row's number */
  readonly locate?: Locate;
}

/**
 * psi = offset + intercept + x'b for batches of rows, at one value of lambda.
 * Levels are mapped by name, missing values treated as at the fit; a row that
 * the fit would have dropped gets NaN. Memory: the model and one batch.
 */
export class Predictor {
  /** The columns a batch must hold, in this order: the predictors, then the offset where the model has one. */
  readonly columns: readonly string[];
  /** Those of them that must come as text. */
  readonly asText: ReadonlySet<string>;
  readonly #model: ModelDocument;
  readonly #intercept: number;
  readonly #adders: readonly ColumnAdder[];
  readonly #locate: Locate;

  /** @param index which value of lambda */
  constructor(model: ModelDocument, index: number, options: PredictorOptions = {}) {
    this.#model = model;
    this.#intercept = model.intercept[index]!;
    this.#locate = options.locate ?? rowNumber;
    const coefficients = model.coefficients[index]!;
    this.columns = [...model.columns.map(({ name }) => name), ...(model.offset === null ? [] : [model.offset])];
    this.asText = new Set(model.columns.filter(({ type }) => type === 'categorical').map(({ name }) => name));
    const settings: AdderSettings = { missing: model.missing, unseen: options.unseen ?? 'error', locate: this.#locate };
    this.#adders = model.columns.map((column) => columnAdder(withFill(column, model), coefficients, settings));
  }

  /**
   * The linear predictor of each row; NaN where there is no prediction.
   * @param weights rows of weight 0 may hold anything; they get NaN where they lack something
   * @throws DataError UNSEEN_LEVEL, MISSING_VALUES, NON_FINITE_VALUE, COLUMN_TYPE, naming column, row and value.
   */
  predict(rows: Rows, weights: Float64Array | null = null): Float64Array {
    const psi = new Float64Array(rows.rows).fill(this.#intercept);
    this.#adders.forEach((add, at) => add(rows, rows.columns[at]!, psi, weights));
    if (this.#model.offset !== null) addOffset(this.#model.offset, this.#model.missing, rows, rows.columns[this.#adders.length]!, psi, weights, this.#locate);
    return psi;
  }
}

/**
 * A column that lacked nothing at the fit has no fill on record; where the fit
 * would have filled, it is the mean, or the commonest level, of the fit's rows.
 */
function withFill(column: ColumnDescription, model: ModelDocument): ColumnDescription {
  if (column.missing.fill !== null || column.type === 'sparse' || (model.missing !== 'mean' && model.missing !== 'indicator')) return column;
  const [first, count] = column.features;
  const means = model.featureMeans.slice(first, first + count);
  if (column.type === 'numeric') return { ...column, missing: { ...column.missing, fill: means[0]! } };
  const shares = column.dropFirst ? [1 - means.reduce((sum, share) => sum + share, 0), ...means] : means;
  const commonest = column.levels![shares.indexOf(Math.max(...shares))];
  return commonest === undefined ? column : { ...column, missing: { ...column.missing, fill: commonest } };
}

type Weights = Float64Array | null;
type ColumnAdder = (rows: Rows, column: RowsColumn, psi: Float64Array, weights: Weights) => void;

interface AdderSettings {
  readonly missing: ModelDocument['missing'];
  readonly unseen: 'error' | 'base';
  readonly locate: Locate;
}

function columnAdder(column: ColumnDescription, coefficients: readonly number[], settings: AdderSettings): ColumnAdder {
  if (column.type === 'numeric') return numericAdder(column, coefficients, settings);
  if (column.type === 'categorical') return categoricalAdder(column, coefficients, settings);
  return sparseAdder(column, coefficients, settings);
}

/** What a missing value of the column adds to psi: NaN drops the row, null is an error. */
function missingTerm(column: ColumnDescription, coefficients: readonly number[], filled: number, settings: AdderSettings): number | null {
  const [first, count] = column.features;
  if (column.missing.indicator) return filled + coefficients[first + count - 1]!;
  if (column.missing.fill !== null) return filled;
  return settings.missing === 'drop' ? NaN : null;
}

function numericAdder(column: ColumnDescription, coefficients: readonly number[], settings: AdderSettings): ColumnAdder {
  const slope = coefficients[column.features[0]]!;
  const term = missingTerm(column, coefficients, slope * ((column.missing.fill as number | null) ?? 0), settings);
  return (rows, data, psi, weights) => {
    if (data.kind !== 'numeric') throw wrongType(column, 'a number', data);
    const { values } = data;
    for (let i = 0; i < rows.rows; i++) {
      const value = values[i]!;
      if (value - value === 0) psi[i]! += slope * value;
      else if (Number.isNaN(value)) psi[i]! += term ?? absent(column.name, rows, i, weights, settings.locate);
      else if (weights?.[i] === 0) psi[i] = NaN;
      else throw new DataError('NON_FINITE_VALUE', `Column ${JSON.stringify(column.name)} is ${value} in ${settings.locate(rows.firstRow + i)}. Give a finite number.`);
    }
  };
}

function categoricalAdder(column: ColumnDescription, coefficients: readonly number[], settings: AdderSettings): ColumnAdder {
  const ofLevel = new Map<string, number>();
  const [first] = column.features;
  const skipped = column.dropFirst ? 1 : 0;
  column.levels!.forEach((level, index) => ofLevel.set(level, index < skipped ? 0 : coefficients[first + index - skipped]!));
  const fill = column.missing.fill as string | null;
  const term = missingTerm(column, coefficients, fill === null ? 0 : ofLevel.get(fill)!, settings);
  // What each code of the data adds, grown with its dictionary; NaN marks a level the fit never met.
  let codeTerms: number[] = [];
  let dictionary: CodedColumn['levels'] | null = null;
  return (rows, data, psi, weights) => {
    if (data.kind !== 'text') throw wrongType(column, 'a category', data);
    if (data.levels !== dictionary) codeTerms = [];
    dictionary = data.levels;
    while (codeTerms.length < dictionary.length) codeTerms.push(ofLevel.get(dictionary[codeTerms.length]!) ?? NaN);
    for (let i = 0; i < rows.rows; i++) {
      const code = data.codes[i]!;
      if (code < 0) {
        psi[i]! += term ?? absent(column.name, rows, i, weights, settings.locate);
        continue;
      }
      const value = codeTerms[code]!;
      if (!Number.isNaN(value)) psi[i]! += value;
      else if (weights?.[i] === 0) psi[i] = NaN;
      else if (settings.unseen === 'error') throw unseenLevel(column, dictionary[code]!, settings.locate(rows.firstRow + i));
    }
  };
}

function sparseAdder(column: ColumnDescription, coefficients: readonly number[], settings: AdderSettings): ColumnAdder {
  const [first, width] = column.features;
  return (rows, data, psi, weights) => {
    if (data.kind !== 'sparse') throw wrongType(column, 'a sparse matrix', data);
    const { indptr, indices, values }: SparseColumn = data;
    for (let i = 0; i < rows.rows; i++) {
      for (let entry = indptr[i]!; entry < indptr[i + 1]!; entry++) {
        const index = indices[entry]!;
        if (index < width) psi[i]! += coefficients[first + index]! * values[entry]!;
        else if (settings.unseen === 'error' && weights?.[i] !== 0) {
          throw new DataError('UNSEEN_LEVEL', `Feature ${index + 1} in ${settings.locate(rows.firstRow + i)} was not met at the fit, which had ${width} features. Leave it out, or predict with --unseen base, which ignores it.`);
        }
      }
    }
  };
}

function addOffset(name: string, missing: ModelDocument['missing'], rows: Rows, data: RowsColumn, psi: Float64Array, weights: Weights, locate: Locate): void {
  if (data.kind !== 'numeric') throw new DataError('COLUMN_TYPE', `The offset column ${JSON.stringify(name)} holds text in these data; it must hold numbers.`);
  for (let i = 0; i < rows.rows; i++) {
    const value = data.values[i]!;
    if (Number.isNaN(value) && missing !== 'drop') absent(name, rows, i, weights, locate);
    if ((value === Infinity || value === -Infinity) && weights?.[i] !== 0) throw new DataError('NON_FINITE_VALUE', `The offset column ${JSON.stringify(name)} is ${value} in ${locate(rows.firstRow + i)}. Give a finite number.`);
    psi[i]! += value;
  }
}

/** NaN for a row that does not count; else the error. */
function absent(name: string, rows: Rows, i: number, weights: Weights, locate: Locate): number {
  if (weights?.[i] === 0) return NaN;
  throw new DataError('MISSING_VALUES', `Column ${JSON.stringify(name)} is missing in ${locate(rows.firstRow + i)}, and the model was fitted without a way to treat missing values. Complete the data, or fit with --missing drop, mean or indicator.`);
}

function unseenLevel(column: ColumnDescription, level: string, where: string): DataError {
  const known = column.levels!;
  const some = known.length <= 8 ? known.join(', ') : `${known.slice(0, 8).join(', ')} and ${known.length - 8} more`;
  return new DataError('UNSEEN_LEVEL', `Column ${JSON.stringify(column.name)} is ${JSON.stringify(level)} in ${where}, a level the fit never met (it met ${some}). Correct the value, or predict with --unseen base, which counts it as the base level.`);
}

function wrongType(column: ColumnDescription, expected: string, data: RowsColumn): DataError {
  const found = { numeric: 'numbers', text: 'text', sparse: 'a sparse matrix' }[data.kind];
  return new DataError('COLUMN_TYPE', `Column ${JSON.stringify(column.name)} was ${expected} at the fit and holds ${found} in these data. Give data of the same kind.`);
}
