/** A model on new data: what it predicts, and how well. */
import { DataError, Evaluation, Predictor, ResponseReader, lossBySpec } from '@scalemix/core';
import type { EvaluationReport, Locate, ModelDocument, RowsColumn } from '@scalemix/core';
import type { Table } from '@scalemix/worker';
import { withTable } from './input.ts';
import type { InputRequest, MachineRequest } from './request.ts';

export interface ApplyRequest {
  readonly model: ModelDocument;
  /** Which value of lambda. */
  readonly index: number;
  readonly data: InputRequest;
  /** @default 'error' */
  readonly unseen?: 'error' | 'base';
  readonly machine?: MachineRequest;
}

export interface Predictions {
  /** Number of the first row. */
  readonly firstRow: number;
  /** Linear predictor; NaN where there is no prediction. */
  readonly psi: Float64Array;
  /** Expected response: for a logistic model the probability of the positive class. */
  readonly mean: Float64Array;
}

/**
 * Predicts batch by batch, in the order of the rows; each batch is handed over
 * and waited for. Memory: the model and one batch.
 * @returns the rows, and those without a prediction
 * @throws DataError UNKNOWN_COLUMN, UNSEEN_LEVEL, MISSING_VALUES, COLUMN_TYPE ...; the signal's reason
 */
export async function predictTable(request: ApplyRequest, take: (batch: Predictions) => void | Promise<void>, signal?: AbortSignal): Promise<{ rows: number; without: number }> {
  const { model } = request;
  const loss = lossBySpec(model.loss);
  return withTable(withNa(request), request.machine ?? {}, async (table) => {
    const predictor = new Predictor(model, request.index, { unseen: request.unseen ?? 'error', locate: locator(table) });
    checkColumns(predictor.columns, model, table);
    let rows = 0;
    let without = 0;
    for await (const batch of table.batches({ columns: predictor.columns, asText: predictor.asText, ...(signal && { signal }) })) {
      signal?.throwIfAborted();
      const psi = predictor.predict(batch);
      const mean = psi.map((value) => (Number.isNaN(value) ? NaN : loss.mean(value)));
      rows += batch.rows;
      for (const value of psi) if (Number.isNaN(value)) without++;
      await take({ firstRow: batch.firstRow, psi, mean });
    }
    if (rows === 0) throw noRows(table);
    return { rows, without };
  });
}

/**
 * Measures the predictions on data that hold the response (and the weights and
 * trials, where the fit had them).
 * @throws as predictTable; RESPONSE_INVALID, WEIGHTS_INVALID, TRIALS_INVALID
 */
export async function evaluateTable(request: ApplyRequest, signal?: AbortSignal): Promise<EvaluationReport> {
  const { model } = request;
  const loss = lossBySpec(model.loss);
  return withTable(withNa(request), request.machine ?? {}, async (table) => {
    const locate = locator(table);
    const predictor = new Predictor(model, request.index, { unseen: request.unseen ?? 'error', locate });
    const responses = new ResponseReader(model, loss, locate);
    const columns = [...predictor.columns, ...responses.columns];
    checkColumns(columns, model, table);
    const evaluation = new Evaluation(loss, model.interceptFitted, model.offset !== null);
    for await (const batch of table.batches({ columns, asText: new Set([...predictor.asText, ...responses.asText]), ...(signal && { signal }) })) {
      signal?.throwIfAborted();
      const { y, w } = responses.read(batch, batch.columns.slice(predictor.columns.length));
      const offset = model.offset === null ? null : numbersOf(batch.columns[predictor.columns.length - 1]!);
      evaluation.add(y, w, predictor.predict(batch, w), offset);
    }
    const report = evaluation.report();
    if (report.rows === 0) throw noRows(table);
    return report;
  });
}

function numbersOf(column: RowsColumn): Float64Array {
  if (column.kind !== 'numeric') throw new TypeError('The offset is a column of numbers.');
  return column.values;
}

/** What meant a missing value at the fit means it here. */
function withNa({ data, model }: ApplyRequest): InputRequest {
  return { ...data, na: data.na ?? model.na };
}

function locator(table: Table): Locate {
  return (row) => {
    const place = table.locate(row);
    return `row ${place.row} of ${place.file}`;
  };
}

function noRows(table: Table): DataError {
  return new DataError('NO_ROWS', `There are no rows to work on in ${table.files.join(', ')}.`);
}

/** @throws DataError UNKNOWN_COLUMN naming what the data lack */
function checkColumns(columns: readonly string[], model: ModelDocument, table: Table): void {
  const present = new Set(table.columns.map(({ name }) => name));
  const absent = columns.filter((name) => !present.has(name));
  if (absent.length === 0) return;
  const names = absent.slice(0, 8).map((name) => JSON.stringify(name)).join(', ');
  const query = model.query === null ? '' : ` The model was fitted on the result of --query ${JSON.stringify(model.query)}: give --query here too.`;
  throw new DataError('UNKNOWN_COLUMN', `${table.files.join(', ')}: the model needs ${absent.length === 1 ? 'column' : 'columns'} ${names}${absent.length > 8 ? ` and ${absent.length - 8} more` : ''}, which the data do not have.${query}`);
}
