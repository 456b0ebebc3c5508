import { DataError, FailureError, UsageError } from '@scalemix/core';
import { batchRows } from '../batchRows.ts';
import { fileBytes } from '../bytes.ts';
import { FileRows } from '../fileRows.ts';
import type { Inputs } from '../inputs.ts';
import { levelRule, Levels } from '../levels.ts';
import { missingMarkers } from '../missing.ts';
import type { Missing } from '../missing.ts';
import type { ReadOptions } from '../options.ts';
import { requestedColumns } from '../request.ts';
import { RowWindow } from '../rowWindow.ts';
import { checkSameColumns } from '../sameColumns.ts';
import type { Batch, BatchColumn, ReadRequest, Table, TableColumn } from '../table.ts';
import { estimateRows } from './estimate.ts';
import { readHead } from './header.ts';
import type { CsvHead } from './header.ts';
import { CsvParser } from './parser.ts';
import type { CellSink } from './parser.ts';
import { kindOf, sampleColumns } from './sample.ts';
import type { CsvKind, Votes } from './sample.ts';

/** Bytes read for the header and the sample, over all files. */
const SAMPLE_BYTES = 4 << 20;
const MIN_SAMPLE_BYTES = 64 << 10;
/** A longer row is taken for a quote that is never closed. */
const MAX_ROW_BYTES = 16 << 20;

/** What the beginnings of the files say. */
export interface CsvLayout {
  readonly heads: readonly CsvHead[];
  readonly columns: readonly CsvColumn[];
}

export interface CsvColumn {
  readonly name: string;
  readonly kind: CsvKind;
}

/**
 * Reads headers and samples of the files and settles the columns' kinds.
 * @throws DataError see `readHead`; COLUMNS_DIFFER, EMPTY_FILE
 */
export async function csvLayout(inputs: Inputs, options: ReadOptions): Promise<CsvLayout> {
  const delimiter = options.delimiter === undefined ? (inputs.format === 'tsv' ? '\t' : null) : checkDelimiter(options.delimiter);
  const missing = missingMarkers(options.na);
  const sampleBytes = Math.max(MIN_SAMPLE_BYTES, Math.floor(SAMPLE_BYTES / inputs.files.length));
  const heads: CsvHead[] = [];
  let votes: Votes[] = [];
  let rows = 0;
  for (const file of inputs.files) {
    const head = await readHead(file, delimiter, sampleBytes);
    const first = heads[0];
    if (first === undefined) votes = head.names.map(() => ({ numbers: 0, booleans: 0, texts: 0, commas: 0 }));
    else checkSameNames(first, head);
    rows += sampleColumns(head, missing, votes) + (head.whole ? 0 : 1);
    heads.push({ ...head, bytes: Buffer.alloc(0) });
  }
  const { names, file } = heads[0]!;
  if (rows === 0) throw new DataError('EMPTY_FILE', `${file.name} has a header line but no rows`);
  return { heads, columns: names.map((name, place) => ({ name, kind: kindOf(votes[place]!) })) };
}

/**
 * A table over CSV files, parsed here: rows are read in one pass with exact
 * places for what is wrong, numbers are rounded correctly.
 */
export async function openCsv(inputs: Inputs, options: ReadOptions): Promise<Table> {
  const { heads, columns } = await csvLayout(inputs, options);
  const missing = missingMarkers(options.na);
  const files = inputs.files.map((file) => file.name);
  const fileRows = new FileRows(files);
  return {
    columns: columns.map(tableColumn),
    files,
    get rowCount() {
      return fileRows.total();
    },
    estimateRows: async () => ({ rows: await estimateRows(heads), exact: false }),
    locate: (row) => fileRows.locate(row),
    batches: (request) => readBatches(heads, columns, missing, fileRows, request),
    close: async () => inputs.release(),
  };
}

async function* readBatches(
  heads: readonly CsvHead[],
  columns: readonly CsvColumn[],
  missing: Missing,
  fileRows: FileRows,
  request: ReadRequest,
): AsyncGenerator<Batch> {
  const wanted = requestedColumns(request, columns.map(tableColumn), heads[0]!.file.name).map(({ name }) => columns.find((column) => column.name === name)!);
  const capacity = batchRows(wanted.length);
  const asked = new Set(wanted);
  const sinks = columns.map((column): CellSink => {
    if (!asked.has(column)) return { kind: 'skip' };
    if (column.kind === 'text' || request.asText?.has(column.name)) {
      return { kind: 'text', codes: new Int32Array(capacity), levels: new Levels(levelRule(column.kind === 'commas' ? 'text' : column.kind, missing)) };
    }
    return { kind: column.kind === 'numeric' ? 'number' : 'boolean', values: new Float64Array(capacity) };
  });
  const places = wanted.map((column) => columns.indexOf(column));
  const parser = new CsvParser({ names: heads[0]!.names, sinks, missing, capacity });

  let firstRow = 0;
  const batch = (): Batch => {
    const { rows } = parser;
    parser.rows = 0;
    firstRow += rows;
    return { firstRow: firstRow - rows, rows, columns: places.map((place) => filled(sinks[place]!, rows)) };
  };
  for (const [index, head] of heads.entries()) {
    parser.beginFile(head.file.name, head.delimiter, 1 + head.headerLines);
    const window = new RowWindow();
    let skip = head.dataStart;
    let last = false;
    const chunks = fileBytes(head.file);
    try {
      while (!last) {
        request.signal?.throwIfAborted();
        const chunk = await chunks.next();
        last = chunk.done === true;
        if (chunk.done !== true) {
          window.append(chunk.value.subarray(Math.min(skip, chunk.value.length)));
          skip -= Math.min(skip, chunk.value.length);
        }
        for (;;) {
          window.start = parser.parse(window.bytes, window.start, window.end, last);
          if (parser.rows < capacity) break;
          yield batch();
        }
        checkRowLength(parser, window);
      }
    } finally {
      await chunks.return(undefined);
    }
    fileRows.set(index, parser.fileRow);
  }
  if (parser.rows > 0) yield batch();
}

/** What the rest of the program sees of a column. */
function tableColumn({ name, kind }: CsvColumn): TableColumn {
  if (kind !== 'commas') return { name, kind };
  // As it is written between the double quotes of a shell.
  const shown = /^[A-Za-z_]\w*$/.test(name) ? name : `\\"${name.replaceAll('"', '\\"\\"')}\\"`;
  const remedy = `write them with a point and nothing between thousands, or make numbers of them: --query "select * replace (replace(${shown}, ',', '.')::double as ${shown}) from data"`;
  return { name, kind: 'unsupported', type: 'COMMA NUMBER', remedy };
}

function filled(sink: CellSink, rows: number): BatchColumn {
  if (sink.kind === 'text') return { kind: 'text', codes: sink.codes.subarray(0, rows), levels: sink.levels.names };
  if (sink.kind === 'skip') throw new FailureError('INTERNAL', 'a batch asks for a column that was not read');
  return { kind: 'numeric', values: sink.values.subarray(0, rows) };
}

function checkRowLength(parser: CsvParser, window: RowWindow): void {
  if (window.end - window.start > MAX_ROW_BYTES) throw parser.tooLong(MAX_ROW_BYTES);
}

function checkSameNames(first: CsvHead, other: CsvHead): void {
  const columns = ({ names }: CsvHead): TableColumn[] => names.map((name) => ({ name, kind: 'text' }));
  checkSameColumns({ file: first.file, columns: columns(first) }, { file: other.file, columns: columns(other) });
}

/** @throws UsageError BAD_DELIMITER */
function checkDelimiter(delimiter: string): string {
  if (!/^[\t -~]$/.test(delimiter) || /[\w"+.-]/.test(delimiter)) {
    throw new UsageError('BAD_DELIMITER', `the delimiter '${delimiter}' must be one character that is no letter, digit, quote, sign or point`);
  }
  return delimiter;
}
