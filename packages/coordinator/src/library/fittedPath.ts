import { DataError, Predictor, UsageError, chooseValue, hasConverged, lossBySpec, relativeGap, saveModel } from '@scalemix/core';
import type { CrossValidation, ModelDocument } from '@scalemix/core';
import { namedColumns } from './data.ts';
import type { ArrayPredictors } from './data.ts';
import { arrayBatches } from './table.ts';

/** What a value of lambda predicts, one entry a row; NaN where there is no prediction. */
export interface PredictedRows {
  /** Linear predictor. */
  readonly psi: Float64Array;
  /** Expected response; for logistic loss the probability of the positive class. */
  readonly mean: Float64Array;
}

export interface PredictOptions {
  /** A level the fit never met: an error, or the base level. @default 'error' */
  readonly unseen?: 'error' | 'base';
}

/** A fitted path: its values of lambda, and what each of them says and predicts. */
export class FittedPath {
  /** From the strongest penalty on, or as given. */
  readonly values: readonly FittedValue[];
  readonly #model: ModelDocument;

  /** @param model as fitPath and crossValidate make it, or parseModel of a file that the command line wrote */
  constructor(model: ModelDocument) {
    this.#model = model;
    this.values = model.lambda.map((_, index) => new FittedValue(model, index));
  }

  get lambda(): readonly number[] {
    return this.#model.lambda;
  }

  /** Whether every value is certified to its tolerance, those fitted without a fold included. */
  get converged(): boolean {
    return hasConverged(this.#model);
  }

  /** What a cross-validation has found; null where there was none. */
  get cv(): CrossValidation | null {
    return this.#model.cv;
  }

  /**
   * The value of a lambda, exactly or as rounded as it is given, or the choice of a cross-validation:
   * the best, or the largest lambda within one standard error of it. Without one, the best or the only value.
   * @throws UsageError AT_UNKNOWN, AT_NEEDED, AT_NEEDS_CV
   */
  at(lambda?: number | 'best' | '1se'): FittedValue {
    return this.values[chooseValue(this.#model, lambda)]!;
  }

  /** As at(lambda).predict. */
  predict(data: ArrayPredictors, options: PredictOptions & { readonly lambda?: number | 'best' | '1se' } = {}): PredictedRows {
    const { lambda, ...rest } = options;
    return this.at(lambda).predict(data, rest);
  }

  /** The document that the command line writes and reads. */
  toJSON(): ModelDocument {
    return this.#model;
  }

  /** The document as text: what to write into a file for `scalemix predict`. */
  toString(): string {
    return saveModel(this.#model);
  }
}

/** One value of a path. */
export class FittedValue {
  readonly index: number;
  readonly lambda: number;
  readonly intercept: number;
  /** Of all features by name, on the original scale; `column=level` for categories. */
  readonly coefficients: Readonly<Record<string, number>>;
  readonly nonzero: number;
  /** 1 - deviance / null deviance; null where there is nothing to explain. */
  readonly devianceRatio: number | null;
  readonly objective: number;
  /** Proven distance from the smallest possible objective, relative; null where none can be proven. */
  readonly relativeGap: number | null;
  readonly converged: boolean;
  /** Why it has not converged: MAX_PASSES, SEPARABLE, STALLED; null where it has. */
  readonly reason: string | null;
  readonly #model: ModelDocument;

  constructor(model: ModelDocument, index: number) {
    this.#model = model;
    this.index = index;
    this.lambda = model.lambda[index]!;
    this.intercept = model.intercept[index]!;
    this.coefficients = Object.fromEntries(model.features.map((name, j) => [name, model.coefficients[index]![j]!]));
    this.nonzero = model.nonzero[index]!;
    this.devianceRatio = model.devianceRatio[index]!;
    this.objective = model.objective[index]!;
    this.relativeGap = relativeGap(model, index);
    this.converged = model.converged[index]!;
    this.reason = model.reason[index]!;
  }

  /**
   * Predicts rows in memory.
   * @throws DataError UNKNOWN_COLUMN, UNSEEN_LEVEL, MISSING_VALUES, NON_FINITE_VALUE, COLUMN_TYPE; UsageError BAD_ARRAY, UNKNOWN_OPTION
   */
  predict(data: ArrayPredictors, options: PredictOptions = {}): PredictedRows {
    for (const name of Object.keys(options)) if (name !== 'unseen') throw new UsageError('UNKNOWN_OPTION', `predict has no option ${JSON.stringify(name)}; it has unseen.`);
    const columns = namedColumns({ x: data.x, ...(data.columns !== undefined && { columns: data.columns }), ...(data.offset && { offset: data.offset }) });
    const predictor = new Predictor(this.#model, this.index, { unseen: options.unseen ?? 'error' });
    const absent = predictor.columns.filter((name) => !columns.some((column) => column.name === name));
    if (absent.length > 0) throw new DataError('UNKNOWN_COLUMN', `The model needs ${absent.map((name) => JSON.stringify(name)).join(', ')}, and the data do not have ${absent.length === 1 ? 'it' : 'them'}.`);
    const psi = new Float64Array(columns[0]!.length);
    for (const batch of arrayBatches(columns, predictor.columns, predictor.asText)) psi.set(predictor.predict(batch), batch.firstRow);
    const loss = lossBySpec(this.#model.loss);
    return { psi, mean: psi.map((value) => (Number.isNaN(value) ? NaN : loss.mean(value))) };
  }
}
