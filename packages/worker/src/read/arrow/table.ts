import { DataError } from '@scalemix/core';
import { batchRows } from '../batchRows.ts';
import type { InputFile } from '../bytes.ts';
import { FileRows } from '../fileRows.ts';
import type { Inputs } from '../inputs.ts';
import { levelRule, Levels } from '../levels.ts';
import { missingMarkers } from '../missing.ts';
import type { ReadOptions } from '../options.ts';
import { requestedColumns } from '../request.ts';
import { checkSameColumns } from '../sameColumns.ts';
import type { Batch, BatchColumn, ReadRequest, Table } from '../table.ts';
import { emptyTable, recordBatches } from './batches.ts';
import { ArrowCodes, arrowColumns, readDoubles } from './columns.ts';
import type { ArrowColumn } from './columns.ts';
import { listMessages } from './messages.ts';
import type { MessageList } from './messages.ts';

interface ArrowFile {
  readonly file: InputFile;
  readonly columns: readonly ArrowColumn[];
  readonly list: MessageList;
}

type Sink =
  | { readonly kind: 'numeric'; readonly values: Float64Array }
  | { readonly kind: 'text'; readonly codes: Int32Array; readonly levels: Levels; readonly reader: ArrowCodes };

/**
 * A table over Arrow IPC files and streams (Feather 2), plain or compressed with
 * LZ4 or zstd. One record batch is in memory at a time.
 *
 * @throws DataError CORRUPT_FILE, COLUMNS_DIFFER, DUPLICATE_COLUMN, EMPTY_FILE
 */
export async function openArrow(inputs: Inputs, options: ReadOptions): Promise<Table> {
  const files: ArrowFile[] = [];
  for (const file of inputs.files) {
    const list = await listMessages(file);
    const found = { file, columns: arrowColumns(file, emptyTable(file, list).schema.fields), list };
    checkSameColumns(files[0] ?? found, found);
    files.push(found);
  }
  const { file, columns } = files[0]!;
  const names = inputs.files.map(({ name }) => name);
  const fileRows = new FileRows(names);
  files.forEach(({ list }, index) => fileRows.set(index, list.messages.reduce((sum, { rows }) => sum + rows, 0)));
  if (fileRows.total() === 0) throw new DataError('EMPTY_FILE', `${file.name} has columns but no rows`);
  return {
    columns,
    files: names,
    rowCount: fileRows.total(),
    locate: (row) => fileRows.locate(row),
    batches: (request) => readBatches(files, request, options, 0, Infinity),
    range: (request, first, end) => readBatches(files, request, options, first, end),
    close: async () => inputs.release(),
  };
}

/** Rows [begin, end) over all files; record batches without any of them are not decoded. */
async function* readBatches(files: readonly ArrowFile[], request: ReadRequest, options: ReadOptions, begin: number, end: number): AsyncGenerator<Batch> {
  const { columns } = files[0]!;
  const wanted = requestedColumns(request, columns, files[0]!.file.name);
  const places = wanted.map((column) => columns.indexOf(column as ArrowColumn));
  const capacity = batchRows(wanted.length);
  const missing = missingMarkers(options.na);
  let current = files[0]!.file;
  const sinks = places.map((place): Sink => {
    const column = columns[place]!;
    if (column.kind === 'unsupported' || (column.kind !== 'text' && !request.asText?.has(column.name))) return { kind: 'numeric', values: new Float64Array(capacity) };
    const levels = new Levels(levelRule(column.kind, missing));
    return { kind: 'text', codes: new Int32Array(capacity), levels, reader: new ArrowCodes(levels, () => current) };
  });
  let firstRow = begin;
  let before = 0;
  let filled = 0;
  const batch = (): Batch => {
    const rows = filled;
    firstRow += rows;
    filled = 0;
    return { firstRow: firstRow - rows, rows, columns: sinks.map((sink) => batchColumn(sink, rows)) };
  };

  for (const [index, { file, list }] of files.entries()) {
    current = file;
    for await (const { columns: arrays, dictionaryVersion, rows } of recordBatches(file, list, request.signal, (count) => before >= end || (before += count) <= begin)) {
      const key = `${index} ${dictionaryVersion}`;
      const start = before - rows;
      const last = Math.min(rows, end - start);
      for (let from = Math.max(0, begin - start); from < last; ) {
        const to = Math.min(last, from + capacity - filled);
        sinks.forEach((sink, wantedIndex) => {
          const column = arrays[places[wantedIndex]!]!;
          if (sink.kind === 'text') sink.reader.read(column, key, from, to, sink.codes, filled);
          else readDoubles(column, columns[places[wantedIndex]!]!.kind === 'numeric' ? missing.numbers : [], from, to, sink.values, filled);
        });
        filled += to - from;
        from = to;
        if (filled === capacity) yield batch();
      }
    }
  }
  if (filled > 0) yield batch();
}

function batchColumn(sink: Sink, rows: number): BatchColumn {
  return sink.kind === 'text'
    ? { kind: 'text', codes: sink.codes.subarray(0, rows), levels: sink.levels.names }
    : { kind: 'numeric', values: sink.values.subarray(0, rows) };
}
