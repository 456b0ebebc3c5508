import { DataError } from '@scalemix/core';
import { fileBytes } from '../bytes.ts';
import type { InputFile } from '../bytes.ts';
import { FileRows } from '../fileRows.ts';
import type { Inputs } from '../inputs.ts';
import { levelRule, Levels } from '../levels.ts';
import { missingMarkers } from '../missing.ts';
import type { ReadOptions } from '../options.ts';
import { requestedColumns } from '../request.ts';
import { RowWindow } from '../rowWindow.ts';
import type { Batch, BatchColumn, ReadRequest, Table, TableColumn } from '../table.ts';
import { LibsvmParser } from './parser.ts';

const BATCH_ROWS = 16_384;
const MAX_ROW_BYTES = 1 << 28;

const LABEL = 'label';
const FEATURES = 'features';

/**
 * A table over libsvm (svmlight) files: a column `label` of numbers and a sparse
 * column `features`. All files are read once to find the largest index, and
 * again for the rows.
 *
 * @throws DataError see `LibsvmParser`; EMPTY_FILE, ROW_TOO_LONG
 */
export async function openLibsvm(inputs: Inputs, options: ReadOptions): Promise<Table> {
  const names = inputs.files.map((file) => file.name);
  const fileRows = new FileRows(names);
  const scan = new LibsvmParser(BATCH_ROWS);
  for (const [index, file] of inputs.files.entries()) {
    for await (const full of parsed(file, scan, undefined)) if (full) scan.clear();
    scan.clear();
    fileRows.set(index, scan.fileRow);
  }
  const rowCount = fileRows.total()!;
  if (rowCount === 0) throw new DataError('EMPTY_FILE', `${names[0]} has no rows`);
  const columns: readonly TableColumn[] = [
    { name: LABEL, kind: 'numeric' },
    { name: FEATURES, kind: 'sparse', width: scan.width },
  ];
  return {
    columns,
    files: names,
    rowCount,
    locate: (row) => fileRows.locate(row),
    batches: (request) => readBatches(inputs.files, columns, request, options),
    close: async () => inputs.release(),
  };
}

async function* readBatches(files: readonly InputFile[], columns: readonly TableColumn[], request: ReadRequest, options: ReadOptions): AsyncGenerator<Batch> {
  const wanted = requestedColumns(request, columns, files[0]!.name);
  const missing = missingMarkers(options.na);
  const { numbers } = missing;
  const labels = new Levels(levelRule('numeric', missing));
  const labelCodes = new Int32Array(BATCH_ROWS);
  const parser = new LibsvmParser(BATCH_ROWS);
  let firstRow = 0;

  const column = ({ name }: TableColumn, rows: number): BatchColumn => {
    if (name === FEATURES) {
      const entries = parser.indptr[rows]!;
      return { kind: 'sparse', indptr: parser.indptr.subarray(0, rows + 1), indices: parser.indices.subarray(0, entries), values: parser.values.subarray(0, entries) };
    }
    const values = parser.labels.subarray(0, rows);
    if (numbers.length > 0) for (let row = 0; row < rows; row++) if (numbers.includes(values[row]!)) values[row] = Number.NaN;
    if (request.asText?.has(LABEL) !== true) return { kind: 'numeric', values };
    for (let row = 0; row < rows; row++) labelCodes[row] = labels.codeOfValue(values[row]!);
    return { kind: 'text', codes: labelCodes.subarray(0, rows), levels: labels.names };
  };
  const batch = (): Batch => {
    const { rows } = parser;
    const made = { firstRow, rows, columns: wanted.map((one) => column(one, rows)) };
    firstRow += rows;
    return made;
  };
  for (const file of files) {
    for await (const full of parsed(file, parser, request.signal)) {
      if (full) yield batch();
      parser.clear();
    }
  }
  if (parser.rows > 0) yield batch();
}

/** Drives the parser over a file; yields whenever its arrays are full, and the caller then clears them. */
async function* parsed(file: InputFile, parser: LibsvmParser, signal: AbortSignal | undefined): AsyncGenerator<true> {
  parser.beginFile(file.name);
  const window = new RowWindow();
  const chunks = fileBytes(file);
  try {
    for (let last = false; !last; ) {
      signal?.throwIfAborted();
      const chunk = await chunks.next();
      last = chunk.done === true;
      if (chunk.done !== true) window.append(chunk.value);
      for (;;) {
        window.start = parser.parse(window.bytes, window.start, window.end, last);
        if (parser.rows < BATCH_ROWS) break;
        yield true;
      }
      if (window.end - window.start > MAX_ROW_BYTES) {
        throw new DataError('ROW_TOO_LONG', `${file.name}, row ${parser.fileRow + 1}: the row does not end within ${MAX_ROW_BYTES} bytes; is this a libsvm file?`);
      }
    }
  } finally {
    await chunks.return(undefined);
  }
}
