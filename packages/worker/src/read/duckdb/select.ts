import type { DuckDBConnection } from '@duckdb/node-api';
import { ScalemixError } from '@scalemix/core';
import { batchRows } from '../batchRows.ts';
import { levelRule, Levels } from '../levels.ts';
import type { Missing } from '../missing.ts';
import type { Batch, BatchColumn, ReadRequest } from '../table.ts';
import { chunkDoubles, ChunkTexts } from './codes.ts';
import { ChunkRelease } from './release.ts';
import { numberSql, textSql } from './types.ts';
import type { DuckColumn } from './types.ts';

/** About, in a chunk: a double, or half a text. */
const BYTES_PER_VALUE = 8;

/** One relation to read, in SQL, and what to do with DuckDB's errors. */
export interface Part {
  readonly from: string;
  /** The columns of this relation, by the name in the request. */
  readonly column: (name: string) => DuckColumn;
  /** Told the rows it had. */
  readonly done: (rows: number) => void;
  readonly wrap: (error: unknown) => Promise<Error>;
}

type Sink =
  | { readonly kind: 'numeric'; readonly values: Float64Array }
  | { readonly kind: 'value'; readonly codes: Int32Array; readonly levels: Levels }
  | { readonly kind: 'text'; readonly codes: Int32Array; readonly levels: Levels; readonly texts: ChunkTexts };

/**
 * Streams relations one after the other into batches, in DuckDB's insertion
 * order (which it keeps).
 */
export async function* selectBatches(connection: DuckDBConnection, parts: readonly Part[], request: ReadRequest, missing: Missing): AsyncGenerator<Batch> {
  const capacity = batchRows(request.columns.length);
  const sinks = request.columns.map((name) => sinkOf(parts[0]!.column(name), request, missing, capacity));
  let firstRow = 0;
  let filled = 0;
  const batch = (): Batch => {
    const rows = filled;
    firstRow += rows;
    filled = 0;
    return { firstRow: firstRow - rows, rows, columns: sinks.map((sink) => batchColumn(sink, rows)) };
  };

  for (const part of parts) {
    const columns = sinks.map((sink, index) => columnSql(part.column(request.columns[index]!), sink, missing));
    // without columns the rows are still counted
    const chunks = streamChunks(connection, columns.length > 0 ? columns : [{ value: '0::DOUBLE', filler: '0::DOUBLE' }], part, request.signal);
    let partRows = 0;
    for await (const { chunk, rows } of chunks) {
      for (let from = 0; from < rows; ) {
        const to = Math.min(rows, from + capacity - filled);
        sinks.forEach((sink, index) => take(sink, chunk, index, from, to, filled));
        filled += to - from;
        from = to;
        if (filled === capacity) yield batch();
      }
      partRows += rows;
    }
    part.done(partRows);
  }
  if (filled > 0) yield batch();
}

type Chunk = NonNullable<Awaited<ReturnType<Awaited<ReturnType<DuckDBConnection['stream']>>['fetchChunk']>>>;

/**
 * The chunks of a SELECT and how many of their rows count; the next chunk is
 * computed while the caller works on this one.
 *
 * A stream that fails half-way ends in node-api like one that is complete
 * (`fetchChunk` gives null for both). So a last row is added, and where it does
 * not come the SELECT is run again to the end without keeping rows, for its error.
 */
async function* streamChunks(
  connection: DuckDBConnection,
  columns: readonly ColumnSql[],
  part: Part,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ chunk: Chunk; rows: number }> {
  const select = columns.map(({ value }, index) => `${value} AS c${index}`).join(', ');
  const last = columns.map(({ filler }) => filler).join(', ');
  const flag = columns.length;
  let pending: Promise<Chunk | null> | undefined;
  const release = new ChunkRelease();
  const interrupt = (): void => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    signal?.throwIfAborted();
    const result = await connection.stream(`SELECT ${select}, 0::DOUBLE FROM ${part.from} UNION ALL SELECT ${last}, 1::DOUBLE`);
    pending = result.fetchChunk();
    for (;;) {
      const chunk = await pending;
      if (chunk === null || chunk.rowCount === 0) break;
      pending = result.fetchChunk();
      pending.catch(() => {});
      const complete = chunkDoubles(chunk, flag)[chunk.rowCount - 1] === 1;
      yield { chunk, rows: complete ? chunk.rowCount - 1 : chunk.rowCount };
      release.used(chunk.rowCount * (columns.length + 1) * BYTES_PER_VALUE);
      if (complete) return;
      signal?.throwIfAborted();
    }
    pending = undefined;
    await connection.run(`SELECT bit_xor(hash(${columns.map((_, index) => `c${index}`).join(', ')})) FROM (SELECT ${select} FROM ${part.from})`);
    throw new Error('the rows ended early');
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof ScalemixError ? error : await part.wrap(error);
  } finally {
    signal?.removeEventListener('abort', interrupt);
    await pending?.catch(() => {});
  }
}

interface ColumnSql {
  readonly value: string;
  /** A value of the same type, for the row that marks the end. */
  readonly filler: string;
}

function sinkOf(column: DuckColumn, request: ReadRequest, missing: Missing, capacity: number): Sink {
  const asText = column.kind === 'text' || request.asText?.has(column.name) === true;
  if (!asText || column.kind === 'unsupported') return { kind: 'numeric', values: new Float64Array(capacity) };
  const levels = new Levels(levelRule(column.kind, missing));
  const codes = new Int32Array(capacity);
  return column.levelBy === 'number' ? { kind: 'value', codes, levels } : { kind: 'text', codes, levels, texts: new ChunkTexts(levels) };
}

function columnSql(column: DuckColumn, sink: Sink, missing: Missing): ColumnSql {
  return sink.kind === 'text' ? { value: textSql(column), filler: "''" } : { value: numberSql(column, missing), filler: '0::DOUBLE' };
}

function take(sink: Sink, chunk: Chunk, index: number, from: number, to: number, offset: number): void {
  if (sink.kind === 'text') {
    sink.texts.read(chunk, index, from, to, sink.codes, offset);
    return;
  }
  const values = chunkDoubles(chunk, index);
  if (sink.kind === 'numeric') {
    sink.values.set(from === 0 && to === values.length ? values : values.subarray(from, to), offset);
    return;
  }
  const { codes, levels } = sink;
  for (let row = from; row < to; row++) codes[offset + row - from] = levels.codeOfValue(values[row]!);
}

function batchColumn(sink: Sink, rows: number): BatchColumn {
  return sink.kind === 'numeric'
    ? { kind: 'numeric', values: sink.values.subarray(0, rows) }
    : { kind: 'text', codes: sink.codes.subarray(0, rows), levels: sink.levels.names };
}
