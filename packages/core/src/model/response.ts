import { DataError } from '../errors.ts';
import type { Loss } from '../loss/loss.ts';
import type { ModelDocument } from './document.ts';
import { rowNumber } from './rows.ts';
import type { Locate, Rows, RowsColumn } from './rows.ts';

/** Response and weight of each row of a batch; NaN in `y` marks a row that takes no part. */
export interface ResponseValues {
  readonly y: Float64Array;
  readonly w: Float64Array;
}

/**
 * Reads the response, the weights and the trials of new data as the fit read
 * its own: classes become 0 and 1, successes become y = successes / trials with
 * the weight multiplied by the trials.
 */
export class ResponseReader {
  /** The columns a batch must hold, in this order. */
  readonly columns: readonly string[];
  readonly asText: ReadonlySet<string>;
  readonly #model: ModelDocument;
  readonly #loss: Loss;
  readonly #locate: Locate;

  constructor(model: ModelDocument, loss: Loss, locate: Locate = rowNumber) {
    const { response, weights } = model;
    this.columns = [response.name, ...(response.trials === null ? [] : [response.trials]), ...(weights === null ? [] : [weights])];
    this.asText = new Set(response.kind === 'classes' ? [response.name] : []);
    this.#model = model;
    this.#loss = loss;
    this.#locate = locate;
  }

  /**
   * @param columns the columns of `rows` that `columns` names
   * @throws DataError MISSING_VALUES, RESPONSE_INVALID, WEIGHTS_INVALID, TRIALS_INVALID, COLUMN_TYPE
   */
  read(rows: Rows, columns: readonly RowsColumn[]): ResponseValues {
    const { response, weights } = this.#model;
    let next = 1;
    const trials = response.trials === null ? null : this.#numbers(response.trials, columns[next++]!);
    const given = weights === null ? null : this.#numbers(weights, columns[next++]!);
    const y = this.#responses(rows, columns[0]!);
    const w = new Float64Array(rows.rows).fill(1);
    for (let i = 0; i < rows.rows; i++) {
      const weight = given === null ? 1 : this.#weight(given[i]!, rows.firstRow + i);
      if (Number.isNaN(weight)) y[i] = NaN;
      else w[i] = weight;
      if (trials !== null) this.#divide(y, w, i, trials[i]!, rows.firstRow + i);
      if (Number.isNaN(y[i]!)) {
        if (this.#model.missing !== 'drop' && w[i] !== 0) throw this.#missing(response.name, rows.firstRow + i);
        continue;
      }
      const wrong = w[i] === 0 ? null : this.#loss.check(y[i]!);
      if (wrong !== null) throw new DataError('RESPONSE_INVALID', `Response ${JSON.stringify(response.name)}, ${y[i]}, ${wrong} (${this.#locate(rows.firstRow + i)}).`);
    }
    return { y, w };
  }

  #responses(rows: Rows, column: RowsColumn): Float64Array {
    const { response } = this.#model;
    if (response.kind === 'numeric') return this.#numbers(response.name, column).slice(0, rows.rows);
    if (column.kind !== 'text') throw this.#wrongType(response.name, 'classes');
    const y = new Float64Array(rows.rows);
    for (let i = 0; i < rows.rows; i++) {
      const code = column.codes[i]!;
      const level = column.levels[code];
      if (level === undefined) y[i] = NaN;
      else if (level === response.positive) y[i] = 1;
      else if (response.negative === null || level === response.negative) y[i] = 0;
      else {
        throw new DataError('RESPONSE_INVALID', `Response ${JSON.stringify(response.name)} is ${JSON.stringify(level)} in ${this.#locate(rows.firstRow + i)}; the model knows ${response.negative} and ${response.positive}.`);
      }
    }
    return y;
  }

  /** NaN: the row is dropped. */
  #weight(weight: number, row: number): number {
    if (Number.isNaN(weight)) {
      if (this.#model.missing === 'drop') return NaN;
      throw this.#missing(this.#model.weights!, row);
    }
    if (weight < 0 || weight === Infinity) throw new DataError('WEIGHTS_INVALID', `Weight ${JSON.stringify(this.#model.weights)} is ${weight} in ${this.#locate(row)}. Weights are finite and zero or more.`);
    return weight;
  }

  #divide(y: Float64Array, w: Float64Array, i: number, trials: number, row: number): void {
    if (Number.isNaN(trials)) y[i] = NaN;
    else if (!(trials >= 0) || trials === Infinity || y[i]! > trials) {
      throw new DataError('TRIALS_INVALID', `Trials ${JSON.stringify(this.#model.response.trials)} is ${trials} in ${this.#locate(row)}, with ${y[i]} successes. Trials are finite, and no fewer than the successes.`);
    } else {
      y[i] = trials === 0 ? 0 : y[i]! / trials;
      w[i]! *= trials;
    }
  }

  #numbers(name: string, column: RowsColumn): Float64Array {
    if (column.kind !== 'numeric') throw this.#wrongType(name, 'numbers');
    return column.values;
  }

  #wrongType(name: string, expected: string): DataError {
    return new DataError('COLUMN_TYPE', `Column ${JSON.stringify(name)} held ${expected} at the fit and does not in these data. Give data of the same kind.`);
  }

  #missing(name: string, row: number): DataError {
    return new DataError('MISSING_VALUES', `Column ${JSON.stringify(name)} is missing in ${this.#locate(row)}. Complete the data, or leave those rows out.`);
  }
}
